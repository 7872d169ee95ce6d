/**
 * How to train, what is recorded of a training, and what comes out of it.
 */
import { HourglassError, type LongWork } from '../base/index.js'
import {
  createAutoencoder,
  type Autoencoder,
  type AutoencoderDescription,
  type Finding,
} from '../autoencoders/index.js'

/** Rows of features to learn from; row-major. */
export interface TrainingData {
  /** Number of rows. */
  readonly rows: number
  /** `[rows, width]` */
  readonly features: Float32Array
  /** `[rows, columns]`, 1 where the cell is known; absent when every cell is. */
  readonly mask?: Float32Array
  /** `[rows]`, how much each row counts; absent when all count alike. */
  readonly weights?: Float32Array
  /** `[rows, partners]`, rows that each row goes with; a batch has one of them beside each of its rows, drawn afresh. */
  readonly partners?: Int32Array
  /** `[rows, n]`, what an objective is to reach at each row beside the row itself, such as its place on a map. */
  readonly targets?: Float32Array
  /** Rows that gradients come from. */
  readonly training: Int32Array
  /** Rows held out, to stop early and to choose the best weights; may be empty. */
  readonly validation: Int32Array
  /** Where the rows that gradients come from are made anew for every step, such as crops of photographs. */
  readonly source?: RowSource
}

/** Makes the training rows of every step; those that `TrainingData` holds are then only the place they are written to. */
export interface RowSource {
  /** Tells one source from another: a checkpoint of a training on another one is refused. */
  readonly identity: string
  /**
   * Writes the rows that gradients come from, from the first on; what it writes depends on the step's number alone, so that
   * a resumed training sees the same.
   *
   * @param step from 0
   * @param features `[rows, width]` of the training data; held-out rows are left as they are
   */
  readonly fill: (step: number, features: Float32Array) => void
}

/** Learning rate over the training, as a share of the peak. */
export type Schedule = 'constant' | 'cosine' | 'linear'

/** Options of a training, all given; `defaultTraining` has the defaults. Plain data. */
export interface TrainingOptions {
  /** Optimiser steps in all. */
  readonly steps: number
  /** Steps for which each layer of a dense stack is trained by itself before, 0 for none; see pretrain.ts. */
  readonly pretrainSteps: number
  /** Rows in a step, before the last of an epoch, which takes what is left. */
  readonly batchSize: number
  readonly optimizer: 'adamw' | 'sgd'
  /** Peak learning rate. */
  readonly learningRate: number
  readonly schedule: Schedule
  /** Steps over which the rate rises from zero to its peak. */
  readonly warmupSteps: number
  /** Decoupled for AdamW (Loshchilov & Hutter 2019); applied to weights, not to biases. */
  readonly weightDecay: number
  /** Longest gradient over all parameters, 0 for no limit. */
  readonly clipNorm: number
  /** Decay of the moving average of weights that is evaluated and kept, 0 for none. */
  readonly averageDecay: number
  /** Steps between two evaluations on held-out rows. */
  readonly evaluateEvery: number
  /** Evaluations without a better held-out loss before training stops, 0 for never. */
  readonly patience: number
  readonly seed: number
  /** Threads of the engine; 0 measures and chooses. */
  readonly threads: number
}

/** The defaults, before anything is known of the data. */
export const defaultTraining: TrainingOptions = {
  steps: 2000,
  pretrainSteps: 0,
  batchSize: 256,
  optimizer: 'adamw',
  learningRate: 1e-3,
  schedule: 'cosine',
  warmupSteps: 20,
  weightDecay: 1e-4,
  clipNorm: 0,
  averageDecay: 0,
  evaluateEvery: 100,
  patience: 0,
  seed: 0,
  threads: 0,
}

/** One line of the record: means since the line before. */
export interface TrainingPoint {
  readonly step: number
  readonly epoch: number
  readonly trainLoss: number
  /** Loss on held-out rows; absent when none are held out. */
  readonly validationLoss?: number
  readonly learningRate: number
  /** Terms of the training loss. */
  readonly parts: Readonly<Record<string, number>>
  /** What the kind watches besides: share of live units, bits of the code, … */
  readonly metrics?: Readonly<Record<string, number>>
  /** Euclidean length of the last step's gradient, by parameter. */
  readonly gradientNorms?: Readonly<Record<string, number>>
}

