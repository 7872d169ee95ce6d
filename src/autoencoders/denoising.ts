/**
 * The denoising autoencoder: corrupt a row, and learn to give the clean one back. Trained over a range of noise
 * levels with the level as an input, one network knows the data at every scale, fine to coarse.
 *
 *     x ──► + σ·ε, hide categories ──► ┌─────────┐    z     ┌─────────┐
 *                                      │ encoder │ ──────►  │ decoder │ ──► x̂ ──► error against the clean x
 *     log σ ─────────────────────────► └─────────┘ (wide)   └─────────┘
 *
 *     loss = mean over known columns of ½(x − x̂)²  or  −log p̂(x),   σ log-uniform, ε standard normal
 *
 * A row is scored by how badly it is given back from fixed corruptions at several levels: far from the data the
 * network pulls it toward what it knows, and the pull is the error (Alain & Bengio 2014, eq. 15: x̂ − x̃ ≈ σ² ∇log p).
 *
 * Vincent et al. (2010), "Stacked denoising autoencoders"; noise-level input as in Song & Ermon (2019).
 */
import { random } from '../base/index.js'
import {
  add,
  concat,
  constant,
  div,
  exp,
  log,
  matmul,
  mul,
  reshape,
  slice,
  split,
  sqrt,
  tensor,
  unsqueeze,
  type Value,
} from '../graph/index.js'
import type { LayerContext, NoiseSource } from '../layers/index.js'
import { meanOverKnown, type Autoencoder, type Forward } from './autoencoder.js'
import { denseNetwork, type DenseNetworkOptions } from './dense-network.js'
import {
  columnErrors,
  groupMatrix,
  transposed,
  type FeatureBatch,
  type FeatureSpace,
} from './feature-space.js'

/** Options of the denoising kind. Noise levels are in units of the scaled columns' standard deviation. */
export interface DenoisingOptions extends DenseNetworkOptions {
  /** Range of noise levels in training, above 0. */
  readonly noiseRange: readonly [number, number]
  /** Share of categorical cells hidden in training, 0 to below 1. */
  readonly hiddenShare: number
  /** Noise levels at which rows are scored. */
  readonly scoreLevels: readonly number[]
  /** Corruptions at each level, an even number: each comes with its mirror image. */
  readonly drawsPerLevel: number
}

/** Makes a denoising autoencoder over a feature space. */
export function denoising(space: FeatureSpace, options: DenoisingOptions): Autoencoder {
  const network = denseNetwork(space, {
    ...options,
    codeActivation: options.activation ?? 'relu',
    extraInputs: 1,
  })
  const pass = (batch: FeatureBatch, level: Value, context: LayerContext): Forward =>
    network.forward(atUnitScale(space, batch, level), context, div(log(level), 2))
  const { scoreLevels, drawsPerLevel, noiseRange } = options
  return {
    kind: 'denoising',
    space,
    widths: network.widths,
    latent: network.latent,
    parameters: network.parameters,
    errorScale: scoreLevels.flatMap((level) =>
      Array.from({ length: drawsPerLevel }, () => scaleAt(space, level)).flat(),
    ),
    forward: (batch, context) => pass(batch, levelOf(batch.features, noiseRange[0]), context),
    objective: (batch, context) => {
      const { corrupted, level } = corrupt(space, batch, options, context.noise)
      const { reconstruction } = pass(corrupted, level, context)
      const loss = meanOverKnown(columnErrors(space, batch.features, reconstruction), batch.mask)
      return { loss, parts: { reconstruction: loss } }
    },
    errors: (batch, context) => {
      const { corrupted, level, passes } = fixedCorruptions(space, batch, options)
      const { reconstruction } = pass(corrupted, level, context)
      const perPass = reshape(reconstruction, [-1, passes, space.width])
      return columnErrors(space, unsqueeze(batch.features, [1]), perPass)
    },
  }
}

