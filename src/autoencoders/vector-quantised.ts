/**
 * The vector-quantised autoencoder: a code of discrete symbols. The encoder's numbers are cut into groups, and each
 * group is replaced by an entry of a codebook, of which the decoder sees nothing but the entry.
 *
 *     x ──► encoder ──► z₁ … z_G ──► nearest entries e₁ … e_G ──► decoder ──► x̂
 *                         ▲                      │
 *                         └── straight-through ──┘   (the encoder follows the slopes of the entries)
 *
 *     loss = mean over known columns of ½(x − x̂)²  or  −log p̂(x)
 *          + β · mean over the code's numbers of (z − sg[e])²            commitment; ema only
 *
 * `ema` learns the codebook as running means (codebook-ema.ts): van den Oord et al. (2017), "Neural discrete
 * representation learning", eq. 3. `fsq` rounds each number to a few levels and has no codebook to learn
 * (scalar-quantizer.ts): Mentzer et al. (2023), "Finite scalar quantization". All groups share one codebook.
 */
import { z } from 'zod'
import { HourglassError } from '../base/index.js'
import { add, mul, reduceMean, reshape, type Value } from '../graph/index.js'
import type { LayerContext } from '../layers/index.js'
import type { Autoencoder, Finding, Measured } from './autoencoder.js'
import { emaCodebook } from './codebook-ema.js'
import { encoderDecoder, encoderDecoderOptions } from './encoder-decoder.js'
import type { FeatureBatch, FeatureSpace } from './feature-space.js'
import type { Quantizer } from './quantizer.js'
import { scalarQuantizer } from './scalar-quantizer.js'
import { withCode } from './with-code.js'

export const vectorQuantisedOptions = z.strictObject({
  ...encoderDecoderOptions,
  quantizer: z
    .enum(['ema', 'fsq'])
    .optional()
    .describe('learned codebook, or a few levels for each number (default ema)'),
  codeWidth: z
    .int()
    .min(1)
    .optional()
    .describe(
      'numbers in a group; the code must be made of whole groups (default the largest divisor of latent up to 4)',
    ),
  codebookSize: z.int().min(2).max(65536).optional().describe('ema: entries of the codebook (default 256)'),
  decay: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .describe("ema: how much of the codebook's running means stays at each step (default 0.99)"),
  commitment: z
    .number()
    .min(0)
    .optional()
    .describe('ema: weight of the loss that keeps the encoder near the entries (default 0.25)'),
  restart: z
    .boolean()
    .optional()
    .describe('ema: whether entries that are hardly used start again at codes of the batch (default true)'),
  levels: z
    .array(z.int().min(2).max(256))
    .min(1)
    .readonly()
    .optional()
    .describe('fsq: levels of each number in a group (default 5 for each)'),
})

/** Options of the vector-quantised kind. */
export type VectorQuantisedOptions = Readonly<z.input<typeof vectorQuantisedOptions>>

/** A vector-quantised autoencoder; its latent is made of entries of the codebook. */
export interface VectorQuantised extends Autoencoder {
  /** Symbols in a code. */
  readonly groups: number
  /** Entries of the codebook. */
  readonly codebookSize: number
  /** `[batch, groups]` int64: the code as indices of entries, 0 to below `codebookSize`. */
  readonly codeIndices: (batch: FeatureBatch, context: LayerContext) => Value
}

/**
 * Makes a vector-quantised autoencoder over a feature space.
 *
 * @throws HG_USAGE when the code is not made of whole groups, or an option belongs to the other quantiser
 */
