/**
 * Images and series as tokens: patches of pixels, or runs of time steps, each a vector; and vectors as patches again.
 * Tables are table-tokens.ts's; what happens between is attention.ts's.
 */
import { add, gemm, pad, reshape, sub, transpose, type Value } from '../../graph/index.js'
import { dense, type LayerContext, type Parameter } from '../../layers/index.js'
import { allKnown, featuresFrom, type FeatureBatch, type FeatureSpace } from '../feature-space.js'
import { cropped } from './grids.js'

/** A row as tokens and back. */
export interface Tokens {
  /** Tokens of a row. */
  readonly count: number
  readonly encoderParameters: readonly Parameter[]
  readonly decoderParameters: readonly Parameter[]
  /** `[batch, count, width]` of a batch; hidden cells add what stands for them. */
  readonly embed: (batch: FeatureBatch, context: LayerContext) => Value
  /** `[batch, count, width]` to `[batch, outputs]` */
  readonly read: (tokens: Value, context: LayerContext) => Value
}

/** What tokens are made for. */
export interface TokenOptions {
  /** Width of a token. */
  readonly width: number
  readonly readsMask: boolean
  /** Numbers that the decoder gives for each row. */
  readonly outputs: number
}

/** Most tokens of a row: attention takes their square. */
const mostTokens = 64

/** How a grid falls into patches; a series is an image one pixel wide. */
interface Patches {
  readonly height: number
  readonly width: number
  readonly channels: number
  /** Rows and columns of pixels in a patch. */
  readonly tall: number
  readonly wide: number
  /** Rows and columns of patches. */
  readonly down: number
  readonly across: number
}

/** Squares of 2×2 pixels, or larger ones where those are too many; single time steps, or runs of them. */
function patchesOf({ grid, width }: FeatureSpace): Patches {
  const {
    height,
    width: columns,
    channels,
  } = grid?.kind === 'image'
    ? grid
    : { height: grid?.steps ?? width, width: 1, channels: grid?.channels ?? 1 }
  for (let side = grid?.kind === 'image' ? 2 : 1; ; side++) {
    const wide = Math.min(side, columns)
    const [down, across] = [Math.ceil(height / side), Math.ceil(columns / wide)]
    if (down * across <= mostTokens)
      return { height, width: columns, channels, tall: side, wide, down, across }
  }
}

/** Tokens of a space with a grid. */
export function gridTokens(space: FeatureSpace, { width, readsMask, outputs }: TokenOptions): Tokens {
  const patches = patchesOf(space)
  const { tall, wide, channels, down, across } = patches
  const numbers = tall * wide * channels
  const blocks = Math.ceil(outputs / space.width)
  const embedding = dense({ name: 'encoder.tokens', inputs: numbers, outputs: width })
  const readout = dense({ name: 'decoder.tokens', inputs: width, outputs: blocks * numbers })
  const hidden: Parameter = {
    name: 'encoder.hidden.weight',
    shape: [numbers, width],
    initializer: { kind: 'glorotUniform', fanIn: numbers, fanOut: width },
    decay: true,
  }
  return {
    count: down * across,
    encoderParameters: [...embedding.parameters, ...(readsMask ? [hidden] : [])],
    decoderParameters: readout.parameters,
    embed: ({ features, mask }, context) => {
      const seen = embedding.apply(inPatches(features, patches), context)
      if (!readsMask) return reshape(seen, [-1, down * across, width])
      const absent = inPatches(sub(1, mask ?? allKnown(space, features)), patches)
      const standIn = gemm(absent, context.weight(hidden.name))
      return reshape(add(seen, standIn), [-1, down * across, width])
    },
    read: (tokens, context) => {
      const cells = readout.apply(reshape(tokens, [-1, width]), context)
      return featuresFrom(fromPatches(cells, patches, blocks), 0, outputs)
    },
  }
}

/** `[batch, features]` to `[batch · patches, numbers of a patch]`; zeros beyond the edge. */
function inPatches(x: Value, { height, width, channels, tall, wide, down, across }: Patches): Value {
  const image = reshape(x, [-1, height, width, channels])
  const [below, beside] = [down * tall - height, across * wide - width]
  const whole = below + beside === 0 ? image : pad(image, [0, 0, 0, 0], [0, below, beside, 0])
  const cut = transpose(reshape(whole, [-1, down, tall, across, wide * channels]), [0, 1, 3, 2, 4])
  return reshape(cut, [-1, tall * wide * channels])
}

/** `[batch · patches, blocks · numbers of a patch]` to `[batch, blocks · features]`. */
function fromPatches(x: Value, patches: Patches, blocks: number): Value {
  const { height, width, channels, tall, wide, down, across } = patches
  const cut = reshape(x, [-1, down, across, blocks, tall, wide * channels])
  const joined = reshape(transpose(cut, [0, 3, 1, 4, 2, 5]), [
    -1,
    blocks,
    down * tall,
    across * wide * channels,
  ])
  const image = cropped(joined, [
    [2, height],
    [3, width * channels],
  ])
  return reshape(image, [-1, blocks * height * width * channels])
}
