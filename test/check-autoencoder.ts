/**
 * The battery that every kind of autoencoder passes: shapes, gradients against finite differences, empty and one-row
 * batches, missing cells, a falling loss, the same weights for the same seed, errors that do not depend on the batch.
 */
import { describe, expect, it } from 'vitest'
import {
  createAutoencoder,
  type AutoencoderDescription,
  type Autoencoder,
  type FeatureSpace,
  type Grid,
} from '../src/autoencoders/index.js'
import { randomFor, type Random } from '../src/base/index.js'
import { interpret } from '../src/engine/index.js'
import { nodeEngine } from '../src/engine/node.js'
import { gradients } from '../src/gradient/index.js'
import * as g from '../src/graph/index.js'
import { initialValues, type NoiseSource } from '../src/layers/index.js'
import { defaultTraining, type TrainingTask } from '../src/training/index.js'
import { trainHere } from '../src/training/node.js'

/** Three numbers, a category of three and one of two. */
export const mixedSpace: FeatureSpace = {
  width: 8,
  numericCount: 3,
  columns: [
    { name: 'a', start: 0, width: 1 },
    { name: 'b', start: 1, width: 1 },
    { name: 'c', start: 2, width: 1 },
    { name: 'kind', start: 3, width: 3 },
    { name: 'flag', start: 6, width: 2 },
  ],
}

/** Features and mask of some rows. */
export interface Rows {
  /** `[rows, width]` */
  readonly features: Float32Array
  /** `[rows, columns]` */
  readonly mask: Float32Array
}

/** What a kind needs of the battery besides its description. */
export interface BatteryOptions {
  /** Rows to learn from, some cells missing when asked (default: rows of `mixedSpace`). */
  readonly rows?: (count: number, missing: boolean) => Rows
  /** Parameters, by prefix, whose gradients are estimates on purpose and differ from finite differences, and why. */
  readonly estimated?: { readonly prefixes: readonly string[]; readonly reason: string }
  /** What the smallest held-out loss is of the first one, at most (default 0.9). */
  readonly fall?: number
  /** Changes to the training. */
  readonly training?: Partial<TrainingTask['options']>
}

/** Rows of a mixed space: b follows a, the category follows the sign of a; some cells are missing when asked. */
function mixedRows(count: number, missing: boolean): Rows {
  const stream = randomFor(3, 'battery')
  const { width, columns } = mixedSpace
  const features = new Float32Array(count * width)
  const mask = new Float32Array(count * columns.length).fill(1)
  for (let row = 0; row < count; row++) {
    const a = stream.normal()
    const kind = a < -0.5 ? 0 : a < 0.5 ? 1 : 2
    features.set([a, 0.8 * a + 0.1 * stream.normal(), stream.normal()], row * width)
    features[row * width + 3 + kind] = 1
    features[row * width + 6 + (stream.uniform() < 0.3 ? 1 : 0)] = 1
    if (!missing) continue
    columns.forEach(({ start, width: size }, column) => {
      if (stream.uniform() > 0.15) return
      mask[row * columns.length + column] = 0
      features.fill(0, row * width + start, row * width + start + size)
    })
  }
  return { features, mask }
}

/** A space of images or series, for kinds that need one. */
export function gridSpace(grid: Grid): FeatureSpace {
  const width = grid.kind === 'image' ? grid.height * grid.width * grid.channels : grid.steps * grid.channels
  const columns = Array.from({ length: width }, (_, i) => ({ name: `x${i}`, start: i, width: 1 }))
  return { width, numericCount: width, columns, grid }
}

/** Rows on a grid: a wave of random phase and direction along its axes; some cells are missing when asked. */
export const gridRows =
  ({ width, grid }: FeatureSpace) =>
  (count: number, missing: boolean): Rows => {
    const stream = randomFor(4, 'battery')
    const across = grid?.kind === 'image' ? grid.width * grid.channels : (grid?.channels ?? 1)
    const features = new Float32Array(count * width)
    const mask = new Float32Array(count * width).fill(1)
    for (let row = 0; row < count; row++) {
      const [phase, along, beside] = [6 * stream.uniform(), stream.uniform(), stream.uniform()]
      for (let i = 0; i < width; i++) {
        const hidden = missing && stream.uniform() < 0.1
        mask[row * width + i] = hidden ? 0 : 1
        const wave = Math.sin(phase + along * Math.floor(i / across) + beside * (i % across))
        features[row * width + i] = hidden ? 0 : wave
      }
    }
    return { features, mask }
  }

