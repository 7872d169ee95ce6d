/** Gradients of the operators that move elements: the same moves, backwards. */
import { HourglassError } from '../../base/index.js'
import {
  cast,
  concat,
  constantOf,
  gather,
  integersOf,
  pad,
  scatterAdd,
  slice,
  split,
  squeeze,
  transpose,
  unsqueeze,
  type OperatorNode,
  type Value,
} from '../../graph/index.js'
import { reshapeTo, sumTo, zerosLike, type Blocked, type Rule } from './rule.js'

/** An axis attribute counted from the front. */
function axisOf({ attributes }: OperatorNode, rank: number): number {
  const axis = Number(attributes['axis'] ?? 0)
  return axis < 0 ? axis + rank : axis
}

/** The integers of a constant input; shape inference has checked that it is one. */
function integersIn(value: Value | undefined): readonly number[] {
  const tensor = constantOf(value)
  return tensor?.dtype === 'int64' || tensor?.dtype === 'int32' ? integersOf(tensor) : []
}

const concatRule: Rule = ({ gradient, inputs, node }) => {
  const axis = axisOf(node, gradient.shape.length)
  return inputs.length === 1
    ? [gradient]
    : split(
        gradient,
        inputs.map(({ shape }) => shape[axis] as number),
        axis,
      )
}

/** Zeros around the gradient, where the slice had cut. */
const sliceRule: Rule = ({ gradient, inputs: [x, starts, ends, axes, steps] }) => {
  const [before, after] = [x!.shape.map(() => 0), x!.shape.map(() => 0)]
  const [from, , by] = [integersIn(starts), integersIn(ends), integersIn(steps)]
  integersIn(axes).forEach((raw, i) => {
    const axis = raw < 0 ? raw + x!.shape.length : raw
    const size = x!.shape[axis]
    if (by[i] !== 1) {
      throw new HourglassError(
        'HG_NO_GRADIENT',
        `Slice: a gradient passes only through slices of step 1, not ${by[i]}`,
      )
    }
    if (typeof size !== 'number') return // a symbolic dimension can only be taken whole
    const start = from[i]! < 0 ? from[i]! + size : from[i]!
    before[axis] = Math.min(Math.max(start, 0), size)
    after[axis] = size - before[axis] - (gradient.shape[axis] as number)
  })
  return [
    before.every((n) => n === 0) && after.every((n) => n === 0) ? gradient : pad(gradient, before, after),
  ]
}

const padRule: Rule = ({ gradient, inputs: [x, pads] }) => {
  const amounts = integersIn(pads)
  const ranges = x!.shape.flatMap((size, axis) =>
    typeof size === 'number' ? [{ axis, start: amounts[axis]!, end: amounts[axis]! + size }] : [],
  )
  return [ranges.length === 0 ? gradient : slice(gradient, ranges)]
}

const splitRule: Rule = ({ gradients, outputs, node }) => [
  concat(
    outputs.map((output, i) => gradients[i] ?? zerosLike(output)),
    axisOf(node, outputs[0]!.shape.length),
  ),
]

/** Rows of the gradient are added up where the rows came from. */
const gatherRule: Rule = ({ gradient, inputs: [x, indices], node }) => {
  const rank = x!.shape.length
  const axis = axisOf(node, rank)
  const places = unsqueeze(cast(indices!, 'int64'), [indices!.shape.length])
  // Scatter works on the first axis: bring the gathered axis, and the index axes that replaced it, to the front.
  const toFront = [axis, ...x!.shape.keys()].filter((a, i) => i === 0 || a !== axis)
  const spreadAxes = indices!.shape.map((_, i) => axis + i)
  const rest = [...gradient.shape.keys()].filter((a) => !spreadAxes.includes(a))
  const front = axis === 0 ? x! : transpose(x!, toFront)
  const updates = axis === 0 ? gradient : transpose(gradient, [...spreadAxes, ...rest])
  const summed = scatterAdd(zerosLike(front), places, updates)
  const back = x!.shape.map((_, a) => toFront.indexOf(a))
  return [axis === 0 ? summed : transpose(summed, back), undefined]
}

const scatterRule: Rule = ({ gradient, inputs: [, indices] }) => {
  if (indices!.shape.at(-1) !== 1) {
    throw new HourglassError('HG_NO_GRADIENT', 'ScatterND: a gradient passes only through indices of depth 1')
  }
  return [gradient, undefined, gather(gradient, squeeze(indices!, [indices!.shape.length - 1]))]
}

const transposeRule: Rule = ({ gradient, node, inputs: [x] }) => {
  const order = node.attributes['perm'] as readonly number[] | undefined
  return [
    order === undefined
      ? transpose(gradient)
      : transpose(
          gradient,
          x!.shape.map((_, axis) => order.indexOf(axis)),
        ),
  ]
}

export const shapeRules = {
  Concat: concatRule,
  Expand: ({ gradient, inputs: [x] }) => [sumTo(gradient, x!), undefined],
  Gather: gatherRule,
  Pad: padRule,
  Reshape: ({ gradient, inputs: [x] }) => [reshapeTo(gradient, x!), undefined],
  ScatterND: scatterRule,
  Shape: { blocked: 'its result is a size, which has no slope' },
  Slice: sliceRule,
  Split: splitRule,
  Squeeze: ({ gradient, inputs: [, axes] }) => [unsqueeze(gradient, integersIn(axes)), undefined],
  Transpose: transposeRule,
  Unsqueeze: ({ gradient, inputs: [x] }) => [reshapeTo(gradient, x!), undefined],
} as const satisfies Record<string, Rule | Blocked>
