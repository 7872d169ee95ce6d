/**
 * The Wasserstein autoencoder: a deterministic encoder whose codes, taken together, are to look like draws of the
 * prior. Where a variational one pulls each row's posterior to the prior, this one pulls only their mixture.
 *
 *     x ──► encoder ──► z ──► decoder ──► x̂
 *                       │
 *                       └──► MMD²(codes of the batch, as many draws of N(0, I))
 *
 *     loss = mean error over known columns  +  weight · MMD²
 *
 * The squared maximum mean discrepancy is the estimate without bias over inverse multiquadratic kernels of several
 * widths (src/layers/divergences.ts), so it lies around 0, also below it, when codes and prior agree. It is one number
 * for the batch: with few rows in a batch it is mostly noise.
 *
 * Tolstikhin, Bousquet, Gelly & Schölkopf (2018), "Wasserstein auto-encoders", algorithm 2 (WAE-MMD). Their costs are
 * sums over columns, so that their weight is `weight` times twice the number of columns.
 */
import { z } from 'zod'
import { add, mul } from '../graph/index.js'
import { mmd } from '../layers/index.js'
import type { Autoencoder } from './autoencoder.js'
import { encoderDecoder, encoderDecoderOptions } from './encoder-decoder.js'
import type { FeatureSpace } from './feature-space.js'

export const wassersteinOptions = z.strictObject({
  ...encoderDecoderOptions,
  weight: z
    .number()
    .positive()
    .optional()
    .describe("weight of the distance between the codes' distribution and the prior (default 1)"),
})

/** Options of the Wasserstein kind. */
export type WassersteinOptions = Readonly<z.input<typeof wassersteinOptions>>

/** Makes a Wasserstein autoencoder over a feature space. */
export function wasserstein(space: FeatureSpace, options: WassersteinOptions): Autoencoder {
  const { latent, weight = 1 } = options
  const { parts, encode, decodeRaw, rowError } = encoderDecoder(space, options)
  return {
    kind: 'wasserstein',
    ...parts,
    generative: { prior: (noise) => noise },
    objective: (batch, context) => {
      const code = encode(batch, context)
      const reconstruction = rowError(batch, decodeRaw(code, context), context)
      const distance = mmd(code, context.noise.normal(['batch', latent]))
      const divergence = mul(distance, weight)
      return {
        loss: add(reconstruction, divergence),
        parts: { reconstruction, divergence },
        metrics: { mmd: distance },
      }
    },
  }
}
