/**
 * What learning from a table is told: which kind of autoencoder, and the settings that every use shares. The uses add
 * their own (src/anomaly/detector-types.ts).
 */
import type { AutoencoderKind, Grid, KindOptions } from '../autoencoders/index.js'
import type { LongWork } from '../base/index.js'
import type { ColumnOverrides, ScalingChoice } from '../data/index.js'

/** Which autoencoder learns, and its options beyond the ones below; docs/kinds.md lists them. */
export type KindChoice =
  | { readonly kind?: 'denoising'; readonly options?: Partial<KindOptions['denoising']> }
  | {
      readonly [K in AutoencoderKind]: { readonly kind: K; readonly options?: Partial<KindOptions[K]> }
    }[AutoencoderKind]

/** Options of learning that do not depend on the kind or the use. */
export interface LearningSettings extends LongWork {
  /** How the numeric columns lie on a grid, for images and windows of series (default: as the table says, if it does). */
  readonly grid?: Grid
  /** How numbers are scaled (default: as the kind needs it). */
  readonly scaling?: ScalingChoice
  /** Any integer (default 0). Same seed, data and threads: the same weights, bit for bit. */
  readonly seed?: number
  /** How to read columns, where the automatic reading is not wanted; `'ignore'` leaves one out. */
  readonly columns?: ColumnOverrides
  /** Widths between input and latent (default by the number of features). */
  readonly hidden?: readonly number[]
  /** Width of the code (default by kind and number of features). */
  readonly latent?: number
  /** Most passes over the training rows (default by the number of rows). */
  readonly epochs?: number
  readonly batchSize?: number
  readonly learningRate?: number
  readonly weightDecay?: number
  /** Steps of layer-by-layer pretraining for each layer of a dense network (default 0: none). */
  readonly pretrainSteps?: number
  /** Threads of the engine; measured when absent. */
  readonly threads?: number
  /** Train in a worker thread, so that the calling thread stays responsive (default false). */
  readonly worker?: boolean
  /** Where training saves its state, and whether to go on from it. Removed when the fit is done. */
  readonly checkpoint?: { readonly path: string; readonly resume: boolean }
}

/** Settings and kind together. */
export type LearningOptions = LearningSettings & KindChoice
