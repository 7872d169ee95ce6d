/**
 * The objective of an autoencoder as a graph of its own, and its numbers in float64: for tests that compare a kind's
 * mathematics with an independent computation.
 */
import type { Autoencoder, FeatureBatch, FeatureSpace } from '../../src/autoencoders/index.js'
import { randomFor } from '../../src/base/index.js'
import { interpret } from '../../src/engine/index.js'
import { gradients } from '../../src/gradient/index.js'
import * as g from '../../src/graph/index.js'
import type { Tensor, Value } from '../../src/graph/index.js'
import { initialValues, type NoiseSource, type TrainingContext } from '../../src/layers/index.js'

/** A space of numbers alone. */
export function numericSpace(width: number): FeatureSpace {
  const columns = Array.from({ length: width }, (_, i) => ({ name: `x${i}`, start: i, width: 1 }))
  return { width, numericCount: width, columns }
}

/** Standard normal numbers, the same for the same label. */
export function normals(length: number, label: string): Float64Array {
  const stream = randomFor(11, label)
  return Float64Array.from({ length }, () => stream.normal())
}

const noNoise = (): never => {
  throw new Error('this objective draws no noise')
}
const silence: NoiseSource = { normal: noNoise, uniform: noNoise, bernoulli: noNoise }

/** Numbers by name; those of an output with one element are a list of one. */
export type Numbers = Readonly<Record<string, Float64Array>>

/** An autoencoder on some rows, with weights that can be looked at and changed. */
export interface Bench {
  readonly autoencoder: Autoencoder
  /** Parameters and features by name; change them before asking for values. */
  readonly numbers: Record<string, Float64Array>
  readonly batch: FeatureBatch
  readonly context: TrainingContext
  /** Values by the interpreter in float64, with the present numbers; `more` feeds inputs of one's own. */
  readonly valuesOf: (
    outputs: Readonly<Record<string, Value>>,
    more?: Readonly<Record<string, Tensor>>,
  ) => Numbers
  /** Loss (mean over rows), parts, metrics, updates and the slopes of the loss by parameter, each under `KIND.NAME`. */
  readonly objective: () => Numbers
}

/**
 * @param features row-major numbers of the rows
 * @param mask `[rows · columns]`, 1 where a cell is known
 */
export function objectiveBench(autoencoder: Autoencoder, features: Float64Array, mask?: Float64Array): Bench {
  const { space, parameters } = autoencoder
  const rows = features.length / space.width
  const shapes = new Map<string, readonly number[]>(parameters.map(({ name, shape }) => [name, shape]))
  shapes.set('features', [rows, space.width])
  const numbers: Record<string, Float64Array> = { features }
  if (mask !== undefined) {
    shapes.set('mask', [rows, space.columns.length])
    numbers['mask'] = mask
  }
  for (const { name, shape, initializer, stream = name } of parameters)
    numbers[name] = Float64Array.from(initialValues(initializer, shape, randomFor(2, stream)))
  const inputs = new Map(
    [...shapes].map(([name, shape]) => [
      name,
      g.input(name, 'float32', ['features', 'mask'].includes(name) ? ['batch', shape[1]!] : shape),
    ]),
  )
  const batch = {
    features: inputs.get('features')!,
    ...(mask !== undefined && { mask: inputs.get('mask')! }),
  }
  const context: TrainingContext = {
    weight: (name) => inputs.get(name)!,
    noise: silence,
    progress: g.scalar(0.5),
  }
  const valuesOf: Bench['valuesOf'] = (outputs, more = {}) => {
    const feeds = Object.fromEntries(
      [...shapes].map(([name, shape]) => [name, g.tensor('float64', shape, numbers[name]!)]),
    )
    const graph = g.graph(outputs, { inputs: [...inputs.values()] })
    return numbersOf(interpret(graph, { ...feeds, ...more }, { keepFloat64: true }))
  }
  const objective = (): Numbers => {
    const { loss, heldOut, parts, metrics, updates } = autoencoder.objective(batch, context)
    const total = g.reduceMean(loss)
    const trained = parameters.filter(({ buffer }) => buffer !== true).map(({ name }) => name)
    const slopes = gradients(
      total,
      trained.map((name) => inputs.get(name)!),
    )
    return valuesOf({
      loss: total,
      ...(heldOut !== undefined && { heldOut }),
      ...prefixed('part', parts),
      ...prefixed('metric', metrics),
      ...prefixed('next', updates),
      ...prefixed('slope', Object.fromEntries(trained.map((name, i) => [name, slopes[i]!]))),
    })
  }
  return { autoencoder, numbers, batch, context, valuesOf, objective }
}

const prefixed = (prefix: string, values: Readonly<Record<string, Value>> = {}): Record<string, Value> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]))

const numbersOf = (tensors: Readonly<Record<string, Tensor>>): Numbers =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { data }]) => [
      name,
      Float64Array.from(data as ArrayLike<number | bigint>, Number),
    ]),
  )
