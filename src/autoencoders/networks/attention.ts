/**
 * Encoder and decoder of transformer blocks: a row is a set of tokens that look at one another. Tokens are patches of an
 * image, time steps of a series, or columns of a table.
 *
 *     row ──► tokens + positions ──► block … block ──► all tokens side by side ──► code
 *     code ──► tokens + positions ──► block … block ──► tokens ──► row
 *
 * A cell that is hidden or missing enters as a learned vector of its place, and positions are learned, so the network
 * knows what it is asked for (the mask tokens of He et al. 2022, "Masked autoencoders are scalable vision learners").
 * Blocks: Vaswani et al. (2017), "Attention is all you need"; patches: Dosovitskiy et al. (2021), "An image is worth
 * 16x16 words", eq. 1.
 */
import { add, reshape, unsqueeze, type Value } from '../../graph/index.js'
import {
  dense,
  layerNormalization,
  sequential,
  transformerBlock,
  type Layer,
  type Parameter,
} from '../../layers/index.js'
import type { FeatureSpace } from '../feature-space.js'
import { gridTokens } from './grid-tokens.js'
import type { Network, NetworkOptions, NetworkShape } from './network.js'
import { tableTokens } from './table-tokens.js'

/** Fewest numbers that a head compares tokens by, and most heads. */
const headWidth = 8
const mostHeads = 8

/** Width of the one block that there is when `hidden` is empty. */
const defaultWidth = 32

/**
 * Encoder and decoder of transformer blocks, one for each width of `hidden`; where widths differ, tokens are projected
 * from one to the next. A block has as many heads of at least 8 numbers as divide its width, up to 8.
 */
export function attentionNetwork(space: FeatureSpace, options: NetworkOptions, shape: NetworkShape): Network {
  const { latent, activation = 'relu', readsMask = false } = options
  const { codes = latent, outputs, extraInputs = 0, codeActivation = 'linear' } = shape
  const hidden = options.hidden.length === 0 ? [defaultWidth] : options.hidden
  const [first, last] = [hidden[0]!, hidden.at(-1)!]
  const makeTokens = space.grid === undefined ? tableTokens : gridTokens
  const tokens = makeTokens(space, { width: first, readsMask, outputs })
  const { count } = tokens
  const told =
    extraInputs === 0 ? undefined : dense({ name: 'encoder.told', inputs: extraInputs, outputs: first })
  const encoder = blocks('encoder', hidden, options)
  const code = dense({
    name: 'encoder.code',
    inputs: count * last,
    outputs: codes,
    activation: codeActivation,
  })
  const spread = dense({ name: 'decoder.code', inputs: latent, outputs: count * last, activation })
  const decoder = blocks('decoder', hidden.toReversed(), options)
  const [here, there] = [positions('encoder', count, first), positions('decoder', count, last)]
  return {
    widths: [
      space.width,
      ...[...hidden, ...hidden.toReversed()]
        .map((width) => count * width)
        .toSpliced(hidden.length, 0, latent),
      space.width,
    ],
    parameters: [
      ...tokens.encoderParameters,
      here,
      ...[...(told ? [told] : []), encoder, code, spread].flatMap(({ parameters }) => parameters),
      there,
      ...decoder.parameters,
      ...tokens.decoderParameters,
    ],
    encode: (batch, context, extra) => {
      const placed = add(tokens.embed(batch, context), context.weight(here.name))
      const informed = told && extra ? add(placed, unsqueeze(told.apply(extra, context), [1])) : placed
      return code.apply(reshape(encoder.apply(informed, context), [-1, count * last]), context)
    },
    decode: (z, context) => {
      const empty = reshape(spread.apply(z, context), [-1, count, last])
      return tokens.read(decoder.apply(add(empty, context.weight(there.name)), context), context)
    },
  }
}

/** A learned vector for the place of each token. */
const positions = (name: string, count: number, width: number): Parameter => ({
  name: `${name}.positions`,
  shape: [count, width],
  initializer: { kind: 'normal', deviation: 0.02 },
  decay: false,
})

/** Blocks one after the other, and the normalisation that ends a stack of pre-normalised ones. */
function blocks(
  name: string,
  widths: readonly number[],
  { activation = 'relu', dropout = 0 }: NetworkOptions,
): Layer {
  const layers = widths.flatMap((width, i) => {
    const before = widths[i - 1] ?? width
    const block = transformerBlock({
      name: `${name}.${i}`,
      width,
      heads: headsFor(width),
      hidden: 2 * width,
      activation,
      dropout,
    })
    return before === width ? [block] : [projection(`${name}.${i}.projection`, before, width), block]
  })
  return sequential([...layers, layerNormalization({ name: `${name}.normalization`, width: widths.at(-1)! })])
}

/** Tokens of one width as tokens of another. */
function projection(name: string, inputs: number, outputs: number): Layer {
  const layer = dense({ name, inputs, outputs })
  return {
    parameters: layer.parameters,
    apply: (x: Value, context) => {
      const count = x.shape[1] as number
      return reshape(layer.apply(reshape(x, [-1, inputs]), context), [-1, count, outputs])
    },
  }
}

function headsFor(width: number): number {
  for (let heads = Math.min(mostHeads, Math.floor(width / headWidth)); heads > 1; heads--)
    if (width % heads === 0) return heads
  return 1
}
