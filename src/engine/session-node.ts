/**
 * The engine on ONNX Runtime for Node: compiles a graph into a session, and runs it on our tensors without a copy.
 *
 * The runtime is loaded at the first compilation, not at import: it takes as long as a whole short command.
 * What each setting costs and buys is measured in docs/decisions/threads-and-reproducibility.md.
 */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { HourglassError, messageOf } from '../base/index.js'
import { encodeModel, inputNameOf, type Graph, type Tensor, type TensorType } from '../graph/index.js'
import type { CompileOptions, Engine, Program } from './engine.js'
import { inFastForms } from './fast-forms.js'

type Runtime = typeof import('onnxruntime-node')
type Tensors = Readonly<Record<string, Tensor>>
type Types = Readonly<Record<string, TensorType>>

let runtime: Promise<Runtime> | undefined

function loadRuntime(): Promise<Runtime> {
  runtime ??= import('onnxruntime-node').then((ort) => {
    ort.env.logLevel = 'error'
    return ort
  })
  return runtime
}

/** ONNX Runtime on the CPU. The thread count is fixed when a graph is compiled. */
export const nodeEngine: Engine = {
  name: 'onnxruntime-node',
  compile: async (source, options = {}) => {
    const name = source instanceof Uint8Array ? 'model file' : source.name
    return guarded(`compiling ${name}`, async () => {
      const ort = await loadRuntime()
      const bytes = source instanceof Uint8Array ? source : encodeModel(inFastForms(source))
      const session = await ort.InferenceSession.create(bytes, sessionOptions(options))
      const types = source instanceof Uint8Array ? declaredTypes(session) : graphTypes(source)
      return programOf(name, session, ort, types)
    })
  },
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

function programOf(
  name: string,
  session: InferenceSession,
  ort: Runtime,
  types: { readonly inputs: Types; readonly outputs: Types },
): Program {
  let disposed = false
  const toRuntime = (tensors: Tensors): Record<string, OrtTensor> => {
    const converted = emptyRecord<OrtTensor>()
    for (const key of Object.keys(tensors)) converted[key] = runtimeTensor(ort, tensors[key]!)
    return converted
  }
  return {
    ...types,
    run: (feeds, into) =>
      guarded(`running ${name}`, async () => {
        if (disposed) throw new Error('the program was disposed of')
        if (into === undefined) return fromRuntime(session, await session.run(toRuntime(feeds)))
        const fetches = toRuntime(into)
        for (const output of session.outputNames) fetches[output] ??= null as unknown as OrtTensor
        return fromRuntime(session, await session.run(toRuntime(feeds), fetches), into)
      }),
    dispose: () =>
      guarded(`disposing of ${name}`, async () => {
        if (!disposed) await session.release()
        disposed = true
      }),
  }
}

/** A record that takes any column name as a key, `__proto__` included. */
const emptyRecord = <T>(): Record<string, T> => Object.create(null) as Record<string, T>

/** Runtime tensors by ours. Making one costs as much as a small node, and training feeds the same ones each step. */
const runtimeTensors = new WeakMap<Tensor, OrtTensor>()

function runtimeTensor(ort: Runtime, tensor: Tensor): OrtTensor {
  const known = runtimeTensors.get(tensor)
  if (known !== undefined) return known
  const made = new ort.Tensor(tensor.dtype, tensor.data, tensor.shape)
  runtimeTensors.set(tensor, made)
  return made
}

/** Results in the order of the outputs; those written into a given tensor are that tensor. */
function fromRuntime(
  session: InferenceSession,
  results: Readonly<Record<string, OrtTensor>>,
  into?: Tensors,
): Record<string, Tensor> {
  const outputs = emptyRecord<Tensor>()
  for (const name of session.outputNames) {
    outputs[name] = into?.[name] ?? oursOf(results[name]!)
  }
  return outputs
}

const oursOf = ({ type: dtype, dims: shape, data }: OrtTensor): Tensor => ({ dtype, shape, data }) as Tensor

function graphTypes({ inputs, outputs }: Graph): { readonly inputs: Types; readonly outputs: Types } {
  const typeOf = ({ dtype, shape }: TensorType): TensorType => ({ dtype, shape })
  return {
    inputs: Object.fromEntries(inputs.map((value) => [inputNameOf(value), typeOf(value)])),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, typeOf(value)])),
  }
}

function declaredTypes({ inputMetadata, outputMetadata }: InferenceSession) {
  const types = (metadata: readonly InferenceSession.ValueMetadata[]): Types =>
    Object.fromEntries(
      metadata.flatMap((value) =>
        value.isTensor
          ? [[value.name, { dtype: value.type as TensorType['dtype'], shape: value.shape }]]
          : [],
      ),
    )
  return { inputs: types(inputMetadata), outputs: types(outputMetadata) }
}

async function guarded<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof HourglassError) throw error
    throw new HourglassError('HG_ENGINE', `${doing}: ONNX Runtime says: ${messageOf(error)}`, {
      cause: error,
    })
  }
}
