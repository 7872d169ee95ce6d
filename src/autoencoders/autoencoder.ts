/**
 * What every kind of autoencoder is: parameters, a forward pass, an objective to train on, and the errors that
 * score a row.
 *
 *     features ──► encoder ──► latent ──► decoder ──► reconstruction
 *         │                                               │
 *         └──────────────► reconstruction error ◄─────────┘
 *
 * A kind writes graph and nothing else: it neither trains itself (src/training) nor knows where weights come from
 * (LayerContext). The kinds stand in files of their own, the table of them in kinds.ts.
 */
import { div, maximum, mul, reduceSum, type Value } from '../graph/index.js'
import type { LayerContext, Parameter } from '../layers/index.js'
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
  /** The terms that the loss is the sum of, `[batch]` each, for the record of the training. */
  readonly parts: Readonly<Record<string, Value>>
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

/** An autoencoder over rows of features. */
export interface Autoencoder {
  readonly kind: string
  readonly space: FeatureSpace
  /** Widths from the input over the latent to the output, for drawings and reports. */
  readonly widths: readonly number[]
  /** Width of the latent space. */
  readonly latent: number
  readonly parameters: readonly Parameter[]
  readonly forward: (batch: FeatureBatch, context: LayerContext) => Forward
  /** The training objective; `context.noise` is present. */
  readonly objective: (batch: FeatureBatch, context: Required<LayerContext>) => Objective
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
