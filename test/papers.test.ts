/**
 * The experiments of bench/papers, made small: that their objectives have the right slopes, that what they measure is
 * what they say, and that the orderings they are about show on images made in code. What is tested is the built package,
 * as it is in the experiments.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Autoencoder, FeatureSpace } from '../src/autoencoders/index.js'
import type { interpret } from '../src/engine/index.js'
import type { gradients } from '../src/gradient/index.js'
import type * as Graphs from '../src/graph/index.js'
import type { initialValues, NoiseSource } from '../src/layers/index.js'
import type { randomFor } from '../src/base/index.js'
import type { TrainingOptions, TrainingTask, Weights } from '../src/training/index.js'

interface Images {
  readonly rows: number
  readonly images: Float32Array
  readonly labels: Uint8Array
}

/** What the test uses of the scripts' shared files, which are JavaScript. */
interface Papers {
  readIdx(path: string): { shape: number[]; data: Uint8Array }
  halved(images: Float32Array, side: number): Float32Array
  pixelSpace(side: number): FeatureSpace
  strokeImages(options: { rows: number; side?: number; seed?: number }): Images
  oneLayer(space: FeatureSpace, options: { units: number; contraction?: number; noise?: number }): Autoencoder
  contractionOf(
    model: Autoencoder,
    weights: Weights,
    part: Images,
  ): Promise<{ norm: number; saturated: number }>
  importanceWeighted(
    space: FeatureSpace,
    options: { hidden: number[]; latent: number; samples: number; resampled?: number },
  ): Autoencoder
  negativeLogLikelihood(
    model: Autoencoder,
    weights: Weights,
    binary: Float32Array,
    options: { rows: number; total: number; block: number },
  ): Promise<number>
  binarised(images: Float32Array, seed: number): Float32Array
  meanLogits(images: Float32Array, rows: number): Float32Array
  labelled(part: Images): Float32Array
  classifier(options: { inputs: number; hidden?: number; decay?: number }): Autoencoder
  errorPercent(model: Autoencoder, weights: Weights, part: Images): Promise<number>
  learnDictionary(
    setting: { name: string; space: FeatureSpace; latent: number; method: string; k: number } & {
      epochs: number
      stages: number
      batchSize: number
      learningRate: number
    },
    parts: { train: Images; test: Images; split: Pick<TrainingTask['data'], 'training' | 'validation'> },
    run: { readonly seed: number; readonly threads: number; readonly say: () => void },
  ): Promise<{ measured: { l0: number; explained: number; dead: number } }>
  trainFor(
    job: { name: string; autoencoder: Autoencoder; epochs: number; initial?: Weights } & Pick<
      TrainingTask,
      'data'
    > &
      Partial<TrainingOptions>,
    run: { readonly seed: number; readonly threads: number; readonly say: () => void },
  ): Promise<{ weights: Weights }>
}

/** The built package's rooms: the scripts' values are made by these, so they must be read by these. */
interface Built {
  readonly graph: typeof Graphs
  readonly interpret: typeof interpret
  readonly gradients: typeof gradients
  readonly initialValues: typeof initialValues
  readonly randomFor: typeof randomFor
}

const load = async (path: string): Promise<unknown> => import(new URL(path, import.meta.url).href)
let papers: Papers
let built: Built

beforeAll(async () => {
  const files = ['idx', 'synthetic', 'one-layer', 'latent-likelihood', 'classifier', 'training', 'dictionary']
  const parts = await Promise.all(files.map((file) => load(`../bench/papers/lib/${file}.mjs`)))
  papers = Object.assign({}, ...parts) as Papers
  const rooms = await Promise.all(
    ['engine', 'gradient', 'layers', 'base'].map((room) => load(`../dist/${room}/index.js`)),
  )
  built = {
    ...(Object.assign({}, ...rooms) as Built),
    graph: (await load('../dist/graph/index.js')) as typeof Graphs,
  }
})

/** All rows are learned from. */
const dataOf = (features: Float32Array, rows: number, held = 0): TrainingTask['data'] => {
  const numbers = Int32Array.from({ length: rows }, (_, i) => i)
  return {
    rows,
    features,
    training: numbers.subarray(0, rows - held),
    validation: numbers.subarray(rows - held),
  }
}

const run = { seed: 0, threads: 1, say: (): void => undefined }

