/** The dense encoder and decoder that the kinds for tables share. */
import { concat, type Value } from '../graph/index.js'
import { multilayer, type ActivationName, type LayerContext } from '../layers/index.js'
import type { Forward } from './autoencoder.js'
import { allKnown, boundLogits, type FeatureBatch, type FeatureSpace } from './feature-space.js'

/** Options that every kind with dense layers has. */
export interface DenseNetworkOptions {
  /** Widths between input and latent; the decoder mirrors them. */
  readonly hidden: readonly number[]
  /** Width of the code. */
  readonly latent: number
  /** Default `relu`. */
  readonly activation?: ActivationName
  /** Share of hidden units dropped while training, 0 to below 1 (default 0). */
  readonly dropout?: number
  /** Whether the encoder is told which cells are known; worth it where cells are missing (default false). */
  readonly readsMask?: boolean
}

/** What a kind decides for its network. */
interface NetworkShape extends DenseNetworkOptions {
  /** Activation of the code (default `linear`). */
  readonly codeActivation?: ActivationName
  /** Inputs of the encoder besides features and masks. */
  readonly extraInputs?: number
}

/** Encoder and decoder of dense layers. */
export function denseNetwork(space: FeatureSpace, shape: NetworkShape) {
  const { hidden, latent, activation = 'relu', dropout = 0, readsMask = false, extraInputs = 0 } = shape
  const mirrored = hidden.toReversed()
  const encoder = multilayer({
    name: 'encoder',
    widths: [space.width + (readsMask ? space.columns.length : 0) + extraInputs, ...hidden, latent],
    activation,
    lastActivation: shape.codeActivation ?? 'linear',
    dropout,
  })
  const decoder = multilayer({
    name: 'decoder',
    widths: [latent, ...mirrored, space.width],
    activation,
    dropout,
  })
  return {
    widths: [space.width, ...hidden, latent, ...mirrored, space.width],
    latent,
    parameters: [...encoder.parameters, ...decoder.parameters],
    /** @param extra `[batch, extraInputs]` */
    forward: (batch: FeatureBatch, context: LayerContext, extra?: Value): Forward => {
      const z = encoder.apply(encoderInput(space, batch, readsMask, extra), context)
      return { latent: z, reconstruction: boundLogits(space, decoder.apply(z, context)) }
    },
  }
}

/** Features, the mask, and what else the kind feeds, side by side. */
function encoderInput(space: FeatureSpace, batch: FeatureBatch, readsMask: boolean, extra?: Value): Value {
  const inputs = [batch.features]
  if (readsMask) inputs.push(batch.mask ?? allKnown(space, batch.features))
  if (extra !== undefined) inputs.push(extra)
  return concat(inputs, 1)
}
