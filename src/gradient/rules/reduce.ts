/** Gradients of reductions and of softmax. */
import {
  cast,
  equal,
  exp,
  mul,
  reducedAxes,
  reduceSum,
  sub,
  unsqueeze,
  type Value,
} from '../../graph/index.js'
import { over, spread, spreadScalar, times } from './factors.js'
import type { Blocked, Rule, RuleContext } from './rule.js'
import { foldedCount } from './shapes.js'

/** The axes a node reduced. */
const axesOf = ({ inputs: [x, axes] }: RuleContext): readonly number[] => reducedAxes(x!, axes)

/** A value of the reduced shape with the reduced axes put back as 1, ready to broadcast against the input. */
function unreduced(value: Value, context: RuleContext): Value {
  const axes = axesOf(context)
  const inner = spreadScalar(value) ?? value
  // A scalar broadcasts as it is.
  const ready = context.node.attributes['keepdims'] !== 0 || axes.length === 0 || inner.shape.length === 0
  return ready ? inner : unsqueeze(inner, axes)
}

/** The largest (or smallest) elements share the gradient evenly. */
const extreme: Rule = (context) => {
  const { gradient, inputs, outputs } = context
  const hits = cast(equal(inputs[0]!, unreduced(outputs[0]!, context)), gradient.dtype)
  const count = reduceSum(hits, { axes: axesOf(context), keepDims: true })
  return [mul(hits, over(unreduced(gradient, context), count))]
}

const meanRule: Rule = (context) => {
  const x = context.inputs[0]!
  const { known, counted } = foldedCount(x, axesOf(context))
  const share = over(context.gradient, known)
  return [spread(unreduced(counted === undefined ? share : over(share, counted), context), x)]
}

/** The axis of a softmax; the gradient summed along it. */
const sumAlong = (x: Value, { node }: RuleContext): Value =>
  reduceSum(x, { axes: [Number(node.attributes['axis'] ?? -1)], keepDims: true })

export const reduceRules = {
  ReduceSum: (context) => [spread(unreduced(context.gradient, context), context.inputs[0]!)],
  ReduceMean: meanRule,
  ReduceMax: extreme,
  ReduceMin: extreme,
  ReduceSumSquare: (context) => [times(unreduced(times(context.gradient, 2), context), context.inputs[0]!)],

  Softmax: (context) => {
    const { gradient, outputs } = context
    const y = outputs[0]!
    return [mul(y, sub(gradient, sumAlong(times(gradient, y), context)))]
  },
  LogSoftmax: (context) => {
    const { gradient, outputs } = context
    return [sub(gradient, mul(exp(outputs[0]!), sumAlong(gradient, context)))]
  },
  ArgMax: { blocked: 'its result is a position, which has no slope' },
} as const satisfies Record<string, Rule | Blocked>
