/**
 * Fresh corruptions for training, other ones for every row and step. The fixed ones that rows are scored under are in
 * corruptions.ts.
 *
 *     level σ   sampled: log-uniform for each row     fixed: the upper end     annealed: from the upper end down
 *     gaussian      numbers + σ·ε                     (Vincent et al. 2010, section 3.3, like the next two)
 *     masking       a share σ of the cells is 0 and hidden
 *     saltAndPepper a share σ of the cells is at an extreme, or another category
 *     swap          a share σ of the cells has what another row of the batch has there
 */
import {
  add,
  cast,
  div,
  exp,
  floats,
  floor,
  gather,
  gatherElements,
  constant,
  greaterOrEqual,
  integers,
  less,
  minimum,
  mul,
  shapeOf,
  sqrt,
  sub,
  type Value,
} from '../graph/index.js'
import type { NoiseSource, TrainingContext } from '../layers/index.js'
import type { DenoisingSettings } from './denoising-options.js'
import { exchange, otherValues, type Extremes } from './exchanged-cells.js'
import { everyRow, onNumbers, overFeatures, type FeatureBatch, type FeatureSpace } from './feature-space.js'

/** A corrupted batch, and the noise level of each row, `[batch, 1]`. */
export interface Corrupted {
  readonly level: Value
  readonly corrupted: FeatureBatch
}

/** Fresh corruption for a training batch. */
export function corruptFresh(
  space: FeatureSpace,
  batch: FeatureBatch,
  settings: DenoisingSettings,
  context: TrainingContext,
): Corrupted {
  const { noise } = context
  const level = levelOf(batch, settings, context)
  if (settings.noise === 'masking')
    return { level, corrupted: hide(space, batch, batch.features, level, noise) }
  const hidden =
    settings.hiddenShare === 0 ? undefined : mul(noise.uniform(['batch', 1]), 2 * settings.hiddenShare)
  const shown = hidden && shownCells(space, batch, hidden, noise)
  const mask = shown ?? batch.mask
  const noisy = noisyFeatures(space, batch, level, settings, noise)
  if (mask === undefined) return { level, corrupted: { features: noisy } }
  return { level, corrupted: { features: mul(noisy, overFeatures(space, mask)), mask } }
}

/** `[batch, 1]` */
function levelOf(
  { features }: FeatureBatch,
  { schedule, noiseRange }: DenoisingSettings,
  { noise, progress }: TrainingContext,
): Value {
  const [low, high] = noiseRange.map(Math.log) as [number, number]
  switch (schedule) {
    case 'sampled':
      return exp(add(mul(noise.uniform(['batch', 1]), high - low), low))
    case 'fixed':
      return everyRow(features, floats([noiseRange[1]], [1, 1]))
    case 'annealed':
      return mul(everyRow(features, floats([1], [1, 1])), exp(add(mul(progress, low - high), high)))
  }
}

/** `[batch, columns]`, 1 where a cell is known and not among a share of hidden ones. */
function shownCells(space: FeatureSpace, { mask }: FeatureBatch, hidden: Value, noise: NoiseSource): Value {
  const shown = cast(greaterOrEqual(noise.uniform(['batch', space.columns.length]), hidden), 'float32')
  return mask === undefined ? shown : mul(mask, shown)
}

/** Hides a share of the cells of each row: their features are 0, and the mask says so. */
function hide(
  space: FeatureSpace,
  batch: FeatureBatch,
  features: Value,
  share: Value,
  noise: NoiseSource,
): FeatureBatch {
  const mask = shownCells(space, batch, share, noise)
  return { features: mul(features, overFeatures(space, mask)), mask }
}

function noisyFeatures(
  space: FeatureSpace,
  batch: FeatureBatch,
  level: Value,
  settings: DenoisingSettings,
  noise: NoiseSource,
): Value {
  const { features } = batch
  if (settings.noise === 'gaussian') {
    return onNumbers(space, features, (numbers) =>
      add(numbers, mul(level, noise.normal(['batch', space.numericCount]))),
    )
  }
  const chosen = cast(less(noise.uniform(['batch', space.columns.length]), level), 'float32')
  if (settings.noise === 'swap') {
    const { values, known } = donated(space, batch, noise)
    return exchange(space, features, known === undefined ? chosen : mul(chosen, known), values)
  }
  return exchange(space, features, chosen, extremeValues(space, features, settings.extremes, noise))
}

/** A number at one of the extremes, a category at random among the others, `[batch, width]`. */
function extremeValues(
  space: FeatureSpace,
  features: Value,
  [low, high]: Extremes,
  noise: NoiseSource,
): Value {
  const { columns, numericCount } = space
  const categorical = columns.slice(numericCount)
  const others = constant(floats(categorical.map(({ width }) => width - 1)))
  const numbers =
    numericCount === 0
      ? features // there are none to be put anywhere
      : add(mul(noise.bernoulli(0.5, ['batch', numericCount]), high - low), low)
  if (categorical.length === 0) return numbers
  const draws = mul(noise.uniform(['batch', categorical.length]), others)
  const offsets = minimum(add(floor(draws), 1), others)
  return otherValues(space, features, numbers, offsets)
}

/**
 * For every cell what a row of the batch has in its column, `[batch, width]`, and whether it is known there,
 * `[batch, columns]`, where cells may be missing. Each cell has a row of its own; a batch of one gives itself.
 */
function donated(space: FeatureSpace, { features, mask }: FeatureBatch, noise: NoiseSource) {
  const rows = cast(gather(shapeOf(features), constant(integers([0]))), 'float32')
  const draws = floor(mul(noise.uniform(['batch', space.columns.length]), rows))
  const donors = minimum(draws, sub(rows, 1)) // a draw just below 1 may round up to the number of rows
  const taken = (values: Value, from: Value): Value => gatherElements(values, cast(from, 'int64'), 0)
  return {
    values: taken(features, overFeatures(space, donors)),
    known: mask && taken(mask, donors),
  }
}

/** Numeric features divided by √(1 + σ²), so that the encoder sees numbers of one size at every level. */
export function atUnitScale(space: FeatureSpace, batch: FeatureBatch, level: Value): FeatureBatch {
  const size = sqrt(add(mul(level, level), 1))
  return { ...batch, features: onNumbers(space, batch.features, (numbers) => div(numbers, size)) }
}
