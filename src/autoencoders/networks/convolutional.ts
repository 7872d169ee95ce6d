/**
 * Convolutional encoder and decoder over images. Each stage of the encoder halves the image with a 3×3 convolution of
 * stride 2 (rounding up), until a dense layer makes the code; the decoder mirrors it with transposed convolutions, cut to
 * the sizes that the encoder saw.
 *
 *     28×28×1 ──► 14×14×h₀ ──► 7×7×h₁ ──► dense ──► code ──► dense ──► 7×7×h₁ ──► 14×14×h₀ ──► 28×28×1
 *
 * Kernels of transposed convolutions are 4×4 at stride 2: every pixel is then written as often as any other, which keeps
 * checkerboards out (Odena et al. 2016), and an output pixel takes 4 products for each pair of channels, where a 3×3
 * convolution before or after the enlargement takes 9.
 *
 * Masci et al. (2011), "Stacked convolutional auto-encoders for hierarchical feature extraction"; strides instead of
 * pooling as in Springenberg et al. (2015), "Striving for simplicity".
 */
import { reshape, transpose, type Value } from '../../graph/index.js'
import {
  convolution,
  dense,
  dropout,
  sequential,
  transposedConvolution,
  type ActivationName,
  type Layer,
} from '../../layers/index.js'
import type { FeatureSpace } from '../feature-space.js'
import {
  cellInputs,
  cellsOf,
  cropped,
  imageGridOf,
  numbersPerCell,
  outputsPerChannel,
  rowsOf,
  type ImageGrid,
} from './grids.js'
import type { Network, NetworkOptions, NetworkShape } from './network.js'

/**
 * Encoder and decoder of strided convolutions, with `hidden` channels stage by stage. The mask, where it is read, enters
 * as further channels, and so does what a kind tells the encoder.
 *
 * @throws HG_USAGE when rows are no images
 */
export function convolutionalNetwork(
  space: FeatureSpace,
  options: NetworkOptions,
  shape: NetworkShape,
): Network {
  const { hidden, latent, activation = 'relu', dropout: rate = 0 } = options
  const { codes = latent, outputs, codeActivation = 'linear' } = shape
  const grid = imageGridOf(space, 'network convolutional')
  const inputs = cellInputs(space, grid, options, shape)
  const sizes = imageSizes(grid, hidden.length)
  const [height, width] = sizes.at(-1)!
  const encoder = halving([numbersPerCell(inputs), ...hidden], activation, rate)
  const outputChannels = grid.channels * outputsPerChannel(space, shape)
  const decoder = doubling([...hidden.toReversed(), outputChannels], sizes.toReversed(), activation, rate)
  const deepest = hidden.at(-1) ?? numbersPerCell(inputs)
  const code = dense({
    name: 'encoder.code',
    inputs: deepest * height * width,
    outputs: codes,
    activation: codeActivation,
  })
  const spread = dense({
    name: 'decoder.code',
    inputs: latent,
    outputs: (hidden.at(-1) ?? outputChannels) * height * width,
    activation: hidden.length === 0 ? 'linear' : activation,
  })
  const stages = hidden.map((channels, i) => channels * sizes[i + 1]![0] * sizes[i + 1]![1])
  return {
    widths: [space.width, ...stages, latent, ...stages.toReversed(), space.width],
    parameters: [encoder, code, spread, decoder].flatMap(({ parameters }) => parameters),
    encode: (batch, context, extra) => {
      const maps = encoder.apply(toMaps(cellsOf(inputs, batch, extra), grid), context)
      return code.apply(reshape(maps, [-1, deepest * height * width]), context)
    },
    decode: (z, context) => {
      const maps = reshape(spread.apply(z, context), [-1, hidden.at(-1) ?? outputChannels, height, width])
      return rowsOf(fromMaps(decoder.apply(maps, context)), grid.channels, outputs)
    },
  }
}

/** Height and width before each stage and after the last. */
function imageSizes({ height, width }: ImageGrid, stages: number): readonly (readonly [number, number])[] {
  const sizes: (readonly [number, number])[] = [[height, width]]
  for (let i = 0; i < stages; i++) {
    const [h, w] = sizes[i]!
    sizes.push([Math.ceil(h / 2), Math.ceil(w / 2)])
  }
  return sizes
}

/** Convolutions that halve the image, each followed by an activation and dropout. */
function halving(channels: readonly number[], activation: ActivationName, rate: number): Layer {
  return sequential(
    channels.slice(0, -1).flatMap((inputs, i) => [
      convolution({
        name: `encoder.${i}`,
        inputs,
        outputs: channels[i + 1]!,
        kernel: 3,
        stride: 2,
        padding: 1,
        activation,
      }),
      dropout(rate),
    ]),
  )
}

/** Transposed convolutions that double the image; the last one gives the output. */
function doubling(
  channels: readonly number[],
  sizes: readonly (readonly [number, number])[],
  activation: ActivationName,
  rate: number,
): Layer {
  const last = channels.length - 2
  return sequential(
    channels.slice(0, -1).flatMap((inputs, i) => {
      const layer = transposedConvolution({
        name: `decoder.${i}`,
        inputs,
        outputs: channels[i + 1]!,
        kernel: 4,
        stride: 2,
        padding: 1,
        activation: i === last ? 'linear' : activation,
      })
      return i === last ? [layer, cut(sizes[i + 1]!)] : [layer, cut(sizes[i + 1]!), dropout(rate)]
    }),
  )
}

/** Takes away the last row and column where the image that was halved had an odd size. */
const cut = ([height, width]: readonly [number, number]): Layer => ({
  parameters: [],
  apply: (x) =>
    cropped(x, [
      [2, height],
      [3, width],
    ]),
})

/** `[batch, pixels, channels]` to `[batch, channels, height, width]`. */
function toMaps(cells: Value, { height, width }: ImageGrid): Value {
  const channels = cells.shape[2] as number
  const first = channels === 1 ? cells : transpose(cells, [0, 2, 1])
  return reshape(first, [-1, channels, height, width])
}

/** `[batch, channels, height, width]` to `[batch, pixels, channels]`. */
function fromMaps(maps: Value): Value {
  const [, channels, height, width] = maps.shape as readonly [unknown, number, number, number]
  return channels === 1
    ? reshape(maps, [-1, height * width, 1])
    : transpose(reshape(maps, [-1, channels, height * width]), [0, 2, 1])
}
