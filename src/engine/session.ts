/**
 * Graphs as sessions of ONNX Runtime, whichever package of it runs them: session-node.ts hands over the one for Node, web.ts
 * the one for browsers. Both have the same interface (onnxruntime-common).
 */
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { HourglassError, messageOf } from '../base/index.js'
import { encodeModel, inputNameOf, type Graph, type Tensor, type TensorType } from '../graph/index.js'
import type { CompileOptions, Engine, Program } from './engine.js'
import { inFastForms } from './fast-forms.js'

/** What is used of a package of ONNX Runtime. */
export type Runtime = Pick<typeof import('onnxruntime-node'), 'InferenceSession' | 'Tensor'>
type Tensors = Readonly<Record<string, Tensor>>
type Types = Readonly<Record<string, TensorType>>

/** A package of ONNX Runtime and what is particular to it. */
export interface RuntimeParts {
  readonly name: string
  readonly load: () => Promise<Runtime>
  readonly sessionOptions: (options: CompileOptions) => InferenceSession.SessionOptions
  /** Whether results can be written into given tensors; else they are copied there. */
  readonly writesInto: boolean
}

/** An engine on a package of ONNX Runtime. */
export const runtimeEngine = ({ name, load, sessionOptions, writesInto }: RuntimeParts): Engine => ({
  name,
  compile: async (source, options = {}) => {
    const called = source instanceof Uint8Array ? 'model file' : source.name
    return guarded(`compiling ${called}`, async () => {
      const ort = await load()
      const bytes = source instanceof Uint8Array ? source : encodeModel(inFastForms(source))
      const session = await ort.InferenceSession.create(bytes, sessionOptions(options))
      const types = source instanceof Uint8Array ? declaredTypes(session) : graphTypes(source)
      return programOf(called, session, { ort, types, writesInto })
    })
  },
})

interface ProgramParts {
  readonly ort: Runtime
  readonly types: { readonly inputs: Types; readonly outputs: Types }
  readonly writesInto: boolean
}

function programOf(
  name: string,
  session: InferenceSession,
  { ort, types, writesInto }: ProgramParts,
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
        if (!writesInto) return copied(fromRuntime(session, await session.run(toRuntime(feeds))), into)
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

/** Results, those that have a tensor given for them copied into it. */
function copied(results: Record<string, Tensor>, into: Tensors): Record<string, Tensor> {
  for (const [name, target] of Object.entries(into)) {
    ;(target.data as Float32Array).set(results[name]!.data as Float32Array)
    results[name] = target
  }
  return results
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
