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

/** A gradient times a factor. */
export function times(gradient: Value, factor: Value | number): Value {
  const constantFactor = typeof factor === 'number' ? factor : numberOf(factor)
  if (constantFactor !== undefined) return scaled(gradient, constantFactor)
  const value = factor as Value
  if (numberOf(gradient) === 1) return value
  return mul(unspread(gradient, value), value)
}

/** A gradient divided by something. */
export function over(gradient: Value, divisor: Value | number): Value {
  const constantDivisor = typeof divisor === 'number' ? divisor : numberOf(divisor)
  if (constantDivisor !== undefined) return scaled(gradient, 1 / constantDivisor)
  return div(unspread(gradient, divisor as Value), divisor)
}

/** A gradient with the other sign. */
export function negated(gradient: Value): Value {
  const { node } = gradient
  if (node.op === 'Neg') return node.inputs[0]!
  return scaledForFree(gradient, -1) ?? neg(gradient)
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
  return scaledForFree(gradient, factor) ?? mul(gradient, factor)
}

/** The gradient times a number where that takes no further node, otherwise undefined. */
function scaledForFree(gradient: Value, factor: number): Value | undefined {
  if (factor === 1) return gradient
  const number = numberOf(gradient)
  if (number !== undefined) return scalar(number * factor, gradient.dtype)
  const { node } = gradient
  if (node.op !== 'Mul' && node.op !== 'Div' && node.op !== 'Expand') return undefined
  const [a, b] = node.inputs as readonly [Value, Value]
  const left = a.shape.length === 0 ? scaledForFree(a, factor) : undefined
  if (node.op === 'Expand') return left && applyOne('Expand', [left, b])
  if (left !== undefined) return node.op === 'Mul' ? mul(left, b) : div(left, b)
  const right = node.op === 'Mul' && b.shape.length === 0 ? scaledForFree(b, factor) : undefined
  return right && mul(a, right)
}

/** Takes the Expand off a gradient where the operation with `other` spreads it anyway. */
function unspread(gradient: Value, other: Value): Value {
  if (gradient.node.op !== 'Expand') return gradient
  const inner = gradient.node.inputs[0]!
  return sameShape(broadcastShapes('gradient', inner.shape, other.shape), gradient.shape) ? inner : gradient
}
