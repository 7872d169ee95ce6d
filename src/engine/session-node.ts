/**
 * The engine on ONNX Runtime for Node: runs graphs on our tensors without a copy. How graphs become sessions: session.ts.
 *
 * The runtime is loaded at the first compilation, not at import: it takes as long as a whole short command.
 * What each setting costs and buys is measured in docs/decisions/threads-and-reproducibility.md.
 */
import type { InferenceSession } from 'onnxruntime-node'
import type { CompileOptions, Engine } from './engine.js'
import { runtimeEngine, type Runtime } from './session.js'

let runtime: Promise<Runtime> | undefined

function loadRuntime(): Promise<Runtime> {
  runtime ??= import('onnxruntime-node').then((ort) => {
    ort.env.logLevel = 'error'
    return ort
  })
  return runtime
}

function sessionOptions({ threads = 1 }: CompileOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Failures are thrown with the runtime's own message; it need not print them as well.
    logSeverityLevel: 4,
    // Threads wait for work by spinning while a run lasts, and sleep between runs.
    extra: { session: { force_spinning_stop: '1' } },
  }
}

/** ONNX Runtime on the CPU. The thread count is fixed when a graph is compiled. */
export const nodeEngine: Engine = runtimeEngine({
  name: 'onnxruntime-node',
  load: loadRuntime,
  sessionOptions,
  writesInto: true,
})
