/** Ordered codes: the battery, which units are kept, and that a linear one finds the principal components in order. */
import { describe, expect, it } from 'vitest'
import {
  createAutoencoder,
  type AutoencoderDescription,
  type FeatureSpace,
} from '../../src/autoencoders/index.js'
import { cutAtRandom } from '../../src/autoencoders/ordered-code.js'
import { randomFor } from '../../src/base/index.js'
import { interpret } from '../../src/engine/index.js'
import * as g from '../../src/graph/index.js'
import type { NoiseSource } from '../../src/layers/index.js'
import { defaultTraining } from '../../src/training/index.js'
import { trainHere } from '../../src/training/node.js'
import { checkAutoencoder, mixedSpace as space } from '../check-autoencoder.js'

checkAutoencoder('undercomplete, ordered', {
  kind: 'undercomplete',
  space,
  options: { hidden: [12], latent: 4, activation: 'tanh', ordered: true },
})
checkAutoencoder('denoising, ordered', {
  kind: 'denoising',
  space,
  options: { hidden: [16], latent: 8, activation: 'tanh', ordered: true },
})

/** Rows of eight numbers whose variances along fixed orthogonal directions are given; the rest is nothing. */
function rowsAlong(deviations: readonly number[], rows: number): Float32Array {
  const stream = randomFor(8, 'rows')
  const features = new Float32Array(rows * 8)
  for (let row = 0; row < rows; row++) {
    deviations.forEach((deviation, k) => {
      const amount = deviation * stream.normal()
      for (let i = 0; i < 8; i++) features[row * 8 + i]! += amount * walsh(k, i)
    })
  }
  return features
}

/** Eight orthonormal directions: Walsh functions. */
function walsh(k: number, i: number): number {
  const shared = k & i
  const odd = ((shared >> 2) ^ (shared >> 1) ^ shared) & 1
  return (odd === 1 ? -1 : 1) / Math.sqrt(8)
}

describe('ordered codes', () => {
  it('keep leading units: each doubling of the width as often as another', () => {
    const rows = 20_000
    const stream = randomFor(1, 'kept')
    const draws = g.floats(
      Array.from({ length: rows }, () => stream.uniform()),
      [rows, 1],
    )
    const noise = { uniform: () => g.constant(draws) } as unknown as NoiseSource
    const ones = g.constant(g.floats(new Float32Array(rows * 7).fill(1), [rows, 7]))
    const { kept } = interpret(g.graph({ kept: cutAtRandom(ones, 7, noise) }), {})
    const counts = new Float64Array(8)
    for (let row = 0; row < rows; row++) {
      const units = Array.from({ length: 7 }, (_, i) => Number(kept!.data[row * 7 + i]))
      const count = units.reduce((sum, unit) => sum + unit, 0)
      expect(units).toEqual(Array.from({ length: 7 }, (_, i) => (i < count ? 1 : 0)))
      counts[count]! += 1 / rows
    }
    expect(counts[0]).toBe(0)
    // 1, 2–3 and 4–7 units: a third each; and 2 as log(3/2) ÷ log 8.
    expect(counts[1]).toBeCloseTo(1 / 3, 1)
    expect(counts[2]! + counts[3]!).toBeCloseTo(1 / 3, 1)
    expect(counts[2]).toBeCloseTo(Math.log(1.5) / Math.log(8), 1)
  })

  it('carry the principal components, the largest first, when the network is linear', async () => {
    const deviations = [3, 2, 1.4, 1, 0.7]
    const rows = 2000
    const flat: FeatureSpace = {
      width: 8,
      numericCount: 8,
      columns: Array.from({ length: 8 }, (_, i) => ({ name: `x${i}`, start: i, width: 1 })),
    }
    const features = rowsAlong(deviations, rows)
    const description: AutoencoderDescription = {
      kind: 'undercomplete',
      space: flat,
      options: { hidden: [], latent: 5, ordered: true },
    }
    const all = Int32Array.from({ length: rows }, (_, i) => i)
    const { weights } = await trainHere({
      autoencoder: description,
      data: { rows, features, training: all, validation: new Int32Array(0) },
      options: {
        ...defaultTraining,
        steps: 2500,
        batchSize: 200,
        learningRate: 5e-3,
        weightDecay: 0,
        threads: 1,
      },
    })
    const autoencoder = createAutoencoder(description)
    const context = {
      weight: (name: string) => {
        const { shape } = autoencoder.parameters.find((parameter) => parameter.name === name)!
        return g.constant(g.tensor('float32', shape, weights[name]!))
      },
    }
    const x = g.constant(g.tensor('float32', [rows, 8], features))
    const code = autoencoder.encode({ features: x }, context)
    const errorOf = (kept: number): number => {
      const mask = g.constant(
        g.floats(
          Float32Array.from({ length: 5 }, (_, i) => (i < kept ? 1 : 0)),
          [1, 5],
        ),
      )
      const back = autoencoder.decode(g.mul(code, mask), context)
      const { error } = interpret(
        g.graph({ error: g.reduceMean(g.reduceSum(g.square(g.sub(back, x)), { axes: [1] })) }),
        {},
      )
      return Number(error!.data[0])
    }
    // The best that k numbers can do leaves the variances of the other directions (Eckart & Young 1936).
    for (let kept = 1; kept <= 5; kept++) {
      const least = deviations.slice(kept).reduce((sum, deviation) => sum + deviation ** 2, 0)
      expect(errorOf(kept)).toBeGreaterThan(0.9 * least)
      expect(errorOf(kept)).toBeLessThan(1.1 * least + 0.05)
    }
  })
})
