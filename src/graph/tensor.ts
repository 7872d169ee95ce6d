/**
 * Element types, shapes and tensors: the vocabulary of every room above.
 *
 * A shape may carry symbolic dimensions (strings); `'batch'` is the one that models use. Tensors are plain
 * records over typed arrays, so that the engines can hand them to ONNX Runtime without a copy. Next: value.ts.
 */
import { HourglassError } from '../base/index.js'

/** Element types that Hourglass graphs use; names as ONNX spells them in its text form. */
export type DType = 'float32' | 'float64' | 'int32' | 'int64' | 'bool' | 'string'

/** A dimension: a known size, or the name of a size known only when the graph runs. */
export type Dim = number | string

/** Dimensions, outermost first. `[]` is a scalar. */
export type Shape = readonly Dim[]

/** The typed array that holds elements of each type; `bool` is one byte an element, 0 or 1. */
export interface TensorData {
  float32: Float32Array
  float64: Float64Array
  int32: Int32Array
  int64: BigInt64Array
  bool: Uint8Array
  string: readonly string[]
}

/** A concrete tensor: row-major data of `product(shape)` elements. */
export interface TensorOf<D extends DType> {
  readonly dtype: D
  readonly shape: readonly number[]
  readonly data: TensorData[D]
}

/** A tensor of any element type; switch on `dtype` to narrow `data`. */
export type Tensor = { [D in DType]: TensorOf<D> }[DType]

/** Number of elements of a concrete shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1)
}

/**
 * Makes a tensor after checking that data and shape agree.
 *
 * @throws HG_SHAPE_MISMATCH when `data.length` is not the product of `shape`
 */
export function tensor<D extends DType>(
  dtype: D,
  shape: readonly number[],
  data: TensorData[D],
): TensorOf<D> {
  if (data.length !== sizeOf(shape)) {
    throw new HourglassError(
      'HG_SHAPE_MISMATCH',
      `tensor: shape [${shape.join(', ')}] needs ${sizeOf(shape)} elements, got ${data.length}`,
    )
  }
  return { dtype, shape, data }
}

/** A float32 tensor from plain numbers; the shape defaults to `[values.length]`. */
export function floats(
  values: ArrayLike<number>,
  shape: readonly number[] = [values.length],
): TensorOf<'float32'> {
  return tensor('float32', shape, Float32Array.from(values))
}

/** An int64 tensor from plain integers; the shape defaults to `[values.length]`. */
export function integers(
  values: readonly number[],
  shape: readonly number[] = [values.length],
): TensorOf<'int64'> {
  return tensor('int64', shape, BigInt64Array.from(values, BigInt))
}

/** `[batch, 4]`, for messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

/** Whether two shapes are the same, symbol for symbol. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i])
}
