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
import { foldedCount, over, spread, times, type Blocked, type Rule, type RuleContext } from './rule.js'

/** The axes a node reduced. */
const axesOf = ({ inputs: [x, axes] }: RuleContext): readonly number[] => reducedAxes(x!, axes)

/** A value of the reduced shape with the reduced axes put back as 1, ready to broadcast against the input. */
function unreduced(value: Value, context: RuleContext): Value {
  const axes = axesOf(context)
  const dropped = context.node.attributes['keepdims'] === 0
  // A scalar broadcasts as it is.
  return !dropped || axes.length === 0 || value.shape.length === 0 ? value : unsqueeze(value, axes)
}

/** The largest (or smallest) elements share the gradient evenly. */
const extreme: Rule = (context) => {
  const { gradient, inputs, outputs } = context
  const hits = cast(equal(inputs[0]!, unreduced(outputs[0]!, context)), gradient.dtype)
  const count = reduceSum(hits, { axes: axesOf(context), keepDims: true })
  return [mul(hits, over(spread(unreduced(gradient, context), count), count))]
}

export const reduceRules = {
  ReduceSum: (context) => [spread(unreduced(context.gradient, context), context.inputs[0]!)],
  ReduceMean: (context) => {
    const x = context.inputs[0]!
    return [spread(unreduced(over(context.gradient, foldedCount(x, axesOf(context))), context), x)]
  },
  ReduceMax: extreme,
  ReduceMin: extreme,
  ReduceSumSquare: (context) => [times(unreduced(times(context.gradient, 2), context), context.inputs[0]!)],

  Softmax: ({ gradient: g, outputs: [y], node }) => {
    const weighted = times(g, y!)
    const axis = Number(node.attributes['axis'] ?? -1)
    return [mul(y!, sub(g, reduceSum(weighted, { axes: [axis], keepDims: true })))]
  },
  LogSoftmax: ({ gradient: g, outputs: [y], node }) => {
    const axis = Number(node.attributes['axis'] ?? -1)
    return [sub(g, mul(exp(y!), reduceSum(spread(g, y!), { axes: [axis], keepDims: true })))]
  },
  ArgMax: { blocked: 'its result is a position, which has no slope' },
} as const satisfies Record<string, Rule | Blocked>
