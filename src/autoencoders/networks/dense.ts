/**
 * Dense (fully connected) encoder and decoder, the usual network of tables.
 *
 *     features, mask ──► hidden[0] ──► hidden[1] … ──► code ──► … hidden[1] ──► hidden[0] ──► outputs
 */
import { concat, type Value } from '../../graph/index.js'
import { multilayer } from '../../layers/index.js'
import { allKnown, type FeatureBatch, type FeatureSpace } from '../feature-space.js'
import type { Network, NetworkOptions, NetworkShape } from './network.js'

/** Encoder and decoder of dense layers. */
export function denseNetwork(space: FeatureSpace, options: NetworkOptions, shape: NetworkShape): Network {
  const { hidden, latent, activation = 'relu', dropout = 0, readsMask = false } = options
  const { codes = latent, outputs, extraInputs = 0, codeActivation = 'linear' } = shape
  const mirrored = hidden.toReversed()
  const encoder = multilayer({
    name: 'encoder',
    widths: [space.width + (readsMask ? space.columns.length : 0) + extraInputs, ...hidden, codes],
    activation,
    lastActivation: codeActivation,
    dropout,
  })
  const decoder = multilayer({
    name: 'decoder',
    widths: [latent, ...mirrored, outputs],
    activation,
    dropout,
  })
  return {
    widths: [space.width, ...hidden, latent, ...mirrored, space.width],
    parameters: [...encoder.parameters, ...decoder.parameters],
    encode: (batch, context, extra) => encoder.apply(encoderInput(space, batch, readsMask, extra), context),
    decode: (z, context) => decoder.apply(z, context),
  }
}

/** Features, the mask, and what else the kind feeds, side by side. */
function encoderInput(space: FeatureSpace, batch: FeatureBatch, readsMask: boolean, extra?: Value): Value {
  const inputs = [batch.features]
  if (readsMask) inputs.push(batch.mask ?? allKnown(space, batch.features))
  if (extra !== undefined) inputs.push(extra)
  return concat(inputs, 1)
}
