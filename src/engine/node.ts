/**
 * The engine on ONNX Runtime for Node, and the room's entry for everything that needs Node. The runtime is loaded at
 * the first compilation, not at import: half of a short command's time would go there.
 */
import { availableParallelism } from 'node:os'
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { HourglassError, messageOf } from '../base/index.js'
import type { Graph, Tensor, TensorType } from '../graph/index.js'
import { encodeModel } from '../graph/onnx/index.js'
import type { CompileOptions, Engine, Program } from './engine.js'

export { loadKernels } from './optimizer/kernels-node.js'

type Runtime = typeof import('onnxruntime-node')

let runtime: Promise<Runtime> | undefined

async function loadRuntime(): Promise<Runtime> {
  // The package is CommonJS: its exports arrive under `default`.
  runtime ??= import('onnxruntime-node').then(
    (module) => (module as unknown as { default?: Runtime }).default ?? module,
  )
  return runtime
}

/** ONNX Runtime on the CPU. Threads are fixed at compilation; results do not depend on timing. */
export const nodeEngine: Engine = {
  name: 'onnxruntime-node',
  compile: async (source, options = {}) => {
    const ort = await loadRuntime()
    const bytes = source instanceof Uint8Array ? source : encodeModel(source)
    const name = source instanceof Uint8Array ? 'model' : source.name
    const session = await guarded(`compiling ${name}`, () =>
      ort.InferenceSession.create(bytes, sessionOptions(options)),
    )
    return programOf(session, ort, name)
  },
}

/**
 * The number of threads that runs a graph fastest: a few runs on one thread and on all cores, one taken unless more
 * save a tenth.
 */
export async function chooseThreads(graph: Graph, feeds: Readonly<Record<string, Tensor>>): Promise<number> {
  const most = availableParallelism()
  if (most === 1) return 1
  const alone = await millisecondsOf(graph, feeds, 1)
  const together = await millisecondsOf(graph, feeds, most)
  return together < 0.9 * alone ? most : 1
}

async function millisecondsOf(
  graph: Graph,
  feeds: Readonly<Record<string, Tensor>>,
  threads: number,
): Promise<number> {
  const program = await nodeEngine.compile(graph, { threads })
  const times: number[] = []
  try {
    for (let i = 0; i < 7; i++) {
      const began = performance.now()
      await program.run(feeds)
      times.push(performance.now() - began)
    }
  } finally {
    await program.dispose()
  }
  return Math.min(...times.slice(2))
}

function sessionOptions({ threads = 1 }: CompileOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  }
}

function programOf(session: InferenceSession, ort: Runtime, name: string): Program {
  const toRuntime = tensorCache(ort)
  const convert = (tensors: Readonly<Record<string, Tensor>>): Record<string, OrtTensor> => {
    const converted: Record<string, OrtTensor> = {}
    for (const key in tensors) converted[key] = toRuntime(tensors[key]!)
    return converted
  }
  return {
    inputs: typesOf(session.inputMetadata),
    outputs: typesOf(session.outputMetadata),
    run: async (feeds, into) => {
      const results = await guarded(`running ${name}`, () =>
        into === undefined
          ? session.run(convert(feeds))
          : session.run(convert(feeds), fetchesFor(session, convert(into))),
      )
      const outputs: Record<string, Tensor> = { ...into }
      for (const key in results)
        if (into?.[key] === undefined) outputs[key] = fromRuntime(results[key] as OrtTensor)
      return outputs
    },
    dispose: () => guarded(`disposing ${name}`, () => session.release()),
  }
}

/** Outputs without a tensor of their own are allocated by the runtime. */
function fetchesFor(
  session: InferenceSession,
  into: Readonly<Record<string, OrtTensor>>,
): InferenceSession.NullableOnnxValueMapType {
  const fetches: Record<string, OrtTensor | null> = {}
  for (const name of session.outputNames) fetches[name] = into[name] ?? null
  return fetches
}

/** Runtime tensors of the tensors seen before: making one costs as much as a small node. */
function tensorCache(ort: Runtime): (tensor: Tensor) => OrtTensor {
  const known = new WeakMap<Tensor, OrtTensor>()
  return (tensor) => {
    let made = known.get(tensor)
    if (made === undefined) {
      made = new ort.Tensor(tensor.dtype, tensor.data as never, tensor.shape) as OrtTensor
      known.set(tensor, made)
    }
    return made
  }
}

function fromRuntime(tensor: OrtTensor): Tensor {
  return { dtype: tensor.type, shape: tensor.dims, data: tensor.data } as Tensor
}

function typesOf(metadata: readonly InferenceSession.ValueMetadata[]): Readonly<Record<string, TensorType>> {
  return Object.fromEntries(
    metadata
      .filter((value) => value.isTensor)
      .map((value) => [value.name, { dtype: value.type as TensorType['dtype'], shape: value.shape }]),
  )
}

async function guarded<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new HourglassError('HG_ENGINE', `${doing}: ONNX Runtime says: ${messageOf(error)}`, {
      cause: error,
    })
  }
}
