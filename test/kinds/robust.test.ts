/** The robust kind: the battery, which rows count, and what gross errors do to it. */
import { describe, expect, it } from 'vitest'
import {
  createAutoencoder,
  type AutoencoderDescription,
  type Objective,
} from '../../src/autoencoders/index.js'
import { randomFor } from '../../src/base/index.js'
import { interpret } from '../../src/engine/index.js'
import { nodeEngine } from '../../src/engine/node.js'
import * as g from '../../src/graph/index.js'
import { defaultTraining, type Weights } from '../../src/training/index.js'
import { trainHere } from '../../src/training/node.js'
import { checkAutoencoder, mixedSpace } from '../check-autoencoder.js'

checkAutoencoder('robust', {
  kind: 'robust',
  space: mixedSpace,
  options: { hidden: [12], latent: 3, activation: 'tanh', trim: 0.3 },
})
checkAutoencoder('robust by the correntropy-induced loss alone', {
  kind: 'robust',
  space: mixedSpace,
  options: { hidden: [12], latent: 3, activation: 'silu', loss: 'correntropy', sigma: 2, trim: 0 },
})

const width = 8
const space = {
  width,
  numericCount: width,
  columns: Array.from({ length: width }, (_, i) => ({ name: `x${i}`, start: i, width: 1 })),
}
const options = { hidden: [16], latent: 2, activation: 'tanh' as const }

describe('trimming', () => {
  /** Loss and weight of given rows, at a moment of the training. */
  async function lossesOf(rows: readonly number[], trim: number, progress: number, trimWarmup = 0) {
    const description = { kind: 'robust', space, options: { ...options, trim, trimWarmup } } as const
    const { parameters, objective } = createAutoencoder(description)
    const none = () => expect.fail('no noise is wanted')
    const zero = (name: string): g.Value => {
      const { shape } = parameters.find((parameter) => parameter.name === name)!
      return g.constant(g.tensor('float32', shape, new Float32Array(g.sizeOf(shape))))
    }
    const features = g.input('features', 'float32', ['batch', width])
    // All weights zero: every number is given back as 0, and a row's loss is what its own numbers make it.
    const found: Objective = objective(
      { features },
      {
        weight: zero,
        noise: { normal: none, uniform: none, bernoulli: none },
        progress: g.input('progress', 'float32', []),
      },
    )
    const feeds = {
      features: g.floats(
        rows.flatMap((size) => Array.from({ length: width }, () => size)),
        [rows.length, width],
      ),
      progress: g.floats([progress], []),
    }
    const program = await nodeEngine.compile(
      g.graph({ loss: found.loss, heldOut: found.heldOut!, trimmed: found.metrics!['trimmed']! }),
    )
    const results = await program.run(feeds)
    await program.dispose()
    return Object.fromEntries(
      Object.entries(results).map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
    ) as Record<'loss' | 'heldOut' | 'trimmed', number[]>
  }
  const halfSquare = (size: number): number => size ** 2 / 2

  it('takes the weight of the worst rows, and gives it to the others', async () => {
    const sizes = [0.1, 0.9, 0.2, 0.8, 0.3]
    const { loss, trimmed } = await lossesOf(sizes, 0.4, 1)
    const expected = [0.1, 0, 0.2, 0, 0.3].map((size) => (halfSquare(size) * 5) / 3)
    loss.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6))
    expect(trimmed[0]).toBeCloseTo(0.4, 6)
  })

  it('rounds to whole rows of the batch at hand, and keeps a row that is alone', async () => {
    expect((await lossesOf([0.4], 0.5, 1)).loss[0]).toBeCloseTo(halfSquare(0.4), 6)
    const counts = [2, 3, 4, 7].map(async (rows) => {
      const { loss } = await lossesOf(
        Array.from({ length: rows }, (_, i) => 0.1 * (i + 1)),
        0.2,
        1,
      )
      return loss.filter((value) => value === 0).length
    })
    expect(await Promise.all(counts)).toEqual([0, 1, 1, 1])
  })

  it('rises with the training, and never touches held-out rows', async () => {
    const sizes = Array.from({ length: 10 }, (_, i) => 0.05 * (i + 1))
    const cut = async (progress: number): Promise<number> =>
      (await lossesOf(sizes, 0.4, progress, 0.5)).loss.filter((value) => value === 0).length
    expect([await cut(0), await cut(0.25), await cut(0.5), await cut(1)]).toEqual([0, 2, 4, 4])
    const { heldOut } = await lossesOf(sizes, 0.4, 1)
    heldOut.forEach((value, i) => expect(value).toBeCloseTo(halfSquare(sizes[i]!), 6))
  })
})

