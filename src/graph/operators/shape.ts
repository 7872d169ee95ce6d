/** Operators that move, cut and join elements without computing on them. */
import { HourglassError } from '../../base/index.js'
import { formatShape, sameShape, type Dim, type Shape } from '../tensor.js'
import type { Attributes, TensorType, Value } from '../value.js'
import {
  broadcastShapes,
  constantIntegers,
  expectChoice,
  expectSameType,
  expectSizes,
  expectType,
  frontAxes,
  frontAxis,
  integersAttribute,
  numberAttribute,
  productOf,
  quotientOf,
  required,
  shapeError,
  type Operator,
} from './operator.js'

/** `0` in the target copies the input's dimension, one `-1` takes what is left. */
function reshaped(x: Shape, target: readonly number[]): Shape {
  const open = target.indexOf(-1)
  if (target.some((dim, i) => dim < 0 && i !== open) || target.lastIndexOf(0) >= x.length)
    throw shapeError('Reshape', 'dimensions of the input or its own, and one -1 at most', x, target)
  const shape: Dim[] = target.map((dim, i) => (dim === 0 ? x[i]! : dim))
  const rest = productOf(shape.filter((_, i) => i !== open))
  if (open >= 0) {
    const left = quotientOf(productOf(x), rest)
    if (left === undefined) throw shapeError('Reshape', `a shape that fits ${formatShape(x)}`, target)
    shape[open] = left
  } else if (productOf(x) !== rest) {
    throw shapeError('Reshape', `a shape that fits ${formatShape(x)}`, shape)
  }
  return shape
}

/** The shape a shape-valued input stands for: a constant, or `Shape` of a value. */
function targetShape(op: string, target: Value): Shape {
  const { node } = target
  if (node.op === 'Shape') return required(op, node.inputs, 0).shape
  const shape = constantIntegers(op, 'shape', target)
  expectSizes(op, 'shape', shape)
  return shape
}

function concatenated(inputs: readonly (Value | undefined)[], attributes: Attributes): readonly TensorType[] {
  const values = inputs.map((_, i) => required('Concat', inputs, i))
  const [first] = values
  if (attributes['axis'] === undefined) throw new HourglassError('HG_GRAPH_INVALID', 'Concat: needs an axis')
  const axis = frontAxis('Concat', numberAttribute(attributes, 'axis', 0), first!.shape.length)
  let total: Dim = 0
  for (const { shape } of values) {
    const others = shape.map((dim, i) => (i === axis ? first!.shape[axis]! : dim))
    if (!sameShape(others, first!.shape))
      throw shapeError('Concat', 'shapes equal but for the axis', first!.shape, shape)
    const dim = shape[axis]!
    if (values.length === 1) total = dim
    else if (typeof dim === 'number' && typeof total === 'number') total += dim
    else throw shapeError('Concat', 'a known size along the axis', shape)
  }
  return [
    {
      dtype: expectSameType('Concat', values),
      shape: first!.shape.map((dim, i) => (i === axis ? total : dim)),
    },
  ]
}

/** Length of `numpy`'s slice start:end:step over a dimension; ends beyond the edge are clamped. */
function sliceLength(dim: Dim, start: number, end: number, step: number): Dim {
  if (typeof dim !== 'number') {
    if (start === 0 && step === 1 && end >= 2 ** 31 - 1) return dim
    throw new HourglassError('HG_SHAPE_MISMATCH', `Slice: cannot cut the symbolic dimension ${dim}`)
  }
  const [low, high] = step > 0 ? [0, dim] : [-1, dim - 1]
  const clamp = (at: number): number => Math.min(Math.max(at < 0 ? at + dim : at, low), high)
  return Math.max(0, Math.ceil((clamp(end) - clamp(start)) / step))
}

function sliced(inputs: readonly (Value | undefined)[]): readonly TensorType[] {
  const x = required('Slice', inputs, 0)
  const read = (i: number, what: string) => constantIntegers('Slice', what, required('Slice', inputs, i))
  const [starts, ends, axes, steps] = [read(1, 'starts'), read(2, 'ends'), read(3, 'axes'), read(4, 'steps')]
  if ([starts, ends, steps].some((list) => list.length !== axes.length) || steps.includes(0))
    throw shapeError('Slice', 'a start, an end and a step other than 0 for each axis', axes, steps)
  const shape = [...x.shape]
  frontAxes('Slice', axes, shape.length).forEach((axis, i) => {
    shape[axis] = sliceLength(shape[axis]!, starts[i]!, ends[i]!, steps[i]!)
  })
  return [{ dtype: x.dtype, shape }]
}

function padded(inputs: readonly (Value | undefined)[], attributes: Attributes): readonly TensorType[] {
  const x = required('Pad', inputs, 0)
  const pads = constantIntegers('Pad', 'pads', required('Pad', inputs, 1))
  const rank = x.shape.length
  expectSizes('Pad', 'pads', pads)
  expectChoice('Pad', attributes, 'mode', 'constant')
  const fill = inputs[2]
  if (fill !== undefined) expectSameType('Pad', [x, fill])
  if (fill !== undefined && fill.shape.length > 0)
    throw shapeError('Pad', 'one value to fill with', fill.shape)
  if (pads.length !== 2 * rank) throw shapeError('Pad', `${2 * rank} pads`, [pads.length])
  const shape = x.shape.map((dim, i) => {
    const extra = pads[i]! + pads[i + rank]!
    if (extra === 0) return dim
    if (typeof dim !== 'number') throw shapeError('Pad', 'a known size along a padded axis', x.shape)
    return dim + extra
  })
  return [{ dtype: x.dtype, shape }]
}

