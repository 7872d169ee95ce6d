/** The count kind: the battery, its likelihood against plain formulas, and planted distributions found again. */
import { describe, expect, it } from 'vitest'
import {
  createAutoencoder,
  type AutoencoderDescription,
  type KindOptions,
} from '../../src/autoencoders/index.js'
import { randomFor, type Random } from '../../src/base/index.js'
import { interpret } from '../../src/engine/index.js'
import * as g from '../../src/graph/index.js'
import { initialValues } from '../../src/layers/index.js'
import { defaultTraining, type TrainingResult } from '../../src/training/index.js'
import { trainHere } from '../../src/training/node.js'
import { checkAutoencoder, mixedSpace } from '../check-autoencoder.js'

const spaceOf = (width: number) => ({
  width,
  numericCount: width,
  columns: Array.from({ length: width }, (_, i) => ({ name: `gene ${i}`, start: i, width: 1 })),
})

/** Poisson by Knuth's method, in pieces that its product can hold. */
function poisson(stream: Random, mean: number): number {
  let count = 0
  for (let left = mean; left > 0; left -= 30) {
    const limit = Math.exp(-Math.min(left, 30))
    for (let product = stream.uniform(); product > limit; product *= stream.uniform()) count++
  }
  return count
}

/** Gamma(shape, 1) by Marsaglia and Tsang. */
function gamma(stream: Random, shape: number): number {
  if (shape < 1) return gamma(stream, shape + 1) * (1 - stream.uniform()) ** (1 / shape)
  const d = shape - 1 / 3
  for (;;) {
    const x = stream.normal()
    const v = (1 + x / Math.sqrt(9 * d)) ** 3
    if (v > 0 && Math.log(1 - stream.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

/** Counts of a negative binomial whose log rates have two factors, rows of unequal totals, planted dropout. */
function planted(rows: number, width: number, { theta, dropout = 0 }: { theta: number[]; dropout?: number }) {
  const stream = randomFor(21, 'counts')
  const loadings = Array.from({ length: 2 * width }, () => 0.8 * stream.normal())
  const base = Array.from({ length: width }, () => 1 + 1.2 * stream.normal())
  const features = new Float32Array(rows * width)
  for (let row = 0; row < rows; row++) {
    const [a, b, depth] = [stream.normal(), stream.normal(), Math.exp(0.5 * stream.normal())]
    for (let i = 0; i < width; i++) {
      const mean = depth * Math.exp(base[i]! + a * loadings[i]! + b * loadings[width + i]!)
      const count = poisson(stream, (mean * gamma(stream, theta[i]!)) / theta[i]!)
      features[row * width + i] = stream.uniform() < dropout ? 0 : count
    }
  }
  return features
}

const batteryRows = (count: number, missing: boolean) => {
  const width = 6
  const features = planted(count, width, { theta: Array<number>(width).fill(4) })
  const stream = randomFor(5, 'missing')
  const mask = new Float32Array(count * width).fill(1)
  for (let i = 0; missing && i < mask.length; i++) {
    if (stream.uniform() > 0.1) continue
    mask[i] = 0
    features[i] = 0
  }
  return { features, mask }
}
const battery = (name: string, options: Partial<KindOptions['count']>, fall: number): void =>
  checkAutoencoder(
    name,
    {
      kind: 'count',
      space: spaceOf(6),
      options: { hidden: [16], latent: 2, activation: 'tanh', typicalTotal: 40, ...options },
    },
    { rows: batteryRows, fall },
  )
battery('count', {}, 0.95)
battery(
  'count with extra zeros and dispersions of each cell',
  { zeroInflated: true, dispersion: 'cell' },
  0.95,
)
battery(
  'count, standardised and summed',
  {
    means: [1, 1, 2, 1, 2, 1],
    deviations: [1, 2, 1, 1, 1, 2],
    reduction: 'sum',
    readsMask: true,
    typicalTotal: 1000,
  },
  0.95,
)

battery('count with a prior', { beta: 1, warmup: 0.3, zeroInflated: true, readsMask: true }, 0.99)

/** log Γ by recursion and Stirling's series, in float64. */
function logGamma(x: number): number {
  if (x < 20) return logGamma(x + 1) - Math.log(x)
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * x ** 3)
}

/** log NB(x; μ, θ) as it stands in the papers. */
const logNegativeBinomial = (x: number, mu: number, theta: number): number =>
  logGamma(x + theta) -
  logGamma(theta) -
  logGamma(x + 1) +
  theta * Math.log(theta / (theta + mu)) +
  x * Math.log(mu / (theta + mu))

type Kind = Extract<AutoencoderDescription, { kind: 'count' }>

/** Outputs of a count autoencoder on rows, with given weights. */
function outputsOf(
  description: Kind,
  weights: Readonly<Record<string, Float32Array>>,
  features: Float32Array,
  draw: () => g.Value = () => expect.fail('no noise is wanted'),
) {
  const autoencoder = createAutoencoder(description)
  const { width } = description.space
  const x = g.input('features', 'float32', ['batch', width])
  const none = () => expect.fail('no noise is wanted')
  const context = {
    weight: (name: string) => {
      const { shape } = autoencoder.parameters.find((parameter) => parameter.name === name)!
      return g.constant(g.tensor('float32', shape, weights[name]!))
    },
    noise: { normal: draw, uniform: none, bernoulli: none },
    progress: g.scalar(0.25),
  }
  const { loss, metrics, updates } = autoencoder.objective({ features: x }, context)
  const { latent, reconstruction } = autoencoder.forward({ features: x }, context)
  const outputs = {
    loss,
    ...metrics,
    ...updates,
    reconstruction,
    latent,
    decoded: autoencoder.decode(latent, context),
    expected: autoencoder.expected({ features: x }, context),
    errors: autoencoder.errors({ features: x }, context),
  }
  const results = interpret(g.graph(outputs), {
    features: g.floats(features, [features.length / width, width]),
  })
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
  ) as Record<keyof typeof outputs | 'rates.mean' | 'rates.steps' | 'zerosExplained', number[]> & {
    readonly klPerUnit?: number[]
  }
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

describe('the likelihood of counts', () => {
  const width = 4
  const options = { hidden: [5], latent: 2, activation: 'tanh', typicalTotal: 20 } as const
  const features = Float32Array.from([0, 3, 12, 1, 0, 0, 0, 0, 100, 0, 7, 2500])
  const first = (description: Kind): Record<string, Float32Array> =>
    Object.fromEntries(
      createAutoencoder(description).parameters.map(({ name, shape, initializer }) => [
        name,
        initialValues(initializer, shape, randomFor(3, name)),
      ]),
    )

  it('is the negative binomial of the papers, at the means it gives, for each column and row', () => {
    const description: Kind = { kind: 'count', space: spaceOf(width), options }
    const weights = { ...first(description), dispersion: Float32Array.from([-1, 0, 1, 3]) }
    const { errors, loss, reconstruction } = outputsOf(description, weights, features)
    const theta = Array.from(weights.dispersion, (value) => Math.exp(10 * Math.tanh(value / 10)))
    const expected = Array.from(
      features,
      (x, i) => -logNegativeBinomial(x, reconstruction[i]!, theta[i % width]!),
    )
    errors.forEach((error, i) =>
      expect(Math.abs(error - expected[i]!)).toBeLessThan(1e-5 * Math.max(1, expected[i]!)),
    )
    loss.forEach((value, row) =>
      expect(value).toBeCloseTo(mean(expected.slice(row * width, (row + 1) * width)), 3),
    )
  })

  it('has a mean in proportion to the total of the row, and a code that does not depend on it', () => {
    const description: Kind = { kind: 'count', space: spaceOf(width), options }
    const weights = first(description)
    const [few, many] = [
      [1, 3, 6, 10],
      [10, 30, 60, 100],
    ] as const
    const { latent, reconstruction, decoded } = outputsOf(
      description,
      weights,
      Float32Array.from([...few, ...many]),
    )
    ;[0, 1].forEach((i) => expect(latent[i]).toBeCloseTo(latent[i + 2]!, 5))
    few.forEach((_, i) => expect(reconstruction[i + width]! / reconstruction[i]!).toBeCloseTo(10, 4))
    // 20 is the typical total of these options: the first row has it.
    few.forEach((_, i) => expect(decoded[i]).toBeCloseTo(reconstruction[i]!, 5))
  })

  it('with extra zeros is their mixture, and says how many zeros it expects', () => {
    const description: Kind = {
      kind: 'count',
      space: spaceOf(width),
      options: { ...options, zeroInflated: true, reduction: 'sum' },
    }
    const weights = first(description)
    const found = outputsOf(description, weights, features)
    const zero = (mu: number): number => Math.exp(logNegativeBinomial(0, mu, 1))
    let expectedZeros = 0
    features.forEach((x, i) => {
      const mu = found.reconstruction[i]!
      const extra = 1 - found.expected[i]! / mu
      expect(extra).toBeGreaterThan(0.01)
      const counted = Math.exp(logNegativeBinomial(x, mu, 1))
      const likelihood = (1 - extra) * counted + (x === 0 ? extra : 0)
      if (likelihood > 1e-20) expect(found.errors[i]).toBeCloseTo(-Math.log(likelihood), 3)
      expectedZeros += extra + (1 - extra) * zero(mu)
    })
    const zeros = features.filter((x) => x === 0).length
    expect(found.zerosExplained[0]).toBeCloseTo(expectedZeros / zeros, 4)
    found.loss.forEach((loss, row) =>
      expect(
        loss / found.errors.slice(row * width, (row + 1) * width).reduce((a, b) => a + b, 0),
      ).toBeCloseTo(1, 5),
    )
  })

  it('with a prior has the divergence of the posterior added, in proportion to the sum over columns', () => {
    const [middle, spread] = [
      [0.5, -1],
      [-2, 1],
    ]
    for (const { reduction, share } of [
      { reduction: 'mean', share: 1 / width },
      { reduction: 'sum', share: 1 },
    ] as const) {
      const description: Kind = {
        kind: 'count',
        space: spaceOf(width),
        options: { ...options, beta: 2, warmup: 0.5, reduction }, // half of the warm-up is over: the weight is 1
      }
      const weights = first(description)
      // Every row has the same posterior, and draws are its mean: the noise is 0.
      weights['encoder.1.weight'] = new Float32Array(weights['encoder.1.weight']!.length)
      weights['encoder.1.bias'] = Float32Array.from([...middle, ...spread])
      const found = outputsOf(description, weights, features, () => g.scalar(0))
      const logVariances = spread.map((value) => 10 * Math.tanh(value / 10))
      const kl = logVariances.map((v, i) => 0.5 * (middle[i]! ** 2 + Math.exp(v) - 1 - v))
      expect(found.latent.slice(0, 2)).toEqual(middle)
      expect(found.klPerUnit![0]).toBeCloseTo(mean(kl), 5)
      found.loss.forEach((loss, row) => {
        const errors = found.errors.slice(row * width, (row + 1) * width).reduce((a, b) => a + b, 0)
        expect(loss / (share * (errors + kl[0]! + kl[1]!))).toBeCloseTo(1, 5)
      })
    }
  })

  it('starts at the mean rate of each column, over all steps so far', () => {
    const description: Kind = { kind: 'count', space: spaceOf(width), options }
    const weights = { ...first(description), 'rates.steps': new Float32Array(width).fill(3) }
    const { 'rates.mean': next, 'rates.steps': steps } = outputsOf(description, weights, features)
    const sizes = [16, 1, 2607].map((total) => total / 20)
    for (let i = 0; i < width; i++) {
      const ofBatch = mean(sizes.map((size, row) => features[row * width + i]! / size))
      expect(next[i]).toBeCloseTo(1 + (ofBatch - 1) / 4, 3)
      expect(steps[i]).toBe(4)
    }
  })
})

describe('planted counts', () => {
  const [rows, width, training] = [2000, 20, 1600]
  const theta = Array.from({ length: width }, (_, i) => (i % 2 === 0 ? 1.5 : 6))
  const all = Int32Array.from({ length: rows }, (_, i) => i)
  const shape = { hidden: [32], latent: 2, activation: 'tanh', typicalTotal: 200 } as const

  async function trained(features: Float32Array, options: Partial<KindOptions['count']>) {
    const description: Kind = { kind: 'count', space: spaceOf(width), options: { ...shape, ...options } }
    const result: TrainingResult = await trainHere({
      autoencoder: description,
      data: {
        rows,
        features,
        training: all.subarray(0, training),
        validation: all.subarray(training),
      },
      options: {
        ...defaultTraining,
        steps: 1000,
        batchSize: 128,
        learningRate: 2e-2,
        evaluateEvery: 200,
        threads: 1,
      },
    })
    return {
      ...result,
      heldOut: Math.min(...result.record.points.map(({ validationLoss }) => validationLoss!)),
    }
  }

  it('have a better likelihood than constant rates, and their dispersions are found', async () => {
    const features = planted(rows, width, { theta })
    const { heldOut, weights } = await trained(features, {})
    // Constant rates: what the same likelihood gives for one rate a column times the row's total, best θ of a grid.
    const totals = Array.from({ length: rows }, (_, row) =>
      features.subarray(row * width, (row + 1) * width).reduce((a, b) => a + b, 0),
    )
    const constant = theta.map((_, i) => {
      const ours = (row: number): number => features[row * width + i]!
      const rate = mean(Array.from(all.subarray(0, training), ours)) / mean(totals.slice(0, training))
      const grid = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4].map((candidate) =>
        mean(
          Array.from(
            all.subarray(training),
            (row) => -logNegativeBinomial(ours(row), rate * Math.max(totals[row]!, 1), candidate),
          ),
        ),
      )
      return Math.min(...grid)
    })
    expect(heldOut).toBeLessThan(mean(constant) - 0.1)
    const found = Array.from(weights['dispersion']!, (value) => Math.exp(10 * Math.tanh(value / 10)))
    const ratios = found.map((value, i) => value / theta[i]!).toSorted((a, b) => a - b)
    expect(ratios[width / 2]).toBeGreaterThan(1 / 1.5)
    expect(ratios[width / 2]).toBeLessThan(1.5)
    expect(ratios.filter((ratio) => ratio > 1 / 1.5 && ratio < 1.5).length).toBeGreaterThanOrEqual(
      0.8 * width,
    )
  })

  it('with planted dropout are likelier with extra zeros than without', async () => {
    const features = planted(rows, width, { theta: theta.map(() => 6), dropout: 0.3 })
    const [without, withZeros] = [
      await trained(features, {}),
      await trained(features, { zeroInflated: true }),
    ]
    expect(withZeros.heldOut).toBeLessThan(without.heldOut - 0.02)
    const { metrics } = withZeros.record.points.at(-1)!
    expect(Math.abs(metrics!['zerosExplained']! - 1)).toBeLessThan(0.1)
    expect(Math.abs(metrics!['dropout']! - 0.3)).toBeLessThan(0.1)
  })
})

describe('count refuses', () => {
  it('categorical columns, and means that are not one for each column', () => {
    const options = { hidden: [4], latent: 1 }
    expect(() => createAutoencoder({ kind: 'count', space: mixedSpace, options })).toThrow(
      /count: expected columns of counts alone, got 2 categorical ones \(kind, …\); leave them out/,
    )
    expect(() =>
      createAutoencoder({ kind: 'count', space: spaceOf(3), options: { ...options, means: [1, 2] } }),
    ).toThrow(/count: means must be one number for each of the 3 columns, got 2/)
  })

  it('a warm-up of no prior', () => {
    const options = { hidden: [4], latent: 1, warmup: 0.5 }
    expect(() => createAutoencoder({ kind: 'count', space: spaceOf(3), options })).toThrow(
      /count: warmup is how the weight of the prior rises, and there is none; set beta/,
    )
  })

  it.each([
    [-1, '-1'],
    [0.5, '0.5'],
    [Infinity, 'Infinity'],
  ])('%d as a count, with its place', async (value, shown) => {
    const features = new Float32Array(12).fill(2)
    features[7] = value
    const rows = Int32Array.from([0, 1, 2, 3])
    const training = trainHere({
      autoencoder: { kind: 'count', space: spaceOf(3), options: { hidden: [4], latent: 1 } },
      data: { rows: 4, features, training: rows, validation: rows.subarray(0, 0) },
      options: { ...defaultTraining, steps: 1 },
    })
    await expect(training).rejects.toThrow(`got ${shown} in column gene 1 of row 3; give the counts before`)
  })
})
