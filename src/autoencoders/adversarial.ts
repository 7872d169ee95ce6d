/**
 * The adversarial autoencoder: a second network, the discriminator, learns to tell codes from draws of the prior, and
 * the encoder learns to deceive it, until codes are distributed like the prior.
 *
 *     x ──► encoder ──► z ──► decoder ──► x̂
 *                       │
 *                       └──► discriminator ──► from the prior, or a code?
 *     N(0, I) ───────────────────┘
 *
 *     loss            = mean error over known columns  +  weight · −log D(z)          encoder and decoder
 *     adversary's loss = −log D(draw) − log(1 − D(z))                                  discriminator alone
 *
 * Both take a step at once from the same batch, each with its own parameters. The encoder's is the loss that does not
 * saturate when the discriminator is sure (Goodfellow et al. 2014, section 3). Held-out rows are judged by their
 * reconstruction: how well a discriminator is deceived is no measure of progress, since it changes too.
 *
 * Makhzani, Shlens, Jaitly, Goodfellow & Frey (2015), "Adversarial autoencoders", section 2.
 */
import { z } from 'zod'
import {
  add,
  cast,
  greater,
  less,
  mul,
  neg,
  reshape,
  softplus,
  stopGradient,
  type Value,
} from '../graph/index.js'
import { multilayer } from '../layers/index.js'
import type { Autoencoder } from './autoencoder.js'
import { encoderDecoder, encoderDecoderOptions } from './encoder-decoder.js'
import type { FeatureSpace } from './feature-space.js'

export const adversarialOptions = z.strictObject({
  ...encoderDecoderOptions,
  discriminator: z
    .array(z.int().min(1))
    .readonly()
    .optional()
    .describe("widths of the discriminator's hidden layers (default: the encoder's)"),
  weight: z
    .number()
    .positive()
    .optional()
    .describe('weight of deceiving the discriminator against the reconstruction error (default 0.1)'),
})

/** Options of the adversarial kind. */
export type AdversarialOptions = Readonly<z.input<typeof adversarialOptions>>

/** Makes an adversarial autoencoder over a feature space. */
export function adversarial(space: FeatureSpace, options: AdversarialOptions): Autoencoder {
  const { latent, hidden, discriminator: widths = hidden, weight = 0.1 } = options
  const { parts, encode, decodeRaw, rowError } = encoderDecoder(space, options)
  const discriminator = multilayer({
    name: 'discriminator',
    widths: [latent, ...widths, 1],
    activation: 'leakyRelu',
  })
  return {
    kind: 'adversarial',
    ...parts,
    parameters: [...parts.parameters, ...discriminator.parameters],
    generative: { prior: (noise) => noise },
    objective: (batch, context) => {
      /** `[batch]`, log D − log(1 − D): above 0 for what is taken for a draw of the prior. */
      const judge = (code: Value): Value => reshape(discriminator.apply(code, context), [-1])
      const code = encode(batch, context)
      const reconstruction = rowError(batch, decodeRaw(code, context), context)
      const [ofCode, ofDraw] = [judge(code), judge(context.noise.normal(['batch', latent]))]
      const deception = mul(softplus(neg(ofCode)), weight)
      return {
        loss: add(reconstruction, deception),
        parts: { reconstruction, deception },
        metrics: { discriminatorAccuracy: accuracy(ofCode, ofDraw) },
        heldOut: reconstruction,
        adversary: {
          loss: add(softplus(neg(ofDraw)), softplus(judge(stopGradient(code)))),
          parameters: discriminator.parameters.map(({ name }) => name),
        },
      }
    },
  }
}

/** `[batch]`, the share of codes and draws that the discriminator tells rightly; ½ when it can only guess. */
function accuracy(ofCode: Value, ofDraw: Value): Value {
  const right = add(cast(less(ofCode, 0), 'float32'), cast(greater(ofDraw, 0), 'float32'))
  return mul(right, 0.5)
}
