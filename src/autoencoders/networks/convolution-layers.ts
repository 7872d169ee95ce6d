/** Convolutions as layers: strided and transposed ones over images, causal ones over time. */
import { conv, convTranspose, pad, type Value } from '../../graph/index.js'
import { activations, type ActivationName, type Layer, type Parameter } from '../../layers/index.js'

/** Options of a convolution. */
export interface ConvolutionOptions {
  /** Prefix of its parameters: `NAME.weight` and `NAME.bias`. */
  readonly name: string
  /** Channels. */
  readonly inputs: number
  readonly outputs: number
  /** Elements of the kernel along each axis. */
  readonly kernel: number
  /** Default `linear`. */
  readonly activation?: ActivationName
}

/** Options of a convolution of images. */
export interface ImageConvolutionOptions extends ConvolutionOptions {
  /** Pixels from one window to the next. */
  readonly stride: number
  /** Rows and columns of zeros on every side; cut off by a transposed convolution. */
  readonly pad: number
}

/** `[batch, inputs, height, width]` to `[batch, outputs, ⌊(height + 2·pad − kernel) / stride⌋ + 1, …]`. */
export function convolution(options: ImageConvolutionOptions): Layer {
  const { kernel, stride, pad: border } = options
  const fans = [options.inputs * kernel ** 2, options.outputs * kernel ** 2] as const
  const shape = [options.outputs, options.inputs, kernel, kernel]
  return convolutionLayer(options, shape, fans, (x, weight, bias) =>
    conv(x, weight, { bias, strides: [stride, stride], pads: [border, border, border, border] }),
  )
}

/** `[batch, inputs, height, width]` to `[batch, outputs, stride·(height − 1) + kernel − 2·pad, …]`. */
export function transposedConvolution(options: ImageConvolutionOptions): Layer {
  const { inputs, outputs, kernel, stride, pad: border } = options
  // Of the kernel's elements only every stride-th along each axis meets one output.
  const elements = (kernel / stride) ** 2
  return convolutionLayer(
    options,
    [inputs, outputs, kernel, kernel],
    [inputs * elements, outputs * elements],
    (x, weight, bias) =>
      convTranspose(x, weight, {
        bias,
        strides: [stride, stride],
        pads: [border, border, border, border],
      }),
  )
}

/** Options of a convolution over time. */
export interface TemporalConvolutionOptions extends ConvolutionOptions {
  /** Steps from one element of the kernel to the next (default 1). */
  readonly dilation?: number
}

/** `[batch, inputs, steps]` to `[batch, outputs, steps]`: each step reads itself and earlier ones, zeros before the first. */
export function temporalConvolution(options: TemporalConvolutionOptions): Layer {
  const { inputs, outputs, kernel, dilation = 1 } = options
  const reach = (kernel - 1) * dilation
  return convolutionLayer(
    options,
    [outputs, inputs, kernel],
    [inputs * kernel, outputs * kernel],
    (x, weight, bias) => {
      const past = reach === 0 ? x : pad(x, [0, 0, reach], [0, 0, 0])
      return conv(past, weight, { bias, dilations: [dilation] })
    },
  )
}

function convolutionLayer(
  { name, outputs, activation = 'linear' }: ConvolutionOptions,
  shape: readonly number[],
  [fanIn, fanOut]: readonly [number, number],
  write: (x: Value, weight: Value, bias: Value) => Value,
): Layer {
  const { apply: activate, initializer } = activations[activation]
  const [weight, bias] = [`${name}.weight`, `${name}.bias`]
  const parameters: readonly Parameter[] = [
    { name: weight, shape, initializer: initializer(fanIn, fanOut), decay: true },
    { name: bias, shape: [outputs], initializer: { kind: 'zeros' }, decay: false },
  ]
  return {
    parameters,
    apply: (x, context) => {
      const y = activate(write(x, context.weight(weight), context.weight(bias)))
      context.observe?.(name, y)
      return y
    },
  }
}
