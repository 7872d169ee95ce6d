/**
 * The denoising autoencoder: corrupt a row, and learn to give the clean one back. Trained over a range of noise
 * levels with the level as an input, one network knows the data at every scale, fine to coarse.
 *
 *     x ──► + σ·ε, hide cells ──► ┌─────────┐    z     ┌─────────┐
 *     which cells are shown ────► │ encoder │ ──────►  │ decoder │ ──► x̂ ──► error against the clean x
 *     log σ ────────────────────► └─────────┘  (wide)  └─────────┘
 *
 *     loss = mean over known columns of ½(x − x̂)²  or  −log p̂(x),   σ log-uniform, ε standard normal
 *
 * A row is scored by how badly it is given back from fixed corruptions at several levels: far from the data the
 * network pulls it toward what it knows, and the pull is the error (Alain & Bengio 2014, eq. 15: x̂ − x̃ ≈ σ² ∇log p).
 * Since cells are hidden in training, the network also says what it expects in a cell that it is not shown.
 *
 * Vincent et al. (2010), "Stacked denoising autoencoders"; noise-level input as in Song & Ermon (2019).
 */
import {
  add,
  cast,
  concat,
  constant,
  div,
  exp,
  floats,
  greaterOrEqual,
  log,
  mul,
  reduceSum,
  reshape,
  split,
  sqrt,
  unsqueeze,
  type Value,
} from '../graph/index.js'
import { z } from 'zod'
import type { LayerContext, NoiseSource } from '../layers/index.js'
import { meanOverKnown, type Autoencoder, type Forward } from './autoencoder.js'
import {
  ablations,
  corruptEach,
  explainingPasses,
  groupCount,
  groupsOf,
  oneHiddenAtATime,
  scoreCorruptions,
  visibleIn,
  type Corruptions,
} from './corruptions.js'
import { encoderDecoder, encoderDecoderOptions } from './encoder-decoder.js'
import {
  columnErrors,
  everyRow,
  overFeatures,
  type FeatureBatch,
  type FeatureSpace,
} from './feature-space.js'

const level = z.number().positive()

export const denoisingOptions = z.strictObject({
  ...encoderDecoderOptions,
  noiseRange: z
    .tuple([level, level])
    .readonly()
    .describe("range of noise levels in training, in units of the scaled columns' standard deviation"),
  hiddenShare: z
    .number()
    .min(0)
    .max(0.5)
    .describe('mean share of cells hidden in training; each row draws its own, between 0 and twice this'),
  scoreLevels: z.array(level).min(1).readonly().describe('noise levels at which rows are scored'),
  drawsPerLevel: z
    .int()
    .min(2)
    .multipleOf(2)
    .describe('corruptions at each level, each with its mirror image'),
})

/** Options of the denoising kind. */
export type DenoisingOptions = Readonly<z.input<typeof denoisingOptions>>