export function vectorQuantised(space: FeatureSpace, options: VectorQuantisedOptions): VectorQuantised {
  expectOwnOptions(options)
  const { latent, commitment = 0.25 } = options
  const codeWidth = codeWidthOf(options)
  const quantizer = quantizerOf(options, codeWidth)
  const network = encoderDecoder(space, options)
  const groups = latent / codeWidth
  const vectorsOf = (batch: FeatureBatch, context: LayerContext): Value =>
    reshape(network.encode(batch, context), [-1, codeWidth])
  const codeOf = (vectors: Value): Value => reshape(vectors, [-1, latent])
  return {
    kind: 'vectorQuantised',
    ...network.parts,
    ...withCode(network, (batch, context) =>
      codeOf(quantizer.quantize(vectorsOf(batch, context), context).entries),
    ),
    parameters: [...network.parts.parameters, ...quantizer.parameters],
    groups,
    codebookSize: quantizer.size,
    codeIndices: (batch, context) =>
      reshape(quantizer.quantize(vectorsOf(batch, context), context).indices, [-1, groups]),
    diagnose: (measured) => codebookFindings(quantizer.size, options, measured),
    objective: (batch, context) => {
      const code = quantizer.train(vectorsOf(batch, context), context)
      const raw = network.decodeRaw(codeOf(code.output), context)
      const reconstruction = network.rowError(batch, raw, context)
      const { metrics, updates } = code
      const common = { metrics, updates, heldOut: reconstruction }
      if (code.commitment === undefined) return { loss: reconstruction, parts: { reconstruction }, ...common }
      const byRow = reduceMean(reshape(code.commitment, [-1, groups]), { axes: [1] })
      const committed = mul(byRow, commitment)
      return {
        loss: add(reconstruction, committed),
        parts: { reconstruction, commitment: committed },
        ...common,
      }
    },
  }
}

/** The options that belong to one quantiser alone. */
const optionsOf = {
  ema: ['codebookSize', 'decay', 'commitment', 'restart'],
  fsq: ['levels'],
} as const

function expectOwnOptions(options: VectorQuantisedOptions): void {
  const { quantizer = 'ema' } = options
  const other = quantizer === 'ema' ? 'fsq' : 'ema'
  const stray = optionsOf[other].find((option) => options[option] !== undefined)
  if (stray === undefined) return
  throw new HourglassError(
    'HG_USAGE',
    `vectorQuantised: option ${stray} belongs to the quantizer ${other}, got quantizer ${quantizer}; leave it out, or choose quantizer ${other}`,
  )
}

function codeWidthOf({ latent, codeWidth, levels }: VectorQuantisedOptions): number {
  const width = codeWidth ?? levels?.length ?? [4, 3, 2, 1].find((divisor) => latent % divisor === 0)!
  if (levels !== undefined && levels.length !== width) {
    throw new HourglassError(
      'HG_USAGE',
      `vectorQuantised: levels must have one number for each of the ${width} in a group (codeWidth), got ${levels.length}`,
    )
  }
  if (latent % width === 0) return width
  throw new HourglassError(
    'HG_USAGE',
    `vectorQuantised: latent must be a multiple of ${width}, the numbers in a group, got ${latent}; ` +
      `take ${latent + width - (latent % width)}, or another codeWidth${levels === undefined ? '' : ' with as many levels'}`,
  )
}

/** Larger implicit codebooks would have counts that cost more than the network. */
const mostCombinations = 65536

function quantizerOf(options: VectorQuantisedOptions, codeWidth: number): Quantizer {
  const { quantizer = 'ema', codebookSize: size = 256, decay = 0.99, restart = true } = options
  if (quantizer === 'ema') return emaCodebook({ size, codeWidth, decay, restart })
  const levels = options.levels ?? Array.from({ length: codeWidth }, () => 5)
  const combinations = levels.reduce((product, count) => product * count, 1)
  if (combinations <= mostCombinations) return scalarQuantizer(levels)
  throw new HourglassError(
    'HG_USAGE',
    `vectorQuantised: the levels of a group must have at most ${mostCombinations} combinations, got ${combinations}; ` +
      'take fewer levels, or narrower groups (codeWidth)',
  )
}

/** Below this share of living entries, or perplexity, a codebook is hardly used. */
const [leastLive, leastPerplexity] = [0.5, 1.5]

function codebookFindings(
  size: number,
  { quantizer = 'ema' }: VectorQuantisedOptions,
  { live = 1, perplexity = Infinity }: Measured,
): readonly Finding[] {
  if (live >= leastLive && perplexity >= leastPerplexity) return []
  const what =
    perplexity < leastPerplexity
      ? `nearly every code is the same entry of the codebook (perplexity ${perplexity.toFixed(1)} of ${size})`
      : `${Math.round((1 - live) * 100)} % of the codebook's ${size} entries are hardly used`
  const remedy =
    quantizer === 'ema'
      ? 'Take a smaller codebook (codebookSize), leave restart on, or train longer with a smaller learning rate'
      : 'Take fewer levels, or train longer'
  return [{ code: 'HG_CODE_DEAD', message: `vectorQuantised: ${what}. ${remedy}` }]
}