/** An objective on a few rows in float64: its loss and slopes for given numbers of weights and noise. */
function evaluated(
  model: Autoencoder,
  features: Float32Array,
  rows: number,
  { uniforms, seed = 5 }: { uniforms?: (i: number) => number; seed?: number } = {},
) {
  const { graph: g } = built
  const stream = built.randomFor(seed, 'noise')
  const feeds: Record<string, Graphs.Tensor> = {
    features: g.tensor('float64', [rows, model.space.width], Float64Array.from(features)),
  }
  const declared = (shape: Graphs.Shape, number: (i: number) => number): Graphs.Value => {
    const name = `noise.${Object.keys(feeds).length}`
    const known = shape.map((dim) => (typeof dim === 'number' ? dim : rows))
    feeds[name] = g.tensor(
      'float64',
      known,
      Float64Array.from({ length: g.sizeOf(known) }, (_, i) => number(i)),
    )
    return g.input(name, 'float32', shape)
  }
  const noise: NoiseSource = {
    normal: (shape) => declared(shape, () => stream.normal()),
    // The wide one draws pixels, the narrow one resamples.
    uniform: (shape) =>
      declared(shape, shape[1] === 1 && uniforms !== undefined ? uniforms : () => stream.uniform()),
    bernoulli: (p, shape) => declared(shape, () => Number(stream.uniform() < p)),
  }
  const weights = model.parameters.map(({ name, shape }) => g.input(name, 'float32', shape))
  model.parameters.forEach(({ name, shape, initializer }) => {
    const values = built.initialValues(initializer, shape, built.randomFor(1, name))
    feeds[name] = g.tensor('float64', shape, Float64Array.from(values))
  })
  const weight = (name: string): Graphs.Value =>
    weights[model.parameters.findIndex((each) => each.name === name)]!
  const input = g.input('features', 'float32', ['batch', model.space.width])
  const { loss } = model.objective({ features: input }, { weight, noise, progress: g.scalar(0) })
  const total = g.reduceMean(loss)
  const slopes = built.gradients(total, weights)
  const graph = g.graph({
    total,
    ...Object.fromEntries(slopes.map((slope, i) => [model.parameters[i]!.name, slope])),
  })
  const at = (moved: Record<string, Graphs.Tensor> = {}): Record<string, Graphs.Tensor> =>
    built.interpret(graph, { ...feeds, ...moved }, { keepFloat64: true })
  return { feeds, at }
}

/** Three slopes of every parameter against differences. */
function expectSlopes(model: Autoencoder, features: Float32Array, rows: number): void {
  const { graph: g } = built
  const { feeds, at } = evaluated(model, features, rows)
  const found = at()
  for (const { name, shape } of model.parameters) {
    const slope = found[name]!.data as Float64Array
    for (const i of [0, slope.length >> 1, slope.length - 1]) {
      const lossAt = (shift: number): number => {
        const data = Float64Array.from(feeds[name]!.data as Float64Array)
        data[i]! += shift
        return Number(at({ [name]: g.tensor('float64', shape, data) })['total']!.data[0])
      }
      const measured = (lossAt(1e-5) - lossAt(-1e-5)) / 2e-5
      expect(Math.abs(slope[i]! - measured), `${name}[${i}]`).toBeLessThan(
        1e-6 * Math.max(1, Math.abs(measured)),
      )
    }
  }
}

