/**
 * Convolution layers: of images (`[batch, channels, height, width]`), transposed for decoders, and of series
 * (`[batch, channels, length]`); and moving pixels into channels and back. The ways to write a convolution of images are
 * in convolution-forms.ts.
 */
import { HourglassError } from '../base/index.js'
import { conv, convTranspose, formatShape, reshape, transpose, type Value } from '../graph/index.js'
import { activations, type ActivationName } from './activations.js'
import { convolutionForms, fastestForm, type ConvolutionFormName } from './convolution-forms.js'
import type { Initializer } from './initializers.js'
import type { Layer, LayerContext, Parameter } from './layer.js'

/** What all convolution layers take. */
export interface ConvolutionBase {
  /** Prefix of its parameters: `NAME.weight` and `NAME.bias`. */
  readonly name: string
  /** Channels of the input. */
  readonly inputs: number
  /** Channels of the result. */
  readonly outputs: number
  /** Size of the kernel along each axis, at least 1. */
  readonly kernel: number
  /** From one window to the next, at least 1 (default 1). */
  readonly stride?: number
  /** Default `linear`. */
  readonly activation?: ActivationName
  /** First weights; the default suits the activation. */
  readonly initializer?: Initializer
}

/** Options of a convolution of images. */
export interface ConvolutionLayerOptions extends ConvolutionBase {
  /** Rows and columns of zeros on every side (default 0). */
  readonly padding?: number
  /** How it is written (default `auto`: the fastest for its shape); the numbers are the same. */
  readonly form?: ConvolutionFormName | 'auto'
}

/**
 * `activation(weight ⋆ x + bias)` over images with a square kernel (LeCun et al. 1989); weight
 * `[outputs, inputs, kernel, kernel]`, bias `[outputs]` starting at zero, both as in PyTorch.
 *
 * `[batch, inputs, height, width]` to `[batch, outputs, ⌊(height + 2·padding − kernel) / stride⌋ + 1, …]`.
 *
 * @throws HG_USAGE for sizes that are not whole or too small, and for `spaceToDepth` unless the stride is the kernel;
 *   HG_SHAPE_MISMATCH for values that are no such images
 */
export function convolution(options: ConvolutionLayerOptions): Layer {
  const { name, kernel, stride = 1, padding = 0, form = 'auto', inputs, outputs } = options
  expectWhole(name, { inputs, outputs, kernel, stride })
  expectWhole(name, { padding }, 0)
  if (form === 'spaceToDepth' && kernel !== stride) {
    throw new HourglassError(
      'HG_USAGE',
      `${name}: form spaceToDepth needs a stride of the kernel's size ${kernel}, got ${stride}; leave the form to auto`,
    )
  }
  const chosen = form === 'auto' ? fastestForm({ kernel: [kernel, kernel], stride }) : form
  const area = kernel * kernel
  return layerOf(options, {
    shape: [outputs, inputs, kernel, kernel],
    fans: [inputs * area, outputs * area],
    apply: (x, weight, bias) => convolutionForms[chosen](x, weight, bias, { stride, pad: padding }),
  })
}

/** Options of a transposed convolution of images. */
export interface TransposedConvolutionLayerOptions extends ConvolutionBase {
  /** Rows and columns cut off on every side of the result (default 0). */
  readonly padding?: number
  /** Further rows and columns at the end, below the stride (default 0). */
  readonly outputPadding?: number
}

/**
 * The transpose of `convolution` as a linear map, which makes images larger (Dumoulin & Visin 2016, ch. 4); weight
 * `[inputs, outputs, kernel, kernel]`, bias `[outputs]` starting at zero, both as in PyTorch.
 *
 * `[batch, inputs, height, width]` to `[batch, outputs, stride·(height − 1) + kernel − 2·padding + outputPadding, …]`; a
 * kernel that is a multiple of the stride spares the picture a checkerboard (Odena et al. 2016).
 *
 * @throws HG_USAGE for sizes that are not whole or out of range; HG_SHAPE_MISMATCH for values that are no such images
 */
export function transposedConvolution(options: TransposedConvolutionLayerOptions): Layer {
  const { name, inputs, outputs, kernel, stride = 1, padding = 0, outputPadding = 0 } = options
  expectWhole(name, { inputs, outputs, kernel, stride })
  expectWhole(name, { padding, outputPadding }, 0)
  if (outputPadding >= stride) {
    throw new HourglassError(
      'HG_USAGE',
      `${name}: expected an output padding below the stride ${stride}, got ${outputPadding}`,
    )
  }
  const both = (count: number): number[] => [count, count]
  // An output pixel lies under kernel / stride elements of the kernel along each axis.
  const fanIn = Math.max(1, (inputs * kernel * kernel) / (stride * stride))
  return layerOf(options, {
    shape: [inputs, outputs, kernel, kernel],
    fans: [fanIn, outputs * kernel * kernel],
    apply: (x, weight, bias) =>
      convTranspose(x, weight, {
        bias,
        strides: both(stride),
        pads: [...both(padding), ...both(padding)],
        outputPadding: both(outputPadding),
      }),
  })
}

/** Options of a convolution of series. */
export interface TemporalConvolutionOptions extends ConvolutionBase {
  /** From one element of the kernel to the next, at least 1 (default 1). */
  readonly dilation?: number
  /**
   * Zeros around the series: `none`; `same`, as many results as there are times (with stride 1), the one more of an odd
   * count behind; or `causal`, all in front, so that no result sees a later time. Default `none`.
   */
  readonly padding?: 'none' | 'same' | 'causal'
}

