/**
 * The undercomplete autoencoder: a code narrower than the data, so that only what repeats survives.
 *
 *     x ──► dense … ──► z (latent < width) ──► dense … ──► x̂
 *
 *     loss = mean over known columns of ½(x − x̂)²  or  −log p̂(x)
 *
 * Rumelhart, Hinton & Williams (1986), "Learning internal representations by error propagation"; Hinton &
 * Salakhutdinov (2006), "Reducing the dimensionality of data with neural networks".
 */
import { z } from 'zod'
import type { Autoencoder } from './autoencoder.js'
import { encoderDecoder, encoderDecoderOptions, wideCodeFindings } from './encoder-decoder.js'
import type { FeatureSpace } from './feature-space.js'

export const undercompleteOptions = z.strictObject(encoderDecoderOptions)

/** Options of the undercomplete kind. */
export type UndercompleteOptions = Readonly<z.input<typeof undercompleteOptions>>

/** Makes an undercomplete autoencoder over a feature space. */
export function undercomplete(space: FeatureSpace, options: UndercompleteOptions): Autoencoder {
  const { parts, encode, decodeRaw, rowError } = encoderDecoder(space, options)
  return {
    kind: 'undercomplete',
    ...parts,
    warnings: wideCodeFindings('undercomplete', space, options.latent),
    objective: (batch, context) => {
      const loss = rowError(batch, decodeRaw(encode(batch, context), context), context)
      return { loss, parts: { reconstruction: loss } }
    },
  }
}