/** What happened in a training; plain data, kept in the model file. */
export interface TrainingRecord {
  readonly options: TrainingOptions
  readonly points: readonly TrainingPoint[]
  /** Steps done. */
  readonly steps: number
  /** The step whose weights were kept. */
  readonly bestStep: number
  readonly stopped: 'finished' | 'early'
  readonly threads: number
  /** Seconds of training, over all of its runs when it was resumed. */
  readonly seconds: number
  /** What is doubtful about the network or its training, and what to do. */
  readonly findings?: readonly Finding[]
}

/** Weights by parameter name. */
export type Weights = Readonly<Record<string, Float32Array>>

/** What a training returns. */
export interface TrainingResult {
  readonly weights: Weights
  readonly record: TrainingRecord
}

/** Where a training keeps its state; files.ts has one for a file. */
export interface CheckpointStore {
  /** The state saved last, or undefined. */
  load(): Promise<Uint8Array | undefined>
  /** Replaces the saved state, whole or not at all. */
  save(state: Uint8Array): Promise<void>
}

/**
 * What training needs of a network: its parameters, and what it makes small. Every autoencoder is one; so is a network that
 * has no code of its own, such as an image denoiser.
 */
export type Learner = Pick<Autoencoder, 'kind' | 'space' | 'parameters' | 'objective'> &
  Partial<Pick<Autoencoder, 'widths' | 'latent' | 'range' | 'checkRows' | 'warnings' | 'diagnose'>>

/** @throws HG_USAGE for a description of no kind there is, or with options that do not fit */
export const learnerOf = (network: AutoencoderDescription | Learner): Learner =>
  'objective' in network ? network : createAutoencoder(network)

/** A training to be done. */
export interface TrainingTask {
  /** A description, or a network of one's own, which cannot cross into a worker thread. */
  readonly autoencoder: AutoencoderDescription | Learner
  readonly data: TrainingData
  readonly options: TrainingOptions
  /** First values of parameters by name, where they are not to be drawn. */
  readonly initial?: Weights
}

/** How a training reports, stops and resumes. */
export interface TrainingWork extends LongWork {
  readonly checkpoint?: CheckpointStore | undefined
  /**
   * The step at which to stop for now, counted from the beginning (default: none): the state goes to the checkpoint, the
   * result is what is known so far, and the same task goes on from there as if it had never stopped.
   */
  readonly pauseAt?: number | undefined
}

/** @throws HG_USAGE when an option is outside its range, HG_TABLE_TOO_SMALL when there is no row to learn from */
export function checkTask({ data, options }: TrainingTask): void {
  if (data.training.length === 0) {
    throw new HourglassError('HG_TABLE_TOO_SMALL', 'training: there is no row to learn from')
  }
  const expectations: readonly (readonly [keyof TrainingOptions, boolean, string])[] = [
    ['steps', Number.isInteger(options.steps) && options.steps >= 1, 'a whole number of at least 1'],
    [
      'pretrainSteps',
      Number.isInteger(options.pretrainSteps) && options.pretrainSteps >= 0,
      'a whole number of at least 0',
    ],
    [
      'batchSize',
      Number.isInteger(options.batchSize) && options.batchSize >= 1,
      'a whole number of at least 1',
    ],
    ['learningRate', options.learningRate > 0 && options.learningRate < Infinity, 'a number above 0'],
    ['warmupSteps', options.warmupSteps >= 0, 'a number of at least 0'],
    ['weightDecay', options.weightDecay >= 0 && options.weightDecay < Infinity, 'a number of at least 0'],
    ['clipNorm', options.clipNorm >= 0, 'a number of at least 0'],
    ['averageDecay', options.averageDecay >= 0 && options.averageDecay < 1, 'a number from 0 to below 1'],
    [
      'evaluateEvery',
      Number.isInteger(options.evaluateEvery) && options.evaluateEvery >= 1,
      'a whole number of at least 1',
    ],
    ['patience', Number.isInteger(options.patience) && options.patience >= 0, 'a whole number of at least 0'],
    ['seed', Number.isSafeInteger(options.seed), 'a whole number'],
    ['threads', Number.isInteger(options.threads) && options.threads >= 0, 'a whole number of at least 0'],
  ]
  for (const [name, holds, expected] of expectations) {
    if (!holds) {
      throw new HourglassError(
        'HG_USAGE',
        `training: ${name} must be ${expected}, got ${String(options[name])}`,
      )
    }
  }
}
