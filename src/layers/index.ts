/** What other rooms may use of layers. */
export { activationNames, activations, type ActivationName } from './activations.js'
export { dense, dropout, multilayer, type DenseOptions, type MultilayerOptions } from './dense.js'
export { initialValues, type Initializer } from './initializers.js'
export { sequential, type Layer, type LayerContext, type NoiseSource, type Parameter, type TrainingContext } from './layer.js'
