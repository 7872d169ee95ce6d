/**
 * Fixed ways to look at a row, which the denoising kind scores and explains by: noise that is the same for every row and
 * every run, and cells hidden in turn. Fresh corruptions for training are in denoising.ts.
 */
import { random } from '../base/index.js'
import { add, constant, floats, mul, reshape, unsqueeze, type Value } from '../graph/index.js'
import { allKnown, everyRow, overFeatures, type FeatureBatch, type FeatureSpace } from './feature-space.js'

/** Which corruptions rows are scored under. */
export interface CorruptionOptions {
  /** Noise levels at which rows are scored. */
  readonly scoreLevels: readonly number[]
  /** Corruptions at each level, an even number: each comes with its mirror image. */
  readonly drawsPerLevel: number
}

/** Most groups of columns that are hidden in turn; with more columns, several are hidden together. */
const mostGroups = 16

/** Some corruptions, one a pass. */
export interface Corruptions {
  /** `[passes, width]`, added to the features. */
  readonly shift: Float32Array
  /** `[passes, columns]`, 0 where a cell is hidden. */
  readonly shown: Float32Array
  /** `[passes]`, noise levels that the network is told. */
  readonly levels: Float32Array
}

/** Every row under every corruption: `[batch · passes, …]`, one block of passes for each row. */
export function corruptEach(
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

/** Number of groups of columns that are hidden in turn. */
export const groupCount = ({ columns }: FeatureSpace): number => Math.min(columns.length, mostGroups)

/** The group that each column is hidden with: neighbours, which are often related, in different ones. */
export const groupsOf = (space: FeatureSpace): readonly number[] =>
  space.columns.map((_, column) => column % groupCount(space))

/** The passes at the middle noise level: fine enough to be specific, coarse enough to reach far outliers. */
export function explainingPasses({ scoreLevels, drawsPerLevel }: CorruptionOptions): readonly number[] {
  const first = Math.floor(scoreLevels.length / 2) * drawsPerLevel
  return Array.from({ length: drawsPerLevel }, (_, draw) => first + draw)
}

/** `[groups · passes, columns]`, 0 where the column belongs to the hidden group. */
export function visibleIn(space: FeatureSpace, passes: number): Float32Array {
  const groups = groupsOf(space)
  return Float32Array.from({ length: groupCount(space) * passes * groups.length }, (_, i) => {
    const group = Math.floor(i / (passes * groups.length))
    return groups[i % groups.length] === group ? 0 : 1
  })
}

/** The explaining passes, once for each group, with the group hidden. */
export function ablations(space: FeatureSpace, options: CorruptionOptions): Corruptions {
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
export function oneHiddenAtATime(space: FeatureSpace, level: number) {
  const { columns, width } = space
  const passes = groupCount(space)
  const groups = groupsOf(space)
  const chosen = new Float32Array(passes * width)
  columns.forEach(({ start, width: size }, column) => {
    const pass = groups[column]!
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
export function scoreCorruptions(
  space: FeatureSpace,
  { scoreLevels, drawsPerLevel }: CorruptionOptions,
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
