/**
 * Reverse-mode differentiation (Linnainmaa 1970; Griewank & Walther 2008, ch. 3): from the graph of a number to the
 * graph of its slopes. What each operator contributes stands in rules/.
 *
 * The result is graph like any other, so differentiating twice gives second derivatives, and nodes of the forward
 * pass are shared, not repeated.
 */
import { HourglassError } from '../base/index.js'
import {
  add,
  applyOne,
  formatShape,
  nodesInOrder,
  sameShape,
  scalar,
  type Node,
  type OperatorNode,
  type Value,
} from '../graph/index.js'
import { blockedError } from './blocked-error.js'
import { rules } from './rules/index.js'
import type { Rule } from './rules/rule.js'
import { zerosLike } from './rules/shapes.js'

/** Options of `gradients`. */
export interface GradientOptions {
  /** The gradient to start from, in the shape of the output; ones by default, which needs a scalar output. */
  readonly seed?: Value
}

/**
 * Slopes of a value with respect to others: ∂ Σ(seed · output) / ∂ wrt.
 *
 * @param output a float scalar, or a float value of any shape when a seed is given
 * @param wrt float values that the output may depend on, inputs or any other
 * @returns one value for each of `wrt`, of the same shape; zeros where the output does not depend on it
 * @throws HG_SHAPE_MISMATCH when the output is no scalar and there is no seed, or the seed has another shape
 * @throws HG_DTYPE_MISMATCH when the output or one of `wrt` is no float, or the seed is of another type
 * @throws HG_NO_GRADIENT when a slope would have to pass through an operator that has none, such as OneHot
 * @example
 * const x = input('x', 'float32', [3])
 * const [slope] = gradients(reduceSum(mul(x, x)), [x]) // 2x
 */
export function gradients(output: Value, wrt: readonly Value[], options: GradientOptions = {}): Value[] {
  const start = seedOf(output, options.seed)
  wrt.forEach((value) => expectFloat('a value to differentiate by', value))
  const order = nodesInOrder([output])
  const wanted = dependents(order, wrt)
  const slopes = new Map<Value, Value>([[output, start]])
  for (const node of order.toReversed()) {
    if (node.op === 'Input' || node.op === 'Constant') continue
    const inner = node.inputs.some((value) => value !== undefined && wanted.has(value))
    if (!inner || !node.outputs.some((value) => slopes.has(value))) continue
    const rule = rules[node.op]
    if (typeof rule !== 'function') throw blockedError(node, rule.blocked, order, wanted)
    backThrough(node, rule, slopes, wanted)
  }
  return wrt.map((value) => slopes.get(value) ?? zerosLike(value))
}

function expectFloat(what: string, { dtype }: Value): void {
  if (dtype !== 'float32' && dtype !== 'float64')
    throw new HourglassError('HG_DTYPE_MISMATCH', `gradients: expected ${what} of floats, got ${dtype}`)
}

function seedOf(output: Value, seed: Value | undefined): Value {
  expectFloat('an output', output)
  if (seed !== undefined && seed.dtype !== output.dtype) {
    throw new HourglassError(
      'HG_DTYPE_MISMATCH',
      `gradients: expected a seed of ${output.dtype}, got ${seed.dtype}`,
    )
  }
  if (seed === undefined && output.shape.length > 0) {
    throw new HourglassError(
      'HG_SHAPE_MISMATCH',
      `gradients: expected a scalar, got ${formatShape(output.shape)}; reduce it first, or give a seed`,
    )
  }
  if (seed !== undefined && !sameShape(seed.shape, output.shape)) {
    throw new HourglassError(
      'HG_SHAPE_MISMATCH',
      `gradients: expected a seed of ${formatShape(output.shape)}, got ${formatShape(seed.shape)}`,
    )
  }
  return seed ?? scalar(1, output.dtype)
}

/** Every value that depends on one of `wrt`, themselves included; what StopGradient gives depends on nothing. */
function dependents(order: readonly Node[], wrt: readonly Value[]): ReadonlySet<Value> {
  const found = new Set(wrt)
  for (const node of order) {
    if (node.op === 'Input' || node.op === 'Constant' || node.op === 'StopGradient') continue
    if (node.inputs.some((value) => value !== undefined && found.has(value))) {
      node.outputs.forEach((value) => found.add(value))
    }
  }
  return found
}

/** Adds what one node contributes to the slopes of its inputs. */
function backThrough(
  node: OperatorNode,
  rule: Rule,
  slopes: Map<Value, Value>,
  wanted: ReadonlySet<Value>,
): void {
  const inputs = node.inputs as readonly Value[]
  const gradients = node.outputs.map((value) => slopes.get(value))
  const contributions = rule({
    node,
    inputs,
    outputs: node.outputs,
    gradients,
    gradient: gradients.find((value) => value !== undefined)!,
    wanted: inputs.map((value) => wanted.has(value)),
  })
  contributions.forEach((slope, i) => {
    const value = inputs[i]
    if (slope === undefined || value === undefined || !wanted.has(value)) return
    const before = slopes.get(value)
    slopes.set(value, before === undefined ? slope : sum(before, slope))
  })
}

/** The sum of two slopes; a matrix product takes the other in as its bias. */
function sum(a: Value, b: Value): Value {
  return withBias(b, a) ?? withBias(a, b) ?? add(a, b)
}

function withBias({ node, shape }: Value, bias: Value): Value | undefined {
  if (node.op !== 'Gemm' || node.inputs.length !== 2 || !sameShape(shape, bias.shape)) return undefined
  return applyOne('Gemm', [...node.inputs, bias], node.attributes)
}
