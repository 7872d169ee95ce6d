/**
 * The part of the engine that a browser needs: ONNX Runtime's WebAssembly engine. The page hands the runtime over, since it
 * alone knows where its files are served from:
 *
 *     import * as ort from 'onnxruntime-web/wasm'
 *     const engine = webEngine(ort)
 */
import type { Engine } from './engine.js'
import { runtimeEngine, type Runtime } from './session.js'

export type { Runtime } from './session.js'

/**
 * An engine on `onnxruntime-web`. How many threads it has is the runtime's own setting (`ort.env.wasm.numThreads`), for all
 * graphs alike: `threads` is not heeded.
 */
export const webEngine = (runtime: Runtime): Engine =>
  runtimeEngine({
    name: 'onnxruntime-web',
    load: () => Promise.resolve(runtime),
    sessionOptions: () => ({
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'all',
      logSeverityLevel: 4,
    }),
    writesInto: false,
  })
