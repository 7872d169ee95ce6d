/** The table of networks: from a name to the layers of encoder and decoder. */
import type { FeatureSpace } from '../feature-space.js'
import { denseNetwork } from './dense.js'
import type { Network, NetworkName, NetworkOptions, NetworkShape } from './network.js'

type MakeNetwork = (space: FeatureSpace, options: NetworkOptions, shape: NetworkShape) => Network

const networks: Readonly<Partial<Record<NetworkName, MakeNetwork>>> = {
  dense: denseNetwork,
}

/** The network that the options name. @throws HG_USAGE when the features do not lie on the grid that it needs */
export function networkFor(space: FeatureSpace, options: NetworkOptions, shape: NetworkShape): Network {
  return networks[options.network ?? 'dense']!(space, options, shape)
}
