/** What other rooms may use of the optimiser. Start reading at parameter-store.ts. */
export {
  createParameterStore,
  type ParameterStore,
  type ParameterStoreOptions,
  type StepOptions,
} from './parameter-store.js'
export type { ParameterSize } from './layout.js'
export type { AdamWOptions, OptimizerOptions, SgdOptions } from './options.js'
export type { StepResult } from './step.js'
export type { StoreSnapshot } from './snapshot.js'
export { createNoise, restoreNoise, type Noise, type NoiseState } from './noise.js'
export { wasmKernels, type BoundKernels, type Kernels } from './kernels.js'
export { referenceKernels } from './reference.js'
export { pageBytes, webAssembly, type WasmMemory, type WasmModule } from './webassembly.js'
