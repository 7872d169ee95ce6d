/** What a gradient rule is, and the small steps that rules share. */
import {
  broadcastShapes,
  cast,
  constant,
  constantOf,
  div,
  expandLike,
  gather,
  integers,
  mul,
  reduceSum,
  reshape,
  reshapeLike,
  sameShape,
  scalar,
  shapeOf,
  type OperatorNode,
  type Value,
} from '../../graph/index.js'

/** What a rule reads. */
export interface RuleContext {
  readonly node: OperatorNode
  /** The node's inputs. No operator here has an optional input before a required one. */
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  /** Gradient of each output; undefined where nothing depends on it. */
  readonly gradients: readonly (Value | undefined)[]
  /** Gradient of the first output that has one. */
  readonly gradient: Value
}

/**
 * Gradients of the inputs, undefined where an input has none. A rule may write more than is wanted: expressions that
 * nothing reads are not part of any graph.
 */
export type Rule = (context: RuleContext) => readonly (Value | undefined)[]

/** An operator through which no gradient passes, and why. */
export interface Blocked {
  readonly blocked: string
}

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

/** A gradient times a factor. Scalar constants are folded; a gradient that a sum spread is multiplied before. */
export function times(gradient: Value, factor: Value | number): Value {
  const folded = fold(gradient, factor, (a, b) => a * b)
  if (folded !== undefined) return folded
  if (factor === 1) return gradient
  if (typeof factor !== 'number' && numberOf(gradient) === 1) return factor
  return mul(unspread(gradient, factor), factor)
}

/** A gradient divided by something, with the care of `times`. */
export function over(gradient: Value, divisor: Value | number): Value {
  const folded = fold(gradient, divisor, (a, b) => a / b)
  if (folded !== undefined) return folded
  return divisor === 1 ? gradient : div(unspread(gradient, divisor), divisor)
}

/** Spreads a reduced gradient over the shape of `like`. */
export function spread(gradient: Value, like: Value): Value {
  return sameShape(gradient.shape, like.shape) ? gradient : expandLike(gradient, like)
}

/** Zeros in the shape of a value. */
export function zerosLike(like: Value): Value {
  return spread(scalar(0, like.dtype), like)
}

/** A value in the shape of another of as many elements. */
export function reshapeTo(value: Value, like: Value): Value {
  if (sameShape(value.shape, like.shape)) return value
  if (like.shape.filter((dim) => typeof dim === 'string').length > 1) return reshapeLike(value, like)
  return reshape(
    value,
    like.shape.map((dim, axis) => (typeof dim === 'number' ? dim : value.shape[axis] === dim ? 0 : -1)),
  )
}

/** How many elements a reduction folds into one; a scalar value where that is known only at run time. */
export function foldedCount(x: Value, axes: readonly number[]): Value | number {
  const sizes = axes.map((axis) => ({ axis, size: x.shape[axis]! }))
  const known = sizes.reduce((product, { size }) => (typeof size === 'number' ? product * size : product), 1)
  const unknown = sizes.filter(({ size }) => typeof size === 'string')
  if (unknown.length === 0) return known
  const counts = unknown.map(({ axis }) => cast(gather(shapeOf(x), constant(integers([axis], []))), x.dtype))
  return times(counts.reduce(mul), known)
}

/** Takes the Expand off a gradient where the operation with `other` spreads it anyway. */
function unspread(gradient: Value, other: Value | number): Value {
  if (typeof other === 'number' || gradient.node.op !== 'Expand') return gradient
  const inner = gradient.node.inputs[0]!
  return sameShape(broadcastShapes('gradient', inner.shape, other.shape), gradient.shape) ? inner : gradient
}

function fold(a: Value, b: Value | number, compute: (a: number, b: number) => number): Value | undefined {
  const [left, right] = [numberOf(a), typeof b === 'number' ? b : numberOf(b)]
  return left === undefined || right === undefined ? undefined : scalar(compute(left, right), a.dtype)
}

/** The number behind a scalar float constant. */
function numberOf(value: Value): number | undefined {
  const tensor = value.shape.length === 0 ? constantOf(value) : undefined
  return tensor?.dtype === 'float32' || tensor?.dtype === 'float64' ? tensor.data[0] : undefined
}
