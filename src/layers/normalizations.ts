/**
 * Normalisation: layers that bring activations to one scale and then learn a gain and a shift, and the projection onto
 * the unit sphere. All of them look at one row (or image, or token) alone, so a row gives the same result in any batch
 * and after training. Batch normalisation, which does not, is left out on purpose.
 */
import { HourglassError } from '../base/index.js'
import {
  add,
  div,
  formatShape,
  maximum,
  mul,
  pow,
  reduceMean,
  reduceSumSquare,
  reshape,
  reshapeLike,
  sqrt,
  sub,
  type Value,
} from '../graph/index.js'
import type { Layer, Parameter } from './layer.js'

/** Options of a normalisation over the last axis. */
export interface NormalizationOptions {
  /** Prefix of its parameters: `NAME.gain` and, where there is one, `NAME.bias`. */
  readonly name: string
  /** Size of the last axis. */
  readonly width: number
  /** Added to the variance, so that constant rows stay finite; above 0. */
  readonly epsilon?: number
}

/**
 * `gain · (x − mean) / √(variance + ε) + bias` over the last axis; gain starts at 1, bias at 0 (Ba et al. 2016, eq. 4).
 *
 * `[…, width]` of any rank to the same shape; ε is 1e-5 by default. The nodes are those that ONNX Runtime knows as layer
 * normalisation and runs as one in a finished model.
 */
export function layerNormalization(options: NormalizationOptions): Layer {
  const { name, width, epsilon = 1e-5 } = options
  const [gain, bias] = [`${name}.gain`, `${name}.bias`]
  return {
    parameters: [gainOf(gain, [width]), biasOf(bias, [width])],
    apply: (x, context) => {
      const y = add(mul(standardized(x, epsilon), context.weight(gain)), context.weight(bias))
      context.observe?.(name, y)
      return y
    },
  }
}

/**
 * `gain · x / √(mean of x² + ε)` over the last axis; gain starts at 1 (Zhang & Sennrich 2019, eq. 4).
 *
 * `[…, width]` of any rank to the same shape; ε is 1e-6 by default. Two nodes fewer than layer normalisation.
 */
export function rmsNormalization(options: NormalizationOptions): Layer {
  const { name, width, epsilon = 1e-6 } = options
  const gain = `${name}.gain`
  return {
    parameters: [gainOf(gain, [width])],
    apply: (x, context) => {
      const meanSquare = div(reduceSumSquare(x, { axes: [-1], keepDims: true }), width)
      const y = mul(div(x, sqrt(add(meanSquare, epsilon))), context.weight(gain))
      context.observe?.(name, y)
      return y
    },
  }
}

/** Options of a group normalisation. */
export interface GroupNormalizationOptions {
  /** Prefix of its parameters: `NAME.gain` and `NAME.bias`. */
  readonly name: string
  readonly channels: number
  /** Number of groups; divides the channels. 1 normalises over all channels, `channels` over each alone. */
  readonly groups: number
  /** Added to the variance (default 1e-5). */
  readonly epsilon?: number
}

/**
 * Normalises each group of channels of each image over its channels and pixels, then a gain and a bias for each channel
 * (Wu & He 2018, eq. 7).
 *
 * `[batch, channels, height, width]` to the same shape. Gain and bias are `[channels, 1, 1]`, ready to broadcast.
 *
 * @throws HG_USAGE when groups do not divide the channels; HG_SHAPE_MISMATCH for values that are no such images
 */
export function groupNormalization(options: GroupNormalizationOptions): Layer {
  const { name, channels, groups, epsilon = 1e-5 } = options
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new HourglassError(
      'HG_USAGE',
      `${name}: expected a number of groups that divides ${channels} channels, got ${groups}`,
    )
  }
  const [gain, bias] = [`${name}.gain`, `${name}.bias`]
  return {
    parameters: [gainOf(gain, [channels, 1, 1]), biasOf(bias, [channels, 1, 1])],
    apply: (x, context) => {
      const grouped = standardized(
        reshape(x, [-1, groups, (channels / groups) * pixelsOf(name, x, channels)]),
        epsilon,
      )
      const y = add(mul(reshapeLike(grouped, x), context.weight(gain)), context.weight(bias))
      context.observe?.(name, y)
      return y
    },
  }
}

/** The number of pixels of `[batch, channels, height, width]`, sizes known. */
function pixelsOf(name: string, x: Value, channels: number): number {
  const [, found, height, width] = x.shape
  if (x.shape.length === 4 && found === channels && typeof height === 'number' && typeof width === 'number')
    return height * width
  throw new HourglassError(
    'HG_SHAPE_MISMATCH',
    `${name}: expected [batch, ${channels}, height, width] of known sizes, got ${formatShape(x.shape)}`,
  )
}

/**
 * `x / max(‖x‖, ε)` along one axis: a point on the unit sphere, as spherical latent spaces need.
 *
 * @param axis may be negative
 * @param epsilon the shortest length that is divided by; a vector of zeros stays zero
 */
export function unitNorm(x: Value, axis = -1, epsilon = 1e-6): Value {
  const lengthSquared = reduceSumSquare(x, { axes: [axis], keepDims: true })
  return div(x, sqrt(maximum(lengthSquared, epsilon * epsilon)))
}

/** (x − mean) / √(variance + ε) over the last axis. The square is a Pow: the form that ONNX Runtime fuses. */
function standardized(x: Value, epsilon: number): Value {
  const overLast = { axes: [-1], keepDims: true }
  const centred = sub(x, reduceMean(x, overLast))
  return div(centred, sqrt(add(reduceMean(pow(centred, 2), overLast), epsilon)))
}

const gainOf = (name: string, shape: readonly number[]): Parameter => ({
  name,
  shape,
  initializer: { kind: 'constant', value: 1 },
  decay: false,
})

const biasOf = (name: string, shape: readonly number[]): Parameter => ({
  name,
  shape,
  initializer: { kind: 'zeros' },
  decay: false,
})