/**
 * `activation(weight ⋆ x + bias)` along time (Bai et al. 2018 for causal and dilated ones); weight
 * `[outputs, inputs, kernel]`, bias `[outputs]` starting at zero, both as in PyTorch.
 *
 * `[batch, inputs, length]` to `[batch, outputs, ⌊(length + zeros − dilation·(kernel − 1) − 1) / stride⌋ + 1]`.
 *
 * @throws HG_USAGE for sizes that are not whole or too small; HG_SHAPE_MISMATCH for values that are no such series
 */
export function temporalConvolution(options: TemporalConvolutionOptions): Layer {
  const { name, inputs, outputs, kernel, stride = 1, dilation = 1, padding = 'none' } = options
  expectWhole(name, { inputs, outputs, kernel, stride, dilation })
  const reach = dilation * (kernel - 1)
  const before = { none: 0, same: Math.floor(reach / 2), causal: reach }[padding]
  const after = padding === 'same' ? reach - before : 0
  return layerOf(options, {
    shape: [outputs, inputs, kernel],
    fans: [inputs * kernel, outputs * kernel],
    apply: (x, weight, bias) =>
      conv(x, weight, { bias, strides: [stride], dilations: [dilation], pads: [before, after] }),
  })
}

/** What tells one kind of convolution layer from another. */
interface Kind {
  readonly shape: readonly number[]
  /** How many products a result is a sum of, and how many an input goes into. */
  readonly fans: readonly [number, number]
  readonly apply: (x: Value, weight: Value, bias: Value) => Value
}

function layerOf(options: ConvolutionBase, { shape, fans, apply }: Kind): Layer {
  const { name, inputs, outputs, activation = 'linear' } = options
  const { apply: activate, initializer: suited } = activations[activation]
  const [weight, bias] = [`${name}.weight`, `${name}.bias`]
  const parameters: readonly Parameter[] = [
    { name: weight, shape, initializer: options.initializer ?? suited(...fans), decay: true },
    { name: bias, shape: [outputs], initializer: { kind: 'zeros' }, decay: false },
  ]
  return {
    parameters,
    apply: (x: Value, context: LayerContext) => {
      expectChannels(name, x, inputs, shape.length)
      const y = activate(apply(x, context.weight(weight), context.weight(bias)))
      context.observe?.(name, y)
      return y
    },
  }
}

function expectChannels(name: string, x: Value, channels: number, rank: number): void {
  const isKnown = x.shape.slice(1).every((dim) => typeof dim === 'number' && dim > 0)
  if (isKnown && x.shape.length === rank && x.shape[1] === channels) return
  const axes = rank === 3 ? 'length' : 'height, width'
  throw new HourglassError(
    'HG_SHAPE_MISMATCH',
    `${name}: expected [batch, ${channels}, ${axes}] of known sizes, got ${formatShape(x.shape)}`,
  )
}

function expectWhole(name: string, sizes: Readonly<Record<string, number>>, least = 1): void {
  for (const [what, size] of Object.entries(sizes)) {
    if (Number.isInteger(size) && size >= least) continue
    throw new HourglassError(
      'HG_USAGE',
      `${name}: expected a whole ${what} of at least ${least}, got ${size}`,
    )
  }
}

/** Channels and sizes of an image, and a block that divides what it must. */
function imageOf(what: string, x: Value, block: number): readonly [number, number, number] {
  expectWhole(what, { block })
  if (x.shape.length !== 4 || !x.shape.slice(1).every((dim) => typeof dim === 'number')) {
    throw new HourglassError(
      'HG_SHAPE_MISMATCH',
      `${what}: expected [batch, channels, height, width] of known sizes, got ${formatShape(x.shape)}`,
    )
  }
  return x.shape.slice(1) as [number, number, number]
}

const indivisible = (what: string, x: Value, needed: string): HourglassError =>
  new HourglassError('HG_SHAPE_MISMATCH', `${what}: expected ${needed}, got ${formatShape(x.shape)}`)

/**
 * Every block of pixels moved into channels: `[batch, channels, height, width]` to
 * `[batch, channels·block², height / block, width / block]`, in the order of PyTorch's `pixel_unshuffle`.
 *
 * @throws HG_SHAPE_MISMATCH when the block does not divide height and width; HG_USAGE for a block that is not whole
 */
export function spaceToDepth(x: Value, block: number): Value {
  const [channels, height, width] = imageOf('spaceToDepth', x, block)
  if (height % block !== 0 || width % block !== 0)
    throw indivisible('spaceToDepth', x, `a height and a width that ${block} divides`)
  const [rows, columns] = [height / block, width / block]
  const blocks = transpose(reshape(x, [0, channels, rows, block, columns, block]), [0, 1, 3, 5, 2, 4])
  return reshape(blocks, [0, channels * block * block, rows, columns])
}

/**
 * The way back, for decoders: `[batch, channels·block², height, width]` to
 * `[batch, channels, height·block, width·block]`, as PyTorch's `pixel_shuffle` (Shi et al. 2016).
 *
 * @throws HG_SHAPE_MISMATCH when block² does not divide the channels; HG_USAGE for a block that is not whole
 */
export function depthToSpace(x: Value, block: number): Value {
  const [channels, height, width] = imageOf('depthToSpace', x, block)
  const kept = channels / (block * block)
  if (!Number.isInteger(kept))
    throw indivisible('depthToSpace', x, `a number of channels that ${block * block} divides`)
  const blocks = transpose(reshape(x, [0, kept, block, block, height, width]), [0, 1, 4, 2, 5, 3])
  return reshape(blocks, [0, kept, height * block, width * block])
}
