/**
 * One convolution of images, written in three ways that give the same numbers and differ in speed, and the rule that
 * chooses among them by shape alone. What was measured stands in docs/decisions/convolution-forms.md. The layers are in
 * convolution.ts.
 */
import { conv, gemm, pad, reshape, slice, transpose, windows, type Value } from '../graph/index.js'

/** How a square kernel moves over an image. */
export interface ImageSteps {
  /** Pixels from one window to the next. */
  readonly stride: number
  /** Rows and columns of zeros on every side. */
  readonly pad: number
}

/**
 * Writes `y[n, m] = bias[m] + Σ_c weight[m, c] ⋆ x[n, c]` (⋆ a cross-correlation).
 *
 * @param x `[batch, inputs, height, width]`, all but the batch known
 * @param weight `[outputs, inputs, kernel height, kernel width]`
 * @param bias `[outputs]`
 * @returns `[batch, outputs, ⌊(height + 2·pad − kernel) / stride⌋ + 1, …]`
 */
export type ConvolutionForm = (x: Value, weight: Value, bias: Value, steps: ImageSteps) => Value

/** Sizes that are known before the graph runs, the batch excepted. */
const known = (shape: Value['shape'], from = 0): number[] => shape.slice(from).map(Number)

/** Windows along each axis. */
function countsOf(x: Value, weight: Value, { stride, pad: border }: ImageSteps): number[] {
  const kernel = known(weight.shape, 2)
  return known(x.shape, 2).map((size, a) => Math.floor((size + 2 * border - kernel[a]!) / stride) + 1)
}

/** ONNX's Conv: the slopes of its input are a ConvTranspose, those of its weight windows and a product. */
const direct: ConvolutionForm = (x, weight, bias, { stride, pad: border }) =>
  conv(x, weight, { bias, strides: [stride, stride], pads: [border, border, border, border] })

/** All windows as the columns of one matrix, and one product with the weight; the slopes of the weight share them. */
const patches: ConvolutionForm = (x, weight, bias, steps) => {
  const { stride, pad: border } = steps
  const counts = countsOf(x, weight, steps)
  const columns = windows(x, {
    kernel: known(weight.shape, 2),
    counts,
    strides: [stride, stride],
    dilations: [1, 1],
    pads: [border, border, border, border],
  })
  const [outputs, inputs] = known(weight.shape) as [number, number]
  const byElement = transpose(reshape(weight, [outputs, inputs, -1]), [0, 2, 1])
  const product = gemm(reshape(byElement, [outputs, -1]), columns, { bias: reshape(bias, [outputs, 1]) })
  return transpose(reshape(product, [outputs, -1, ...counts]), [1, 0, 2, 3])
}

/** Windows that do not overlap (stride = kernel): the image taken apart without repetition, and one product. */
const spaceToDepth: ConvolutionForm = (x, weight, bias, steps) => {
  const [outputs, inputs, height, width] = known(weight.shape) as [number, number, number, number]
  const [rows, columns] = countsOf(x, weight, steps) as [number, number]
  const { pad: border } = steps
  const bordered = border === 0 ? x : pad(x, [0, 0, border, border], [0, 0, border, border])
  const whole = [rows * height, columns * width]
  const ranges = whole.flatMap((end, a) =>
    bordered.shape[a + 2] === end ? [] : [{ axis: a + 2, start: 0, end }],
  )
  const blocks = reshape(slice(bordered, ranges), [-1, inputs, rows, height, columns, width])
  const windowRows = reshape(transpose(blocks, [0, 2, 4, 1, 3, 5]), [-1, inputs * height * width])
  const product = gemm(windowRows, reshape(weight, [outputs, -1]), { bias, transposeB: true })
  return transpose(reshape(product, [-1, rows, columns, outputs]), [0, 3, 1, 2])
}

export const convolutionForms = { direct, patches, spaceToDepth } as const satisfies Record<
  string,
  ConvolutionForm
>

/** The name of a way to write a convolution. */
export type ConvolutionFormName = keyof typeof convolutionForms

/**
 * The form to write a convolution in, by its shape alone, so that the same network is the same graph on every machine:
 * `spaceToDepth` where windows neither overlap nor leave gaps, otherwise `direct`. `patches` was never the fastest by
 * more than a tenth or so, and takes twice as long where the slope of the image is wanted
 * (docs/decisions/convolution-forms.md).
 *
 * @param shape kernel height and width, and the stride along both
 */
export function fastestForm({
  kernel,
  stride,
}: {
  readonly kernel: readonly number[]
  readonly stride: number
}): ConvolutionFormName {
  return stride > 1 && kernel.every((size) => size === stride) ? 'spaceToDepth' : 'direct'
}