/** Makes a denoising autoencoder over a feature space. */
export function denoising(space: FeatureSpace, options: DenoisingOptions): Autoencoder {
  const network = encoderDecoder(
    space,
    { ...options, readsMask: true },
    { codeActivation: options.activation ?? 'relu', extraInputs: 1 },
  )
  const encode = (batch: FeatureBatch, level: Value, context: LayerContext): Value =>
    network.encode(atUnitScale(space, batch, level), context, div(log(level), 2))
  const pass = (batch: FeatureBatch, level: Value, context: LayerContext): Forward => {
    const latent = encode(batch, level, context)
    return { latent, reconstruction: network.parts.decode(latent, context) }
  }
  /** `[batch, passes, width]`: reconstructions of every row from every corruption. */
  const passesOf = (batch: FeatureBatch, corruptions: Corruptions, context: LayerContext): Value => {
    const { corrupted, level } = corruptEach(space, batch, corruptions)
    return reshape(pass(corrupted, level, context).reconstruction, [
      -1,
      corruptions.levels.length,
      space.width,
    ])
  }
  const { scoreLevels, drawsPerLevel, noiseRange } = options
  const finest = ({ features }: FeatureBatch): Value => everyRow(features, floats([noiseRange[0]], [1, 1]))
  return {
    kind: 'denoising',
    ...network.parts,
    encode: (batch, context) => encode(batch, finest(batch), context),
    errorScale: scoreLevels.flatMap((level) =>
      Array.from({ length: drawsPerLevel }, () => scaleAt(space, level)).flat(),
    ),
    forward: (batch, context) => pass(batch, finest(batch), context),
    objective: (batch, context) => {
      const { corrupted, level } = corrupt(space, batch, options, context.noise)
      const { reconstruction } = pass(corrupted, level, context)
      const loss = meanOverKnown(columnErrors(space, batch.features, reconstruction), batch.mask)
      return { loss, parts: { reconstruction: loss } }
    },
    errors: (batch, context) =>
      columnErrors(
        space,
        unsqueeze(batch.features, [1]),
        passesOf(batch, scoreCorruptions(space, options), context),
      ),
    expected: (batch, context) => {
      const { corruptions, chosen } = oneHiddenAtATime(space, noiseRange[0])
      return reduceSum(mul(passesOf(batch, corruptions, context), chosen), { axes: [1] })
    },
    ablation: {
      groups: groupsOf(space),
      passes: explainingPasses(options),
      errors: (batch, context) => {
        const groups = groupCount(space)
        const passes = explainingPasses(options).length
        const each = passesOf(batch, ablations(space, options), context)
        const errors = columnErrors(space, unsqueeze(batch.features, [1]), each)
        const visible = floats(visibleIn(space, passes), [1, groups * passes, space.columns.length])
        return reshape(mul(errors, constant(visible)), [-1, groups, passes, space.columns.length])
      },
    },
  }
}

/** Fresh corruption for a training batch; the noise level and the share of hidden cells are drawn for each row. */
function corrupt(space: FeatureSpace, batch: FeatureBatch, options: DenoisingOptions, noise: NoiseSource) {
  const { numericCount, columns } = space
  const [low, high] = options.noiseRange.map(Math.log) as [number, number]
  const level = exp(add(mul(noise.uniform(['batch', 1]), high - low), low))
  const hidden = mul(noise.uniform(['batch', 1]), 2 * options.hiddenShare)
  const shown = cast(greaterOrEqual(noise.uniform(['batch', columns.length]), hidden), 'float32')
  const mask = batch.mask === undefined ? shown : mul(batch.mask, shown)
  const noisy = onNumbers(space, batch.features, (numbers) =>
    add(numbers, mul(level, noise.normal(['batch', numericCount]))),
  )
  return { level, corrupted: { features: mul(noisy, overFeatures(space, mask)), mask } }
}

/** Numeric features divided by √(1 + σ²), so that the encoder sees numbers of one size at every level. */
function atUnitScale(space: FeatureSpace, batch: FeatureBatch, level: Value): FeatureBatch {
  const size = sqrt(add(mul(level, level), 1))
  return { ...batch, features: onNumbers(space, batch.features, (numbers) => div(numbers, size)) }
}

/** Changes the numeric features, leaves the others. */
function onNumbers(
  { numericCount, width }: FeatureSpace,
  features: Value,
  change: (numbers: Value) => Value,
): Value {
  if (numericCount === 0) return features
  if (numericCount === width) return change(features)
  const [numbers, rest] = split(features, [numericCount, width - numericCount], 1) as [Value, Value]
  return concat([change(numbers), rest], 1)
}

/** Error of the best linear denoiser of a standard normal column, ½ σ²/(1 + σ²); half a nat for a category. */
function scaleAt({ columns, numericCount }: FeatureSpace, level: number): readonly number[] {
  const numeric = (0.5 * level ** 2) / (1 + level ** 2)
  return columns.map((_, i) => (i < numericCount ? numeric : 0.5))
}
