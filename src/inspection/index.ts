/** What other rooms may use of inspection. */
export type { ActivationSummary } from './activations.js'
export type { JacobianSummary } from './jacobian.js'
export { traversalSteps, type LatentUnit } from './latent-units.js'
export { trace, type LayerTrace, type ParameterSummary, type Trace, type TraceMachine } from './trace.js'
export type { Rows, Trained } from './trained.js'
