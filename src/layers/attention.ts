/**
 * Self-attention over tokens, and the transformer block made of it.
 *
 *     x ─┬─► norm ─► attention ─► dropout ─► + ─┬─► norm ─► dense, activation, dense ─► dropout ─► + ─► y
 *        └──────────────────────────────────►┘  └──────────────────────────────────────────────────►┘
 *
 * Tokens and width are known numbers, the batch is symbolic. Inside, tokens of all rows are rows of one matrix, so every
 * weight is used in a single Gemm.
 */
import { HourglassError } from '../base/index.js'
import {
  add,
  div,
  formatShape,
  matmul,
  mul,
  reshape,
  softmax,
  split,
  transpose,
  type Value,
} from '../graph/index.js'
import type { ActivationName } from './activations.js'
import { dense } from './dense.js'
import type { Layer, LayerContext } from './layer.js'
import { layerNormalization } from './normalizations.js'

/** Options of self-attention. */
export interface SelfAttentionOptions {
  /** Prefix of its parameters: `NAME.input.weight`, `.bias` (queries, keys and values) and `NAME.output.weight`, `.bias`. */
  readonly name: string
  /** Width of a token. */
  readonly width: number
  /** Number of heads; divides the width. */
  readonly heads: number
}

/**
 * Multi-head self-attention, `softmax(Q·Kᵀ/√d)·V` in each head of width d (Vaswani et al. 2017, eq. 1 and section
 * 3.2.2), without a mask. `[batch, tokens, width]` to the same shape.
 *
 * Weights are those of `torch.nn.MultiheadAttention`, transposed.
 *
 * @throws HG_USAGE when heads do not divide the width; HG_SHAPE_MISMATCH for values of another shape
 */
export function selfAttention(options: SelfAttentionOptions): Layer {
  const inner = attentionOverRows(options)
  return {
    parameters: inner.parameters,
    apply: (x, context) => {
      const tokens = tokensOf(options.name, x, options.width)
      const rows = inner.apply(reshape(x, [-1, options.width]), tokens, context)
      return reshape(rows, [-1, tokens, options.width])
    },
  }
}

/** Options of a transformer block. */
export interface TransformerBlockOptions extends SelfAttentionOptions {
  /** Width of the layer between the two dense ones. */
  readonly hidden: number
  /** Default `gelu`. */
  readonly activation?: ActivationName
  /** Share of each branch's outputs dropped while training, 0 to below 1 (default 0). */
  readonly dropout?: number
}

/**
 * One layer of a transformer encoder, normalised before each branch (Xiong et al. 2020, figure 1b): attention and a dense
 * network of two layers, each added to what it read. Dropout falls on what each branch adds (Vaswani et al. 2017, section
 * 5.4). `[batch, tokens, width]` to the same shape.
 *
 * @throws HG_USAGE when heads do not divide the width; HG_SHAPE_MISMATCH for values of another shape
 */
export function transformerBlock(options: TransformerBlockOptions): Layer {
  const { name, width, heads, hidden, activation = 'gelu', dropout = 0 } = options
  const attention = attentionOverRows({ name: `${name}.attention`, width, heads })
  const normalizations = [1, 2].map((i) => layerNormalization({ name: `${name}.normalization${i}`, width }))
  const [first, second] = normalizations as [Layer, Layer]
  const widen = dense({ name: `${name}.hidden`, inputs: width, outputs: hidden, activation })
  const narrow = dense({ name: `${name}.output`, inputs: hidden, outputs: width })
  return {
    parameters: [first, attention, second, widen, narrow].flatMap(({ parameters }) => parameters),
    apply: (x, context) => {
      const tokens = tokensOf(name, x, width)
      const drop = (rows: Value): Value => droppedRows(rows, x, width, dropout, context)
      const rows = reshape(x, [-1, width])
      const attended = add(rows, drop(attention.apply(first.apply(rows, context), tokens, context)))
      const mixed = narrow.apply(widen.apply(second.apply(attended, context), context), context)
      const y = reshape(add(attended, drop(mixed)), [-1, tokens, width])
      context.observe?.(name, y)
      return y
    },
  }
}

/** Dropout of rows that are the tokens of `x`; noise is drawn in the shape of `x`, whose first axis is the batch. */
function droppedRows(rows: Value, x: Value, width: number, rate: number, { noise }: LayerContext): Value {
  if (noise === undefined || rate === 0) return rows
  return mul(rows, div(reshape(noise.bernoulli(1 - rate, x.shape), [-1, width]), 1 - rate))
}

/** Attention over `[batch · tokens, width]`, tokens of one row of the batch in a block. */
function attentionOverRows({ name, width, heads }: SelfAttentionOptions) {
  if (!Number.isInteger(heads) || heads < 1 || width % heads !== 0) {
    throw new HourglassError(
      'HG_USAGE',
      `${name}: expected a number of heads that divides a width of ${width}, got ${heads}`,
    )
  }
  // Glorot's range for one of the three square blocks, not for the wide matrix that holds them.
  const glorot = { kind: 'glorotUniform', fanIn: width, fanOut: width } as const
  const input = dense({ name: `${name}.input`, inputs: width, outputs: 3 * width, initializer: glorot })
  const output = dense({ name: `${name}.output`, inputs: width, outputs: width })
  const size = width / heads
  return {
    parameters: [...input.parameters, ...output.parameters],
    apply: (rows: Value, tokens: number, context: LayerContext): Value => {
      const projected = reshape(input.apply(rows, context), [-1, tokens, 3 * heads, size])
      const [queries, keys, values] = split(transpose(projected, [0, 2, 1, 3]), [heads, heads, heads], 1) as [
        Value,
        Value,
        Value,
      ]
      const similarity = matmul(div(queries, Math.sqrt(size)), transpose(keys, [0, 1, 3, 2]))
      const weights = softmax(similarity)
      context.observe?.(`${name}.weights`, weights)
      const mixed = transpose(matmul(weights, values), [0, 2, 1, 3])
      return output.apply(reshape(mixed, [-1, width]), context)
    },
  }
}

/** The number of tokens of `[batch, tokens, width]`. */
function tokensOf(name: string, x: Value, width: number): number {
  const tokens = x.shape[1]
  if (x.shape.length === 3 && typeof tokens === 'number' && tokens > 0 && x.shape[2] === width) return tokens
  throw new HourglassError(
    'HG_SHAPE_MISMATCH',
    `${name}: expected [batch, tokens, ${width}] with a known number of tokens, got ${formatShape(x.shape)}`,
  )
}
