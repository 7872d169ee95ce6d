/** Operators that pick and place single elements along an axis: the largest ones, and those at given indices. */
import { HourglassError } from '../../base/index.js'
import { formatShape, sameShape, type Dim, type DType } from '../tensor.js'
import type { Attributes, TensorType, Value } from '../value.js'
import {
  constantIntegers,
  expectChoice,
  expectSameType,
  expectSizes,
  expectType,
  frontAxis,
  numberAttribute,
  required,
  shapeError,
  type Operator,
} from './operator.js'

const numeric: readonly DType[] = ['float32', 'float64', 'int32', 'int64']

/** The size of an axis of which TopK keeps a number of elements that is known only at run time. */
export const keptSize = 'topk'

/** How many elements are kept: a known size, or a symbol when it is computed while the graph runs. */
function keptOf(k: Value, size: Dim): Dim {
  expectType('TopK', k, 'int64')
  if (!sameShape(k.shape, [1])) throw shapeError('TopK', 'one count in a list', k.shape)
  if (k.node.op !== 'Constant') return keptSize
  const counts = constantIntegers('TopK', 'k', k)
  expectSizes('TopK', 'k', counts)
  if (typeof size === 'number' && counts[0]! > size)
    throw shapeError('TopK', `at most the ${size} elements of the axis`, counts)
  return counts[0]!
}

function largest(inputs: readonly (Value | undefined)[], attributes: Attributes): readonly TensorType[] {
  const [x, k] = [required('TopK', inputs, 0), required('TopK', inputs, 1)]
  expectType('TopK', x, ...numeric)
  const axis = frontAxis('TopK', numberAttribute(attributes, 'axis', -1), x.shape.length)
  if (![0, 1].includes(numberAttribute(attributes, 'largest', 1)))
    throw new HourglassError('HG_GRAPH_INVALID', 'TopK: largest must be 0 or 1')
  // It divides by the number of rows: a batch of none would end the whole process.
  if (!x.shape.slice(0, axis).every((dim) => typeof dim === 'number' && dim > 0))
    throw shapeError(
      'TopK',
      `known sizes above 0 before axis ${axis}, or the axis moved to the front`,
      x.shape,
    )
  const shape = x.shape.with(axis, keptOf(k, x.shape[axis]!))
  return [
    { dtype: x.dtype, shape },
    { dtype: 'int64', shape },
  ]
}

/** @throws HG_SHAPE_MISMATCH unless the indices reach no further than the data on every axis but theirs */
function expectWithin(op: string, data: Value, indices: Value, attributes: Attributes): void {
  expectType(op, indices, 'int32', 'int64')
  const axis = frontAxis(op, numberAttribute(attributes, 'axis', 0), data.shape.length)
  const fits = (dim: Dim, i: number): boolean => {
    const size = data.shape[i]!
    return i === axis || dim === size || (typeof dim === 'number' && typeof size === 'number' && dim <= size)
  }
  if (indices.shape.length !== data.shape.length || !indices.shape.every(fits))
    throw shapeError(
      op,
      `indices that lie within ${formatShape(data.shape)} but on axis ${axis}`,
      indices.shape,
    )
}

function gathered(inputs: readonly (Value | undefined)[], attributes: Attributes): readonly TensorType[] {
  const [data, indices] = [required('GatherElements', inputs, 0), required('GatherElements', inputs, 1)]
  expectType('GatherElements', data, ...numeric)
  expectWithin('GatherElements', data, indices, attributes)
  return [{ dtype: data.dtype, shape: indices.shape }]
}

function scattered(inputs: readonly (Value | undefined)[], attributes: Attributes): readonly TensorType[] {
  const [data, indices, updates] = [0, 1, 2].map((i) => required('ScatterElements', inputs, i)) as [
    Value,
    Value,
    Value,
  ]
  expectType('ScatterElements', data, ...numeric)
  expectChoice('ScatterElements', attributes, 'reduction', 'none', 'add')
  expectWithin('ScatterElements', data, indices, attributes)
  if (!sameShape(updates.shape, indices.shape))
    throw shapeError('ScatterElements', `updates of shape ${formatShape(indices.shape)}`, updates.shape)
  return [{ dtype: expectSameType('ScatterElements', [data, updates]), shape: data.shape }]
}

export const selectionOperators = {
  /**
   * The k largest (or smallest) elements along an axis in order, the first of equal ones first, and their int64 indices.
   * Rows must be known to exist, which `topK` of ops.ts sees to. ONNX's `sorted` is left out: what order unsorted elements have is up to a runtime.
   */
  TopK: { domain: '', arity: [2, 2], attributes: { axis: 'int', largest: 'int' }, infer: largest },

  /** The elements of `data` at `indices`, which count along the axis and stand at their own place otherwise. */
  GatherElements: { domain: '', arity: [2, 2], attributes: { axis: 'int' }, infer: gathered },

  /** A copy of `data` with `updates` at `indices` (as in GatherElements), added to it when `reduction` is `add`. */
  ScatterElements: {
    domain: '',
    arity: [3, 3],
    attributes: { axis: 'int', reduction: 'string' },
    infer: scattered,
  },
} as const satisfies Record<string, Operator>
