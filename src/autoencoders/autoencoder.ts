/**
 * What every kind of autoencoder is: parameters, an encoder and a decoder, an objective to train on, and the errors
 * that score a row.
 *
 *     features ──► encoder ──► latent ──► decoder ──► reconstruction
 *         │                                               │
 *         └──────────────► reconstruction error ◄─────────┘
 *
 * A kind writes graph and nothing else: it neither trains itself (src/training) nor knows where weights come from
 * (LayerContext). The kinds stand in files of their own, the table of them in kinds.ts, and what most of them are made
 * of in encoder-decoder.ts.
 */
import type { ErrorCode } from '../base/index.js'
import { div, maximum, mul, reduceSum, type Value } from '../graph/index.js'
import type { LayerContext, Parameter, TrainingContext } from '../layers/index.js'
import type { FeatureBatch, FeatureSpace } from './feature-space.js'

/** The result of one pass through encoder and decoder. */
export interface Forward {
  /** `[batch, latent]` */
  readonly latent: Value
  /** `[batch, width]`: numbers, and bounded logits of categories. */
  readonly reconstruction: Value
}

/** What training makes small. */
export interface Objective {
  /** `[batch]`, one loss a row; training minimises their (weighted) mean. */
  readonly loss: Value
  /** The terms that the loss is the sum of, `[batch]` or `[]` each, for the record of the training. */
  readonly parts: Readonly<Record<string, Value>>
  /** What else is worth recording, `[batch]` or `[]` each: numbers that are watched, not minimised. */
  readonly metrics?: Readonly<Record<string, Value>>
  /** `[batch]`, the loss by which weights are chosen on held-out rows; `loss` when absent. */
  readonly heldOut?: Value
  /** Next values of the buffers by name, each in the shape of its parameter. */
  readonly updates?: Readonly<Record<string, Value>>
  /** A second player, which makes its own loss small with its own parameters; all others follow `loss`. */
  readonly adversary?: {
    /** `[batch]` */
    readonly loss: Value
    /** Names of the parameters that follow this loss alone. */
    readonly parameters: readonly string[]
  }
}

/** The errors of some passes again, each time with a group of columns hidden. */
export interface Ablation {
  /** `[columns]`: the group that each column is hidden with, from 0. */
  readonly groups: readonly number[]
  /** The passes of `errors` that are repeated for each group. */
  readonly passes: readonly number[]
  /** `[batch, groups, passes, columns]`, 0 for the hidden columns; not masked. */
  readonly errors: (batch: FeatureBatch, context: LayerContext) => Value
}

/** An autoencoder as a model of the distribution of its rows. */
export interface Generative {
  /**
   * A draw of the prior.
   *
   * @param noise `[batch, latent]`, standard normal
   * @returns `[batch, latent]`, to be decoded
   */
  readonly prior: (noise: Value, context: LayerContext) => Value
  /**
   * log p(x, z) − log q(z|x) for draws z of the posterior q, in nats with all constants: their log-mean-exp estimates
   * log p(x) of the known cells (Burda et al. 2016, eq. 8). Absent for kinds without a likelihood.
   *
   * @param noise `[batch, samples, latent]`, standard normal
   * @returns `[batch, samples]`
   */
  readonly logWeights?: (batch: FeatureBatch, noise: Value, context: LayerContext) => Value
}

/** Something that is doubtful about an autoencoder or its training, and what to do about it. */
export interface Finding {
  readonly code: ErrorCode
  readonly message: string
}

/** Means of a training's parts and metrics over its last steps, by name. */
export type Measured = Readonly<Record<string, number>>

/** An autoencoder over rows of features. */
export interface Autoencoder {
  readonly kind: string
  readonly space: FeatureSpace
  /** Widths from the input over the latent to the output, for drawings and reports. */
  readonly widths: readonly number[]
  /** Width of the latent space. */
  readonly latent: number
  readonly parameters: readonly Parameter[]
  /** `[batch, latent]`, deterministic. */
  readonly encode: (batch: FeatureBatch, context: LayerContext) => Value
  /** `[batch, latent]` to `[batch, width]`, numbers and bounded logits. */
  readonly decode: (latent: Value, context: LayerContext) => Value
  readonly forward: (batch: FeatureBatch, context: LayerContext) => Forward
  readonly objective: (batch: FeatureBatch, context: TrainingContext) => Objective
  /**
   * Reconstruction errors that score a row: `[batch, passes, columns]`, deterministic, not masked. A pass is one way
   * of looking at the row, such as one corruption of it.
   */
  readonly errors: (batch: FeatureBatch, context: LayerContext) => Value
  /**
   * `[batch, width]`, numbers and bounded logits: what would stand in each cell by the rest of the row, as far as the
   * kind can leave the cell itself out of sight.
   */
  readonly expected: (batch: FeatureBatch, context: LayerContext) => Value
  /** Errors with cells left out of sight, for kinds that can do so; what explanations are made from. */
  readonly ablation?: Ablation
  /** `[passes · columns]`: the size of an error in each pass that is to be expected before anything is known. */
  readonly errorScale: readonly number[]
  /** Smallest and largest number that features of numeric columns may have; any when absent. */
  readonly range?: readonly [number, number]
  /**
   * Refuses rows that the kind has no meaning for, before any training; `features` is `[rows, width]`.
   *
   * @throws HG_USAGE with the column, the row and what was expected
   */
  readonly checkRows?: (rows: { readonly features: Float32Array }) => void
  /** What a kind can do besides whose codes follow a known distribution, the prior. */
  readonly generative?: Generative
  /** What is doubtful about the options before any training. */
  readonly warnings?: readonly Finding[]
  /** What is wrong with a trained one, by what the training measured at its end. */
  readonly diagnose?: (measured: Measured) => readonly Finding[]
}

/**
 * Mean error over the known cells of each row.
 *
 * @param errors `[batch, columns]`
 * @returns `[batch]`; 0 for a row with no known cell
 */
export function meanOverKnown(errors: Value, mask: Value | undefined): Value {
  const columns = errors.shape.at(-1) as number
  if (mask === undefined) return div(reduceSum(errors, { axes: [1] }), columns)
  return reduceSum(contributions(errors, mask), { axes: [1] })
}

/**
 * What each column adds to the row's mean error: error · mask ÷ number of known cells. The row sums to
 * `meanOverKnown`.
 *
 * @returns `[batch, columns]`
 */
export function contributions(errors: Value, mask: Value | undefined): Value {
  const columns = errors.shape.at(-1) as number
  if (mask === undefined) return div(errors, columns)
  const known = reduceSum(mask, { axes: [1], keepDims: true })
  return div(mul(errors, mask), maximum(known, 1))
}
