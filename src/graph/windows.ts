/**
 * The windows that a convolution's kernel sees, written out as the columns of one matrix (im2col), so that a matrix
 * product does the rest. Gradients of weights and one form of the convolution layers are made of it.
 */
import { concat, pad, reshape, slice, transpose, unsqueeze } from './ops.js'
import { shapeError } from './operators/operator.js'
import type { ConvolutionSteps } from './operators/convolution.js'
import type { Value } from './value.js'

/** What `windows` takes besides the input: one entry a spatial axis. */
export interface WindowOptions extends Omit<ConvolutionSteps, 'outputPadding'> {
  readonly kernel: readonly number[]
  /** How many windows along each axis; further ones that would fit are left out. */
  readonly counts: readonly number[]
}

/**
 * Every window of an input as a column: channel by channel, and element by element of the kernel within each.
 *
 * One strided Slice for each element of the kernel and one Concat, which copies long runs because the batch stands behind
 * the channels; a transposed image is a ninth of its windows for a kernel of 3 × 3.
 *
 * @param x `[batch, channels, …sizes]`, all but the batch known
 * @returns `[channels·kernel, batch·counts]`
 * @throws HG_SHAPE_MISMATCH when the windows reach over the padded edge
 */
export function windows(x: Value, options: WindowOptions): Value {
  const { kernel, strides, pads, dilations, counts } = options
  const rank = kernel.length
  const none = [0, 0, 0]
  const channelsFirst = unsqueeze(transpose(x, [1, 0, ...[...x.shape.keys()].slice(2)]), [1])
  const bordered = pads.every((count) => count === 0)
    ? channelsFirst
    : pad(channelsFirst, [...none, ...pads.slice(0, rank)], [...none, ...pads.slice(rank)])
  const pieces = offsetsOf(kernel).map((offset) => {
    const ranges = offset.map((tap, a) => {
      const start = tap * dilations[a]!
      return { axis: a + 3, start, end: start + strides[a]! * (counts[a]! - 1) + 1, step: strides[a]! }
    })
    return slice(
      bordered,
      ranges.filter(
        ({ start, end, step, axis }) => start > 0 || end < Number(bordered.shape[axis]) || step > 1,
      ),
    )
  })
  const all = concat(pieces, 1)
  if (!counts.every((count, a) => all.shape[a + 3] === count))
    throw shapeError('windows', 'windows that lie within the padded input', counts, x.shape)
  const taps = kernel.reduce((product, size) => product * size, 1)
  return reshape(all, [Number(x.shape[1]) * taps, -1])
}

/** Every position of a kernel, the last axis fastest. */
function offsetsOf(kernel: readonly number[]): readonly (readonly number[])[] {
  return kernel.reduce<readonly (readonly number[])[]>(
    (offsets, size) => offsets.flatMap((offset) => [...Array(size).keys()].map((tap) => [...offset, tap])),
    [[]],
  )
}
