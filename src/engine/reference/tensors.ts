/** Tensors in and out of the reference interpreter: feeds checked against the graph, results in their types. */
import { HourglassError } from '../../base/index.js'
import {
  formatShape,
  inputNameOf,
  type Dim,
  type DType,
  type Graph,
  type Shape,
  type Tensor,
  type TensorType,
  type Value,
} from '../../graph/index.js'
import { numbersOf, type NdArray } from './array.js'

/** Types of a graph's inputs and outputs by name. */
export function typesOf({ inputs, outputs }: Graph) {
  const typeOf = ({ dtype, shape }: Value): TensorType => ({ dtype, shape })
  return {
    inputs: Object.fromEntries(inputs.map((value) => [inputNameOf(value), typeOf(value)])),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, typeOf(value)])),
  }
}

/** Every input of a graph with the array that was fed. @throws HG_ENGINE when one is missing or does not fit */
export function fedArrays(
  graph: Graph,
  feeds: Readonly<Record<string, Tensor>>,
): readonly (readonly [Value, NdArray])[] {
  const symbols = new Map<Dim, number>()
  return graph.inputs.map((value) => {
    const name = inputNameOf(value)
    const fed = Object.hasOwn(feeds, name) ? feeds[name] : undefined
    if (fed === undefined)
      throw new HourglassError('HG_ENGINE', `reference: ${graph.name} has no feed for input ${name}`)
    if (!fitsType(fed.dtype, value.dtype) || !fitsShape(fed.shape, value.shape, symbols)) {
      throw new HourglassError(
        'HG_ENGINE',
        `reference: input ${name}: expected ${value.dtype} ${formatShape(value.shape)}, got ${fed.dtype} ${formatShape(fed.shape)}`,
      )
    }
    return [value, arrayOf(fed)] as const
  })
}

const fitsType = (fed: DType, declared: DType): boolean =>
  fed === declared || (fed === 'float64' && declared === 'float32')

/** Whether sizes agree, a symbol having one size throughout. */
function fitsShape(fed: readonly number[], declared: Shape, symbols: Map<Dim, number>): boolean {
  if (fed.length !== declared.length) return false
  return declared.every((dim, axis) => {
    if (typeof dim === 'string' && !symbols.has(dim)) symbols.set(dim, fed[axis]!)
    return fed[axis] === (typeof dim === 'string' ? symbols.get(dim) : dim)
  })
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

/** An array as a tensor of a type; numbers are rounded to it. */
export function tensorOf(array: NdArray, dtype: DType): Tensor {
  const { shape } = array
  const numbers = numbersOf(array)
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
      return { dtype, shape, data: array.data as readonly string[] }
  }
}

/** Writes a result into a tensor that the caller gave; text, which cannot be written in place, is returned anew. */
export function copyInto(target: Tensor, result: Tensor): Tensor {
  if (target.dtype === 'string') return result
  if (target.dtype !== result.dtype || formatShape(target.shape) !== formatShape(result.shape)) {
    throw new HourglassError(
      'HG_ENGINE',
      `reference: expected a tensor ${result.dtype} ${formatShape(result.shape)} to write into, got ${target.dtype} ${formatShape(target.shape)}`,
    )
  }
  ;(target.data as { set(source: unknown): void }).set(result.data)
  return target
}
