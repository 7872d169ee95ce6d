/** The Wasserstein kind: the battery, its loss against plain loops, and that training moves codes to the prior. */
import { describe, expect, it } from 'vitest'
import { createAutoencoder } from '../../src/autoencoders/index.js'
import { gradients } from '../../src/gradient/index.js'
import * as g from '../../src/graph/index.js'
import { checkAutoencoder, gridRows, gridSpace, mixedSpace } from '../check-autoencoder.js'
import { momentsWhileTraining } from '../support/aggregate-posterior.js'
import { numbers, runExact, wave } from '../support/slopes.js'

const image = gridSpace({ kind: 'image', height: 4, width: 3, channels: 1 })

describe('the battery', () => {
  checkAutoencoder(
    'wasserstein',
    {
      kind: 'wasserstein',
      space: mixedSpace,
      options: { hidden: [12], latent: 3, activation: 'tanh', readsMask: true, weight: 0.5 },
    },
    { fall: 0.97 },
  )
  checkAutoencoder(
    'wasserstein, images, huber',
    {
      kind: 'wasserstein',
      space: image,
      options: { hidden: [16], latent: 2, activation: 'silu', loss: 'huber', delta: 0.5, weight: 0.1 },
    },
    { rows: gridRows(image) },
  )
})

/** A linear autoencoder of two numbers whose encoder and decoder are the identity. */
const linear = createAutoencoder({
  kind: 'wasserstein',
  space: gridSpace({ kind: 'series', steps: 2, channels: 1 }),
  options: { hidden: [], latent: 2, weight: 3 },
})
const identity = numbers([1, 0, 0, 1], [2, 2])
const zeros = numbers([0, 0])
const linearFeeds = {
  'encoder.0.weight': identity,
  'encoder.0.bias': zeros,
  'decoder.0.weight': identity,
  'decoder.0.bias': zeros,
}

/** Objective of the linear one, codes and prior draws being inputs. */
function linearObjective() {
  const shape = ['batch', 2]
  const weights = new Map(
    linear.parameters.map((parameter) => [
      parameter.name,
      g.input(parameter.name, 'float32', parameter.shape),
    ]),
  )
  const no = (): never => {
    throw new Error('asks for normal noise alone')
  }
  const objective = linear.objective(
    { features: g.input('x', 'float32', shape) },
    {
      weight: (name) => weights.get(name)!,
      noise: { normal: () => g.input('prior', 'float32', shape), uniform: no, bernoulli: no },
      progress: g.scalar(0),
    },
  )
  return { objective, weights }
}

describe('the loss', () => {
  it('adds the discrepancy of codes and draws, by inverse multiquadratic kernels', () => {
    const [x, prior, rows] = [wave(12, 1, 2), wave(12, 5), 6]
    const kernel = (a: Float64Array, i: number, b: Float64Array, j: number): number => {
      const squared = (a[2 * i]! - b[2 * j]!) ** 2 + (a[2 * i + 1]! - b[2 * j + 1]!) ** 2
      return [0.1, 0.2, 0.5, 1, 2, 5, 10].reduce((sum, scale) => sum + (4 * scale) / (4 * scale + squared), 0)
    }
    let expected = 0
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < rows; j++) {
        if (i !== j) expected += (kernel(x, i, x, j) + kernel(prior, i, prior, j)) / (rows * (rows - 1))
        expected -= (2 * kernel(x, i, prior, j)) / rows ** 2
      }
    }
    const { objective } = linearObjective()
    const feeds = { ...linearFeeds, x: numbers(x, [6, 2]), prior: numbers(prior, [6, 2]) }
    const { mmd, loss } = runExact({ ...objective.metrics, loss: objective.loss }, feeds)
    expect(mmd!.data[0]).toBeCloseTo(expected, 6)
    for (const value of loss!.data) expect(value).toBeCloseTo(3 * expected, 5) // given back exactly: no error
  })

  it('pulls codes, not the decoder, to the prior', () => {
    const { objective, weights } = linearObjective()
    const names = ['encoder.0.bias', 'decoder.0.bias']
    const slopes = gradients(
      g.reduceMean(objective.loss),
      names.map((name) => weights.get(name)!),
    )
    const shifted = wave(12, 1).map((value) => value + 3)
    const feeds = { ...linearFeeds, x: numbers(shifted, [6, 2]), prior: numbers(wave(12, 5), [6, 2]) }
    const { encoder, decoder } = runExact({ encoder: slopes[0]!, decoder: slopes[1]! }, feeds)
    for (const slope of encoder!.data) expect(slope).toBeGreaterThan(0.01) // down to 0, where the prior is
    for (const slope of decoder!.data) expect(slope).toBeCloseTo(0, 10)
  })
})

describe('training', () => {
  it('moves the codes of all rows to N(0, I)', async () => {
    const { before, after } = await momentsWhileTraining(
      (space) => ({
        kind: 'wasserstein',
        space,
        options: { hidden: [32], latent: 2, activation: 'tanh', weight: 1 },
      }),
      { steps: 1200 },
    )
    expect(before.worst).toBeGreaterThan(0.5)
    expect(after.worst).toBeLessThan(0.3)
    expect(after.worst).toBeLessThan(before.worst / 2)
  })
})
