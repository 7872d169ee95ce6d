/** What other rooms may use of the autoencoders. */
export type { Grid } from '../base/index.js'
export {
  contributions,
  meanOverKnown,
  type Autoencoder,
  type Generative,
  type Finding,
  type Forward,
  type Measured,
  type Objective,
} from './autoencoder.js'
export { encoderDecoder, type EncoderDecoder, type EncoderDecoderOptions } from './encoder-decoder.js'
export {
  boundLogits,
  columnErrors,
  overFeatures,
  probabilities,
  type FeatureBatch,
  type FeatureColumn,
  type FeatureSpace,
} from './feature-space.js'
export { jacobianRows, projectedJacobian, squaredJacobianNorm, type Encode } from './jacobian.js'
export {
  autoencoderKinds,
  createAutoencoder,
  kinds,
  optionsOf,
  type AutoencoderDescription,
  type AutoencoderKind,
  type KindOptions,
} from './kinds.js'
export { interpolationGraph, logLikelihoodGraph, sampleGraph } from './variational-likelihood.js'
export { vectorQuantised, type VectorQuantised, type VectorQuantisedOptions } from './vector-quantised.js'
