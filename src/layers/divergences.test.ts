import { describe, expect, it } from 'vitest'
import { random } from '../base/index.js'
import { gradients } from '../gradient/index.js'
import { add, input, mul, type Value } from '../graph/index.js'
import { expectGolden } from '../../test/support/golden-layers.js'
import { expectClose, expectSlopes, numbers, runExact, runFast, wave } from '../../test/support/slopes.js'
import { bernoulliKl, gaussianKl, logDensityNormal, mmd, type MmdOptions } from './divergences.js'

const nothing = { parameters: [] }

describe('divergences and densities are those of torch.distributions', () => {
  const shape = [4, 3]

  it('gaussianKl', () =>
    expectGolden('gaussianKl', {
      layer: nothing,
      shapes: [shape, shape],
      scale: 3,
      apply: ([mean, logVariance]) => gaussianKl(mean!, logVariance!),
    }))

  it('logDensityNormal', () =>
    expectGolden('logDensityNormal', {
      layer: nothing,
      shapes: [shape, shape, shape],
      scale: 3,
      apply: ([z, mean, logVariance]) => logDensityNormal(z!, mean!, logVariance!),
    }))

  it('bernoulliKl', () =>
    expectGolden('bernoulliKl', {
      layer: nothing,
      shapes: [shape],
      apply: ([x]) => bernoulliKl(0.05, add(mul(x!, 0.25), 0.5)),
    }))
})

describe('bernoulliKl', () => {
  it('stays finite for silent and saturated units', async () => {
    const x = input('x', 'float32', ['n'])
    const { y } = await runFast({ y: bernoulliKl(0.1, x) }, { x: numbers([0, 1, 0.1]) })
    const at = (p: number) => 0.1 * Math.log(0.1 / p) + 0.9 * Math.log(0.9 / (1 - p))
    expectClose(y!, [at(1e-6), at(1 - 1e-6), 0], 1e-2)
    expect(Math.abs(Number(y!.data[2]))).toBeLessThan(1e-6)
  })

  it('refuses activities that are no probabilities between 0 and 1', () => {
    expect(() => bernoulliKl(1, input('x', 'float32', [1]))).toThrow(/expected an activity between 0 and 1/)
  })
})

describe('mmd', () => {
  const latent = 3
  const [z, prior] = ['z', 'prior'].map((name) => input(name, 'float32', ['batch', latent])) as [Value, Value]
  const feedsOf = (rows: number, seed = 1) => ({
    z: numbers(wave(rows * latent, seed, 1.5), [rows, latent]),
    prior: numbers(wave(rows * latent, seed + 3), [rows, latent]),
  })

  /** The definition, pair by pair. */
  function plain(
    feeds: ReturnType<typeof feedsOf>,
    { kernel = 'imq', scales = [0.5, 2] }: MmdOptions,
  ): number {
    const rowsOf = (name: 'z' | 'prior') => {
      const data = Array.from(feeds[name].data, Number)
      return Array.from({ length: data.length / latent }, (_, i) => data.slice(i * latent, (i + 1) * latent))
    }
    const [a, b] = [rowsOf('z'), rowsOf('prior')]
    const similarity = (u: readonly number[], v: readonly number[]): number => {
      const squared = u.reduce((sum, each, i) => sum + (each - v[i]!) ** 2, 0)
      return scales
        .map((scale) => 2 * latent * scale)
        .reduce((sum, c) => sum + (kernel === 'imq' ? c / (c + squared) : Math.exp(-squared / c)), 0)
    }
    const n = a.length
    let total = 0
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        if (i !== j) total += (similarity(a[i]!, a[j]!) + similarity(b[i]!, b[j]!)) / (n * (n - 1))
        total -= (2 * similarity(a[i]!, b[j]!)) / n ** 2
      }
    }
    return total
  }

  it.each(['imq', 'rbf'] as const)('%s is its definition, with its slopes', async (kernel) => {
    const options = { kernel, scales: [0.5, 2] }
    const y = mmd(z, prior, options)
    expect(y.shape).toEqual([])
    for (const rows of [2, 6]) {
      const feeds = feedsOf(rows)
      expectClose(runExact({ y }, feeds)['y']!, [plain(feeds, options)], 1e-6)
      expectClose((await runFast({ y }, feeds))['y']!, [plain(feeds, options)], 1e-5)
      expectSlopes(y, [z, prior], feeds)
    }
  })

  it('is 0, with slopes of 0, for batches of one and none', async () => {
    const y = mmd(z, prior)
    const [slope] = gradients(y, [z])
    for (const rows of [0, 1]) {
      const found = await runFast({ y, slope: slope! }, feedsOf(rows))
      expect(Math.abs(Number(found['y']!.data[0]))).toBe(0)
      const slopes = Array.from(found['slope']!.data, Number)
      expect(slopes).toHaveLength(rows * latent)
      expect(slopes.every((each) => each === 0)).toBe(true)
    }
  })

  it('is about 0 for one distribution, and clearly above for two', () => {
    const stream = random(6)
    const normal = (rows: number, shift: number) =>
      numbers(
        Array.from({ length: rows * latent }, () => stream.normal() + shift),
        [rows, latent],
      )
    const y = mmd(z, prior)
    const draws = (shift: number, count: number) =>
      Array.from({ length: count }, () =>
        Number(runExact({ y }, { z: normal(12, shift), prior: normal(12, 0) })['y']!.data[0]),
      )
    const same = draws(0, 60)
    const mean = same.reduce((sum, each) => sum + each, 0) / same.length
    const error = Math.sqrt(same.reduce((sum, each) => sum + (each - mean) ** 2, 0)) / same.length
    expect(Math.abs(mean)).toBeLessThan(3.5 * error)
    expect(Math.min(...same)).toBeLessThan(0)
    expect(Math.min(...draws(2, 5))).toBeGreaterThan(Math.max(...same))
  })

  it('refuses other shapes and scales that are not above 0', () => {
    expect(() => mmd(z, input('p', 'float32', ['batch', 2]))).toThrow(
      /mmd: expected \[batch, latent\] twice, got \[batch, 3\] and \[batch, 2\]/,
    )
    expect(() => mmd(z, prior, { scales: [1, 0] })).toThrow(/mmd: expected scales above 0, got 1, 0/)
    expect(() => mmd(z, prior, { scales: [] })).toThrow(/got none/)
  })
})
