/** The denoising kind: the battery under every noise, what the noises do to cells, and the published one-layer network. */
import { describe, expect, it } from 'vitest'
import { createAutoencoder, type KindOptions } from '../../src/autoencoders/index.js'
import { interpret } from '../../src/engine/index.js'
import { randomFor } from '../../src/base/index.js'
import * as g from '../../src/graph/index.js'
import type { NoiseSource } from '../../src/layers/index.js'
import { defaultTraining } from '../../src/training/index.js'
import { trainHere } from '../../src/training/node.js'
import { checkAutoencoder, mixedSpace as space } from '../check-autoencoder.js'
import { denoisingSettings } from '../../src/autoencoders/denoising-options.js'
import { corruptFresh } from '../../src/autoencoders/training-corruptions.js'

type Options = KindOptions['denoising']

const network = { hidden: [16], latent: 16, activation: 'tanh' } as const
const denoise = { noiseRange: [0.05, 1.5], scoreLevels: [0.2, 0.8], drawsPerLevel: 2 } as const

checkAutoencoder('denoising', {
  kind: 'denoising',
  space,
  options: { ...network, hiddenShare: 0.25, ...denoise },
})
checkAutoencoder('denoising, masked', {
  kind: 'denoising',
  space,
  options: { ...network, noise: 'masking', schedule: 'annealed' },
})
checkAutoencoder('denoising, salt and pepper', {
  kind: 'denoising',
  space,
  options: { ...network, noise: 'saltAndPepper' },
})
checkAutoencoder('denoising, swapped', {
  kind: 'denoising',
  space,
  options: { ...network, noise: 'swap', schedule: 'fixed', noiseRange: [0.3, 0.3], hiddenShare: 0 },
})
checkAutoencoder('denoising, one layer as published, scored clean', {
  kind: 'denoising',
  space,
  options: {
    ...{ hidden: [], latent: 12, codeActivation: 'sigmoid', tied: true, schedule: 'fixed', maskInput: false },
    ...{ noiseRange: [0.3, 0.3], hiddenShare: 0, scoreLevels: [] },
  },
})

/** Feeds noise with a generator; the graph has the numbers as constants. */
function drawnNoise(rows: number): NoiseSource {
  const stream = randomFor(21, 'noise')
  const draw = (shape: g.Shape, next: () => number): g.Value => {
    const size = [rows, shape[1] as number]
    return g.constant(g.tensor('float32', size, Float32Array.from({ length: g.sizeOf(size) }, next)))
  }
  return {
    normal: (shape) => draw(shape, () => stream.normal()),
    uniform: (shape) => draw(shape, () => stream.uniform()),
    bernoulli: (p, shape) => draw(shape, () => Number(stream.uniform() < p)),
  }
}

/** Rows of two distinct numbers, one row in five with b missing. */
const count = 2000
const clean = Float32Array.from({ length: count }, (_, i) => i).reduce(
  (all, row) => {
    const kind = row % 3
    const b = row % 5 === 0 ? 0 : -row
    all.set(
      [row + 1, b, 0.5, ...[0, 1, 2].map((i) => Number(i === kind)), row % 2, 1 - (row % 2)],
      row * space.width,
    )
    return all
  },
  new Float32Array(count * space.width),
)
const known = Float32Array.from({ length: count * 5 }, (_, i) =>
  Number(i % 5 !== 1 || Math.floor(i / 5) % 5 !== 0),
)

/** A fresh corruption of those rows: rows of features, of the mask, and levels. */
function corrupted(options: Partial<Options>, progress = 0) {
  const { level, corrupted: batch } = corruptFresh(
    space,
    {
      features: g.constant(g.tensor('float32', [count, space.width], clean)),
      mask: g.constant(g.tensor('float32', [count, 5], known)),
    },
    denoisingSettings({ ...network, ...options }),
    { weight: () => g.scalar(0), noise: drawnNoise(count), progress: g.scalar(progress) },
  )
  const results = interpret(g.graph({ level, features: batch.features, mask: batch.mask! }), {})
  const rowsOf = (name: string): number[][] => {
    const { data, shape } = results[name]!
    const width = shape[1]!
    return Array.from({ length: count }, (_, row) => [
      ...(data as Float32Array).slice(row * width, (row + 1) * width),
    ])
  }
  return { features: rowsOf('features'), mask: rowsOf('mask'), levels: rowsOf('level').flat() }
}
const cleanRow = (row: number): number[] => [...clean.slice(row * space.width, (row + 1) * space.width)]
const share = (values: readonly boolean[]): number => values.filter(Boolean).length / values.length
const fixed = { schedule: 'fixed', hiddenShare: 0, noiseRange: [0.1, 0.4] } as const

