/**
 * An encoder and a decoder over a feature space, with a meaning for what the decoder gives: what most kinds put their
 * objective on. A kind spreads `parts` into its result and writes only what makes it different.
 *
 *     batch ──► encode ──► code ──► (the kind) ──► latent ──► decode ──► raw ──► reconstruction, errors
 *
 * Layers come from networks/, the meaning of the output from observation.ts.
 */
import { unsqueeze, type Value } from '../graph/index.js'
import type { LayerContext } from '../layers/index.js'
import { meanOverKnown, type Autoencoder, type Finding } from './autoencoder.js'
import type { FeatureBatch, FeatureSpace } from './feature-space.js'
import { networkFor } from './networks/index.js'
import { networkOptions, type NetworkOptions, type NetworkShape } from './networks/network.js'
import { observationModel, observationOptions, type ObservationOptions } from './observation.js'

/** Options of every kind that is made of an encoder and a decoder. */
export const encoderDecoderOptions = { ...networkOptions, ...observationOptions }

export type EncoderDecoderOptions = NetworkOptions & ObservationOptions

/** Encoder, decoder and observation model. */
export interface EncoderDecoder {
  /** What an `Autoencoder` has of them when its latent is the encoder's output. */
  readonly parts: Omit<Autoencoder, 'kind' | 'objective'>
  /** `[batch, codes]` */
  readonly encode: (batch: FeatureBatch, context: LayerContext, extra?: Value) => Value
  /** `[batch, latent]` to the decoder's `[batch, outputs]`. */
  readonly decodeRaw: (latent: Value, context: LayerContext) => Value
  /** `[…, outputs]` to `[…, width]`: numbers, and bounded logits of categories. */
  readonly reconstruction: (raw: Value, context: LayerContext) => Value
  /** Errors of every column, `[…, columns]` in nats; not masked. */
  readonly errors: (target: Value, raw: Value, context: LayerContext) => Value
  /** What rows are scored by, `[…, columns]`: errors up to a constant of each column, from 0; not masked. */
  readonly scores: (target: Value, raw: Value, context: LayerContext) => Value
  /** What makes a row's summed errors −log p(x), for each known number; absent when the loss is no likelihood. */
  readonly normalizer: number | undefined
  /** Mean error over the known cells of each row, `[batch]`. */
  readonly rowError: (batch: FeatureBatch, raw: Value, context: LayerContext) => Value
}

/** Builds encoder, decoder and observation model. */
export function encoderDecoder(
  space: FeatureSpace,
  options: EncoderDecoderOptions,
  shape: Omit<NetworkShape, 'outputs'> = {},
): EncoderDecoder {
  const observation = observationModel(space, options)
  const network = networkFor(space, options, { ...shape, outputs: observation.outputs })
  const { reconstruction, errors, scores, scale, normalizer, range } = observation
  const decode = (latent: Value, context: LayerContext): Value =>
    reconstruction(network.decode(latent, context), context)
  const forward: Autoencoder['forward'] = (batch, context) => {
    const latent = network.encode(batch, context)
    return { latent, reconstruction: decode(latent, context) }
  }
  return {
    parts: {
      space,
      widths: network.widths,
      latent: options.latent,
      parameters: [...network.parameters, ...observation.parameters],
      encode: (batch, context) => network.encode(batch, context),
      decode,
      forward,
      errors: (batch, context) => {
        const raw = network.decode(network.encode(batch, context), context)
        return unsqueeze(scores(batch.features, raw, context), [1])
      },
      expected: (batch, context) => forward(batch, context).reconstruction,
      errorScale: scale,
      ...(range !== undefined && { range }),
    },
    encode: network.encode,
    decodeRaw: network.decode,
    reconstruction,
    errors,
    scores,
    normalizer,
    rowError: (batch, raw, context) => meanOverKnown(errors(batch.features, raw, context), batch.mask),
  }
}

/** Says why a code as wide as the data needs a regulariser; nothing for narrower ones. */
export function wideCodeFindings(kind: string, space: FeatureSpace, latent: number): readonly Finding[] {
  if (latent < space.width) return []
  return [
    {
      code: 'HG_CODE_TOO_WIDE',
      message:
        `${kind}: a code of ${latent} is as wide as the ${space.width} features, and nothing keeps the network from copying: it can ` +
        'give back anomalies and noise as well as the rest. Use a narrower code (--latent), or a kind that is regularised: ' +
        'denoising, sparse, contractive, variational',
    },
  ]
}
