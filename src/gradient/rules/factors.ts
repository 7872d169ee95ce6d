/**
 * Products and quotients of gradients, with as few nodes as possible: each node costs a small network one to two
 * microseconds a step. Constant factors melt into constants that are there already, and a gradient that a sum spread
 * over many elements is multiplied before it is spread. No general optimiser: ONNX Runtime has one.
 */
import {
  applyOne,
  broadcastShapes,
  constantOf,
  div,
  expand,
  expandLike,
  mul,
  neg,
  sameShape,
  scalar,
  type Shape,
  type Value,
} from '../../graph/index.js'

/** A gradient times a factor, which may be larger than it. */
export function times(gradient: Value, factor: Value | number): Value {
  const constantFactor = typeof factor === 'number' ? factor : numberOf(factor)
  if (constantFactor !== undefined) return scaled(gradient, constantFactor)
  if (numberOf(gradient) === 1) return factor as Value
  return insideExpand(gradient, factor as Value, times) ?? mul(gradient, factor)
}

/** A gradient divided by something. */
export function over(gradient: Value, divisor: Value | number): Value {
  const constantDivisor = typeof divisor === 'number' ? divisor : numberOf(divisor)
  if (constantDivisor !== undefined) return scaled(gradient, 1 / constantDivisor)
  return insideExpand(gradient, divisor as Value, over) ?? div(gradient, divisor)
}

/** A gradient with the other sign. */
export function negated(gradient: Value): Value {
  const { node } = gradient
  if (node.op === 'Neg') return node.inputs[0]!
  const free = scaledForFree(gradient, -1)
  if (free !== undefined || node.op !== 'Expand') return free ?? neg(gradient)
  return applyOne('Expand', [negated(node.inputs[0]!), node.inputs[1]])
}

/** Spreads a reduced gradient over the shape of `like`. */
export function spread(gradient: Value, like: Value): Value {
  if (sameShape(gradient.shape, like.shape)) return gradient
  const inner = spreadScalar(gradient) ?? gradient
  return isKnown(like.shape) ? expand(inner, like.shape) : expandLike(inner, like)
}

/** The scalar that an Expand spread, or undefined. */
export function spreadScalar({ node }: Value): Value | undefined {
  const inner = node.op === 'Expand' ? node.inputs[0] : undefined
  return inner?.shape.length === 0 ? inner : undefined
}

/** The number behind a scalar float constant. */
export function numberOf(value: Value): number | undefined {
  const tensor = value.shape.length === 0 ? constantOf(value) : undefined
  return tensor?.dtype === 'float32' || tensor?.dtype === 'float64' ? tensor.data[0] : undefined
}

/** Whether every dimension is known before the graph runs. */
export function isKnown(shape: Shape): shape is readonly number[] {
  return shape.every((dim) => typeof dim === 'number')
}

function scaled(gradient: Value, factor: number): Value {
  const { node } = gradient
  const free = scaledForFree(gradient, factor)
  if (free !== undefined || node.op !== 'Expand') return free ?? mul(gradient, factor)
  return applyOne('Expand', [scaled(node.inputs[0]!, factor), node.inputs[1]])
}

/** The gradient times a number where that takes no further node, otherwise undefined. */
function scaledForFree(gradient: Value, factor: number): Value | undefined {
  if (factor === 1) return gradient
  const number = numberOf(gradient)
  if (number !== undefined) return scalar(number * factor, gradient.dtype)
  const { node } = gradient
  if (node.op !== 'Mul' && node.op !== 'Div' && node.op !== 'Expand' && node.op !== 'Unsqueeze')
    return undefined
  const [a, b] = node.inputs as readonly [Value, Value]
  if (node.op === 'Expand' || node.op === 'Unsqueeze') {
    const inner = scaledForFree(a, factor)
    return inner && applyOne(node.op, [inner, b])
  }
  // Only scalars on the way: what is computed anew must be cheap, for the old product may be needed too.
  const left = a.shape.length === 0 ? scaledForFree(a, factor) : undefined
  if (left !== undefined) return node.op === 'Div' ? div(left, b) : product(left, b)
  const right = node.op === 'Mul' && b.shape.length === 0 ? scaledForFree(b, factor) : undefined
  return right && product(right, a)
}

/** A scalar times a value; a factor of one vanishes. */
const product = (factor: Value, value: Value): Value => (numberOf(factor) === 1 ? value : mul(factor, value))

/**
 * Combines a gradient that an Expand spread with another value before it is spread; the Expand goes where the result
 * has its shape without it. Undefined for any other gradient.
 */
function insideExpand(
  { node, shape }: Value,
  other: Value,
  combine: (gradient: Value, other: Value) => Value,
): Value | undefined {
  if (node.op !== 'Expand') return undefined
  const inner = combine(node.inputs[0]!, other)
  return sameShape(inner.shape, broadcastShapes('gradient', shape, other.shape))
    ? inner
    : applyOne('Expand', [inner, node.inputs[1]])
}
