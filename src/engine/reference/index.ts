/**
 * The reference engine: plain, slow, float64 TypeScript that evaluates a graph node by node. It is the truth that the
 * fast engines and the gradients are compared with; nothing else uses it.
 */
import { HourglassError } from '../../base/index.js'
import {
  decodeModel,
  inputNameOf,
  nodesInOrder,
  type DType,
  type Graph,
  type OperatorName,
  type Tensor,
  type Value,
} from '../../graph/index.js'
import type { Engine } from '../engine.js'
import type { NdArray } from './array.js'
import { categoryKernels } from './category.js'
import { elementwiseKernels } from './elementwise.js'
import type { Kernel } from './kernel.js'
import { linearKernels } from './linear.js'
import { reduceKernels } from './reduce.js'
import { shapeKernels } from './shape.js'

const kernels: Readonly<Record<OperatorName, Kernel>> = {
  ...elementwiseKernels,
  ...linearKernels,
  ...reduceKernels,
  ...shapeKernels,
  ...categoryKernels,
}

/** Evaluates graphs in float64; outputs come back in their declared types. */
export const referenceEngine: Engine = {
  name: 'reference',
  compile: (source) => {
    const graph = source instanceof Uint8Array ? decodeModel(source) : source
    return Promise.resolve({
      inputs: Object.fromEntries(graph.inputs.map((value) => [inputNameOf(value), value])),
      outputs: graph.outputs,
      run: (feeds, into = {}) => {
        const results = Object.entries(interpret(graph, feeds)).map(([name, array]) => {
          const result = tensorOf(array, graph.outputs[name]!.dtype)
          return [name, into[name] === undefined ? result : copied(result, into[name])] as const
        })
        return Promise.resolve(Object.fromEntries(results))
      },
      dispose: () => Promise.resolve(),
    })
  },
}

/**
 * Evaluates a graph.
 *
 * @param feeds a tensor for each input; float64 ones keep their precision whatever the input's type is
 * @returns every output as plain float64 numbers (or strings)
 * @throws HG_ENGINE when a feed is missing
 */
export function interpret(graph: Graph, feeds: Readonly<Record<string, Tensor>>): Record<string, NdArray> {
  const values = new Map<Value, NdArray>()
  for (const node of nodesInOrder(Object.values(graph.outputs))) {
    if (node.op === 'Input') {
      const fed = feeds[node.name]
      if (fed === undefined)
        throw new HourglassError('HG_ENGINE', `reference: no feed for input ${node.name}`)
      values.set(node.outputs[0]!, arrayOf(fed))
    } else if (node.op === 'Constant') {
      values.set(node.outputs[0]!, arrayOf(node.tensor))
    } else {
      const inputs = node.inputs.flatMap((value) => (value === undefined ? [] : [values.get(value)!]))
      const dtype = node.inputs[0]!.dtype
      const results = [kernels[node.op](inputs, { attributes: node.attributes, dtype })].flat()
      node.outputs.forEach((value, i) => values.set(value, results[i]!))
    }
  }
  return Object.fromEntries(Object.entries(graph.outputs).map(([name, value]) => [name, values.get(value)!]))
}

/** A tensor as plain numbers or strings. */
export function arrayOf({ shape, data }: Tensor): NdArray {
  return {
    shape,
    data: Array.from(data as ArrayLike<number | string | bigint>, (x) =>
      typeof x === 'bigint' ? Number(x) : x,
    ),
  }
}

function tensorOf({ shape, data }: NdArray, dtype: DType): Tensor {
  const numbers = data as readonly number[]
  switch (dtype) {
    case 'float32':
      return { dtype, shape, data: Float32Array.from(numbers) }
    case 'float64':
      return { dtype, shape, data: Float64Array.from(numbers) }
    case 'int32':
      return { dtype, shape, data: Int32Array.from(numbers) }
    case 'int64':
      return { dtype, shape, data: BigInt64Array.from(numbers, BigInt) }
    case 'bool':
      return { dtype, shape, data: Uint8Array.from(numbers) }
    case 'string':
      return { dtype, shape, data: data as readonly string[] }
  }
}

/** Writes a result into a tensor that the caller gave. */
function copied(from: Tensor, into: Tensor): Tensor {
  const target = into.data as unknown as { set(source: unknown): void }
  target.set(from.data)
  return into
}

export type { NdArray } from './array.js'
