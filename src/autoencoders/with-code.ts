/**
 * What an autoencoder is able to do once its latent is known: for kinds whose latent is made of the encoder's output by
 * one more deterministic step, such as a selection of units or a codebook. Encoder and decoder come from
 * encoder-decoder.ts.
 */
import { unsqueeze, type Value } from '../graph/index.js'
import type { LayerContext } from '../layers/index.js'
import type { Autoencoder } from './autoencoder.js'
import type { EncoderDecoder } from './encoder-decoder.js'
import type { FeatureBatch } from './feature-space.js'

/**
 * The passes of an autoencoder over a latent of one's own.
 *
 * @param code `[batch, latent]`, deterministic
 */
export function withCode(
  { parts: { decode }, decodeRaw, scores }: EncoderDecoder,
  code: (batch: FeatureBatch, context: LayerContext) => Value,
): Pick<Autoencoder, 'encode' | 'forward' | 'errors' | 'expected'> {
  const forward: Autoencoder['forward'] = (batch, context) => {
    const latent = code(batch, context)
    return { latent, reconstruction: decode(latent, context) }
  }
  return {
    encode: code,
    forward,
    errors: (batch, context) =>
      unsqueeze(scores(batch.features, decodeRaw(code(batch, context), context), context), [1]),
    expected: (batch, context) => forward(batch, context).reconstruction,
  }
}
