/** Reference kernels of reductions and softmax. */
import { HourglassError } from '../../base/index.js'
import { build, numberAt, numbersOf, positionsOf, type NdArray } from './array.js'
import { axisIn, type Kernel, type KernelContext } from './kernel.js'

/** Folds the elements along the axes; `fold` sees all that belong to one element of the result. */
function reduced(
  x: NdArray,
  axes: readonly number[],
  keep: boolean,
  fold: (elements: readonly number[]) => number,
): NdArray {
  const kept = x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
  const folded = x.shape.map((dim, axis) => (axes.includes(axis) ? dim : 1))
  const offsets = [...positionsOf(folded)]
  const result = build(kept, (position) =>
    fold(
      offsets.map((offset) =>
        numberAt(
          x,
          position.map((p, axis) => p + offset[axis]!),
        ),
      ),
    ),
  )
  return keep ? result : { shape: x.shape.filter((_, axis) => !axes.includes(axis)), data: result.data }
}

const reduction =
  (fold: (elements: readonly number[]) => number): Kernel =>
  ([x, axes], { attributes }) => {
    const rank = x!.shape.length
    const wanted =
      axes === undefined
        ? [...x!.shape.keys()]
        : numbersOf(axes).map((axis) => (axis < 0 ? axis + rank : axis))
    return reduced(x!, wanted, attributes['keepdims'] !== 0, fold)
  }

const sum = (elements: readonly number[]): number => elements.reduce((total, element) => total + element, 0)
const largest = (elements: readonly number[]): number => elements.reduce((a, b) => Math.max(a, b), -Infinity)

/** Place of the first NaN, otherwise of the first among the largest. */
function largestPlace(elements: readonly number[]): number {
  if (elements.length === 0) throw new HourglassError('HG_ENGINE', 'reference: ArgMax of no elements')
  const undefinedAt = elements.findIndex(Number.isNaN)
  return undefinedAt >= 0 ? undefinedAt : elements.indexOf(largest(elements))
}

/** x − log Σ eˣ along an axis, shifted by the largest element. */
function logSoftmax(x: NdArray, context: KernelContext): NdArray {
  const axis = axisIn(context, -1, x.shape.length)
  const total = reduced(x, [axis], true, (elements) => {
    const most = largest(elements)
    return most + Math.log(sum(elements.map((element) => Math.exp(element - most))))
  })
  return build(x.shape, (position) => numberAt(x, position) - numberAt(total, position))
}

export const reduceKernels = {
  ReduceSum: reduction(sum),
  ReduceMean: reduction((elements) => sum(elements) / elements.length),
  ReduceMax: reduction(largest),
  ReduceMin: reduction((elements) => elements.reduce((a, b) => Math.min(a, b), Infinity)),
  ReduceSumSquare: reduction((elements) => sum(elements.map((element) => element * element))),
  Softmax: ([x], context) => {
    const logs = logSoftmax(x!, context)
    return { shape: logs.shape, data: numbersOf(logs).map(Math.exp) }
  },
  LogSoftmax: ([x], context) => logSoftmax(x!, context),
  ArgMax: ([x], context) =>
    reduced(x!, [axisIn(context, 0, x!.shape.length)], context.attributes['keepdims'] !== 0, largestPlace),
} as const satisfies Record<string, Kernel>
