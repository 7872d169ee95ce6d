/**
 * How the encoder of a map is made and how long it learns. docs/decisions/embedding.md has the measurements behind the
 * figures.
 */
import {
  createAutoencoder,
  type Autoencoder,
  type AutoencoderDescription,
  type AutoencoderKind,
  type FeatureSpace,
} from '../autoencoders/index.js'
import { HourglassError } from '../base/index.js'
import { planFor, type KindChoice } from '../learning/index.js'
import { defaultTraining, type TrainingData, type TrainingOptions } from '../training/index.js'
import type { EmbeddingKind, EmbeddingOptions } from './embedding-types.js'
import { neighborMap, type NeighborMapOptions } from './neighbor-map.js'

/** An encoder and its training. */
export interface MapPlan {
  /** What is trained: a description, or the map, which is none of the kinds. */
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

/** Widest rows that a map reads whole; wider ones go through their leading directions of variance. */
const widestWhole = 128
/** Directions that wide rows are shortened to. */
const shortened = 100

/** Directions of variance in front of the encoder of a kind; 0 for none. */
export function directionsFor(
  kind: EmbeddingKind,
  dims: number,
  rows: number,
  { width, grid }: FeatureSpace,
): number {
  if (kind === 'pca') return dims
  if (kind !== 'neighbors' || width <= widestWhole) return 0
  return Math.min(shortened, rows - 1, grid === undefined ? width : shortened)
}

/** Plans an encoder over a space. @throws HG_USAGE */
export function planMap(space: FeatureSpace, data: TrainingData, options: EmbeddingOptions): MapPlan {
  const kind = kindFor(options)
  if (kind === 'pca') throw new Error('internal: pca is not trained')
  if (kind === 'neighbors') return planNeighbors(space, data, options)
  const { dims = mapDefaults.dims } = options
  const choice = { ...options, kind, latent: dims, options: { ...options.options, latent: dims } }
  const { autoencoder, training } = planFor(space, data, choice as typeof options & KindChoice)
  if (createAutoencoder(autoencoder).latent !== dims) {
    throw new HourglassError(
      'HG_USAGE',
      `embed: ${kind} gives codes of ${createAutoencoder(autoencoder).latent} numbers, and ${dims} are asked for; choose another kind`,
    )
  }
  return { autoencoder, options: autoencoder.options as Readonly<Record<string, unknown>>, training }
}

function planNeighbors(space: FeatureSpace, data: TrainingData, options: EmbeddingOptions): MapPlan {
  const { dims = mapDefaults.dims, exaggeration = mapDefaults.exaggeration, seed = 0 } = options
  const chosen: NeighborMapOptions = {
    hidden: options.hidden ?? [512, 512, 256],
    latent: dims,
    activation: 'relu',
    exaggeration,
    earlyExaggeration: Math.max(4, exaggeration),
    earlyShare: 0.2,
    topology: options.topology ?? mapDefaults.topology,
    ...(data.mask !== undefined && { readsMask: true }),
  }
  const batchSize = Math.min(options.batchSize ?? 2048, data.training.length)
  const stepsPerEpoch = Math.ceil(data.training.length / batchSize)
  return {
    autoencoder: neighborMap(space, chosen),
    options: chosen,
    training: {
      ...defaultTraining,
      steps: options.epochs === undefined ? defaultSteps(stepsPerEpoch) : options.epochs * stepsPerEpoch,
      batchSize,
      learningRate: options.learningRate ?? 1e-3,
      weightDecay: options.weightDecay ?? 0,
      warmupSteps: 50,
      schedule: 'cosine',
      evaluateEvery: Math.max(20, stepsPerEpoch),
      patience: 0,
      seed,
      threads: options.threads ?? 0,
    },
  }
}

/** 40 passes over the rows, from 600 to 3,000 steps. */
function defaultSteps(stepsPerEpoch: number): number {
  return Math.min(3000, Math.max(600, 40 * stepsPerEpoch))
}

/** Whether a name is a kind of autoencoder rather than one of the two that only maps know. */
export const isAutoencoderKind = (kind: EmbeddingKind): kind is AutoencoderKind =>
  kind !== 'pca' && kind !== 'neighbors'