/** Runs the battery over one description. */
export function checkAutoencoder(
  name: string,
  description: AutoencoderDescription | Autoencoder,
  options: BatteryOptions = {},
): void {
  const { rows: rowsOf = mixedRows, estimated, fall = 0.9 } = options
  describe(name, () => {
    const autoencoder = createAutoencoder(description)
    const { width, columns } = autoencoder.space

    /** The graph of all results, weights as float64 inputs named after the parameters. */
    const inputs = {
      features: g.input('features', 'float32', ['batch', width]),
      mask: g.input('mask', 'float32', ['batch', columns.length]),
    }
    const weights = new Map(
      autoencoder.parameters.map(({ name: key, shape }) => [key, g.input(key, 'float32', shape)]),
    )
    const context = { weight: (key: string) => weights.get(key)! }
    const weightFeeds = Object.fromEntries(
      autoencoder.parameters.map(({ name: key, shape, initializer }) => [
        key,
        g.tensor('float32', shape, initialValues(initializer, shape, randomFor(1, key))),
      ]),
    )
    const isEstimated = (key: string): boolean =>
      estimated?.prefixes.some((prefix) => key.startsWith(prefix)) ?? false
    const feedsOf = (count: number, missing = true): Record<string, g.Tensor> => {
      const { features, mask } = rowsOf(count, missing)
      return {
        ...weightFeeds,
        features: g.tensor('float32', [count, width], features),
        mask: g.tensor('float32', [count, columns.length], mask),
      }
    }
    const results = g.graph(
      {
        ...autoencoder.forward(inputs, context),
        errors: autoencoder.errors(inputs, context),
        expected: autoencoder.expected(inputs, context),
      },
      { inputs: Object.values(inputs) },
    )

    it.each([0, 1, 7])('has the promised shapes for %d rows', async (count) => {
      const program = await nodeEngine.compile(results)
      const { latent, reconstruction, errors, expected } = await program.run(feedsOf(count))
      await program.dispose()
      expect(latent!.shape).toEqual([count, autoencoder.latent])
      expect(reconstruction!.shape).toEqual([count, width])
      expect(expected!.shape).toEqual([count, width])
      expect(errors!.shape).toEqual([count, autoencoder.errorScale.length / columns.length, columns.length])
      for (const { data } of [latent!, reconstruction!, errors!, expected!]) {
        expect((data as Float32Array).every(Number.isFinite)).toBe(true)
      }
    })

    it('scores a row alike alone and among others', async () => {
      const program = await nodeEngine.compile(results)
      const many = await program.run(feedsOf(7))
      const one = await program.run(feedsOf(1))
      await program.dispose()
      const size = one['errors']!.data.length
      const [alone, among] = [one['errors']!.data, many['errors']!.data.slice(0, size)] as Float32Array[]
      alone!.forEach((error, i) =>
        expect(Math.abs(error - among![i]!)).toBeLessThan(1e-4 * Math.max(1, Math.abs(error))),
      )
    })

    const except =
      estimated === undefined ? '' : ` (but ${estimated.prefixes.join(', ')}: ${estimated.reason})`
    it(`has gradients that agree with finite differences${except}`, () => {
      const { noise, feeds: noiseFeeds } = fixedNoise(4)
      const { loss } = autoencoder.objective(inputs, { ...context, noise, progress: g.scalar(0.5) })
      const total = g.reduceMean(loss)
      const names = autoencoder.parameters
        .filter(({ name: key, buffer }) => buffer !== true && !isEstimated(key))
        .map(({ name: key }) => key)
      const slopes = gradients(
        total,
        names.map((key) => weights.get(key)!),
      )
      const graph = g.graph({
        total,
        ...Object.fromEntries(names.map((key, i) => [`slope.${key}`, slopes[i]!])),
      })
      const feeds = inFloat64({ ...feedsOf(4), ...noiseFeeds })
      const found = interpret(graph, feeds, { keepFloat64: true })
      /** Along a direction in the space of some parameters: what the slopes say, and what the loss does. */
      const along = (moved: readonly string[], stream: Random): readonly [number, number] => {
        const directions = moved.map((key) => {
          const { length } = feeds[key]!.data
          return Float64Array.from({ length }, () => (stream.uniform() < 0.5 ? 1 : -1) / Math.sqrt(length))
        })
        const lossAt = (shift: number): number => {
          const shifted = moved.map((key, at) => {
            const { shape, data } = feeds[key]!
            const values = Float64Array.from(
              data as Float64Array,
              (value, i) => value + shift * directions[at]![i]!,
            )
            return [key, g.tensor('float64', shape, values)] as const
          })
          const all = { ...feeds, ...Object.fromEntries(shifted) }
          return Number(interpret(g.graph({ total }), all, { keepFloat64: true })['total']!.data[0])
        }
        const told = moved.map((key, at) =>
          (found[`slope.${key}`]!.data as Float64Array).reduce(
            (sum, slope, i) => sum + slope * directions[at]![i]!,
            0,
          ),
        )
        return [told.reduce((sum, part) => sum + part, 0), (lossAt(1e-6) - lossAt(-1e-6)) / 2e-6]
      }
      const agree = ([told, measured]: readonly [number, number]): boolean =>
        Math.abs(told - measured) < 1e-6 * Math.max(1, Math.abs(measured))
      // Every number of every parameter moves at once; only where that disagrees is the parameter looked for.
      const stream = randomFor(6, 'directions')
      if ([1, 2, 3].every(() => agree(along(names, stream)))) return
      expect(names.filter((key) => !agree(along([key], stream)))).toEqual(
        'the parameters whose slopes are right',
      )
    })

    it.each([false, true])('learns, the same each time (missing cells: %s)', async (missing) => {
      const { features, mask } = rowsOf(300, missing)
      const rows = Int32Array.from({ length: 300 }, (_, i) => i)
      const task: TrainingTask = {
        autoencoder: description,
        data: {
          rows: 300,
          features,
          ...(missing && { mask }),
          training: rows.subarray(0, 240),
          validation: rows.subarray(240),
        },
        options: {
          ...defaultTraining,
          steps: 300,
          batchSize: 64,
          learningRate: 5e-3,
          evaluateEvery: 50,
          threads: 1,
          ...options.training,
        },
      }
      const [first, again] = [await trainHere(task), await trainHere(task)]
      const losses = first.record.points.map(({ validationLoss }) => validationLoss!)
      expect(Math.min(...losses)).toBeLessThan(fall * losses[0]!)
      expect(again.weights).toEqual(first.weights)
    })
  })
}

