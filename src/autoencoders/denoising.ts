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
import { random } from '../base/index.js'
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
import type { LayerContext, NoiseSource } from '../layers/index.js'
import { meanOverKnown, type Autoencoder, type Forward } from './autoencoder.js'
import { denseNetwork, type DenseNetworkOptions } from './dense-network.js'
import {
  allKnown,
  columnErrors,
  everyRow,
  overFeatures,
  type FeatureBatch,
  type FeatureSpace,
} from './feature-space.js'

/** Options of the denoising kind. Noise levels are in units of the scaled columns' standard deviation. */
export interface DenoisingOptions extends DenseNetworkOptions {
  /** Range of noise levels in training, above 0. */
  readonly noiseRange: readonly [number, number]
  /** Mean share of cells hidden in training, 0 to 0.5; each row draws its own, between 0 and twice this. */
  readonly hiddenShare: number
  /** Noise levels at which rows are scored. */
  readonly scoreLevels: readonly number[]
  /** Corruptions at each level, an even number: each comes with its mirror image. */
  readonly drawsPerLevel: number
}

/** Most groups of columns that are hidden in turn; with more columns, several are hidden together. */
const mostGroups = 16

/** Makes a denoising autoencoder over a feature space. */
export function denoising(space: FeatureSpace, options: DenoisingOptions): Autoencoder {
  const network = denseNetwork(space, {
    ...options,
    codeActivation: options.activation ?? 'relu',
    extraInputs: 1,
    readsMask: true,
  })
  const pass = (batch: FeatureBatch, level: Value, context: LayerContext): Forward =>
    network.forward(atUnitScale(space, batch, level), context, div(log(level), 2))
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
  return {
    kind: 'denoising',
    space,
    widths: network.widths,
    latent: network.latent,
    parameters: network.parameters,
    errorScale: scoreLevels.flatMap((level) =>
      Array.from({ length: drawsPerLevel }, () => scaleAt(space, level)).flat(),
    ),
    forward: (batch, context) =>
      pass(batch, everyRow(batch.features, floats([noiseRange[0]], [1, 1])), context),
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
        const corruptions = ablations(space, options)
        const errors = columnErrors(
          space,
          unsqueeze(batch.features, [1]),
          passesOf(batch, corruptions, context),
        )
        const [groups, columns] = [groupCount(space), space.columns.length]
        const visible = constant(
          floats(visibleIn(space, corruptions.levels.length / groups), [
            1,
            corruptions.levels.length,
            columns,
          ]),
        )
        return reshape(mul(errors, visible), [-1, groups, corruptions.levels.length / groups, columns])
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

/** Fixed ways to look at a row, the same for every row and every run. */
interface Corruptions {
  /** `[passes, width]`, added to the features. */
  readonly shift: Float32Array
  /** `[passes, columns]`, 0 where a cell is hidden. */
  readonly shown: Float32Array
  /** `[passes]`, noise levels that the network is told. */
  readonly levels: Float32Array
}

/** Every row under every corruption: `[batch · passes, …]`, one block of passes for each row. */
function corruptEach(
  space: FeatureSpace,
  { features, mask }: FeatureBatch,
  { shift, shown, levels }: Corruptions,
) {
  const passes = levels.length
  const { width, columns } = space
  const each = (rows: Float32Array): Value => constant(floats(rows, [1, passes, rows.length / passes]))
  const known = unsqueeze(mask ?? allKnown(space, features), [1])
  const visible = mul(known, each(shown))
  const corrupted = mul(add(unsqueeze(features, [1]), each(shift)), overFeatures(space, visible))
  return {
    level: reshape(everyRow(features, floats(levels, [1, passes])), [-1, 1]),
    corrupted: { features: reshape(corrupted, [-1, width]), mask: reshape(visible, [-1, columns.length]) },
  }
}

const groupCount = ({ columns }: FeatureSpace): number => Math.min(columns.length, mostGroups)

/** The group that each column is hidden with: neighbours, which are often related, in different ones. */
const groupsOf = (space: FeatureSpace): readonly number[] =>
  space.columns.map((_, column) => column % groupCount(space))

/** The passes at the middle noise level: fine enough to be specific, coarse enough to reach far outliers. */
function explainingPasses({ scoreLevels, drawsPerLevel }: DenoisingOptions): readonly number[] {
  const first = Math.floor(scoreLevels.length / 2) * drawsPerLevel
  return Array.from({ length: drawsPerLevel }, (_, draw) => first + draw)
}

/** `[groups · passes, columns]`, 0 where the column belongs to the hidden group. */
function visibleIn(space: FeatureSpace, passes: number): Float32Array {
  const groups = groupsOf(space)
  return Float32Array.from({ length: groupCount(space) * passes * groups.length }, (_, i) => {
    const group = Math.floor(i / (passes * groups.length))
    return groups[i % groups.length] === group ? 0 : 1
  })
}

/** The explaining passes, once for each group, with the group hidden. */
function ablations(space: FeatureSpace, options: DenoisingOptions): Corruptions {
  const { shift, shown, levels } = scoreCorruptions(space, options)
  const passes = explainingPasses(options)
  const groups = groupCount(space)
  const repeated = (rows: Float32Array): Float32Array => {
    const width = rows.length / levels.length
    const chosen = passes.flatMap((pass) => [...rows.subarray(pass * width, (pass + 1) * width)])
    return Float32Array.from({ length: groups * chosen.length }, (_, i) => chosen[i % chosen.length]!)
  }
  const visible = visibleIn(space, passes.length)
  return {
    shift: repeated(shift),
    shown: repeated(shown).map((cell, i) => cell * visible[i]!),
    levels: repeated(levels),
  }
}

/** Each group hidden in one pass; `chosen` `[1, passes, width]` picks that pass for the features of its columns. */
function oneHiddenAtATime(space: FeatureSpace, level: number) {
  const { columns, width } = space
  const passes = groupCount(space)
  const chosen = new Float32Array(passes * width)
  columns.forEach(({ start, width: size }, column) => {
    const pass = groupsOf(space)[column]!
    chosen.fill(1, pass * width + start, pass * width + start + size)
  })
  return {
    corruptions: {
      shift: new Float32Array(passes * width),
      shown: visibleIn(space, 1),
      levels: new Float32Array(passes).fill(level),
    },
    chosen: constant(floats(chosen, [1, passes, width])),
  }
}

/** Seed of the fixed corruptions: part of the method, not of a training. */
const fixedSeed = 20100601

/**
 * The corruptions that rows are scored under. Each comes with its mirror image: noise of the opposite sign, and the
 * other half of the categories hidden.
 */
function scoreCorruptions(
  space: FeatureSpace,
  { scoreLevels, drawsPerLevel }: DenoisingOptions,
): Corruptions {
  const { width, numericCount, columns } = space
  const stream = random(fixedSeed)
  const passes = scoreLevels.length * drawsPerLevel
  const shift = new Float32Array(passes * width)
  const shown = new Float32Array(passes * columns.length).fill(1)
  const levels = Float32Array.from(
    { length: passes },
    (_, pass) => scoreLevels[Math.floor(pass / drawsPerLevel)]!,
  )
  for (let pass = 0; pass < passes; pass += 2) {
    for (let feature = 0; feature < numericCount; feature++) {
      const noise = levels[pass]! * stream.normal()
      shift[pass * width + feature] = noise
      shift[(pass + 1) * width + feature] = -noise
    }
    for (let column = numericCount; column < columns.length; column++) {
      const hidingPass = stream.uniform() < 0.5 ? pass : pass + 1
      shown[hidingPass * columns.length + column] = 0
    }
  }
  return { shift, shown, levels }
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