describe('objectives', () => {
  const few = (): Images => papers.strokeImages({ rows: 3, side: 4 })

  it.each([
    ['plain', {}],
    ['contractive', { contraction: 0.3 }],
    ['denoising', { noise: 0.5 }],
  ])('one layer, %s: slopes agree with differences', (_, choice) => {
    expectSlopes(papers.oneLayer(papers.pixelSpace(4), { units: 5, ...choice }), few().images, 3)
  })

  it.each([1, 3])('importance weighted, %d samples: slopes agree with differences', (samples) => {
    const model = papers.importanceWeighted(papers.pixelSpace(4), { hidden: [6], latent: 2, samples })
    expectSlopes(model, few().images, 3)
  })

  it('importance weighted: resampled slopes are the exact ones on average', () => {
    const options = { hidden: [6], latent: 2, samples: 8 }
    const { images } = few()
    const exact = evaluated(papers.importanceWeighted(papers.pixelSpace(4), options), images, 3).at()
    const draws = 100
    const sums = new Map<string, Float64Array>()
    const resampled = papers.importanceWeighted(papers.pixelSpace(4), { ...options, resampled: 2 })
    for (let draw = 0; draw < draws; draw++) {
      const found = evaluated(resampled, images, 3, { uniforms: () => (draw + 0.5) / draws }).at()
      expect(Number(found['total']!.data[0])).toBeCloseTo(Number(exact['total']!.data[0]), 9)
      for (const { name } of resampled.parameters) {
        const sum = sums.get(name) ?? new Float64Array(found[name]!.data.length)
        sums.set(name, sum)
        found[name]!.data.forEach((slope, i) => (sum[i]! += Number(slope) / draws))
      }
    }
    // The encoder's are those of another estimator, equal over draws of z only.
    for (const [name, mean] of [...sums].filter(([name]) => name.startsWith('decoder'))) {
      const largest = Math.max(...(exact[name]!.data as Float64Array).map(Math.abs))
      mean.forEach((slope, i) => {
        expect(Math.abs(slope - Number(exact[name]!.data[i]))).toBeLessThan(0.03 * largest)
      })
    }
  })

  it("importance weighted: the encoder's slopes are the exact ones over many draws", () => {
    const options = { hidden: [6], latent: 2, samples: 8 }
    const { images } = few()
    const slopesOf = (resampled: number): { mean: number[]; error: number[] } => {
      const model = papers.importanceWeighted(papers.pixelSpace(4), { ...options, resampled })
      const found = Array.from(
        { length: 150 },
        (_, seed) => evaluated(model, images, 3, { seed }).at()['encoder.0.bias']!.data as Float64Array,
      )
      const mean = [...found[0]!].map((_, i) => found.reduce((sum, each) => sum + each[i]!, 0) / found.length)
      const error = mean.map((at, i) =>
        Math.sqrt(found.reduce((sum, each) => sum + (each[i]! - at) ** 2, 0) / found.length ** 2),
      )
      return { mean, error }
    }
    const exact = slopesOf(8)
    const resampled = slopesOf(4)
    exact.mean.forEach((slope, i) => {
      const apart = Math.abs(slope - resampled.mean[i]!)
      expect(apart).toBeLessThan(4 * Math.hypot(exact.error[i]!, resampled.error[i]!))
    })
  })

  it.each([undefined, 5])('classifier with hidden layer %s: slopes agree with differences', (hidden) => {
    const options = { inputs: 16, decay: 0.1, ...(hidden !== undefined && { hidden }) }
    expectSlopes(papers.classifier(options), papers.labelled(few()), 3)
  })
})

