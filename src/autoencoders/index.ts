/** What other rooms may use of the autoencoders. */
export {
  contributions,
  meanOverKnown,
  type Autoencoder,
  type Forward,
  type Objective,
} from './autoencoder.js'
export {
  boundLogits,
  columnErrors,
  probabilities,
  type FeatureBatch,
  type FeatureColumn,
  type FeatureSpace,
} from './feature-space.js'
export {
  autoencoderKinds,
  createAutoencoder,
  type AutoencoderDescription,
  type AutoencoderKind,
} from './kinds.js'
export { denoising, type DenoisingOptions } from './denoising.js'
export type { DenseNetworkOptions } from './dense-network.js'
export { undercomplete } from './undercomplete.js'
