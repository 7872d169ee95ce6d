/**
 * An encoder that learns the places of a layout, and a decoder from there: the map of two dimensions.
 *
 *     x + noise ──► encoder ──► z  ──► near the place y of the row in the layout      (moves the encoder)
 *                    z, as it is ──► decoder ──► x̂                                    (moves the decoder alone)
 *
 *     loss = log(1 + ‖z − y‖²)  +  reconstruction
 *
 * The layout (layout.ts) is t-SNE's; what is learned here gives a place to any row. A row between two clusters has to go to
 * one of them, not to the empty middle, where it would be the neighbour of nobody: hence the logarithm, the Student kernel of
 * t-SNE itself, for which far places hardly pull. Noise at the input makes rows near a training row go where that one goes.
 */
import {
  encoderDecoder,
  type Autoencoder,
  type EncoderDecoderOptions,
  type FeatureSpace,
} from '../autoencoders/index.js'
import { add, log, mul, reduceSumSquare, stopGradient, sub, type Value } from '../graph/index.js'
import { topologicalLoss } from './topology.js'

/** Options of a map that was laid out. */
export type LaidOutMapOptions = EncoderDecoderOptions & {
  /** Deviation of Gaussian noise at the input, in units of the features; 0 for none. */
  readonly noise: number
  /** Weight of the topological regulariser, 0 for none; see topology.ts. */
  readonly topology: number
}

/** Units of the layout in one unit of the encoder's output, which a network of usual first weights reaches soon. */
export const placeUnit = 10

/** An autoencoder whose latent space is a layout; it learns from rows with targets: places over `placeUnit`. */
export function laidOutMap(space: FeatureSpace, options: LaidOutMapOptions): Autoencoder {
  const { noise, topology, ...shape } = options
  const { parts, encode, decodeRaw, rowError } = encoderDecoder(space, shape)
  return {
    kind: 'neighbors',
    ...parts,
    objective: (batch, context) => {
      if (batch.target === undefined) throw new Error('internal: a laid out map learns from rows with places')
      const seen =
        noise === 0
          ? batch
          : {
              ...batch,
              features: add(batch.features, mul(context.noise.normal(batch.features.shape), noise)),
            }
      const target = batch.target
      const placeLoss = (code: Value): Value => {
        const squared = mul(reduceSumSquare(sub(code, target), { axes: [1] }), placeUnit * placeUnit)
        return log(add(squared, 1))
      }
      const code = encode(seen, context)
      const place = placeLoss(code)
      const reconstruction = rowError(batch, decodeRaw(stopGradient(code), context), context)
      const losses: Record<string, Value> = { place, reconstruction }
      if (topology > 0) losses['topology'] = mul(topologicalLoss(batch.features, code), topology)
      const loss = Object.values(losses).reduce((sum, part) => add(sum, part))
      return { loss, parts: losses, heldOut: placeLoss(encode(batch, context)) } // without noise, as rows will be placed
    },
  }
}