/** Fresh corruption for a training batch; the level is drawn for each row, log-uniform. */
function corrupt(space: FeatureSpace, batch: FeatureBatch, options: DenoisingOptions, noise: NoiseSource) {
  const { numericCount, width, columns } = space
  const [low, high] = options.noiseRange.map(Math.log) as [number, number]
  const level = exp(add(mul(noise.uniform(['batch', 1]), high - low), low))
  const parts: Value[] = []
  if (numericCount > 0) {
    const clean =
      numericCount === width
        ? batch.features
        : slice(batch.features, [{ axis: 1, start: 0, end: numericCount }])
    parts.push(add(clean, mul(level, noise.normal(['batch', numericCount]))))
  }
  if (numericCount < width) {
    const shown = noise.bernoulli(1 - options.hiddenShare, ['batch', columns.length - numericCount])
    const oneHot = slice(batch.features, [{ axis: 1, start: numericCount, end: width }])
    parts.push(mul(oneHot, matmul(shown, constant(transposed(groupMatrix(space))))))
  }
  return { level, corrupted: { ...batch, features: concat(parts, 1) } }
}

/**
 * The corruptions that rows are scored under: the same for every row and every run. Each comes with its mirror
 * image: noise of the opposite sign, and the other half of the categories hidden.
 *
 * @returns corrupted `[batch · passes, width]`, one block of passes for each row
 */
function fixedCorruptions(space: FeatureSpace, { features, mask }: FeatureBatch, options: DenoisingOptions) {
  const { width } = space
  const { shift, keep, levels } = fixedDraws(space, options)
  const passes = levels.length
  const each = (rows: Float32Array): Value =>
    constant(tensor('float32', [1, passes, rows.length / passes], rows))
  const corrupted = add(mul(unsqueeze(features, [1]), each(keep)), each(shift))
  const repeated = (value: Value, size: number): Value =>
    reshape(mul(unsqueeze(value, [1]), each(new Float32Array(passes).fill(1))), [-1, size])
  const flat = reshape(corrupted, [-1, width])
  const zeros = mul(slice(features, [{ axis: 1, start: 0, end: 1 }]), 0)
  return {
    passes,
    level: reshape(add(unsqueeze(zeros, [1]), each(levels)), [-1, 1]),
    corrupted:
      mask === undefined
        ? { features: flat }
        : { features: flat, mask: repeated(mask, space.columns.length) },
  }
}

/** Seed of the fixed corruptions: part of the method, not of a training. */
const fixedSeed = 20100601

/** What is added to, and what is kept of, the features in each pass; `[passes, width]` each. */
function fixedDraws(space: FeatureSpace, { scoreLevels, drawsPerLevel }: DenoisingOptions) {
  const { width, numericCount, columns } = space
  const stream = random(fixedSeed)
  const passes = scoreLevels.length * drawsPerLevel
  const shift = new Float32Array(passes * width)
  const keep = new Float32Array(passes * width).fill(1)
  const levels = new Float32Array(passes)
  for (let pass = 0; pass < passes; pass += 2) {
    const level = scoreLevels[Math.floor(pass / drawsPerLevel)]!
    const [at, mirror] = [pass * width, (pass + 1) * width]
    levels.fill(level, pass, pass + 2)
    for (let feature = 0; feature < numericCount; feature++) {
      const noise = level * stream.normal()
      shift[at + feature] = noise
      shift[mirror + feature] = -noise
    }
    for (const { start, width: size } of columns.slice(numericCount)) {
      const hidden = stream.uniform() < 0.5 ? at : mirror
      keep.fill(0, hidden + start, hidden + start + size)
    }
  }
  return { shift, keep, levels }
}

/** Numeric features divided by √(1 + σ²), so that the encoder sees numbers of one size at every level. */
function atUnitScale({ numericCount, width }: FeatureSpace, batch: FeatureBatch, level: Value): FeatureBatch {
  if (numericCount === 0) return batch
  const size = sqrt(add(mul(level, level), 1))
  if (numericCount === width) return { ...batch, features: div(batch.features, size) }
  const [numbers, rest] = split(batch.features, [numericCount, width - numericCount], 1) as [Value, Value]
  return { ...batch, features: concat([div(numbers, size), rest], 1) }
}

/** Error of the best linear denoiser of a standard normal column, ½ σ²/(1 + σ²); half a nat for a category. */
function scaleAt({ columns, numericCount }: FeatureSpace, level: number): readonly number[] {
  const numeric = (0.5 * level ** 2) / (1 + level ** 2)
  return columns.map((_, i) => (i < numericCount ? numeric : 0.5))
}

/** A column `[batch, 1]` that holds one number in every row. */
function levelOf(features: Value, level: number): Value {
  return add(mul(slice(features, [{ axis: 1, start: 0, end: 1 }]), 0), level)
}
