/** Likelihoods, samples and interpolations of trained autoencoders, against models whose answers are known exactly. */
import { describe, expect, it } from 'vitest'
import {
  createAutoencoder,
  interpolationGraph,
  logLikelihoodGraph,
  type AutoencoderDescription,
} from '../src/autoencoders/index.js'
import { HourglassError, randomFor } from '../src/base/index.js'
import { loadKernels, nodeEngine } from '../src/engine/node.js'
import {
  interpolateRows,
  logLikelihood,
  sampleRows,
  type FeatureRows,
  type Weights,
} from '../src/training/index.js'
import { gridSpace, mixedSpace } from './check-autoencoder.js'
import { codeOf } from './support/errors.js'

const machine = { engine: nodeEngine, kernels: loadKernels() }
const [width, latent] = [3, 2]
const space = gridSpace({ kind: 'series', steps: width, channels: 1 })

/** x = Wᵀz + b + noise of these variances: the marginal is a Gaussian in closed form. */
const [loadings, offset] = [Float32Array.of(0.9, -0.4, 0.3, 0.2, 0.7, -0.6), Float32Array.of(0.5, -1, 0.2)]
const logVariances = Float32Array.of(-1, 0.3, -0.5)

/** An encoder that knows the posterior only roughly, so that importance weights have work to do. */
const weights: Weights = {
  'encoder.0.weight': Float32Array.of(0.4, 0.1, 0, 0, -0.1, 0.2, 0, 0, 0.1, -0.2, 0, 0),
  'encoder.0.bias': Float32Array.of(0.1, 0.1, -0.5, -0.3),
  'decoder.0.weight': loadings,
  'decoder.0.bias': offset,
  'observation.logVariance': logVariances.map((value) => 10 * Math.atanh(value / 10)),
}
const linear = (loss: 'gaussian' | 'squared'): AutoencoderDescription => ({
  kind: 'variational',
  space,
  options: { hidden: [], latent, loss },
})

function rowsOf(count: number, masked: boolean): FeatureRows {
  const stream = randomFor(2, 'likelihood')
  const features = Float32Array.from({ length: count * width }, () => 1.2 * stream.normal())
  if (!masked) return { rows: count, features }
  const mask = Float32Array.from(features, (_, i) => Number(i % 4 !== 1))
  return { rows: count, mask, features: features.map((value, i) => value * mask[i]!) }
}

/** log N(x; b, WᵀW + diag v) over the known columns, by elimination. */
function exactLogLikelihood(
  { features, mask }: FeatureRows,
  row: number,
  variances: readonly number[],
): number {
  const known = [0, 1, 2].filter((column) => mask === undefined || mask[row * width + column] === 1)
  const covariance = known.map((a) =>
    known.map((b) => {
      const shared = [0, 1].reduce(
        (sum, unit) => sum + loadings[unit * width + a]! * loadings[unit * width + b]!,
        0,
      )
      return shared + (a === b ? variances[a]! : 0)
    }),
  )
  const deviation = known.map((column) => features[row * width + column]! - offset[column]!)
  let result = -0.5 * known.length * Math.log(2 * Math.PI)
  known.forEach((_, i) => {
    const pivot = covariance[i]![i]!
    result -= 0.5 * (Math.log(pivot) + deviation[i]! ** 2 / pivot)
    for (let j = i + 1; j < known.length; j++) {
      const factor = covariance[j]![i]! / pivot
      for (let k = i; k < known.length; k++) covariance[j]![k]! -= factor * covariance[i]![k]!
      deviation[j]! -= factor * deviation[i]!
    }
  })
  return result
}

