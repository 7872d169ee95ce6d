/** Operators that fold or normalise along axes. */
import type { DType } from '../tensor.js'
import type { Attributes, TensorType, Value } from '../value.js'
import {
  constantIntegers,
  expectType,
  frontAxes,
  frontAxis,
  numberAttribute,
  required,
  type Operator,
} from './operator.js'

/** Axes are a constant second input; without it all axes are reduced. */
function reduction(allowed: readonly DType[]): Operator {
  return {
    domain: '',
    arity: [1, 2],
    attributes: { keepdims: 'int' },
    infer: (inputs, attributes) => {
      const x = required('reduction', inputs, 0)
      expectType('reduction', x, ...allowed)
      return [{ dtype: x.dtype, shape: reducedShape(x, reducedAxes(x, inputs[1]), attributes) }]
    },
  }
}

/** The axes a reduction folds, counted from the front. */
export function reducedAxes(x: Value, axes: Value | undefined): readonly number[] {
  if (axes === undefined) return x.shape.map((_, axis) => axis)
  return frontAxes('reduction', constantIntegers('reduction', 'axes', axes), x.shape.length)
}

function reducedShape(x: Value, axes: readonly number[], attributes: Attributes) {
  const keep = numberAttribute(attributes, 'keepdims', 1) !== 0
  return keep
    ? x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
    : x.shape.filter((_, axis) => !axes.includes(axis))
}

const floating: readonly DType[] = ['float32', 'float64']

const alongAxis: Operator = {
  domain: '',
  arity: [1, 1],
  attributes: { axis: 'int' },
  infer: (inputs, attributes) => {
    const x = required('Softmax', inputs, 0)
    expectType('Softmax', x, ...floating)
    frontAxis('Softmax', numberAttribute(attributes, 'axis', -1), x.shape.length)
    return [{ dtype: x.dtype, shape: x.shape }]
  },
}

export const reduceOperators = {
  ReduceSum: reduction([...floating, 'int32', 'int64']),
  ReduceMean: reduction(floating),
  ReduceMax: reduction(floating),
  ReduceMin: reduction(floating),
  ReduceSumSquare: reduction(floating),

  /** Softmax and its logarithm along one axis (default the last). */
  Softmax: alongAxis,
  LogSoftmax: alongAxis,

  /** Index of the largest element along `axis` (the first one among equals), int64. */
  ArgMax: {
    domain: '',
    arity: [1, 1],
    attributes: { axis: 'int', keepdims: 'int' },
    infer: (inputs, attributes): readonly TensorType[] => {
      const x = required('ArgMax', inputs, 0)
      expectType('ArgMax', x, ...floating)
      const axis = frontAxis('ArgMax', numberAttribute(attributes, 'axis', 0), x.shape.length)
      return [{ dtype: 'int64', shape: reducedShape(x, [axis], attributes) }]
    },
  },
} as const satisfies Record<string, Operator>
