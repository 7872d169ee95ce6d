/**
 * The undercomplete autoencoder: a code narrower than the data, so that only what repeats survives.
 *
 *     x ──► dense … ──► z (latent < width) ──► dense … ──► x̂
 *
 *     loss = mean over known columns of ½(x − x̂)²  or  −log p̂(x)
 *
 * Its code can be ordered, so that it can be cut off after any unit: see ordered-code.ts.
 *
 * Rumelhart, Hinton & Williams (1986), "Learning internal representations by error propagation"; Hinton &
 * Salakhutdinov (2006), "Reducing the dimensionality of data with neural networks".
 */
import { z } from 'zod'
import type { Autoencoder } from './autoencoder.js'
import { encoderDecoder, encoderDecoderOptions, wideCodeFindings } from './encoder-decoder.js'
import type { FeatureSpace } from './feature-space.js'
import { cutAtRandom, orderedOption } from './ordered-code.js'

export const undercompleteOptions = z.strictObject({ ...encoderDecoderOptions, ...orderedOption })

/** Options of the undercomplete kind. */
export type UndercompleteOptions = Readonly<z.input<typeof undercompleteOptions>>

/** Makes an undercomplete autoencoder over a feature space. */
export function undercomplete(space: FeatureSpace, options: UndercompleteOptions): Autoencoder {
  const { latent, ordered = false } = options
  const { parts, encode, decodeRaw, rowError } = encoderDecoder(space, options)
  return {
    kind: 'undercomplete',
    ...parts,
    warnings: wideCodeFindings('undercomplete', space, latent),
    objective: (batch, context) => {
      const whole = encode(batch, context)
      const code = ordered ? cutAtRandom(whole, latent, context.noise) : whole
      const loss = rowError(batch, decodeRaw(code, context), context)
      return { loss, parts: { reconstruction: loss } }
    },
  }
}
