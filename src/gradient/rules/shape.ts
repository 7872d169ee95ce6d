/** Gradients of the operators that move elements: the same moves, backwards. */
import { HourglassError } from '../../base/index.js'
import {
  applyOne,
  cast,
  concat,
  constantOf,
  gather,
  integersOf,
  pad,
  reduceSum,
  reshape,
  scatterAdd,
  slice,
  split,
  squeeze,
  sub,
  transpose,
  unsqueeze,
  type OperatorNode,
  type Value,
} from '../../graph/index.js'
import type { Blocked, Rule } from './rule.js'
import { reordered, reshapeTo, sumTo, zerosLike } from './shapes.js'

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

/** Zeros around a gradient, if any are wanted. */
const bordered = (x: Value, before: readonly number[], after: readonly number[]): Value =>
  [...before, ...after].every((count) => count === 0) ? x : pad(x, before, after)

/** Zeros before and after along one axis. */
function padAxis(x: Value, axis: number, before: number, after: number): Value {
  const counts = (count: number): number[] => x.shape.map((_, i) => (i === axis ? count : 0))
  return bordered(x, counts(before), counts(after))
}

/** `step − 1` zeros after each element along an axis. */
function spaced(x: Value, axis: number, step: number): Value {
  const size = (x.shape[axis] as number) * step
  if (x.shape.includes(0)) return padAxis(x, axis, 0, size - size / step)
  const wide = padAxis(unsqueeze(x, [axis + 1]), axis + 1, 0, step - 1)
  // In the target 0 keeps a dimension in its place, and one symbolic dimension further on may stay open.
  const target = x.shape.map((dim, i) =>
    i < axis ? 0 : i === axis ? size : typeof dim === 'number' ? dim : -1,
  )
  return reshape(wide, target)
}

/** One axis of a slice undone up to a border of zeros: the gradient spaced and turned as the input is. */
function unstepped(gradient: Value, axis: number, size: number, from: number, step: number) {
  const kept = gradient.shape[axis] as number
  const start = Math.min(Math.max(from < 0 ? from + size : from, 0), size)
  if (step === 1 || kept === 0) return { piece: gradient, start }
  const rising = step > 0 ? gradient : slice(gradient, [{ axis, start: -1, end: -(2 ** 31), step: -1 }])
  const first = step > 0 ? start : Math.min(start, size - 1) + (kept - 1) * step
  const piece = spaced(rising, axis, Math.abs(step))
  const length = Math.min(piece.shape[axis] as number, size - first) // zeros after the last may reach over the edge
  return { piece: slice(piece, [{ axis, start: 0, end: length }]), start: first }
}

/** Zeros where the slice had cut. */
const sliceRule: Rule = ({ gradient, inputs: [x, starts, , axes, steps] }) => {
  const [from, by] = [integersIn(starts), integersIn(steps)]
  const [before, after] = [x!.shape.map(() => 0), x!.shape.map(() => 0)]
  let slope = gradient
  integersIn(axes).forEach((raw, i) => {
    const axis = raw < 0 ? raw + x!.shape.length : raw
    const size = x!.shape[axis]
    if (typeof size !== 'number') return // a symbolic dimension can only be taken whole
    const { piece, start } = unstepped(slope, axis, size, from[i]!, by[i]!)
    slope = piece
    before[axis] = start
    after[axis] = size - start - (piece.shape[axis] as number)
  })
  return [bordered(slope, before, after)]
}

/** The gradient inside the border; what lies in the border belongs to the value that filled it. */
const padRule: Rule = ({ gradient, inputs: [x, pads] }) => {
  const amounts = integersIn(pads)
  const ranges = x!.shape.flatMap((size, axis) =>
    typeof size === 'number' ? [{ axis, start: amounts[axis]!, end: amounts[axis]! + size }] : [],
  )
  const inside = slice(gradient, ranges)
  return [inside, undefined, sub(reduceSum(gradient), reduceSum(inside))]
}

/** Pieces joined again; where only one has a gradient, it stands among zeros. */
const splitRule: Rule = ({ gradients, outputs, node }) => {
  const axis = axisOf(node, outputs[0]!.shape.length)
  const sizes = outputs.map(({ shape }) => shape[axis] as number)
  const total = (from: number, to?: number): number => sizes.slice(from, to).reduce((a, b) => a + b, 0)
  const used = [...gradients.keys()].filter((i) => gradients[i] !== undefined)
  const [first, last] = [used[0]!, used.at(-1)!]
  const pieces = outputs.map((output, i) => gradients[i] ?? zerosLike(output))
  return [padAxis(concat(pieces.slice(first, last + 1), axis), axis, total(0, first), total(last + 1))]
}

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

/** Updates read their gradient where they went; what they replaced, instead of adding to it, has none. */
const scatterRule: Rule = ({ gradient, inputs: [, indices, updates], node, wanted }) => {
  const adds = node.attributes['reduction'] === 'add'
  const slope = adds ? gradient : applyOne('ScatterND', [gradient, indices, zerosLike(updates!)])
  if (!wanted[2]) return [slope]
  if (indices!.shape.at(-1) !== 1) {
    throw new HourglassError(
      'HG_NO_GRADIENT',
      'ScatterND: updates have a gradient only when each index is one number; scatter along the first axis',
    )
  }
  return [slope, undefined, gather(gradient, squeeze(indices!, [indices!.shape.length - 1]))]
}

const transposeRule: Rule = ({ gradient, node, inputs: [x] }) => {
  const order = node.attributes['perm'] as readonly number[] | undefined
  return [
    order === undefined
      ? transpose(gradient)
      : reordered(
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
