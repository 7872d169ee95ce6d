/** The variational kind: the battery, and its bounds against closed forms, plain loops and each other. */
import { describe, expect, it } from 'vitest'
import { createAutoencoder, type AutoencoderDescription } from '../../src/autoencoders/index.js'
import { randomFor } from '../../src/base/index.js'
import { interpret } from '../../src/engine/index.js'
import * as g from '../../src/graph/index.js'
import { initialValues, type NoiseSource } from '../../src/layers/index.js'
import { defaultTraining } from '../../src/training/index.js'
import { trainHere } from '../../src/training/node.js'
import { checkAutoencoder, gridRows, gridSpace, mixedSpace } from '../check-autoencoder.js'
import { decomposedKl } from '../../src/autoencoders/variational-bounds.js'
import { codeOf } from '../support/errors.js'
import { numbers, runExact, wave } from '../support/slopes.js'

type Options = Extract<AutoencoderDescription, { kind: 'variational' }>['options']

const small = { hidden: [12], latent: 3, activation: 'tanh' } as const
const described = (options: Partial<Options>, space = mixedSpace): AutoencoderDescription => ({
  kind: 'variational',
  space,
  options: { ...small, ...options },
})
const series = gridSpace({ kind: 'series', steps: 6, channels: 2 })
/** Waves between 0 and 1. */
const bits = (count: number, missing: boolean) => {
  const { features, mask } = gridRows(series)(count, missing)
  return { mask, features: features.map((value, i) => (mask[i] === 0 ? 0 : (value + 1) / 2)) }
}

describe('the battery', () => {
  checkAutoencoder('variational, warm-up', described({ warmup: 0.7, beta: 0.5, readsMask: true }), {
    fall: 0.97,
  })
  checkAutoencoder('variational, gaussian, free bits', described({ loss: 'gaussian', freeBits: 0.05 }))
  checkAutoencoder('variational, bernoulli', described({ loss: 'bernoulli' }, series), {
    rows: bits,
    fall: 0.97,
  })
  checkAutoencoder('variational, several samples, dropout', described({ samples: 3, dropout: 0.1 }), {
    fall: 0.97,
  })
  checkAutoencoder('variational, importance weighted', described({ samples: 4, bound: 'iwae', beta: 0.7 }), {
    fall: 0.97,
  })
  checkAutoencoder('variational, total correlation', described({ decomposition: 'betaTC', rows: 240 }), {
    fall: 0.97,
  })
})

type Results = Readonly<Record<string, readonly number[]>>

/** Objective and parts of a few rows in float64, as a function of the noise's seed. */
function objectives(
  options: Partial<Options>,
  { rows = 4, progress = 1, known = (cell: number): boolean => cell >= 0 } = {},
): (seed: number) => Results {
  const autoencoder = createAutoencoder(described(options))
  const feeds: Record<string, g.Tensor> = {}
  const declare = (name: string, shape: readonly number[], data: ArrayLike<number>): void => {
    feeds[name] = g.tensor('float64', shape, Float64Array.from(data))
  }
  for (const { name, shape, initializer } of autoencoder.parameters)
    declare(
      name,
      shape,
      initialValues(initializer, shape, randomFor(3, name)).map((x) => x + 0.05),
    )
  const { width, columns, numericCount } = mixedSpace
  const features = Float64Array.from({ length: rows * width }, (_, i) =>
    i % width < numericCount ? randomFor(4, `${i}`).normal() : Number(i % width === 4 || i % width === 6),
  )
  declare('features', [rows, width], features)
  declare(
    'mask',
    [rows, columns.length],
    Array.from({ length: rows * columns.length }, (_, i) => Number(known(i))),
  )
  const noise: NoiseSource = {
    normal: (shape) => {
      const size = shape.map((dim) => (typeof dim === 'number' ? dim : rows))
      declare('noise', size, new Float64Array(g.sizeOf(size)))
      return g.input('noise', 'float32', shape)
    },
    uniform: () => g.scalar(0),
    bernoulli: () => g.scalar(1),
  }
  const weights = new Map(
    autoencoder.parameters.map(({ name, shape }) => [name, g.input(name, 'float32', shape)]),
  )
  const context = {
    noise,
    progress: g.scalar(progress),
    weight: (name: string) => weights.get(name)!,
  }
  const batch = {
    features: g.input('features', 'float32', ['batch', width]),
    mask: g.input('mask', 'float32', ['batch', columns.length]),
  }
  const { loss, parts, metrics, heldOut = loss } = autoencoder.objective(batch, context)
  const codes = { mean: autoencoder.encode(batch, context) }
  const graph = g.graph({ loss, ...parts, ...metrics, heldOut, ...codes })
  return (seed) => {
    const stream = randomFor(seed, 'objective')
    const { shape, data } = feeds['noise']!
    const noise = g.tensor(
      'float64',
      shape,
      Float64Array.from(data as Float64Array, () => stream.normal()),
    )
    const results = interpret(graph, { ...feeds, noise }, { keepFloat64: true })
    return Object.fromEntries(
      Object.entries(results).map(([name, tensor]) => [name, Array.from(tensor.data as Float64Array)]),
    )
  }
}

