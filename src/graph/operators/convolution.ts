/**
 * Convolution and its transpose over one or two spatial axes: `[batch, channels, length]` or `[…, height, width]`.
 * Layers made of them, and faster ways to the same numbers, are in src/layers.
 */
import { HourglassError } from '../../base/index.js'
import { sameShape, type Dim, type Shape } from '../tensor.js'
import type { Attributes, TensorType, Value } from '../value.js'
import {
  expectSameType,
  expectType,
  integersAttribute,
  required,
  shapeError,
  type Operator,
} from './operator.js'

/** Largest stride, dilation or pad: beyond it, products of them no longer count anything that a model could mean. */
const maxStep = 65536

/** How a kernel moves over its input; one entry a spatial axis, two for `pads` (all before, then all after). */
export interface ConvolutionSteps {
  readonly strides: readonly number[]
  readonly pads: readonly number[]
  readonly dilations: readonly number[]
  /** Of ConvTranspose: further positions at the end that a stride leaves open; below the stride. */
  readonly outputPadding: readonly number[]
}

/**
 * The steps that attributes say, with ONNX's defaults.
 *
 * @param spatialRank number of spatial axes
 * @throws HG_GRAPH_INVALID for lists of another length, or entries that are not whole or out of range
 */
export function convolutionSteps(attributes: Attributes, spatialRank: number): ConvolutionSteps {
  const list = (name: string, count: number, least: number): readonly number[] => {
    const values = integersAttribute(attributes, name) ?? new Array<number>(count).fill(least)
    if (values.length === count && values.every((v) => Number.isInteger(v) && v >= least && v <= maxStep))
      return values
    throw new HourglassError(
      'HG_GRAPH_INVALID',
      `convolution: ${name} must be ${count} whole numbers from ${least} to ${maxStep}, got [${values.join(', ')}]`,
    )
  }
  return {
    strides: list('strides', spatialRank, 1),
    pads: list('pads', 2 * spatialRank, 0),
    dilations: list('dilations', spatialRank, 1),
    outputPadding: list('output_padding', spatialRank, 0),
  }
}

/** Input, weight and steps of a node, checked; the sizes of both over the spatial axes. */
function operandsOf(op: string, inputs: readonly (Value | undefined)[], attributes: Attributes) {
  const [x, weight, bias] = [required(op, inputs, 0), required(op, inputs, 1), inputs[2]]
  expectType(op, x, 'float32', 'float64')
  const dtype = expectSameType(op, bias === undefined ? [x, weight] : [x, weight, bias])
  const spatialRank = x.shape.length - 2
  if ((spatialRank !== 1 && spatialRank !== 2) || weight.shape.length !== x.shape.length)
    throw shapeError(op, 'an input and a weight of rank 3, or both of rank 4', x.shape, weight.shape)
  // Without channels ONNX Runtime 1.30 may loop for ever; so a symbol, which might be 0, cannot count them either.
  if (!weight.shape.every((dim) => typeof dim === 'number' && dim > 0))
    throw shapeError(op, 'a weight of known sizes above 0', weight.shape)
  const [sizes, kernel] = [spatialSizes(op, x.shape), spatialSizes(op, weight.shape)]
  const declared = integersAttribute(attributes, 'kernel_shape')
  if (declared !== undefined && !sameShape(declared, kernel))
    throw shapeError(op, 'a kernel_shape that is the weight’s', declared, weight.shape)
  return { x, weight, bias, dtype, sizes, kernel, steps: convolutionSteps(attributes, spatialRank) }
}

function spatialSizes(op: string, shape: Shape): readonly number[] {
  const sizes = shape.slice(2).filter((dim): dim is number => typeof dim === 'number' && dim > 0)
  if (sizes.length !== shape.length - 2) throw shapeError(op, 'known sizes above 0 after the channels', shape)
  return sizes
}

/** How far apart the first and the last element under a kernel lie, plus one. */
const extentOf = (kernel: number, dilation: number): number => dilation * (kernel - 1) + 1

/** The type of the result, once its channels and sizes are known. */
function resultType(
  op: string,
  { x, weight, bias, dtype }: ReturnType<typeof operandsOf>,
  { inner, outer, sizes }: { inner: Dim; outer: Dim; sizes: readonly number[] },
): readonly TensorType[] {
  if (x.shape[1] !== inner) throw shapeError(op, `a weight for ${x.shape[1]} channels`, x.shape, weight.shape)
  if (bias !== undefined && !sameShape(bias.shape, [outer]))
    throw shapeError(op, `a bias for ${outer} channels`, bias.shape)
  if (sizes.some((size) => size < 1))
    throw shapeError(op, 'a kernel that fits into the padded input', x.shape, weight.shape)
  return [{ dtype, shape: [x.shape[0]!, outer, ...sizes] }]
}

const attributes = {
  strides: 'ints',
  pads: 'ints',
  dilations: 'ints',
  kernel_shape: 'ints',
} as const

export const convolutionOperators = {
  /**
   * `y[n, m, i] = b[m] + Σ_c Σ_k w[m, c, k] · x[n, c, i·stride + k·dilation − pad]` (a cross-correlation, as everywhere);
   * weight `[outputs, inputs, …kernel]`.
   */
  Conv: {
    domain: '',
    arity: [2, 3],
    attributes,
    infer: (inputs, given) => {
      const operands = operandsOf('Conv', inputs, given)
      const { sizes, kernel, steps, weight } = operands
      const results = sizes.map((size, a) => {
        const padded = size + steps.pads[a]! + steps.pads[a + sizes.length]!
        return Math.floor((padded - extentOf(kernel[a]!, steps.dilations[a]!)) / steps.strides[a]!) + 1
      })
      return resultType('Conv', operands, {
        inner: weight.shape[1]!,
        outer: weight.shape[0]!,
        sizes: results,
      })
    },
  },

  /** The transposed map of Conv: each input element adds its kernel to the output; weight `[inputs, outputs, …kernel]`. */
  ConvTranspose: {
    domain: '',
    arity: [2, 3],
    attributes: { ...attributes, output_padding: 'ints' },
    infer: (inputs, given) => {
      const operands = operandsOf('ConvTranspose', inputs, given)
      const { sizes, kernel, steps, weight, x } = operands
      if (steps.outputPadding.some((extra, a) => extra >= steps.strides[a]!))
        throw shapeError('ConvTranspose', 'an output_padding below the stride', steps.outputPadding, x.shape)
      const results = sizes.map((size, a) => {
        const cut = steps.pads[a]! + steps.pads[a + sizes.length]! - steps.outputPadding[a]!
        return steps.strides[a]! * (size - 1) + extentOf(kernel[a]!, steps.dilations[a]!) - cut
      })
      return resultType('ConvTranspose', operands, {
        inner: weight.shape[0]!,
        outer: weight.shape[1]!,
        sizes: results,
      })
    },
  },
} as const satisfies Record<string, Operator>
