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
import { unsqueeze } from '../graph/index.js'
import { meanOverKnown, type Autoencoder } from './autoencoder.js'
import { denseNetwork, type DenseNetworkOptions } from './dense-network.js'
import { columnErrors, type FeatureSpace } from './feature-space.js'

/** Makes an undercomplete autoencoder over a feature space. */
export function undercomplete(space: FeatureSpace, options: DenseNetworkOptions): Autoencoder {
  const network = denseNetwork(space, options)
  return {
    kind: 'undercomplete',
    space,
    ...network,
    errorScale: space.columns.map(() => 0.5),
    objective: (batch, context) => {
      const { reconstruction } = network.forward(batch, context)
      const loss = meanOverKnown(columnErrors(space, batch.features, reconstruction), batch.mask)
      return { loss, parts: { reconstruction: loss } }
    },
    expected: (batch, context) => network.forward(batch, context).reconstruction,
    errors: (batch, context) =>
      unsqueeze(columnErrors(space, batch.features, network.forward(batch, context).reconstruction), [1]),
  }
}
