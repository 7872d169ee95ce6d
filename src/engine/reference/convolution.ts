/** Reference kernels of convolution and its transpose: the sums as they are written, element by element. */
import { convolutionSteps } from '../../graph/index.js'
import { build, flatAt, numberAt, numbersOf, positionsOf, sizeOf, type NdArray } from './array.js'
import type { Kernel, KernelContext } from './kernel.js'

const spatial = ({ shape }: NdArray): readonly number[] => shape.slice(2)

/** The sizes of the result, by the formulas that shape inference uses. */
function resultSizes(x: NdArray, weight: NdArray, { attributes }: KernelContext, turned: boolean): number[] {
  const [sizes, kernel] = [spatial(x), spatial(weight)]
  const { strides, pads, dilations, outputPadding } = convolutionSteps(attributes, sizes.length)
  return sizes.map((size, a) => {
    const extent = dilations[a]! * (kernel[a]! - 1) + 1
    const border = pads[a]! + pads[a + sizes.length]!
    return turned
      ? strides[a]! * (size - 1) + extent - border + outputPadding[a]!
      : Math.floor((size + border - extent) / strides[a]!) + 1
  })
}

/** For a place of the small side and one of the kernel, the place of the large side that they meet at, if it exists. */
function meeting(context: KernelContext, large: readonly number[]) {
  const { strides, pads, dilations } = convolutionSteps(context.attributes, large.length)
  return (place: readonly number[], tap: readonly number[]): readonly number[] | undefined => {
    const at = place.map((p, a) => p * strides[a]! + tap[a]! * dilations[a]! - pads[a]!)
    return at.every((p, a) => p >= 0 && p < large[a]!) ? at : undefined
  }
}

/** y[n, m, i] = b[m] + Σ_c Σ_k w[m, c, k] · x[n, c, i·stride + k·dilation − pad] */
function convolved(x: NdArray, weight: NdArray, bias: NdArray | undefined, context: KernelContext): NdArray {
  const meet = meeting(context, spatial(x))
  const taps = [...positionsOf(weight.shape.slice(1))]
  const shape = [x.shape[0]!, weight.shape[0]!, ...resultSizes(x, weight, context, false)]
  return build(shape, ([n, m, ...place]) =>
    taps.reduce(
      (sum, [c, ...tap]) => {
        const at = meet(place, tap)
        return at === undefined
          ? sum
          : sum + numberAt(weight, [m!, c!, ...tap]) * numberAt(x, [n!, c!, ...at])
      },
      bias === undefined ? 0 : numbersOf(bias)[m!]!,
    ),
  )
}

/** y[n, m, i·stride + k·dilation − pad] += w[c, m, k] · x[n, c, i], from y = b */
function transposed(x: NdArray, weight: NdArray, bias: NdArray | undefined, context: KernelContext): NdArray {
  const sizes = resultSizes(x, weight, context, true)
  const shape = [x.shape[0]!, weight.shape[1]!, ...sizes]
  const meet = meeting(context, sizes)
  const data = new Array<number>(sizeOf(shape)).fill(0)
  for (const [n, c, ...place] of positionsOf(x.shape)) {
    for (const [m, ...tap] of positionsOf(weight.shape.slice(1))) {
      const at = meet(place, tap)
      if (at !== undefined)
        data[flatAt([n!, m!, ...at], shape)]! +=
          numberAt(weight, [c!, m!, ...tap]) * numberAt(x, [n!, c!, ...place])
    }
  }
  const sums = { shape, data }
  return bias === undefined
    ? sums
    : build(shape, (position) => numberAt(sums, position) + numbersOf(bias)[position[1]!]!)
}

export const convolutionKernels = {
  Conv: ([x, weight, bias], context) => convolved(x!, weight!, bias, context),
  ConvTranspose: ([x, weight, bias], context) => transposed(x!, weight!, bias, context),
} as const satisfies Record<string, Kernel>
