/** The border that is learned: the graph of it and the transform that codes agree, and learning saves bits. */
import { describe, expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { interpret } from '../engine/index.js'
import { constant, graph, tensor } from '../graph/index.js'
import { defaultTraining } from '../training/index.js'
import { trainHere } from '../training/node.js'
import { borderFrom, borderLearner, squareSource, squaresFor } from './fit-transform.js'
import { lappedTransform, orthonormalBorder, windowSize } from './lapped-transform.js'
import type { Pixels } from './tiles.js'

const learner = borderLearner()

/** Neighbours that are much alike, along both axes. */
function picture(width: number, height: number): Pixels {
  const random = randomFor(4, 'picture')
  const values = new Float64Array(width * height)
  for (let i = width; i < values.length; i++)
    values[i] =
      0.96 * (values[i - 1]! + values[i - width]! - 0.96 * values[i - width - 1]!) + 5 * random.normal()
  return {
    width,
    height,
    channels: 1,
    data: Uint8Array.from(values, (value) => Math.max(0, Math.min(255, 128 + value))),
  }
}

describe('borderLearner', () => {
  it('counts the bits of the transform that lapped-transform.ts makes', () => {
    const random = randomFor(5, 'change')
    const change = Float32Array.from({ length: 64 }, () => 0.05 * random.normal())
    const square = Float32Array.from({ length: windowSize ** 2 }, () => 30 * random.normal())
    const logStep = 4
    const { loss } = learner.objective(
      { features: constant(tensor('float32', [1, square.length + 1], Float32Array.of(...square, logStep))) },
      {
        weight: () => constant(tensor('float32', [8, 8], change)),
        noise: { normal: noNoise, uniform: noNoise, bernoulli: noNoise },
        progress: constant(tensor('float32', [], Float32Array.of(0))),
      },
    )
    const { analysis } = lappedTransform(borderFrom({ border: change }))
    let bits = 0
    for (const down of analysis)
      for (const across of analysis) {
        let sum = 0
        for (let y = 0; y < windowSize; y++)
          for (let x = 0; x < windowSize; x++) sum += down[y]! * across[x]! * square[y * windowSize + x]!
        bits += Math.log2(1 + (sum / 2 ** logStep) ** 2) / 2 / 256
      }
    expect(Number(interpret(graph({ loss }), {})['loss']!.data[0])).toBeCloseTo(bits, 4)
  })

  it('begins with the orthonormal border, and learns one that takes fewer bits', async () => {
    expect([...borderFrom({ border: new Float32Array(64) })]).toEqual([
      ...Float32Array.from(orthonormalBorder()),
    ])
    const batchSize = 64
    const { record, weights } = await trainHere({
      autoencoder: learner,
      data: {
        rows: batchSize,
        features: squaresFor(batchSize),
        training: Int32Array.from({ length: batchSize }, (_, row) => row),
        validation: new Int32Array(),
        source: squareSource([picture(200, 160)], batchSize, 0),
      },
      options: {
        ...{ ...defaultTraining, steps: 400, batchSize, learningRate: 5e-3, threads: 1 },
        ...{ evaluateEvery: 100, weightDecay: 0 },
      },
    })
    const losses = record.points.map(({ trainLoss }) => trainLoss)
    expect(losses.at(-1)!).toBeLessThan(losses[0]!)
    expect(Math.max(...weights['border']!.map(Math.abs))).toBeGreaterThan(0.05)
  })
})

const noNoise = (): never => {
  throw new Error('the border is learned without noise')
}
