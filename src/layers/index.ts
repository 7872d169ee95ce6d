/** What other rooms may use of layers. */
export { activationNames, activations, type ActivationName } from './activations.js'
export {
  selfAttention,
  transformerBlock,
  type SelfAttentionOptions,
  type TransformerBlockOptions,
} from './attention.js'
export {
  batchedDense,
  batchedDropout,
  membersOf,
  sideBySide,
  type BatchedDenseOptions,
} from './batched-dense.js'
export {
  convolution,
  depthToSpace,
  spaceToDepth,
  temporalConvolution,
  transposedConvolution,
  type ConvolutionLayerOptions,
  type TemporalConvolutionOptions,
  type TransposedConvolutionLayerOptions,
} from './convolution.js'
export { convolutionForms, fastestForm, type ConvolutionFormName } from './convolution-forms.js'
export { negativeBinomialLoss, poissonLoss, zeroInflatedNegativeBinomialLoss } from './count-losses.js'
export { dense, dropout, multilayer, type DenseOptions, type MultilayerOptions } from './dense.js'
export { bernoulliKl, gaussianKl, logDensityNormal, mmd, type MmdOptions } from './divergences.js'
export { initialValues, type Initializer } from './initializers.js'
export {
  sequential,
  type Layer,
  constantWeights,
  type LayerContext,
  type NoiseSource,
  type Parameter,
  type TrainingContext,
} from './layer.js'
export { factorialExcess, log1p, logGamma } from './log-gamma.js'
export {
  absoluteLoss,
  bernoulliLoss,
  correntropyLoss,
  elementwiseLosses,
  elementwiseLossNames,
  gaussianLoss,
  huberLoss,
  logCoshLoss,
  squaredLoss,
  type ElementwiseLoss,
  type ElementwiseLossName,
} from './losses.js'
export {
  groupNormalization,
  layerNormalization,
  rmsNormalization,
  unitNorm,
  type GroupNormalizationOptions,
  type NormalizationOptions,
} from './normalizations.js'
export { gru, type GruOptions, type RecurrentLayer } from './recurrent.js'
