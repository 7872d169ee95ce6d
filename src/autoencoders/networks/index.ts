/** The table of networks: from a name to the layers of encoder and decoder. */
import { HourglassError } from '../../base/index.js'
import type { FeatureSpace } from '../feature-space.js'
import { attentionNetwork } from './attention.js'
import { convolutionalNetwork } from './convolutional.js'
import { denseNetwork } from './dense.js'
import type { Network, NetworkName, NetworkOptions, NetworkShape } from './network.js'
import { recurrentNetwork } from './recurrent.js'
import { temporalNetwork } from './temporal.js'

type MakeNetwork = (space: FeatureSpace, options: NetworkOptions, shape: NetworkShape) => Network

const networks: Readonly<Record<NetworkName, MakeNetwork>> = {
  dense: denseNetwork,
  convolutional: convolutionalNetwork,
  temporal: temporalNetwork,
  recurrent: recurrentNetwork,
  attention: attentionNetwork,
}

/**
 * The network that the options name.
 *
 * @throws HG_USAGE when the features do not lie on the grid that it needs, or it has no such option
 */
export function networkFor(space: FeatureSpace, options: NetworkOptions, shape: NetworkShape): Network {
  const { network = 'dense', codeActivation } = options
  if (network !== 'dense') expectNoDenseOptions(network, options)
  if (codeActivation === undefined) return networks[network](space, options, shape)
  const { codes = options.latent } = shape
  if (codes !== options.latent) {
    throw new HourglassError(
      'HG_USAGE',
      `network: codeActivation ${codeActivation} does not go with a kind that makes its code of ${options.latent} from ${codes} numbers; leave it out`,
    )
  }
  return networks[network](space, options, { ...shape, codeActivation })
}

/** @throws HG_USAGE when an option of dense networks is given to another */
function expectNoDenseOptions(
  network: NetworkName,
  { tied = false, outputActivation }: NetworkOptions,
): void {
  if (!tied && outputActivation === undefined) return
  throw new HourglassError(
    'HG_USAGE',
    `network: ${tied ? 'tied' : 'outputActivation'} is an option of dense networks, and this one is ${network}; leave it out, or choose network dense`,
  )
}
