/**
 * The robust autoencoder: learns from rows of which some are wrong. Errors pull less the larger they are, and the rows
 * that are given back worst do not count at all.
 *
 *     x ──► encoder ──► z ──► decoder ──► x̂ ──► ℓ(x) ──► × w(x),  w = 0 for the worst rows of the batch
 *
 *     ℓ(x) = mean over known columns of ρ(x − x̂),   ρ Huber's or the correntropy-induced loss
 *     loss = Σ w(x)·ℓ(x) ÷ Σ w(x),   w(x) = 1 where ℓ(x) is not above the (1 − trim) quantile of the batch
 *
 * With the squared loss a hundredth of the rows, wrong by ten deviations, weighs as much as all others, and a narrow code
 * is spent on them; here it is spent on what most rows have in common, and they stay badly given back, which is how
 * they are found. Held-out rows all count.
 *
 * The quantile is found in the batch itself (TopK over its losses) rather than followed in a running average: it needs no
 * start, does not lag behind a falling loss, and a last batch of few rows loses the rounded share of them, a batch of one
 * row none.
 *
 * Huber (1964), "Robust estimation of a location parameter"; Qi et al. (2014), "Robust feature learning by stacked
 * autoencoder with maximum correntropy criterion"; Rousseeuw (1984), "Least median of squares regression" (trimming).
 */
import { z } from 'zod'
import { HourglassError } from '../base/index.js'
import {
  cast,
  ceil,
  constant,
  gather,
  integers,
  lessOrEqual,
  minimum,
  mul,
  div,
  neg,
  reduceMax,
  reduceMean,
  shapeOf,
  sub,
  topK,
  type Value,
} from '../graph/index.js'
import type { TrainingContext } from '../layers/index.js'
import type { Autoencoder } from './autoencoder.js'
import { encoderDecoder, encoderDecoderOptions, wideCodeFindings } from './encoder-decoder.js'
import type { FeatureSpace } from './feature-space.js'
import { lossNames, type LossName } from './observation.js'

export const robustOptions = z.strictObject({
  ...encoderDecoderOptions,
  loss: z
    .enum(lossNames)
    .optional()
    .describe('loss of numeric columns (default huber; correntropy forgets gross errors altogether)'),
  trim: z
    .number()
    .min(0)
    .max(0.5)
    .optional()
    .describe('share of the rows of each batch, those given back worst, that do not count (default 0.1)'),
  trimWarmup: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('share of the training over which trimming rises from none to its full share (default 0.1)'),
})

/** Options of the robust kind. */
export type RobustOptions = Readonly<z.input<typeof robustOptions>>

/**
 * Makes a robust autoencoder over a feature space.
 *
 * @throws HG_USAGE when neither the loss nor trimming makes it robust
 */
export function robust(space: FeatureSpace, options: RobustOptions): Autoencoder {
  const { trim = 0.1, trimWarmup = 0.1, loss = 'huber' } = options
  expectRobust(loss, trim)
  const { parts, encode, decodeRaw, rowError } = encoderDecoder(space, { ...options, loss })
  return {
    kind: 'robust',
    ...parts,
    warnings: wideCodeFindings('robust', space, options.latent),
    objective: (batch, context) => {
      const whole = rowError(batch, decodeRaw(encode(batch, context), context), context)
      if (trim === 0) return { loss: whole, parts: { reconstruction: whole } }
      const { weight, threshold } = untrimmed(whole, shareAt(trim, trimWarmup, context))
      const kept = reduceMean(weight)
      const trimmed = mul(whole, div(weight, kept))
      return {
        loss: trimmed,
        parts: { reconstruction: trimmed },
        metrics: { trimmed: sub(1, kept), threshold },
        heldOut: whole,
      }
    },
  }
}

/** The share to be trimmed at a moment of the training, `[]`. */
function shareAt(trim: number, warmup: number, { progress }: TrainingContext): Value | number {
  return warmup === 0 ? trim : mul(minimum(div(progress, warmup), 1), trim)
}

/**
 * Which rows of a batch count.
 *
 * @param losses `[batch]`, at least one
 * @param share of them that is cut off, at most a half, rounded to whole rows, halves down: one row at least is left
 * @returns `weight` `[batch]`, 1 for rows that count, and the largest loss among them, `[]`
 */
function untrimmed(
  losses: Value,
  share: Value | number,
): { readonly weight: Value; readonly threshold: Value } {
  const rows = cast(gather(shapeOf(losses), constant(integers([0]))), 'float32')
  const kept = sub(rows, ceil(sub(mul(rows, share), 0.5)))
  const smallest = topK(neg(losses), cast(kept, 'int64'), 0).values
  const threshold = reduceMax(neg(smallest))
  return { weight: cast(lessOrEqual(losses, threshold), 'float32'), threshold }
}

/** Nothing is robust about squares of which none is left out. */
function expectRobust(loss: LossName, trim: number): void {
  if (trim > 0 || (loss !== 'squared' && loss !== 'gaussian')) return
  throw new HourglassError(
    'HG_USAGE',
    `robust: with trim 0 the ${loss} loss lets gross errors pull as they like; give trim about the share of rows that may be ` +
      'wrong, or choose loss huber or correntropy, or the kind undercomplete',
  )
}
