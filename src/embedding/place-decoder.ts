/**
 * The way back from a map whose encoder remembers (recall.ts): a network that learns to give the row that lies at a place.
 *
 *     place y of the row in the layout ──► decoder ──► x̂          loss = reconstruction
 */
import {
  encoderDecoder,
  type Autoencoder,
  type EncoderDecoderOptions,
  type FeatureSpace,
} from '../autoencoders/index.js'

/** An autoencoder without an encoder: it learns from rows with targets, places over `placeUnit`. */
export function placeDecoder(space: FeatureSpace, options: EncoderDecoderOptions): Autoencoder {
  const { parts, decodeRaw, rowError } = encoderDecoder(space, options)
  const noEncoder = (): never => {
    throw new Error('internal: the encoder of this map is its memory')
  }
  return {
    kind: 'neighbors',
    ...parts,
    widths: [space.width, ...parts.widths.slice(parts.widths.length >> 1)],
    parameters: parts.parameters.filter(({ name }) => !name.startsWith('encoder.')),
    encode: noEncoder,
    forward: noEncoder,
    errors: noEncoder,
    expected: noEncoder,
    objective: (batch, context) => {
      if (batch.target === undefined)
        throw new Error('internal: a decoder of places learns from rows with places')
      const reconstruction = rowError(batch, decodeRaw(batch.target, context), context)
      return { loss: reconstruction, parts: { reconstruction } }
    },
  }
}
