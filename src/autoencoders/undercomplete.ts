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
import { concat, gather, constant, tensor } from '../graph/index.js'
import { multilayer, type ActivationName } from '../layers/index.js'
import { meanOverKnown, type Autoencoder, type Forward } from './autoencoder.js'
import { boundLogits, columnErrors, type FeatureBatch, type FeatureSpace } from './feature-space.js'

/** Options of the dense network that the kinds for tables share. */
export interface DenseNetworkOptions {
  /** Widths between input and latent; the decoder mirrors them. */
  readonly hidden: readonly number[]
  /** Width of the code. */
  readonly latent: number
  /** Default `relu`. */
  readonly activation?: ActivationName
  /** Share of hidden units dropped while training, 0 to below 1 (default 0). */
  readonly dropout?: number
  /** Columns (positions in the space) whose mask the encoder reads, because cells were missing in training. */
  readonly maskedColumns?: readonly number[]
}

/** Makes an undercomplete autoencoder over a feature space. */
export function undercomplete(space: FeatureSpace, options: DenseNetworkOptions): Autoencoder {
  const network = denseNetwork(space, options)
  return {
    kind: 'undercomplete',
    space,
    ...network,
    objective: (batch, context) => {
      const { reconstruction } = network.forward(batch, context)
      const loss = meanOverKnown(columnErrors(space, batch.features, reconstruction), batch.mask)
      return { loss, parts: { reconstruction: loss } }
    },
    errors: (batch, context) =>
      columnErrors(space, batch.features, network.forward(batch, context).reconstruction),
  }
}

/** Encoder and decoder of dense layers around a linear code. */
export function denseNetwork(space: FeatureSpace, options: DenseNetworkOptions) {
  const { hidden, latent, activation = 'relu', dropout = 0, maskedColumns = [] } = options
  const inputs = space.width + maskedColumns.length
  const encoder = multilayer({ name: 'encoder', widths: [inputs, ...hidden, latent], activation, dropout })
  const decoder = multilayer({
    name: 'decoder',
    widths: [latent, ...hidden.toReversed(), space.width],
    activation,
    dropout,
  })
  return {
    widths: [space.width, ...hidden, latent, ...hidden.toReversed(), space.width],
    latent,
    parameters: [...encoder.parameters, ...decoder.parameters],
    forward: (batch: FeatureBatch, context: Parameters<Autoencoder['forward']>[1]): Forward => {
      const z = encoder.apply(withMask(batch, maskedColumns), context)
      return { latent: z, reconstruction: boundLogits(space, decoder.apply(z, context)) }
    },
  }
}

/** Features, and beside them the masks of the columns in which cells were missing. */
function withMask({ features, mask }: FeatureBatch, maskedColumns: readonly number[]) {
  if (mask === undefined || maskedColumns.length === 0) return features
  const indices = constant(tensor('int64', [maskedColumns.length], BigInt64Array.from(maskedColumns, BigInt)))
  return concat([features, gather(mask, indices, mask.shape.length - 1)], features.shape.length - 1)
}
