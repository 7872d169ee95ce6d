/**
 * Trained autoencoders as sources of rows: new ones out of the prior, and rows between two others. The graphs are in
 * src/autoencoders/variational-likelihood.ts.
 */
import {
  createAutoencoder,
  interpolationGraph,
  sampleGraph,
  type Autoencoder,
  type AutoencoderDescription,
} from '../autoencoders/index.js'
import { HourglassError } from '../base/index.js'
import { createNoise } from '../engine/index.js'
import { tensor, type Tensor } from '../graph/index.js'
import type { Weights } from './options.js'
import type { TrainingMachine } from './run.js'

/** An autoencoder and its weights. */
export interface Trained {
  readonly autoencoder: AutoencoderDescription | Autoencoder
  readonly weights: Weights
}

/** Rows of features; see `TrainingData`. */
export interface FeatureRows {
  readonly rows: number
  /** `[rows, width]` */
  readonly features: Float32Array
  /** `[rows, columns]`, 1 where the cell is known; absent when every cell is. */
  readonly mask?: Float32Array
}

/** Rows decoded in one run. */
const chunkRows = 1024

/**
 * New rows: draws of the prior, decoded.
 *
 * @param count of rows, from 0
 * @param options.seed of the draws (default 0); the same seed gives the same rows
 * @returns `[count, width]`, numbers as the decoder expects them and probabilities of categories
 * @throws HG_USAGE when the kind has no prior
 */
export async function sampleRows(
  { autoencoder: description, weights }: Trained,
  count: number,
  { seed = 0 }: { readonly seed?: number },
  { engine, kernels }: Pick<TrainingMachine, 'engine' | 'kernels'>,
): Promise<Float32Array> {
  const autoencoder = createAutoencoder(description)
  const { latent, space } = autoencoder
  const program = await engine.compile(sampleGraph(autoencoder))
  const stream = createNoise(seed, kernels)
  const rows = new Float32Array(count * space.width)
  try {
    for (let start = 0; start < count; start += chunkRows) {
      const size = Math.min(chunkRows, count - start)
      const noise = new Float32Array(size * latent)
      stream.normal(noise)
      const feeds = { ...weightFeeds(autoencoder, weights), noise: tensor('float32', [size, latent], noise) }
      rows.set((await program.run(feeds))['rows']!.data as Float32Array, start * space.width)
    }
  } finally {
    await program.dispose()
  }
  return rows
}

/**
 * Rows between pairs of rows, evenly spaced in the latent space, both ends' reconstructions included.
 *
 * @param from the first of each pair
 * @param to the second of each pair, as many rows
 * @param options.points on each line (default 8)
 * @returns `[pairs, points, width]`, numbers as the decoder expects them and probabilities of categories
 * @throws HG_USAGE when the two are not equally many, or `points` is below 2
 */
export async function interpolateRows(
  { autoencoder: description, weights }: Trained,
  from: FeatureRows,
  to: FeatureRows,
  { points = 8 }: { readonly points?: number },
  { engine }: Pick<TrainingMachine, 'engine'>,
): Promise<Float32Array> {
  if (from.rows !== to.rows) {
    throw new HourglassError(
      'HG_USAGE',
      `interpolation: expected as many rows to start from as to end at, got ${from.rows} and ${to.rows}`,
    )
  }
  const autoencoder = createAutoencoder(description)
  const masked = from.mask !== undefined || to.mask !== undefined
  const program = await engine.compile(interpolationGraph(autoencoder, points, { mask: masked }))
  const each = points * autoencoder.space.width
  const rows = new Float32Array(from.rows * each)
  const chunk = Math.max(1, Math.floor(chunkRows / points))
  try {
    for (let start = 0; start < from.rows; start += chunk) {
      const end = Math.min(start + chunk, from.rows)
      const outputs = await program.run({
        ...weightFeeds(autoencoder, weights),
        ...rowFeeds(autoencoder, from, start, end, masked, 'from.'),
        ...rowFeeds(autoencoder, to, start, end, masked, 'to.'),
      })
      rows.set(outputs['rows']!.data as Float32Array, start * each)
    }
  } finally {
    await program.dispose()
  }
  return rows
}

/** The weights as those graphs name them. */
export function weightFeeds({ parameters }: Autoencoder, weights: Weights): Record<string, Tensor> {
  return Object.fromEntries(
    parameters.map(({ name, shape }) => [`parameter.${name}`, tensor('float32', shape, weights[name]!)]),
  )
}

/** Some rows as those graphs name them. */
export function rowFeeds(
  { space: { width, columns } }: Autoencoder,
  { features, mask }: FeatureRows,
  start: number,
  end: number,
  masked: boolean,
  prefix = '',
): Record<string, Tensor> {
  const size = end - start
  const count = columns.length
  const cells = mask?.subarray(start * count, end * count) ?? new Float32Array(size * count).fill(1)
  return {
    [`${prefix}features`]: tensor('float32', [size, width], features.subarray(start * width, end * width)),
    ...(masked && { [`${prefix}mask`]: tensor('float32', [size, count], cells) }),
  }
}
