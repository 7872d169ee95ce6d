/**
 * The two graphs of a training: one step (batch in, loss and gradients out) and one evaluation (batch in, summed
 * loss out). The optimiser is not part of them; it works on the same memory outside (src/engine/optimizer).
 *
 *     rows.features ─┐
 *     indices ───────┴► Gather ─► autoencoder's objective ─► loss ─► gradient.NAME for every parameter
 */
import { createAutoencoder, type Autoencoder, type AutoencoderDescription } from '../autoencoders/index.js'
import { gradients } from '../gradient/index.js'
import {
  div,
  gather,
  graph,
  input,
  mul,
  reduceSum,
  type Graph,
  type Shape,
  type Value,
} from '../graph/index.js'
import type { NoiseSource } from '../layers/index.js'
import type { TrainingData } from './options.js'
import { gradientOutputs, parameterValues, type Packing } from './packing.js'

/** A noise input of a graph, and what it is to be filled with. */
export interface NoiseInput {
  readonly name: string
  readonly distribution: 'normal' | 'uniform' | 'bernoulli'
  /** Probability of a 1, for `bernoulli`. */
  readonly probability: number
  /** Elements for each row of the batch; leading dimension is the batch. */
  readonly shape: readonly number[]
}

/** A graph to run on batches, and the noise it wants. */
export interface BatchGraph {
  readonly graph: Graph
  readonly noise: readonly NoiseInput[]
  /** The loss's parts by name, and the output that holds each: `loss` itself where it is the only part. */
  readonly parts: Readonly<Record<string, string>>
}

type DataShape = Pick<TrainingData, 'mask' | 'weights'>

/**
 * Loss, its parts and all gradients, averaged over a batch.
 *
 * @param packing where parameters and gradients are one tensor each; apart by default
 */
export function trainingStep(
  description: AutoencoderDescription,
  data: DataShape,
  packing?: Packing,
): BatchGraph {
  const autoencoder = createAutoencoder(description)
  const { perRow, parts, weight, noise, parameters } = objectiveGraph(autoencoder, data, packing)
  const mean = meanOver(weight)
  const loss = mean(perRow)
  const slopes = gradients(loss, [...parameters.values()])
  const outputs: Record<string, Value> = { loss }
  const partOutputs: Record<string, string> = {}
  for (const [name, part] of Object.entries(parts)) {
    const output = part === perRow ? 'loss' : `part.${name}`
    partOutputs[name] = output
    outputs[output] ??= mean(part)
  }
  const slopesByName = new Map([...parameters.keys()].map((name, i) => [name, slopes[i]!]))
  Object.assign(outputs, gradientOutputs(slopesByName, packing))
  return { graph: graph(outputs, { name: 'training-step' }), noise, parts: partOutputs }
}

/**
 * The (weighted) mean over rows. One over the number of rows is fed, not worked out from shapes: in small networks
 * those few nodes are felt, since they come back in every gradient.
 */
function meanOver(weight: Value | undefined): (rows: Value) => Value {
  if (weight === undefined) {
    const share = input('share', 'float32', [])
    return (rows) => mul(reduceSum(rows), share)
  }
  const total = reduceSum(weight)
  return (rows) => div(reduceSum(mul(rows, weight)), total)
}

/** Summed loss and summed weight of a batch. */
export function evaluation(description: AutoencoderDescription, data: DataShape): BatchGraph {
  const { perRow, weight, noise } = objectiveGraph(createAutoencoder(description), data)
  const loss = reduceSum(weight === undefined ? perRow : mul(perRow, weight))
  const outputs = weight === undefined ? { loss } : { loss, weight: reduceSum(weight) }
  return { graph: graph(outputs, { name: 'evaluation' }), noise, parts: {} }
}

function objectiveGraph(autoencoder: Autoencoder, data: DataShape, packing?: Packing) {
  const { space } = autoencoder
  const indices = input('indices', 'int32', ['batch'])
  const rowsOf = (name: string, ...shape: Shape): Value =>
    gather(input(`rows.${name}`, 'float32', ['rows', ...shape]), indices)
  const parameters = parameterValues(autoencoder.parameters, packing)
  const { source, inputs: noise } = declaredNoise()
  const batch = {
    features: rowsOf('features', space.width),
    ...(data.mask !== undefined && { mask: rowsOf('mask', space.columns.length) }),
  }
  const { loss, parts } = autoencoder.objective(batch, {
    weight: (name) => parameters.get(name)!,
    noise: source,
  })
  const weight = data.weights === undefined ? undefined : rowsOf('weights')
  return { perRow: loss, parts, weight, noise, parameters }
}

/** A noise source that declares an input for each request and remembers what to fill it with. */
function declaredNoise(): { source: NoiseSource; inputs: NoiseInput[] } {
  const inputs: NoiseInput[] = []
  const declare = (distribution: NoiseInput['distribution'], shape: Shape, probability = 0): Value => {
    const name = `noise.${inputs.length}`
    inputs.push({ name, distribution, probability, shape: shape.slice(1) as readonly number[] })
    return input(name, 'float32', shape)
  }
  return {
    inputs,
    source: {
      normal: (shape) => declare('normal', shape),
      uniform: (shape) => declare('uniform', shape),
      bernoulli: (probability, shape) => declare('bernoulli', shape, probability),
    },
  }
}
