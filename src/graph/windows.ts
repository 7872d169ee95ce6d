/**
 * The windows that a convolution's kernel sees, written out as the columns of one matrix (im2col), so that a matrix
 * product does the rest. Gradients of weights and one form of the convolution layers are made of it.
 */
import { concat, matmul, pad, reshape, slice, transpose } from './ops.js'
import { shapeError } from './operators/operator.js'
import type { ConvolutionSteps } from './operators/convolution.js'
import { floats, tensor } from './tensor.js'
import { constant, type Value } from './value.js'

/** What `windows` takes besides the input: one entry a spatial axis. */
export interface WindowOptions extends Omit<ConvolutionSteps, 'outputPadding'> {
  readonly kernel: readonly number[]
  /** How many windows along each axis; further ones that would fit are left out. */
  readonly counts: readonly number[]
}

/**
 * Every window of an input as a column: element by element of the kernel, and channel by channel within each.
 *
 * One Slice for each element of the kernel and one Concat. Channels and rows are one axis meanwhile, for ONNX Runtime
 * would otherwise move the Transpose from the image to the windows, which are many times larger; and where a stride
 * would leave gaps in what is copied, the image is first dealt out into a part for each remainder.
 *
 * @param x `[batch, channels, …sizes]`, all but the batch known
 * @returns `[kernel·channels, batch·counts]`
 * @throws HG_SHAPE_MISMATCH when the windows reach over the padded edge
 */
export function windows(x: Value, options: WindowOptions): Value {
  const { kernel, strides, dilations, counts } = options
  expectInside(x, options)
  const parts = dealtOut(x, options)
  const pieces = offsetsOf(kernel).map((offset) => {
    const firsts = offset.map((tap, a) => tap * dilations[a]!)
    const part = firsts.reduce((index, first, a) => index * strides[a]! + (first % strides[a]!), 0)
    const ranges = firsts.map((first, a) => {
      const start = Math.floor(first / strides[a]!)
      return { axis: a + 2, start, end: start + counts[a]! }
    })
    return slice(
      parts,
      [{ axis: 0, start: part, end: part + 1 }, ...ranges].filter(
        ({ axis, start, end }) => start > 0 || end < Number(parts.shape[axis]),
      ),
    )
  })
  return reshape(concat(pieces, 0), [Number(x.shape[1]) * pieces.length, -1])
}

/** @throws HG_SHAPE_MISMATCH unless every window lies within the padded input */
function expectInside(x: Value, { kernel, strides, pads, dilations, counts }: WindowOptions): void {
  const reaches = counts.map(
    (count, a) => strides[a]! * (count - 1) + dilations[a]! * (kernel[a]! - 1) + 1 - pads[a]!,
  )
  if (!reaches.every((end, a) => end <= Number(x.shape[a + 2]) + pads[a + kernel.length]!))
    throw shapeError('windows', 'windows that lie within the padded input', counts, x.shape)
}

/** The padded input as `[strides, channels·batch, …sizes / strides]`: position `i·stride + r` stands at r and i. */
function dealtOut(x: Value, { kernel: { length: rank }, strides, pads }: WindowOptions): Value {
  const sizes = strides.map((stride, a) =>
    Math.ceil((Number(x.shape[a + 2]) + pads[a]! + pads[a + rank]!) / stride),
  )
  const last = rank - 1
  const isDealt = strides[last]! > 1 && Number(x.shape[rank + 1]) <= widestDealt
  const lines = isDealt ? dealtLines(x, sizes[last]!, strides[last]!, pads[last]!) : x
  const before = pads.slice(0, rank).map((count, a) => (isDealt && a === last ? 0 : count))
  const after = sizes.map((size, a) => size * strides[a]! - Number(lines.shape[a + 2]) - before[a]!)
  const bordered = [...before, ...after].every((count) => count === 0)
    ? lines
    : pad(lines, [0, 0, ...before], [0, 0, ...after])
  // Axes of positions and of remainders; in lines that are dealt already the remainder comes first.
  const places = sizes.map((_, a) => 2 + 2 * a + Number(isDealt && a === last))
  const remainders = sizes.map((_, a) => 3 + 2 * a - Number(isDealt && a === last))
  const split = sizes.flatMap((size, a) =>
    isDealt && a === last ? [strides[a]!, size] : [size, strides[a]!],
  )
  const moved = transpose(reshape(bordered, [0, Number(x.shape[1]), ...split]), [
    ...remainders,
    1,
    0,
    ...places,
  ])
  return reshape(moved, [strides.reduce((product, stride) => product * stride, 1), -1, ...sizes])
}

/**
 * The longest line that is dealt out by a product. ONNX Runtime 1.30 moves single elements in 6 ns each: 128 images of 16
 * channels and 14 × 14 pixels take it 2.9 ms, and 0.9 ms with a product (one thread, of a busy machine).
 */
const widestDealt = 64

/**
 * The last axis as `[…, stride·size]`, first all positions `i·stride`, then all `i·stride + 1`, and so on, with zeros
 * where the border is: a product with a matrix of zeros and ones, exact for finite numbers.
 */
function dealtLines(x: Value, size: number, stride: number, before: number): Value {
  const [length, width] = [Number(x.shape.at(-1)), stride * size]
  const choice = new Float64Array(length * width)
  for (let k = 0; k < length; k++) {
    const at = k + before
    choice[k * width + (at % stride) * size + Math.floor(at / stride)] = 1
  }
  const shape = [length, width]
  return matmul(x, constant(x.dtype === 'float64' ? tensor('float64', shape, choice) : floats(choice, shape)))
}

/** Every position of a kernel, the last axis fastest. */
function offsetsOf(kernel: readonly number[]): readonly (readonly number[])[] {
  return kernel.reduce<readonly (readonly number[])[]>(
    (offsets, size) => offsets.flatMap((offset) => [...Array(size).keys()].map((tap) => [...offset, tap])),
    [[]],
  )
}
