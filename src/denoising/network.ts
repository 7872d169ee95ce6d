/**
 * The image denoiser: a residual convolutional network on two scales that predicts the noise from the noisy image and a
 * map of the noise's level.
 *
 *     image, level ─► ½: h channels ─► blocks ─────────────── + ─► blocks ─► full: noise
 *                                        └─► ¼: q channels ─► blocks ─┘
 *
 *     denoised = image − noise        a block is x + conv(relu(conv(x)))
 *
 * The level as an input makes one network serve all levels, and the halved image is what makes it fast (FFDNet, Zhang, Zuo
 * & Zhang 2018, arXiv 1710.04026, sections 3.1 and 3.3; there by reordering pixels, here by the same thing written as a
 * convolution of stride 2). Predicting the noise is DnCNN's (Zhang et al. 2017). The second scale sees four times as far for a
 * quarter of the work (Ronneberger et al. 2015; with these blocks, DRUNet, Zhang et al. 2021). The noise is predicted as it
 * is: in units of its level it would have to be divided by a number that varies, which learnt far more slowly. How it is trained stands in objective.ts, how images of any size go through it in denoise.ts.
 */
import { add, concat, mul, sub, type Value } from '../graph/index.js'
import {
  convolution,
  sequential,
  transposedConvolution,
  type Layer,
  type LayerContext,
  type Parameter,
} from '../layers/index.js'

/** How wide and deep the denoiser is: one number for the half scale, one for the quarter scale. */
export interface DenoiserShape {
  readonly channels: readonly [half: number, quarter: number]
  /** Blocks before and again after the quarter scale, and on the quarter scale. */
  readonly blocks: readonly [half: number, quarter: number]
}

/** The shape of the denoiser that is shipped. */
export const shippedShape: DenoiserShape = { channels: [32, 64], blocks: [2, 6] }

/** Colours of an image in the network; grey ones enter three times. */
export const colours = 3

/** Heights and widths must be multiples of it. */
export const alignment = 4

/** What spreads pixels of 0 to 1 over the range that first weights are made for. */
const spread = 4

/** A denoiser as graph. */
export interface DenoiserNetwork {
  readonly parameters: readonly Parameter[]
  /**
   * The noise that is in an image.
   *
   * @param image `[batch, 3, height, width]`, 0 to 1 without its noise; sizes are multiples of `alignment`
   * @param level `[batch, 1, height, width]`, standard deviation of the noise in the same unit
   * @returns `[batch, 3, height, width]`
   */
  readonly noiseIn: (image: Value, level: Value, context: LayerContext) => Value
  /** Pixels farther away than this, along either axis, have no influence on a result. */
  readonly reach: number
  /** Products for each pixel of the image. */
  readonly productsPerPixel: number
}

/** Writes the denoiser of a shape. */
export function denoiserNetwork({
  channels: [h, q],
  blocks: [sides, middle],
}: DenoiserShape): DenoiserNetwork {
  const halved = (name: string): Layer => blocksOf(name, h, sides)
  const first = convolution({
    name: 'first',
    inputs: colours + 1,
    outputs: h,
    kernel: 6,
    stride: 2,
    padding: 2,
  })
  const before = halved('before')
  const inner = sequential([
    convolution({ name: 'down', inputs: h, outputs: q, kernel: 2, stride: 2, form: 'direct' }),
    blocksOf('inner', q, middle),
    transposedConvolution({ name: 'up', inputs: q, outputs: h, kernel: 2, stride: 2 }),
  ])
  const after = halved('after')
  const last = transposedConvolution({
    name: 'last',
    inputs: h,
    outputs: colours,
    kernel: 6,
    stride: 2,
    padding: 2,
    initializer: { kind: 'zeros' },
  })
  return {
    parameters: [first, before, inner, after, last].flatMap(({ parameters }) => parameters),
    noiseIn: (image, level, context) => {
      const inputs = concat([mul(sub(image, 0.5), spread), mul(level, spread)], 1)
      const outer = before.apply(first.apply(inputs, context), context)
      const noise = last.apply(after.apply(add(outer, inner.apply(outer, context)), context), context)
      return mul(noise, 1 / spread)
    },
    // A pixel lies in a window of 6 at either end; a block reaches 2 pixels of its scale, and the inner ones up to a
    // whole pixel of the quarter scale more, by the halving.
    reach: 2 * (2 + 2) + 2 * 2 * sides * 2 + 4 * (2 * middle + 1),
    productsPerPixel:
      (36 * (colours + 1) * h + 36 * h * colours + 2 * sides * 18 * h * h) / 4 +
      (2 * 4 * h * q + middle * 18 * q * q) / 16,
  }
}

/** Residual blocks, one after the other. */
const blocksOf = (name: string, channels: number, count: number): Layer =>
  sequential(Array.from({ length: count }, (_, i) => block(`${name}.${i}`, channels)))

function block(name: string, channels: number): Layer {
  const both = { inputs: channels, outputs: channels, kernel: 3, padding: 1 }
  const inside = sequential([
    convolution({ ...both, name: `${name}.0`, activation: 'relu' }),
    // Small at first, so that many blocks in a row begin near the identity (Zhang, Dauphin & Ma 2019).
    convolution({
      ...both,
      name: `${name}.1`,
      initializer: { kind: 'normal', deviation: 0.1 / Math.sqrt(9 * channels) },
    }),
  ])
  return { parameters: inside.parameters, apply: (x, context) => add(x, inside.apply(x, context)) }
}