describe('measures', () => {
  it('the likelihood of a model that ignores its latent is known exactly', async () => {
    const space = papers.pixelSpace(4)
    const model = papers.importanceWeighted(space, { hidden: [], latent: 2, samples: 1 })
    const zeros = Object.fromEntries(
      model.parameters.map(({ name, shape }) => [name, new Float32Array(built.graph.sizeOf(shape))]),
    )
    const { images } = papers.strokeImages({ rows: 6, side: 4 })
    const bias = papers.meanLogits(images, 6)
    // q is off the prior, N(½, e^0.4): the weights must make up for it.
    const weights = {
      ...zeros,
      'decoder.0.bias': bias,
      'encoder.0.bias': Float32Array.of(0.5, 0.5, 0.4, 0.4),
    }
    const binary = papers.binarised(images, 1)
    const found = await papers.negativeLogLikelihood(model, weights, binary, {
      rows: 6,
      total: 20_000,
      block: 500,
    })
    const exact =
      binary.reduce((sum, bit, i) => sum + Math.log1p(Math.exp(-(2 * bit - 1) * bias[i % 16]!)), 0) / 6
    expect(Math.abs(found - exact)).toBeLessThan(0.03)
  })

  it('reads IDX files, and refuses ones that are cut short', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hourglass-papers-'))
    try {
      const path = join(folder, 'images.gz')
      const header = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]
      writeFileSync(path, gzipSync(Uint8Array.from([...header, 1, 2, 3, 255])))
      expect(papers.readIdx(path).shape).toEqual([2, 1, 2])
      expect([...papers.readIdx(path).data]).toEqual([1, 2, 3, 255])
      writeFileSync(path, gzipSync(Uint8Array.from([...header, 1, 2, 3])))
      expect(() => papers.readIdx(path)).toThrow(/expected 4 bytes, got 3/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('halves images by means of blocks', () => {
    const image = Float32Array.from({ length: 16 }, (_, i) => i)
    expect([...papers.halved(image, 4)]).toEqual([2.5, 4.5, 10.5, 12.5])
  })
})

describe('orderings on strokes', () => {
  it('contraction shrinks the Jacobian, and a classifier learns from every pretrained layer', async () => {
    const train = papers.strokeImages({ rows: 600, seed: 1 })
    const test = papers.strokeImages({ rows: 300, seed: 2 })
    const space = papers.pixelSpace(8)
    const learn = async (choice: { contraction?: number; noise?: number }) => {
      const autoencoder = papers.oneLayer(space, { units: 48, ...choice })
      const options = { batchSize: 50, learningRate: 5e-3 }
      const job = {
        name: autoencoder.kind,
        autoencoder,
        data: dataOf(train.images, 600),
        epochs: 30,
        ...options,
      }
      const { weights } = await papers.trainFor(job, run)
      const measured = await papers.contractionOf(autoencoder, weights, test)
      const model = papers.classifier({ inputs: 64, hidden: 48 })
      const data = dataOf(papers.labelled(train), 600, 100)
      const tuning = { name: 'tuning', autoencoder: model, data, initial: weights, epochs: 20, ...options }
      const tuned = await papers.trainFor(tuning, run)
      return { ...measured, error: await papers.errorPercent(model, tuned.weights, test) }
    }
    const plain = await learn({})
    const noisy = await learn({ noise: 0.3 })
    const contracted = await learn({ contraction: 0.3 })
    expect(contracted.norm).toBeLessThan(0.8 * plain.norm)
    expect(noisy.norm).toBeLessThan(plain.norm)
    for (const { error } of [plain, noisy, contracted]) expect(error).toBeLessThan(10)
  })

  it('importance weighting gives a likelihood above the bound it is trained on, and training raises it', async () => {
    const train = papers.strokeImages({ rows: 500, seed: 3 })
    const test = papers.strokeImages({ rows: 40, seed: 4 })
    const binary = papers.binarised(test.images, 5)
    const model = papers.importanceWeighted(papers.pixelSpace(8), {
      hidden: [40],
      latent: 6,
      samples: 10,
      resampled: 2,
    })
    const measure = async (epochs: number, total: number) => {
      const initial = { 'decoder.1.bias': papers.meanLogits(train.images, 500) }
      const data = dataOf(train.images, 500)
      const job = {
        name: 'iwae',
        autoencoder: model,
        data,
        initial,
        epochs,
        batchSize: 50,
        learningRate: 4e-3,
      }
      const { weights } = await papers.trainFor(job, run)
      return papers.negativeLogLikelihood(model, weights, binary, { rows: 40, total, block: total })
    }
    const [before, bound, after] = [await measure(1, 200), await measure(40, 1), await measure(40, 200)]
    expect(after).toBeLessThan(before - 1)
    expect(after).toBeLessThan(bound)
  })

  it('at as many active units TopK and JumpReLU explain more than L1', async () => {
    const train = papers.strokeImages({ rows: 1000, seed: 6 })
    const test = papers.strokeImages({ rows: 300, seed: 7 })
    const split = dataOf(train.images, 1000, 200)
    const space = papers.pixelSpace(8)
    const learn = async (method: string) => {
      const setting = { name: method, space, latent: 128, method, k: 5, epochs: 80, stages: 16 }
      const parts = { train, test, split }
      return (await papers.learnDictionary({ ...setting, batchSize: 50, learningRate: 3e-3 }, parts, run))
        .measured
    }
    const [topK, jumpRelu, l1] = [await learn('topK'), await learn('jumpRelu'), await learn('l1')]
    for (const { l0 } of [topK, jumpRelu]) expect(l0).toBeLessThanOrEqual(5.2)
    // More units than TopK has would only help L1.
    expect(l1.l0).toBeGreaterThan(0.9 * topK.l0)
    for (const { explained } of [topK, jumpRelu]) expect(explained).toBeGreaterThan(l1.explained + 0.005)
    expect(topK.explained).toBeGreaterThan(0.9)
  })
})