const objectiveOf = (options: Partial<Options>, setting: Parameters<typeof objectives>[1] = {}): Results =>
  objectives(options, setting)(1)

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const sum = (values: readonly number[]): number => mean(values) * values.length

/** A bound over many seeds: mean and standard error of its mean over rows. */
function expectation(options: Partial<Options>, part: string, seeds: number) {
  const objective = objectives(options)
  const values = Array.from({ length: seeds }, (_, seed) => mean(objective(seed)[part]!))
  const centre = mean(values)
  const variance = mean(values.map((value) => (value - centre) ** 2))
  return { centre, error: Math.sqrt(variance / (seeds - 1)) }
}

const partNames = [
  'reconstruction',
  'kl',
  'importance',
  'mutualInformation',
  'totalCorrelation',
  'dimensionWise',
]

describe('the bounds', () => {
  it('are sums of their parts', () => {
    const every: Partial<Options>[] = [
      {},
      { samples: 3, beta: 0.3 },
      { samples: 3, bound: 'iwae', beta: 0.3 },
      { freeBits: 0.1 },
      { decomposition: 'betaTC', rows: 100 },
    ]
    for (const options of every) {
      const results = objectiveOf(options, { progress: 0.5 })
      const parts = partNames.flatMap((name) => (name in results ? [results[name]!] : []))
      results['loss']!.forEach((value, row) => {
        expect(sum(parts.map((part) => part[row]!))).toBeCloseTo(value, 10)
      })
      expect(results['heldOut']).toHaveLength(4)
    }
  })

  it('sum over the known cells, not average', () => {
    const all = objectiveOf({})['reconstruction']!
    const alone = mixedSpace.columns.map((_, column) =>
      objectiveOf({}, { known: (cell) => cell % 5 === column }),
    )
    all.forEach((error, row) => {
      expect(sum(alone.map((results) => results['reconstruction']![row]!))).toBeCloseTo(error, 10)
    })
  })

  it('have an analytic KL divergence that equals the mean of its draws', () => {
    const exact = mean(objectiveOf({})['kl']!)
    const { centre, error } = expectation({ samples: 64, bound: 'iwae' }, 'kl', 40)
    expect(error).toBeLessThan(0.05 * exact)
    expect(Math.abs(centre - exact)).toBeLessThan(4 * error)
  })

  it('of importance weights is the ELBO for one sample', () => {
    const { loss, importance } = objectiveOf({ samples: 1, bound: 'iwae' })
    for (const gain of importance!) expect(gain).toBeCloseTo(0, 10)
    const terms = objectiveOf({ decomposition: 'betaTC', rows: 100, correlationWeight: 1 })
    // The same draw, the same Monte Carlo divergence, made of three terms.
    loss!.forEach((value, row) => expect(terms['loss']![row]).toBeCloseTo(value, 10))
    const elbo = mean(objectiveOf({})['heldOut']!)
    const { centre, error } = expectation({ samples: 1, bound: 'iwae' }, 'loss', 150)
    const expected = expectation({}, 'loss', 150)
    expect(Math.abs(centre - expected.centre)).toBeLessThan(4 * Math.hypot(error, expected.error))
    expect(elbo).toBeGreaterThan(0)
  })

  it('of importance weights grows with the number of samples', () => {
    const losses = [1, 5, 50].map((samples) => expectation({ samples, bound: 'iwae' }, 'loss', 60))
    expect(losses[1]!.centre).toBeLessThan(losses[0]!.centre)
    expect(losses[2]!.centre).toBeLessThan(losses[1]!.centre)
  })

  it('estimate the terms of the divergence as plain loops do', () => {
    const [batch, latent, rows] = [5, 3, 70]
    const shape = [batch, latent]
    const [z, mu, s] = ['z', 'mean', 'logVariance'].map((name) => g.input(name, 'float32', ['batch', latent]))
    const [zs, means, logVariances] = [wave(15, 1, 2), wave(15, 2), wave(15, 3)]
    const density = (i: number, j: number, unit: number): number => {
      const [at, from] = [i * latent + unit, j * latent + unit]
      const deviation = (zs[at]! - means[from]!) ** 2 / Math.exp(logVariances[from]!)
      return Math.exp(-0.5 * deviation) / Math.sqrt(2 * Math.PI * Math.exp(logVariances[from]!))
    }
    const [all, units] = [[...Array(batch).keys()], [...Array(latent).keys()]]
    const product = (values: readonly number[]): number => values.reduce((a, b) => a * b, 1)
    const normal = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)
    const expected = all.map((i) => {
      const own = product(units.map((unit) => density(i, i, unit)))
      const joint = sum(all.map((j) => product(units.map((unit) => density(i, j, unit))))) / (rows * batch)
      const apart = product(units.map((unit) => sum(all.map((j) => density(i, j, unit))) / (rows * batch)))
      const prior = product(units.map((unit) => normal(zs[i * latent + unit]!)))
      return { own, joint, apart, prior }
    })
    const ratio = numbers(expected.map(({ own, prior }) => Math.log(prior / own)))
    const terms = decomposedKl(
      { mean: mu!, logVariance: s! },
      z!,
      g.input('ratio', 'float32', ['batch']),
      rows,
    )
    const found = runExact(terms, {
      z: numbers(zs, shape),
      mean: numbers(means, shape),
      logVariance: numbers(logVariances, shape),
      ratio,
    })
    expected.forEach(({ own, joint, apart, prior }, i) => {
      expect(found['mutualInformation']!.data[i]).toBeCloseTo(Math.log(own / joint), 6)
      expect(found['totalCorrelation']!.data[i]).toBeCloseTo(Math.log(joint / apart), 6)
      expect(found['dimensionWise']!.data[i]).toBeCloseTo(Math.log(apart / prior), 6)
    })
  })

  it('decompose the divergence into three terms that sum to it, each with its weight', () => {
    const rows = 5
    const options = { decomposition: 'betaTC', rows: 123, correlationWeight: 1 } as const
    const found = objectiveOf(options, { rows })
    const again = objectiveOf({ samples: 1, bound: 'iwae' }, { rows })
    const terms = ['mutualInformation', 'totalCorrelation', 'dimensionWise'].map((name) => found[name]!)
    again['kl']!.forEach((kl, row) => expect(sum(terms.map((term) => term[row]!))).toBeCloseTo(kl, 10))
    const weighedApart = objectiveOf(
      { ...options, informationWeight: 2, correlationWeight: 3, dimensionWeight: 0.5, beta: 2 },
      { rows },
    )
    terms.forEach((term, i) => {
      const name = ['mutualInformation', 'totalCorrelation', 'dimensionWise'][i]!
      const factor = [4, 6, 1][i]!
      term.forEach((value, row) => expect(weighedApart[name]![row]).toBeCloseTo(factor * value, 10))
    })
  })

  it('leave free bits alone', () => {
    const plain = objectiveOf({})
    const latent = small.latent
    expect(mean(objectiveOf({ freeBits: 100 })['kl']!)).toBeCloseTo(100 * latent, 8)
    expect(mean(objectiveOf({ freeBits: 1e-6 })['kl']!)).toBeCloseTo(mean(plain['kl']!), 8)
    expect(objectiveOf({ freeBits: 100 })['heldOut']).toEqual(plain['loss'])
    expect(plain['klPerUnit']![0]).toBeCloseTo(mean(plain['kl']!) / latent, 10)
  })

  it('let the weight of the divergence rise', () => {
    const full = mean(objectiveOf({ beta: 2 })['kl']!)
    const at = (progress: number): number => mean(objectiveOf({ beta: 2, warmup: 0.5 }, { progress })['kl']!)
    expect(at(0)).toBe(0)
    expect(at(0.25)).toBeCloseTo(full / 2, 10)
    expect(at(0.5)).toBeCloseTo(full, 10)
    expect(at(1)).toBeCloseTo(full, 10)
  })
})

