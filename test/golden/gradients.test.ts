/**
 * Slopes of a dense autoencoder beside PyTorch's autograd: a mixed objective, and the contractive penalty, whose slopes
 * are gradients of gradients. The reference interpreter in float64 and ONNX Runtime in float32, both with a symbolic
 * batch.
 *
 * Data, weights and losses are the formulas of gradients.py, which wrote the golden; see there.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { referenceEngine, type Engine } from '../../src/engine/index.js'
import { nodeEngine } from '../../src/engine/node.js'
import { gradients } from '../../src/gradient/index.js'
import * as g from '../../src/graph/index.js'
import type { Graph, Tensor, Value } from '../../src/graph/index.js'

interface Case {
  readonly loss: number
  readonly slopes: Readonly<Record<string, readonly number[]>>
}

interface Golden {
  readonly tolerance: Readonly<Record<Precision, number>>
  readonly rows: number
  readonly numbers: number
  readonly categories: number
  readonly widths: readonly number[]
  readonly activations: readonly (keyof typeof apply)[]
  readonly encoderLayers: number
  readonly objective: Case
  readonly contraction: Case
}

type Precision = 'float32' | 'float64'
type Parameters = ReadonlyMap<string, Value>

const apply = {
  relu: g.relu,
  tanh: g.tanh,
  sigmoid: g.sigmoid,
  softmax: (x: Value) => g.softmax(x),
  linear: (x: Value) => x,
}

const golden = JSON.parse(readFileSync(new URL('gradients.json', import.meta.url), 'utf8')) as Golden
const { rows, numbers, categories, widths } = golden

const wave = (count: number, seed: number, scale: number): number[] =>
  Array.from({ length: count }, (_, i) => scale * Math.sin(0.7390851 * (i + 1) ** 2 + seed))

const made = (dtype: Precision, shape: readonly number[], values: readonly number[]): Tensor =>
  dtype === 'float32'
    ? g.tensor(dtype, shape, Float32Array.from(values))
    : g.tensor(dtype, shape, Float64Array.from(values))

/** Name, shape and values of every parameter. */
const parameters = widths.slice(1).flatMap((outputs, i) => {
  const inputs = widths[i]!
  const weights = wave(inputs * outputs, 2 * i, 1.5 / Math.sqrt(inputs))
  return [
    { name: `weight${i}`, shape: [inputs, outputs], values: weights },
    { name: `bias${i}`, shape: [outputs], values: wave(outputs, 2 * i + 1, 0.5) },
  ]
})

function feedsIn(dtype: Precision): Record<string, Tensor> {
  const measured = wave(rows * numbers, 100, 1)
  const x = Array.from({ length: rows }, (_, row) => [
    ...measured.slice(row * numbers, (row + 1) * numbers),
    ...Array.from({ length: categories }, (_, i) => Number(i === (row * 3) % categories)),
  ])
  const mask = measured.map((_, i) => Number(i % 5 !== 0))
  return {
    x: made(dtype, [rows, widths[0]!], x.flat()),
    mask: made(dtype, [rows, numbers], mask),
    ...Object.fromEntries(parameters.map(({ name, shape, values }) => [name, made(dtype, shape, values)])),
  }
}

const columns = (x: Value, start: number, end?: number): Value =>
  g.slice(x, [{ axis: 1, start, ...(end !== undefined && { end }) }])

function layers(x: Value, weights: Parameters, start: number, end: number): Value {
  return golden.activations.slice(start, end).reduce((value, activation, i) => {
    const [weight, bias] = [weights.get(`weight${start + i}`)!, weights.get(`bias${start + i}`)!]
    return apply[activation](g.gemm(value, weight, { bias }))
  }, x)
}

function objective(x: Value, mask: Value, weights: Parameters): Value {
  const output = layers(x, weights, 0, golden.activations.length)
  const difference = g.sub(columns(output, 0, numbers), columns(x, 0, numbers))
  const summed = g.reduceSum(g.mul(g.square(difference), mask), { axes: [1] })
  const squared = g.div(summed, g.reduceSum(mask, { axes: [1] }))
  const logs = g.logSoftmax(columns(output, numbers))
  const crossEntropy = g.neg(g.reduceSum(g.mul(columns(x, numbers), logs), { axes: [1] }))
  return g.reduceMean(g.add(squared, crossEntropy))
}

/** Mean over rows of the encoder's squared Jacobian; a latent's sum over rows has the rows' slopes side by side. */
function contraction(x: Value, _: Value, weights: Parameters): Value {
  const z = layers(x, weights, 0, golden.encoderLayers)
  const norms = Array.from({ length: z.shape[1] as number }, (_, k) => {
    const [slopes] = gradients(g.reduceSum(columns(z, k, k + 1)), [x])
    return g.reduceSumSquare(slopes!, { axes: [1] })
  })
  return g.reduceMean(norms.reduce((a, b) => g.add(a, b)))
}

function slopesOf(make: typeof objective, dtype: Precision): Graph {
  const x = g.input('x', dtype, ['batch', widths[0]!])
  const mask = g.input('mask', dtype, ['batch', numbers])
  const weights = new Map(parameters.map(({ name, shape }) => [name, g.input(name, dtype, shape)]))
  const loss = make(x, mask, weights)
  const slopes = gradients(loss, [...weights.values()])
  const outputs = Object.fromEntries([...weights.keys()].map((name, i) => [`slope.${name}`, slopes[i]!]))
  return g.graph({ loss, ...outputs }, { inputs: [x, mask, ...weights.values()] })
}

/** Largest difference, relative to the largest expected number. */
function difference({ data }: Tensor, expected: readonly number[]): number {
  const size = Math.max(...expected.map(Math.abs))
  const furthest = Math.max(...expected.map((value, i) => Math.abs((data[i] as number) - value)))
  return furthest === 0 ? 0 : furthest / size
}

const engines: readonly (readonly [string, Engine, Precision])[] = [
  ['the reference interpreter', referenceEngine, 'float64'],
  ['ONNX Runtime', nodeEngine, 'float32'],
]

describe.each(engines)('slopes in %s are those of PyTorch', (_, engine, dtype) => {
  it.each([
    ['objective', objective, golden.objective],
    ['contraction', contraction, golden.contraction],
  ] as const)('%s', async (__, make, expected) => {
    const program = await engine.compile(slopesOf(make, dtype))
    const results = await program.run(feedsIn(dtype))
    await program.dispose()
    expect(difference(results['loss']!, [expected.loss])).toBeLessThan(golden.tolerance[dtype])
    expect(Object.keys(expected.slopes)).toHaveLength(parameters.length)
    for (const { name } of parameters) {
      const found = difference(results[`slope.${name}`]!, expected.slopes[name]!)
      expect(found, name).toBeLessThan(golden.tolerance[dtype])
    }
  })
})
