/**
 * How the encoder of a map is made and how long it learns. docs/decisions/embedding.md has the measurements behind the
 * figures.
 */
import {
  createAutoencoder,
  type Autoencoder,
  type AutoencoderDescription,
  type AutoencoderKind,
  type EncoderDecoderOptions,
  type FeatureSpace,
} from '../autoencoders/index.js'
import { HourglassError } from '../base/index.js'
import { planFor, type KindChoice } from '../learning/index.js'
import { defaultTraining, type TrainingData, type TrainingOptions } from '../training/index.js'
import type { EmbeddingKind, EmbeddingOptions, MapEncoder } from './embedding-types.js'
import { laidOutMap, type LaidOutMapOptions } from './laid-out-map.js'
import { neighborMap, type NeighborMapOptions } from './neighbor-map.js'
import { placeDecoder } from './place-decoder.js'

/** An encoder and its training. */
export interface MapPlan {
  /** What is trained: a description, or a map, which is none of the kinds. */
  readonly autoencoder: AutoencoderDescription | Autoencoder
  readonly options: Readonly<Record<string, unknown>>
  readonly training: TrainingOptions
}

/** Defaults that the command line says. */
export const mapDefaults = { dims: 2, neighbors: 15, exaggeration: 1, topology: 0, holdOut: 0.1 } as const

/** The kind when none is asked for: up to three dimensions are looked at, more are features. */
export function kindFor({ kind, dims = mapDefaults.dims }: EmbeddingOptions): EmbeddingKind {
  return kind ?? (dims <= 3 ? 'neighbors' : 'undercomplete')
}

/** Whether a name is a kind of autoencoder rather than one of the two that only maps know. */
export const isAutoencoderKind = (kind: EmbeddingKind): kind is AutoencoderKind =>
  kind !== 'pca' && kind !== 'neighbors'

/** Whether a map is laid out first: in the plane. In other dimensions the encoder finds the places by itself. */
export const isLaidOut = (kind: EmbeddingKind, dims: number): boolean => kind === 'neighbors' && dims === 2

/** Widest rows that a map reads whole, and the directions of variance that wider ones are shortened to. */
const widestWhole = 64
const shortened = 50

/** Directions of variance in front of the encoder; 0 for none. */
export function directionsFor(kind: EmbeddingKind, dims: number, rows: number, width: number): number {
  if (kind === 'pca') return dims
  return kind === 'neighbors' && width > widestWhole ? Math.min(shortened, rows - 1) : 0
}

/** The map of the kind `neighbors` with these options; they are read from model files too. */
export function mapFor(space: FeatureSpace, options: Readonly<Record<string, unknown>>): Autoencoder {
  if (options['encoder'] === 'memory') return placeDecoder(space, options as unknown as EncoderDecoderOptions)
  return 'noise' in options
    ? laidOutMap(space, options as unknown as LaidOutMapOptions)
    : neighborMap(space, options as unknown as NeighborMapOptions)
}

/** Plans an encoder over a space. @throws HG_USAGE */
export function planMap(space: FeatureSpace, data: TrainingData, options: EmbeddingOptions): MapPlan {
  const kind = kindFor(options)
  if (kind === 'pca') throw new Error('internal: pca is not trained')
  if (kind === 'neighbors') return planNeighbors(space, data, options)
  const { dims = mapDefaults.dims } = options
  const choice = { ...options, kind, latent: dims, options: { ...options.options, latent: dims } }
  const { autoencoder, training } = planFor(space, data, choice as typeof options & KindChoice)
  const { latent } = createAutoencoder(autoencoder)
  if (latent !== dims) {
    throw new HourglassError(
      'HG_USAGE',
      `embed: ${kind} gives codes of ${latent} numbers, and ${dims} are asked for; choose another kind`,
    )
  }
  return { autoencoder, options: autoencoder.options, training }
}

/** Deviation of the noise at the encoder's input, in units of features whose mean square is 1. */
const inputNoise = 0.15

/** Rows above which the encoder is wide. */
const manyRows = 20_000

/** What the ways to a map need of training: a decoder, an encoder that learns places by heart, one that compares whole batches. */
const trainings = {
  memory: { batchSize: 128, epochs: 10, least: 500, most: 4000, rate: 2e-3 },
  network: { batchSize: 512, epochs: 50, least: 1000, most: 8000, rate: 1e-3 },
  compared: { batchSize: 2048, epochs: 40, least: 600, most: 3000, rate: 1e-3 },
} as const

/** What places new rows: in the plane the rows that were laid out, unless a regulariser has to shape the encoder. */
export function encoderFor(options: EmbeddingOptions): MapEncoder {
  const { dims = mapDefaults.dims, encoder, topology = mapDefaults.topology } = options
  if (!isLaidOut(kindFor(options), dims)) return 'network'
  return encoder ?? (topology > 0 ? 'network' : 'memory')
}

function planNeighbors(space: FeatureSpace, data: TrainingData, options: EmbeddingOptions): MapPlan {
  const { dims = mapDefaults.dims, exaggeration = mapDefaults.exaggeration, seed = 0 } = options
  const encoder = encoderFor(options)
  const wide = data.training.length > manyRows ? [512, 512, 256] : [256, 256, 128]
  const shape = {
    hidden: options.hidden ?? (encoder === 'memory' ? [256, 128] : wide),
    latent: dims,
    activation: 'relu' as const,
    topology: options.topology ?? mapDefaults.topology,
    ...(data.mask !== undefined && { readsMask: true }),
  }
  const laidOut = data.targets !== undefined
  const chosen = laidOut
    ? { ...shape, encoder, ...(encoder === 'network' && { noise: inputNoise }) }
    : { ...shape, exaggeration, earlyExaggeration: Math.max(4, exaggeration), earlyShare: 0.2 }
  const length = laidOut ? trainings[encoder] : trainings.compared
  const batchSize = Math.min(options.batchSize ?? length.batchSize, data.training.length)
  const stepsPerEpoch = Math.ceil(data.training.length / batchSize)
  const usual = Math.min(length.most, Math.max(length.least, length.epochs * stepsPerEpoch))
  const training: TrainingOptions = {
    ...defaultTraining,
    steps: options.epochs === undefined ? usual : options.epochs * stepsPerEpoch,
    batchSize,
    learningRate: options.learningRate ?? length.rate,
    weightDecay: options.weightDecay ?? 0,
    warmupSteps: 50,
    schedule: 'cosine',
    evaluateEvery: Math.max(100, stepsPerEpoch),
    seed,
    threads: options.threads ?? 0,
  }
  return { autoencoder: mapFor(space, chosen), options: chosen, training }
}
