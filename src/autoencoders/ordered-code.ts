/**
 * An ordered code: its first units carry most, each further one what the ones before it leave. While training every row
 * keeps a number of leading units of its own and loses the rest; a trained code can then be cut off anywhere.
 *
 *     z = (z₁ … z_k, z_k+1 … z_L) ──► (z₁ … z_k, 0 … 0) ──► decoder      k drawn anew for each row and step
 *
 *     P(k ≥ i) = 1 − log i / log(L + 1),   i = 1 … L
 *
 * The number that is kept is log-uniform: every doubling of the width comes as often as any other, so that narrow codes
 * learn as fast as wide ones. Geometric numbers, as in the paper, hardly ever keep the last units of a wide code, and
 * need the first ones to be frozen on the way ("unit sweeping") before the others learn.
 *
 * Rippel, Gelbart & Adams (2014), "Learning ordered representations with nested dropout", section 3; Kusupati et al.
 * (2022), "Matryoshka representation learning", whose widths also double.
 */
import { z } from 'zod'
import { cast, constant, floats, greaterOrEqual, mul, type Value } from '../graph/index.js'
import type { NoiseSource } from '../layers/index.js'

/** The option of kinds whose code can be ordered. */
export const orderedOption = {
  ordered: z
    .boolean()
    .optional()
    .describe(
      'whether units of the code are ordered by what they carry, so that it can be cut off after any of them: training keeps a ' +
        'random number of leading units of each row (nested dropout; default false)',
    ),
}

/**
 * Cuts off the code of each row after a number of units drawn for it.
 *
 * @param code `[batch, latent]`
 * @returns `[batch, latent]`, 0 from the cut on; the first unit always stays
 */
export function cutAtRandom(code: Value, latent: number, noise: NoiseSource): Value {
  return mul(
    code,
    cast(greaterOrEqual(noise.uniform(['batch', 1]), constant(cutThresholds(latent))), 'float32'),
  )
}

/** `[1, latent]`: unit i is kept by the rows whose uniform number is at least log i / log(L + 1), i from 1. */
function cutThresholds(latent: number) {
  const thresholds = Float32Array.from({ length: latent }, (_, i) => Math.log(i + 1) / Math.log(latent + 1))
  return floats(thresholds, [1, latent])
}