/** Noise as inputs, and the same numbers for them at every run. */
function fixedNoise(rows: number): { noise: NoiseSource; feeds: Record<string, g.Tensor> } {
  const stream = randomFor(5, 'noise')
  const feeds: Record<string, g.Tensor> = {}
  const declared = (shape: g.Shape, draw: () => number): g.Value => {
    const name = `noise.${Object.keys(feeds).length}`
    const known = shape.map((dim) => (typeof dim === 'number' ? dim : rows * g.factorsOf(dim).known))
    feeds[name] = g.floats(Array.from({ length: g.sizeOf(known) }, draw), known)
    return g.input(name, 'float32', shape)
  }
  return {
    feeds,
    noise: {
      normal: (shape) => declared(shape, () => stream.normal()),
      uniform: (shape) => declared(shape, () => stream.uniform()),
      bernoulli: (p, shape) => declared(shape, () => Number(stream.uniform() < p)),
    },
  }
}

/** The interpreter keeps float64 feeds as they are, so that differences are not drowned by rounding. */
function inFloat64(feeds: Readonly<Record<string, g.Tensor>>): Record<string, g.Tensor> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { shape, data }]) => [
      name,
      g.tensor('float64', shape, Float64Array.from(data as Float32Array)),
    ]),
  )
}