describe('noise in training', () => {
  it('masks a share of the cells, and says so', () => {
    const { features, mask } = corrupted({ noise: 'masking', schedule: 'fixed', noiseRange: [0.1, 0.4] })
    expect(share(mask.map(([a]) => a === 0))).toBeCloseTo(0.4, 1)
    features.forEach((row, i) => {
      const shown = mask[i]!
      expect(row).toEqual(cleanRow(i).map((value, f) => value * shown[f < 3 ? f : f < 6 ? 3 : 4]!))
    })
  })

  it('puts extremes and other categories into a share of the cells', () => {
    const { features } = corrupted({ noise: 'saltAndPepper', ...fixed })
    expect(share(features.map(([a]) => a === 2))).toBeCloseTo(0.2, 1)
    expect(share(features.map(([a]) => a === -2))).toBeCloseTo(0.2, 1)
    const moves = [0, 0, 0]
    features.forEach((row, i) => {
      expect(row.slice(3, 6).toSorted()).toEqual([0, 0, 1])
      moves[(row.slice(3, 6).indexOf(1) - (i % 3) + 3) % 3]!++
      expect([-2, 2, i + 1]).toContain(row[0])
      if (i % 5 === 0) expect(row[1]).toBeCloseTo(0) // missing stays missing
    })
    expect(moves.map((n) => n / count)).toEqual([0.6, 0.2, 0.2].map((p) => expect.closeTo(p, 1) as number))
  })

  it('swaps cells with other rows, each with its own, and never takes what is missing', () => {
    const { features } = corrupted({ noise: 'swap', ...fixed })
    expect(share(features.map(([a], i) => a !== i + 1))).toBeCloseTo(0.4, 1)
    features.forEach(([a, b], i) => {
      expect(Number.isInteger(a) && a! >= 1 && a! <= count).toBe(true)
      expect(i % 5 === 0 ? b === 0 : b !== 0 && -b! % 5 !== 0).toBe(true)
    })
    const both = features.filter(([a, b], i) => a !== i + 1 && b !== -i && b !== 0)
    expect(share(both.map(([a, b]) => a! - 1 === -b!))).toBeLessThan(0.05)
  })

  it('draws levels as the schedule says', () => {
    const { levels } = corrupted({})
    expect(Math.min(...levels)).toBeGreaterThanOrEqual(0.05)
    expect(Math.max(...levels)).toBeLessThanOrEqual(1.5)
    expect(share(levels.map((level) => level < Math.sqrt(0.05 * 1.5)))).toBeCloseTo(0.5, 1)
    expect(new Set(corrupted({ schedule: 'fixed' }).levels)).toEqual(new Set([1.5]))
    const annealed = { schedule: 'annealed', noiseRange: [0.1, 0.4] } as const
    for (const [progress, level] of [
      [0, 0.4],
      [0.5, 0.2],
      [1, 0.1],
    ] as const)
      corrupted(annealed, progress).levels.forEach((found) => expect(found).toBeCloseTo(level, 5))
  })
})