describe('logLikelihood', () => {
  it.each([
    ['gaussian', false],
    ['gaussian', true],
    ['squared', true],
  ] as const)(
    'equals the exact marginal of a linear model within its error (%s, missing cells: %s)',
    async (loss, masked) => {
      const rows = rowsOf(40, masked)
      const variances = loss === 'squared' ? [1, 1, 1] : Array.from(logVariances, Math.exp)
      const found = await logLikelihood(
        { autoencoder: linear(loss), weights },
        rows,
        { samples: 3000 },
        machine,
      )
      const distances = Array.from(found.perRow, (value, row) => {
        const error = found.standardErrors[row]!
        expect(error).toBeLessThan(0.1)
        return (value - exactLogLikelihood(rows, row, variances)) / error
      })
      expect(Math.max(...distances.map(Math.abs))).toBeLessThan(4.5)
      const spread = Math.sqrt(distances.reduce((sum, distance) => sum + distance ** 2, 0) / rows.rows)
      expect(spread).toBeGreaterThan(0.5) // the errors are neither too large …
      expect(spread).toBeLessThan(1.6) // … nor too small
      const exact = Array.from({ length: rows.rows }, (_, row) => exactLogLikelihood(rows, row, variances))
      const mean = exact.reduce((a, b) => a + b, 0) / rows.rows
      expect(Math.abs(found.mean - mean)).toBeLessThan(4.5 * found.standardError)
    },
  )

  it('is a bound that grows with the samples', async () => {
    const rows = rowsOf(200, false)
    const means: number[] = []
    for (const samples of [1, 10, 200])
      means.push(
        (await logLikelihood({ autoencoder: linear('gaussian'), weights }, rows, { samples }, machine)).mean,
      )
    expect(means[1]).toBeGreaterThan(means[0]!)
    expect(means[2]).toBeGreaterThan(means[1]!)
  })

  it('gives the same numbers for the same seed, with draws in several pieces and of one and no row', async () => {
    const estimate = (seed: number, count: number) =>
      logLikelihood(
        { autoencoder: linear('gaussian'), weights },
        rowsOf(count, false),
        { samples: 70, seed },
        machine,
      )
    expect(await estimate(1, 5)).toEqual(await estimate(1, 5))
    expect((await estimate(1, 5)).perRow).not.toEqual((await estimate(2, 5)).perRow)
    expect((await estimate(1, 1)).perRow).toHaveLength(1)
    expect((await estimate(1, 0)).perRow).toHaveLength(0)
  })

  it('refuses kinds without a likelihood, and counts that are none', () => {
    const undercomplete = createAutoencoder({ kind: 'undercomplete', space, options: { hidden: [], latent } })
    const wasserstein = createAutoencoder({ kind: 'wasserstein', space, options: { hidden: [], latent } })
    expect(codeOf(() => logLikelihoodGraph(undercomplete, 5))).toBe('HG_USAGE')
    expect(() => logLikelihoodGraph(wasserstein, 5)).toThrow(/prior but no likelihood/)
    expect(() => logLikelihoodGraph(createAutoencoder(linear('squared')), 0)).toThrow(/samples must be/)
    expect(() => interpolationGraph(wasserstein, 1)).toThrow(/points must be/)
  })

  it('stops when asked to', async () => {
    const signal = AbortSignal.abort()
    const work = logLikelihood(
      { autoencoder: linear('gaussian'), weights },
      rowsOf(5, false),
      { signal },
      machine,
    )
    await expect(work).rejects.toThrow(HourglassError)
  })
})

describe('sampleRows', () => {
  it('gives rows with the moments of the model, the same for the same seed', async () => {
    const count = 20000
    const rows = await sampleRows({ autoencoder: linear('gaussian'), weights }, count, { seed: 3 }, machine)
    for (let column = 0; column < width; column++) {
      const values = Array.from({ length: count }, (_, row) => rows[row * width + column]!)
      const mean = values.reduce((a, b) => a + b, 0) / count
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count
      const expected = loadings[column]! ** 2 + loadings[width + column]! ** 2
      expect(Math.abs(mean - offset[column]!)).toBeLessThan(5 * Math.sqrt(expected / count))
      expect(Math.abs(variance / expected - 1)).toBeLessThan(5 * Math.sqrt(2 / count))
    }
    const again = await sampleRows({ autoencoder: linear('gaussian'), weights }, 7, { seed: 3 }, machine)
    expect(again).toHaveLength(7 * width)
    expect(await sampleRows({ autoencoder: linear('gaussian'), weights }, 7, { seed: 3 }, machine)).toEqual(
      again,
    )
  })

  it('gives probabilities of categories', async () => {
    const description: AutoencoderDescription = {
      kind: 'adversarial',
      space: mixedSpace,
      options: { hidden: [], latent, discriminator: [2] },
    }
    const { parameters } = createAutoencoder(description)
    const random: Weights = Object.fromEntries(
      parameters.map(({ name, shape }) => [
        name,
        Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
          Math.sin(3 * i + name.length),
        ),
      ]),
    )
    const rows = await sampleRows({ autoencoder: description, weights: random }, 5, {}, machine)
    for (let row = 0; row < 5; row++) {
      const sum = (from: number, to: number): number =>
        rows.subarray(row * 8 + from, row * 8 + to).reduce((a, b) => a + b, 0)
      expect(sum(3, 6)).toBeCloseTo(1, 5)
      expect(sum(6, 8)).toBeCloseTo(1, 5)
    }
  })

  it('refuses kinds without a prior', async () => {
    const undercomplete: AutoencoderDescription = {
      kind: 'undercomplete',
      space,
      options: { hidden: [], latent },
    }
    await expect(sampleRows({ autoencoder: undercomplete, weights }, 1, {}, machine)).rejects.toThrow(
      /follow no known distribution/,
    )
  })
})

describe('interpolateRows', () => {
  it('walks in even steps from the one reconstruction to the other, which a linear decoder keeps straight', async () => {
    const from = rowsOf(3, true)
    const to = { rows: 3, features: rowsOf(6, false).features.subarray(3 * width) }
    const trained = { autoencoder: linear('gaussian'), weights }
    const rows = await interpolateRows(trained, from, to, { points: 5 }, machine)
    expect(rows).toHaveLength(3 * 5 * width)
    const at = (pair: number, point: number, column: number): number =>
      rows[(pair * 5 + point) * width + column]!
    for (let pair = 0; pair < 3; pair++) {
      for (let column = 0; column < width; column++) {
        const [first, last] = [at(pair, 0, column), at(pair, 4, column)]
        expect(Math.abs(last - first)).toBeGreaterThan(1e-4)
        expect(at(pair, 1, column)).toBeCloseTo(0.75 * first + 0.25 * last, 5)
      }
    }
    await expect(interpolateRows(trained, from, rowsOf(2, true), {}, machine)).rejects.toThrow(/got 3 and 2/)
  })
})
