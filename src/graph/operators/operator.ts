/**
 * What an operator is, and the checks that shape inference rules share. The operators themselves stand in the
 * files beside this one, by family; index.ts joins them into the one table.
 */
import { HourglassError } from '../../base/index.js'
import { formatShape, type Dim, type DType, type Shape, type Tensor } from '../tensor.js'
import type { Attributes, TensorType, Value } from '../value.js'

/** ONNX type of an attribute; `dtype` is an int holding a TensorProto.DataType. */
export type AttributeType = 'int' | 'float' | 'string' | 'ints' | 'floats' | 'strings' | 'dtype'

/** One ONNX operator as Hourglass uses it (opset 18, ai.onnx.ml 3). */
export interface Operator {
  /** `''` is ONNX's own domain. */
  readonly domain: '' | 'ai.onnx.ml'
  /** The ONNX operator that stands for it in files, where that is another: files have no word for what it means here. */
  readonly fileName?: string
  /** Fewest and most inputs. */
  readonly arity: readonly [number, number]
  /** Every attribute that may be set, with its ONNX type. A file with any other is refused. */
  readonly attributes: Readonly<Record<string, AttributeType>>
  /** Types of the outputs; throws when the inputs do not fit. */
  readonly infer: (inputs: readonly (Value | undefined)[], attributes: Attributes) => readonly TensorType[]
}

/** The input at `index`. @throws HG_GRAPH_INVALID when it is missing */
export function required(op: string, inputs: readonly (Value | undefined)[], index: number): Value {
  const value = inputs[index]
  if (value === undefined) throw new HourglassError('HG_GRAPH_INVALID', `${op}: input ${index} is missing`)
  return value
}

/** @throws HG_DTYPE_MISMATCH unless the value has one of the types */
export function expectType(op: string, value: Value, ...allowed: readonly DType[]): void {
  if (!allowed.includes(value.dtype)) {
    throw new HourglassError('HG_DTYPE_MISMATCH', `${op}: takes ${allowed.join(' or ')}, got ${value.dtype}`)
  }
}

/** @throws HG_DTYPE_MISMATCH unless all values have the type of the first */
export function expectSameType(op: string, values: readonly Value[]): DType {
  const [first] = values
  for (const value of values) expectType(op, value, first!.dtype)
  return first!.dtype
}

export function shapeError(op: string, expected: string, ...got: readonly Shape[]): HourglassError {
  return new HourglassError(
    'HG_SHAPE_MISMATCH',
    `${op}: expected ${expected}, got ${got.map(formatShape).join(' and ')}`,
  )
}

/**
 * The shape of two shapes broadcast together, by NumPy's rule. A symbol broadcasts with itself and with 1.
 *
 * @throws HG_SHAPE_MISMATCH
 */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  const shape: Dim[] = []
  for (let i = 0; i < rank; i++) {
    const left = a[a.length - rank + i] ?? 1
    const right = b[b.length - rank + i] ?? 1
    if (left !== right && left !== 1 && right !== 1) throw shapeError(op, 'shapes that broadcast', a, b)
    shape.push(left === 1 ? right : left)
  }
  return shape
}

/** An axis counted from the front; negative ones count from the back. @throws HG_SHAPE_MISMATCH */
export function frontAxis(op: string, axis: number, rank: number): number {
  const front = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(axis) || front < 0 || front >= rank) {
    throw new HourglassError('HG_SHAPE_MISMATCH', `${op}: axis ${axis} is outside a value of rank ${rank}`)
  }
  return front
}

/** Axes counted from the front, each once. @throws HG_SHAPE_MISMATCH, also when there is none */
export function frontAxes(op: string, axes: readonly number[], rank: number): readonly number[] {
  const front = axes.map((axis) => frontAxis(op, axis, rank))
  if (front.length === 0 || new Set(front).size !== front.length) {
    // ONNX takes an empty list for "all axes", which is never what a computed list means.
    throw new HourglassError(
      'HG_SHAPE_MISMATCH',
      `${op}: axes ${formatShape(axes)} must be different, and some`,
    )
  }
  return front
}

/** @throws HG_SHAPE_MISMATCH unless all are whole and at least 0 */
export function expectSizes(op: string, what: string, sizes: readonly number[]): void {
  if (!sizes.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new HourglassError('HG_SHAPE_MISMATCH', `${op}: ${what} ${formatShape(sizes)} must not be negative`)
  }
}

/** @throws HG_GRAPH_INVALID unless a text attribute is missing or one of these */
export function expectChoice(
  op: string,
  attributes: Attributes,
  name: string,
  ...allowed: readonly string[]
): void {
  const value = attributes[name]
  if (value !== undefined && !(allowed as readonly unknown[]).includes(value)) {
    throw new HourglassError('HG_GRAPH_INVALID', `${op}: ${name} must be ${allowed.join(' or ')}`)
  }
}

/** The integers of a constant int64 input such as axes or a target shape. @throws HG_GRAPH_INVALID for any other */
export function constantIntegers(op: string, what: string, value: Value): readonly number[] {
  const tensor = value.node.op === 'Constant' ? value.node.tensor : undefined
  if (tensor?.dtype !== 'int64') {
    throw new HourglassError('HG_GRAPH_INVALID', `${op}: ${what} must be a constant of type int64`)
  }
  return integersOf(tensor)
}

/** An int64 or int32 tensor as plain numbers. */
export function integersOf(tensor: Extract<Tensor, { dtype: 'int64' | 'int32' }>): readonly number[] {
  return tensor.dtype === 'int64' ? Array.from(tensor.data, Number) : Array.from(tensor.data)
}

/** A numeric attribute, or its default. */
export function numberAttribute(attributes: Attributes, name: string, fallback: number): number {
  const value = attributes[name]
  return typeof value === 'number' ? value : fallback
}

/** An attribute that is a list of integers, or undefined. */
export function integersAttribute(attributes: Attributes, name: string): readonly number[] | undefined {
  const value = attributes[name]
  return Array.isArray(value) ? (value as readonly number[]) : undefined
}

/**
 * A product of dimensions as one dimension: a number when all are known, otherwise a symbol such as `4*batch`
 * that equals itself when formed again in any order.
 */
export function productOf(dims: Shape): Dim {
  const factors = dims.map(factorsOf)
  const known = factors.reduce((product, factor) => product * factor.known, 1)
  const symbols = factors.flatMap((factor) => factor.symbols).sort()
  if (symbols.length === 0 || known === 0) return known
  return [...(known === 1 ? [] : [String(known)]), ...symbols].join('*')
}

/** `total / divisor` for dimensions, or undefined when that is not a whole dimension. */
export function quotientOf(total: Dim, divisor: Dim): Dim | undefined {
  const [above, below] = [factorsOf(total), factorsOf(divisor)]
  for (const symbol of below.symbols) {
    const at = above.symbols.indexOf(symbol)
    if (at < 0) return undefined
    above.symbols.splice(at, 1)
  }
  if (below.known === 0) return above.known === 0 ? 0 : undefined
  if (above.known % below.known !== 0) return undefined
  return productOf([above.known / below.known, ...above.symbols])
}

/** A dimension's known factor and its symbols: `4*batch` is 4 and `batch`. */
export function factorsOf(dim: Dim): { known: number; symbols: string[] } {
  if (typeof dim === 'number') return { known: dim, symbols: [] }
  const factors = dim.split('*')
  const isNumber = (factor: string): boolean => /^\d+$/.test(factor)
  return {
    known: factors.filter(isNumber).reduce((product, factor) => product * Number(factor), 1),
    symbols: factors.filter((factor) => !isNumber(factor)),
  }
}