describe('the published network', () => {
  it('has the loss of plain loops', () => {
    const width = 3
    const numbers = { width, numericCount: width, columns: space.columns.slice(0, 3) }
    const options: Options = {
      ...{
        hidden: [],
        latent: 4,
        codeActivation: 'sigmoid',
        tied: true,
        loss: 'bernoulli',
        schedule: 'fixed',
      },
      ...{ noiseRange: [0.3, 0.3], hiddenShare: 0, maskInput: false, scoreLevels: [] },
    }
    const autoencoder = createAutoencoder({ kind: 'denoising', space: numbers, options })
    expect(autoencoder.parameters.map(({ name }) => name)).toEqual([
      'encoder.0.weight',
      'encoder.0.bias',
      'decoder.0.bias',
    ])
    expect(autoencoder.ablation).toBeUndefined()
    const w = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i))
    const [b, c] = [Float32Array.of(0.1, -0.2, 0.3, 0), Float32Array.of(-0.5, 0, 0.5)]
    const values = {
      'encoder.0.weight': g.floats(w, [3, 4]),
      'encoder.0.bias': g.floats(b),
      'decoder.0.bias': g.floats(c),
    }
    const x = [0.2, 0.9, 0]
    const noise = [0.5, -1, 2]
    const { loss } = autoencoder.objective(
      { features: g.constant(g.floats(x, [1, 3])) },
      {
        weight: (name) => g.constant(values[name as keyof typeof values]),
        noise: { ...drawnNoise(1), normal: () => g.constant(g.floats(noise, [1, 3])) },
        progress: g.scalar(0),
      },
    )
    const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a))
    const noisy = x.map((value, i) => value + 0.3 * noise[i]!)
    const h = [...b].map((bias, j) =>
      sigmoid(noisy.reduce((sum, value, i) => sum + value * w[i * 4 + j]!, bias)),
    )
    const entropies = [...c].map((bias, i) => {
      const p = sigmoid(h.reduce((sum, value, j) => sum + value * w[i * 4 + j]!, bias))
      return -(x[i]! * Math.log(p) + (1 - x[i]!) * Math.log(1 - p))
    })
    const wanted = (entropies[0]! + entropies[1]! + entropies[2]!) / 3
    expect(interpret(g.graph({ loss }), {})['loss']!.data[0]).toBeCloseTo(wanted, 5)
  })
})

describe('scoring', () => {
  it('puts true values of training rows into swapped cells', async () => {
    const numbers = { width: 3, numericCount: 3, columns: space.columns.slice(0, 3) }
    const features = Float32Array.from({ length: 60 }, (_, i) => 100 * (i % 3) + Math.floor(i / 3))
    const all = Int32Array.from({ length: 20 }, (_, i) => i)
    const { weights } = await trainHere({
      autoencoder: { kind: 'denoising', space: numbers, options: { ...network, noise: 'swap' } },
      data: { rows: 20, features, training: all, validation: all.subarray(0, 0) },
      options: { ...defaultTraining, steps: 10, batchSize: 2, learningRate: 1e-6, threads: 1 },
    })
    expect(weights['donors.known']).toEqual(new Float32Array(12).fill(1))
    const donors = weights['donors.features']!
    for (let row = 0; row < 4; row++)
      expect([donors[row * 3 + 1]! - donors[row * 3]!, donors[row * 3 + 2]! - donors[row * 3]!]).toEqual([
        100, 200,
      ])
    expect(new Set([0, 3, 6, 9].map((i) => donors[i])).size).toBe(4)
  })

  it('sees the clean row once when there are no levels', () => {
    const { errorScale } = createAutoencoder({
      kind: 'denoising',
      space,
      options: { ...network, scoreLevels: [] },
    })
    expect(errorScale).toHaveLength(space.columns.length)
  })
})

it.each([
  [{ noiseRange: [0.5, 0.1] }, /from the lower level to the upper one, got 0.5 to 0.1/],
  [{ noise: 'swap', noiseRange: [0.5, 1.5] }, /shares of the cells, 0 to 1, got 1.5/],
  [{ noise: 'masking', hiddenShare: 0.1 }, /hides cells by itself, got a hiddenShare of 0.1/],
  [{ schedule: 'fixed', levelInput: true }, /set levelInput to false/],
  [{ readsMask: true, maskInput: false }, /readsMask is true and maskInput false/],
] as const)('refuses %o', (options, message) => {
  expect(() => createAutoencoder({ kind: 'denoising', space, options: { ...network, ...options } })).toThrow(
    message,
  )
})