describe('gross errors', () => {
  const [clean, wrong] = [900, 100]
  const stream = randomFor(11, 'robust')
  // Two factors behind eight columns, and 100 rows that lie far out along a line of their own.
  const loadings = Array.from({ length: 2 * width }, () => stream.normal() / Math.SQRT2)
  const features = new Float32Array((clean + wrong) * width)
  for (let row = 0; row < clean + wrong; row++) {
    const [a, b, far] = [stream.normal(), stream.normal(), 12 + 3 * stream.normal()]
    for (let i = 0; i < width; i++) {
      const good = a * loadings[i]! + b * loadings[width + i]! + 0.1 * stream.normal()
      features[row * width + i] = row < clean ? good : good + (i % 2 === 0 ? far : -far) / Math.sqrt(width)
    }
  }
  const all = Int32Array.from({ length: clean + wrong }, (_, i) => i)

  /** Mean squared error of the clean rows, and the share of pairs in which the wrong row scores higher. */
  async function trained(description: AutoencoderDescription) {
    const { weights } = await trainHere({
      autoencoder: description,
      data: { rows: all.length, features, training: all, validation: all.subarray(0, 0) },
      options: {
        ...defaultTraining,
        steps: 1500,
        batchSize: 100,
        learningRate: 5e-3,
        evaluateEvery: 500,
        threads: 1,
      },
    })
    const scores = scoresOf(description, weights)
    const [good, bad] = [scores.subarray(0, clean), scores.subarray(clean)]
    const above = bad.reduce((sum, score) => sum + good.filter((other) => other < score).length, 0)
    return { error: squaredErrors(description, weights), auroc: above / (clean * wrong) }
  }

  function outputsOf(description: AutoencoderDescription, weights: Weights) {
    const autoencoder = createAutoencoder(description)
    const x = g.input('features', 'float32', ['batch', width])
    const context = {
      weight: (name: string) => {
        const { shape } = autoencoder.parameters.find((parameter) => parameter.name === name)!
        return g.constant(g.tensor('float32', shape, weights[name]!))
      },
    }
    const { reconstruction } = autoencoder.forward({ features: x }, context)
    const outputs = { reconstruction, errors: autoencoder.errors({ features: x }, context) }
    return interpret(g.graph(outputs), { features: g.floats(features, [all.length, width]) })
  }
  function scoresOf(description: AutoencoderDescription, weights: Weights): Float64Array {
    const { data } = outputsOf(description, weights)['errors']!
    const errors = data as Float32Array
    return Float64Array.from(all, (row) =>
      errors.subarray(row * width, (row + 1) * width).reduce((a, b) => a + b, 0),
    )
  }
  function squaredErrors(description: AutoencoderDescription, weights: Weights): number {
    const data = outputsOf(description, weights)['reconstruction']!.data as Float32Array
    let sum = 0
    for (let i = 0; i < clean * width; i++) sum += (data[i]! - features[i]!) ** 2
    return sum / (clean * width)
  }

  it('in a tenth of the rows leave the clean ones well given back, and are ranked first', async () => {
    const plain = await trained({ kind: 'undercomplete', space, options })
    const huber = await trained({ kind: 'robust', space, options })
    const correntropy = await trained({
      kind: 'robust',
      space,
      options: { ...options, loss: 'correntropy', trim: 0 },
    })
    // Noise of 0.1 leaves 0.01 · 6/8 of error to the best code of two numbers.
    expect(huber.error).toBeLessThan(0.02)
    expect(huber.error).toBeLessThan(0.3 * plain.error)
    expect(correntropy.error).toBeLessThan(0.5 * plain.error)
    expect(huber.auroc).toBeGreaterThan(0.999)
    expect(huber.auroc).toBeGreaterThan(plain.auroc)
  })

  it('are refused no place: neither robust loss nor trimming is a mistake in the options', () => {
    expect(() =>
      createAutoencoder({ kind: 'robust', space, options: { ...options, loss: 'squared', trim: 0 } }),
    ).toThrow(/robust: with trim 0 the squared loss .* give trim/)
  })
})
