import { beforeAll, describe, expect, it } from 'vitest'
import type { AutoencoderDescription } from '../autoencoders/index.js'
import { randomFor } from '../base/index.js'
import { loadKernels, nodeEngine } from '../engine/node.js'
import { defaultTraining } from '../training/index.js'
import { trainHere } from '../training/node.js'
import { trace, traversalSteps, type Rows, type Trained, type Trace } from './index.js'

const width = 4
const columns = Array.from({ length: width }, (_, i) => ({ name: `x${i}`, start: i, width: 1 }))
const description = (activation: 'tanh' | 'sigmoid' | 'linear'): AutoencoderDescription => ({
  kind: 'undercomplete',
  space: { width, numericCount: width, columns },
  options: { hidden: [5], latent: 2, activation },
})
const machine = { engine: nodeEngine, kernels: loadKernels() }

function someRows(rows: number): Rows {
  const stream = randomFor(1, 'trace')
  const features = new Float32Array(rows * width)
  for (let row = 0; row < rows; row++) {
    const [a, b] = [stream.normal(), stream.normal()]
    features.set([a, b, a + b, a - 0.5 * b], row * width)
  }
  return { rows, features }
}

async function trainedOn(rows: Rows, activation: 'tanh' | 'sigmoid' | 'linear'): Promise<Trained> {
  const all = Int32Array.from({ length: rows.rows }, (_, i) => i)
  const autoencoder = description(activation)
  const { weights } = await trainHere({
    autoencoder,
    data: { ...rows, training: all, validation: new Int32Array(0) },
    options: { ...defaultTraining, steps: 200, batchSize: 32, learningRate: 0.01, threads: 1 },
  })
  return { autoencoder, weights }
}

/** x·W + b for one row, in float64. */
function affine(x: readonly number[], { weights }: Trained, layer: string): number[] {
  const [weight, bias] = [weights[`${layer}.weight`]!, weights[`${layer}.bias`]!]
  return Array.from(bias, (b, j) => x.reduce((sum, xi, i) => sum + xi * weight[i * bias.length + j]!, b))
}

describe('trace', () => {
  const rows = someRows(200)
  let trained: Trained
  let seen: Trace

  beforeAll(async () => {
    trained = await trainedOn(rows, 'tanh')
    seen = await trace(trained, rows, machine)
  })

  it('shows every layer in order with what it gives', () => {
    expect(seen.layers.map(({ name }) => name)).toEqual(['encoder.0', 'encoder.1', 'decoder.0', 'decoder.1'])
    const x = Array.from(rows.features.subarray(0, width))
    const hidden = affine(x, trained, 'encoder.0').map(Math.tanh)
    const code = affine(hidden, trained, 'encoder.1')
    hidden.forEach((value, i) => expect(seen.layers[0]!.output[i]).toBeCloseTo(value, 5))
    code.forEach((value, i) => expect(seen.latent[i]).toBeCloseTo(value, 5))
    expect(seen.layers[0]).toMatchObject({ shape: [5], operator: 'Tanh', units: 5, deadUnits: 0 })
    expect(seen.layers[0]!.parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ['encoder.0.weight', [4, 5]],
      ['encoder.0.bias', [5]],
    ])
    expect(seen.others).toEqual([])
  })

  it('has the gradient of the loss: of the last bias, the mean error over columns', () => {
    const sums = new Float64Array(width)
    seen.reconstruction.forEach(
      (value, i) => (sums[i % width]! += (value - rows.features[i]!) / width / rows.rows),
    )
    const bias = seen.layers[3]!.parameters.find(({ name }) => name === 'decoder.1.bias')!
    expect(bias.gradientNorm).toBeCloseTo(Math.hypot(...sums), 6)
  })

  it("has the singular values of the encoder's Jacobian, as finite differences give them", () => {
    const encode = (x: readonly number[]): number[] =>
      affine(affine(x, trained, 'encoder.0').map(Math.tanh), trained, 'encoder.1')
    const x = Array.from(rows.features.subarray(0, width))
    let squares = 0
    for (let i = 0; i < width; i++) {
      const [up, down] = [1e-5, -1e-5].map((shift) =>
        encode(x.map((value, k) => (k === i ? value + shift : value))),
      )
      up!.forEach((value, j) => (squares += ((value - down![j]!) / 2e-5) ** 2))
    }
    expect(seen.jacobian.norms[0]).toBeCloseTo(Math.sqrt(squares), 4)
    const [first, second] = seen.jacobian.singularValues[0]!
    expect(first).toBeGreaterThanOrEqual(second!)
    expect(Math.hypot(first!, second!)).toBeCloseTo(seen.jacobian.norms[0]!, 5)
  })

  it("has the decoder's answer to moving a unit", () => {
    const [unit] = seen.units
    const code = [0, 1].map((j) => seen.units.find(({ unit: other }) => other === j)!.mean)
    code[unit!.unit]! += 2 * unit!.deviation
    const decoded = affine(affine(code, trained, 'decoder.0').map(Math.tanh), trained, 'decoder.1')
    decoded.forEach((value, i) => expect(unit!.decoded[traversalSteps.indexOf(2)]![i]).toBeCloseTo(value, 4))
    const [strongest] = unit!.answers
    const at = Number(strongest!.column.slice(1))
    expect(strongest!.change).toBeCloseTo(unit!.decoded[4]![at]! - unit!.decoded[0]![at]!, 5)
  })

  it('counts dead and saturated units', async () => {
    const pushed = await trainedOn(rows, 'sigmoid')
    const weight = pushed.weights['encoder.0.weight']!
    const bias = pushed.weights['encoder.0.bias']!
    for (let i = 0; i < width; i++) weight[i * 5] = 0 // the first unit hears nothing
    bias[1] = 40 // the second is always at its upper bound
    const { layers } = await trace(pushed, rows, machine)
    expect(layers[0]!.deadUnits).toBe(2)
    expect(layers[0]!.saturatedShare).toBeGreaterThanOrEqual(0.2)
  })

  it('takes no rows and missing weights for what they are', async () => {
    const nothing = await trace(trained, { rows: 0, features: new Float32Array(0) }, machine)
    expect([nothing.rows, nothing.jacobian.rows, nothing.units.length]).toEqual([0, 0, 0])
    const rest = Object.fromEntries(
      Object.entries(trained.weights).filter(([name]) => name !== 'encoder.0.weight'),
    )
    await expect(trace({ ...trained, weights: rest }, rows, machine)).rejects.toMatchObject({
      code: 'HG_USAGE',
      message: expect.stringContaining('encoder.0.weight') as unknown,
    })
  })
})