describe('options', () => {
  it.each([
    [{ bound: 'iwae', freeBits: 0.1 }, /freeBits 0\.1 and bound iwae exclude each other/],
    [{ decomposition: 'betaTC' }, /needs the number of rows/],
    [{ decomposition: 'betaTC', rows: 10, samples: 2 }, /betaTC and samples 2 exclude/],
    [{ decomposition: 'betaTC', rows: 10, bound: 'iwae' }, /betaTC and bound iwae exclude/],
    [{ rows: 10 }, /rows is an option of decomposition betaTC/],
    [{ loss: 'huber' }, /option loss/],
    [{ delta: 1 }, /delta is an option of huber/],
  ] as const)('%o contradict each other', (options, message) => {
    const make = () => createAutoencoder(described(options as Partial<Options>))
    expect(codeOf(make)).toBe('HG_USAGE')
    expect(make).toThrow(message)
  })
})

describe('diagnosis', () => {
  const { diagnose } = createAutoencoder(described({}))
  it('names a collapsed posterior and an exploded divergence, and nothing else', () => {
    expect(diagnose!({ activeUnits: 2, klPerUnit: 1, reconstruction: 3 })).toEqual([])
    expect(diagnose!({ activeUnits: 0.2, klPerUnit: 0, reconstruction: 3 })).toMatchObject([
      {
        code: 'HG_POSTERIOR_COLLAPSED',
        message: expect.stringMatching(/beta.*warmup.*freeBits.*weaker/) as string,
      },
    ])
    expect(diagnose!({ activeUnits: 3, klPerUnit: 100, reconstruction: 3 })).toMatchObject([
      { code: 'HG_KL_EXPLODED' },
    ])
  })

  it('finds the collapse of a training that forces it', async () => {
    const rows = 128
    const stream = randomFor(1, 'collapse')
    const { record } = await trainHere({
      autoencoder: described({ beta: 50 }, series),
      data: {
        rows,
        features: Float32Array.from({ length: rows * series.width }, () => stream.normal()),
        training: Int32Array.from({ length: rows }, (_, i) => i),
        validation: new Int32Array(0),
      },
      options: { ...defaultTraining, steps: 200, batchSize: 64, learningRate: 1e-2, threads: 1 },
    })
    expect(record.findings?.map(({ code }) => code)).toContain('HG_POSTERIOR_COLLAPSED')
  })
})
