/**
 * The reference engine: plain, slow, float64 TypeScript that evaluates a graph node by node. It is the truth that the
 * fast engines and the gradients are compared with; nothing else uses it.
 *
 * What lives where: kernels by family in the files beside this one (the error function has its own), the arrays they
 * work on in array.ts, tensors in and out in tensors.ts. Integers are held as float64 too, so int64 beyond 2⁵³ is
 * rounded. Where ONNX leaves a result open (Cast of NaN to an integer, ArgMax of NaN) kernels follow ONNX Runtime.
 */
import { HourglassError } from '../../base/index.js'
import {
  decodeModel,
  nodesInOrder,
  type Graph,
  type OperatorName,
  type OperatorNode,
  type Tensor,
  type Value,
} from '../../graph/index.js'
import type { Engine, Program } from '../engine.js'
import type { NdArray } from './array.js'
import { categoryKernels } from './category.js'
import { convolutionKernels } from './convolution.js'
import { elementwiseKernels } from './elementwise.js'
import type { Kernel } from './kernel.js'
import { linearKernels } from './linear.js'
import { reduceKernels } from './reduce.js'
import { selectionKernels } from './selection.js'
import { shapeKernels } from './shape.js'
import { arrayOf, copyInto, fedArrays, tensorOf, typesOf } from './tensors.js'

const kernels: Readonly<Record<OperatorName, Kernel>> = {
  ...elementwiseKernels,
  ...linearKernels,
  ...convolutionKernels,
  ...reduceKernels,
  ...shapeKernels,
  ...selectionKernels,
  ...categoryKernels,
}

type Tensors = Readonly<Record<string, Tensor>>

/** Options of `interpret`. */
export interface InterpretOptions {
  /** Return float32 outputs as the float64 numbers that were computed (default false: rounded as declared). */
  readonly keepFloat64?: boolean
}

/** Evaluates graphs in float64; outputs come back in their declared types. */
export const referenceEngine: Engine = {
  name: 'reference',
  // eslint-disable-next-line @typescript-eslint/require-await -- a file that cannot be decoded rejects, as in other engines
  compile: async (source) => programOf(source instanceof Uint8Array ? decodeModel(source) : source),
}

function programOf(graph: Graph): Program {
  let disposed = false
  return {
    ...typesOf(graph),
    // eslint-disable-next-line @typescript-eslint/require-await -- failures reject, as in other engines
    run: async (feeds, into = {}) => {
      if (disposed) throw new HourglassError('HG_ENGINE', `reference: ${graph.name} was disposed of`)
      const results = Object.entries(interpret(graph, feeds)).map(([name, result]) => {
        const target = into[name]
        return [name, target === undefined ? result : copyInto(target, result)] as const
      })
      return Object.fromEntries(results)
    },
    dispose: () => {
      disposed = true
      return Promise.resolve()
    },
  }
}

/**
 * Evaluates a graph.
 *
 * @param feeds a tensor for each input; float64 ones are taken for float32 inputs and keep their precision
 * @returns every output, in its declared type unless asked otherwise
 * @throws HG_ENGINE when a feed is missing, or has another type or shape than declared, or an index is out of range
 * @example
 * const x = input('x', 'float32', ['batch'])
 * const { y } = interpret(graph({ y: mul(x, x) }), { x: floats([1, 2]) }) // 1, 4
 */
export function interpret(
  graph: Graph,
  feeds: Tensors,
  { keepFloat64 = false }: InterpretOptions = {},
): Record<string, Tensor> {
  const arrays = new Map(fedArrays(graph, feeds))
  for (const node of nodesInOrder(Object.values(graph.outputs))) {
    if (node.op === 'Constant') arrays.set(node.outputs[0]!, arrayOf(node.tensor))
    else if (node.op !== 'Input') evaluate(node, arrays)
  }
  const results = Object.entries(graph.outputs).map(([name, value]) => {
    const dtype = keepFloat64 && value.dtype === 'float32' ? 'float64' : value.dtype
    return [name, tensorOf(arrays.get(value)!, dtype)] as const
  })
  return Object.fromEntries(results)
}

function evaluate(node: OperatorNode, arrays: Map<Value, NdArray>): void {
  // No operator has an optional input before a required one, so missing ones can be left out.
  const inputs = node.inputs.flatMap((value) => (value === undefined ? [] : [arrays.get(value)!]))
  const context = { attributes: node.attributes, dtype: node.inputs[0]!.dtype }
  const results = [kernels[node.op](inputs, context)].flat()
  node.outputs.forEach((value, i) => arrays.set(value, results[i]!))
}