function split(inputs: readonly (Value | undefined)[], attributes: Attributes): readonly TensorType[] {
  const x = required('Split', inputs, 0)
  const sizes = constantIntegers('Split', 'sizes', required('Split', inputs, 1))
  expectSizes('Split', 'sizes', sizes)
  const axis = frontAxis('Split', numberAttribute(attributes, 'axis', 0), x.shape.length)
  if (sizes.reduce((sum, size) => sum + size, 0) !== x.shape[axis]) {
    throw shapeError('Split', `sizes that add up to axis ${axis}`, x.shape, sizes)
  }
  return sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.map((dim, i) => (i === axis ? size : dim)) }))
}

function gathered(inputs: readonly (Value | undefined)[], attributes: Attributes): readonly TensorType[] {
  const [x, indices] = [required('Gather', inputs, 0), required('Gather', inputs, 1)]
  expectType('Gather', indices, 'int32', 'int64')
  const axis = frontAxis('Gather', numberAttribute(attributes, 'axis', 0), x.shape.length)
  return [
    { dtype: x.dtype, shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)] },
  ]
}

function unsqueezed(inputs: readonly (Value | undefined)[]): readonly TensorType[] {
  const x = required('Unsqueeze', inputs, 0)
  const axes = constantIntegers('Unsqueeze', 'axes', required('Unsqueeze', inputs, 1))
  const rank = x.shape.length + axes.length
  const added = new Set(frontAxes('Unsqueeze', axes, rank))
  const rest = [...x.shape]
  return [
    { dtype: x.dtype, shape: Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : rest.shift()!)) },
  ]
}

function squeezed(inputs: readonly (Value | undefined)[]): readonly TensorType[] {
  const x = required('Squeeze', inputs, 0)
  const axes = constantIntegers('Squeeze', 'axes', required('Squeeze', inputs, 1))
  const removed = new Set(frontAxes('Squeeze', axes, x.shape.length))
  if ([...removed].some((axis) => x.shape[axis] !== 1))
    throw shapeError('Squeeze', 'dimensions of 1', x.shape)
  return [{ dtype: x.dtype, shape: x.shape.filter((_, i) => !removed.has(i)) }]
}

function transposed(inputs: readonly (Value | undefined)[], attributes: Attributes): readonly TensorType[] {
  const x = required('Transpose', inputs, 0)
  const order = integersAttribute(attributes, 'perm') ?? x.shape.map((_, i) => x.shape.length - 1 - i)
  if ([...order].sort((a, b) => a - b).some((axis, i) => axis !== i) || order.length !== x.shape.length) {
    throw shapeError('Transpose', 'a permutation of the axes', order, x.shape)
  }
  return [{ dtype: x.dtype, shape: order.map((axis) => x.shape[axis]!) }]
}

function scattered(inputs: readonly (Value | undefined)[], attributes: Attributes): readonly TensorType[] {
  const data = required('ScatterND', inputs, 0)
  const indices = required('ScatterND', inputs, 1)
  const updates = required('ScatterND', inputs, 2)
  expectType('ScatterND', indices, 'int64')
  expectChoice('ScatterND', attributes, 'reduction', 'none', 'add')
  const depth = indices.shape.at(-1)
  if (typeof depth !== 'number' || depth < 1 || depth > data.shape.length)
    throw shapeError('ScatterND', 'indices into the data', data.shape, indices.shape)
  const expected = [...indices.shape.slice(0, -1), ...data.shape.slice(depth)]
  if (!sameShape(updates.shape, expected))
    throw shapeError('ScatterND', `updates of shape ${formatShape(expected)}`, updates.shape)
  return [{ dtype: expectSameType('ScatterND', [data, updates]), shape: data.shape }]
}

const plain = (
  arity: readonly [number, number],
  infer: Operator['infer'],
  attributes: Operator['attributes'] = {},
) => ({ domain: '', arity, attributes, infer }) as const satisfies Operator

export const shapeOperators = {
  Concat: plain([1, 65536], concatenated, { axis: 'int' }),
  Expand: plain([2, 2], (inputs) => {
    const x = required('Expand', inputs, 0)
    const target = targetShape('Expand', required('Expand', inputs, 1))
    return [{ dtype: x.dtype, shape: broadcastShapes('Expand', x.shape, target) }]
  }),
  Gather: plain([2, 2], gathered, { axis: 'int' }),
  /** A constant around the input (zeros unless a third input says otherwise). */
  Pad: plain([2, 3], padded, { mode: 'string' }),
  Reshape: plain([2, 2], (inputs) => {
    const x = required('Reshape', inputs, 0)
    const target = required('Reshape', inputs, 1)
    // A target taken from another value's Shape is exact; a constant one may use 0 and -1.
    const shape =
      target.node.op === 'Shape'
        ? targetShape('Reshape', target)
        : reshaped(x.shape, constantIntegers('Reshape', 'shape', target))
    if (productOf(shape) !== productOf(x.shape))
      throw shapeError('Reshape', 'as many elements', x.shape, shape)
    return [{ dtype: x.dtype, shape }]
  }),
  /** Adds rows of `updates` into a copy of `data` at `indices` when `reduction` is `add`. */
  ScatterND: plain([3, 3], scattered, { reduction: 'string' }),
  Shape: plain([1, 1], (inputs) => [{ dtype: 'int64', shape: [required('Shape', inputs, 0).shape.length] }]),
  Slice: plain([5, 5], sliced),
  Split: plain([2, 2], split, { axis: 'int' }),
  Squeeze: plain([2, 2], squeezed),
  Transpose: plain([1, 1], transposed, { perm: 'ints' }),
  Unsqueeze: plain([2, 2], unsqueezed),
} as const satisfies Record<string, Operator>
