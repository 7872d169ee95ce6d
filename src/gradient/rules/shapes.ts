/** Gradients brought into the shape of the value they belong to. */
import {
  cast,
  constant,
  gather,
  integers,
  mul,
  reduceSum,
  reshape,
  reshapeLike,
  sameShape,
  scalar,
  shapeOf,
  transpose,
  type Value,
} from '../../graph/index.js'
import { isKnown, spread } from './factors.js'

/** Sums a gradient over the axes along which `like` was broadcast, so that it has the shape of `like`. */
export function sumTo(gradient: Value, like: Value): Value {
  const extra = gradient.shape.length - like.shape.length
  const axes = gradient.shape.flatMap((dim, axis) =>
    axis < extra || (like.shape[axis - extra] === 1 && dim !== 1) ? [axis] : [],
  )
  if (axes.length === 0) return gradient
  if (axes.every((axis) => axis < extra)) return reduceSum(gradient, { axes })
  const summed = reduceSum(gradient, { axes, keepDims: true })
  return extra === 0 ? summed : reshapeTo(summed, like)
}

/** Zeros in the shape of a value. */
export function zerosLike(like: Value): Value {
  return spread(scalar(0, like.dtype), like)
}

/** A value in the shape of another of as many elements. */
export function reshapeTo(value: Value, like: Value): Value {
  const { shape } = like
  if (sameShape(value.shape, shape)) return value
  // In a target 0 means "as in the input", so only what is empty anyway can have such a shape.
  if (shape.includes(0)) return zerosLike(like)
  if (shape.filter((dim) => typeof dim === 'string').length > 1) return reshapeLike(value, like)
  return reshape(value, isKnown(shape) ? shape : shape.map((dim) => (typeof dim === 'number' ? dim : -1)))
}

/** How many elements a reduction folds into one: a known factor and, when the rest shows only at run time, a scalar. */
export function foldedCount(x: Value, axes: readonly number[]): { known: number; counted?: Value } {
  const known = axes.reduce(
    (product, axis) => product * Number(isKnown([x.shape[axis]!]) ? x.shape[axis] : 1),
    1,
  )
  const counts = axes
    .filter((axis) => typeof x.shape[axis] === 'string')
    .map((axis) => cast(gather(shapeOf(x), constant(integers([axis], []))), x.dtype))
  return counts.length === 0 ? { known } : { known, counted: counts.reduce(mul) }
}

/**
 * Reorders axes. Reordering what was reordered before is done in one go, and not at all where it puts everything back:
 * the gradient of a product with a transposed operand is the product for the untransposed one, without a Transpose.
 */
export function reordered(x: Value, order: readonly number[]): Value {
  const { node } = x
  const before =
    node.op === 'Transpose' ? (node.attributes['perm'] as readonly number[] | undefined) : undefined
  if (node.op !== 'Transpose' || before === undefined) return inOrder(x, order)
  return inOrder(
    node.inputs[0]!,
    order.map((axis) => before[axis]!),
  )
}

const inOrder = (x: Value, order: readonly number[]): Value =>
  order.every((axis, i) => axis === i) ? x : transpose(x, order)
