/**
 * Fixed ways to look at a row, which the denoising kind scores and explains by: noise that is the same for every row and
 * every run, and cells hidden in turn. Fresh corruptions for training are in training-corruptions.ts.
 */
import { permutation, random, type Random } from '../base/index.js'
import {
  add,
  constant,
  floats,
  gather,
  integers,
  mul,
  reshape,
  unsqueeze,
  type Value,
} from '../graph/index.js'
import type { LayerContext } from '../layers/index.js'
import { donorsOf, exchange, otherValues, type Extremes } from './exchanged-cells.js'
import { allKnown, everyRow, overFeatures, type FeatureBatch, type FeatureSpace } from './feature-space.js'

/** Which corruptions rows are scored under. */
export interface CorruptionOptions {
  readonly noise: 'gaussian' | 'masking' | 'saltAndPepper' | 'swap'
  /** Noise levels in training, lowest and highest. */
  readonly noiseRange: readonly [number, number]
  /** Whether cells are hidden in training, so that hidden cells mean something to the network. */
  readonly hidesCells: boolean
  /** What salt and pepper put into numeric cells. */
  readonly extremes: Extremes
  /** Noise levels at which rows are scored; none for one pass over the clean row. */
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
  /** Cells with another value in their place, when there are any. */
  readonly exchanged?: Exchanged
}

/** Which cells have another value in their place, and which one. */
interface Exchanged {
  /** `[passes, columns]`, 1 where a cell has. */
  readonly cells: Float32Array
  /** `[passes, columns]`: a number, or by how many places a category moves; or rows of the bank of donors, `[passes]`. */
  readonly by: { readonly values: Float32Array } | { readonly donors: Float32Array }
}

/**
 * Every row under every corruption: `[batch · passes, …]`, one block of passes for each row.
 *
 * @param context has the bank of donors, where corruptions take values of other rows
 */
export function corruptEach(
  space: FeatureSpace,
  { features, mask }: FeatureBatch,
  { shift, shown, levels, exchanged }: Corruptions,
  context: LayerContext,
) {
  const passes = levels.length
  const { width, columns } = space
  const each = (rows: Float32Array): Value => constant(floats(rows, [1, passes, rows.length / passes]))
  const known = unsqueeze(mask ?? allKnown(space, features), [1])
  const visible = mul(known, each(shown))
  const rows = unsqueeze(features, [1])
  const given = exchanged === undefined ? rows : exchangedIn(space, rows, exchanged, passes, context)
  const corrupted = mul(add(given, each(shift)), overFeatures(space, visible))
  return {
    level: reshape(everyRow(features, floats(levels, [1, passes])), [-1, 1]),
    corrupted: { features: reshape(corrupted, [-1, width]), mask: reshape(visible, [-1, columns.length]) },
  }
}

/** Rows `[batch, 1, width]` with cells exchanged, `[batch, passes, width]`. */
function exchangedIn(
  space: FeatureSpace,
  rows: Value,
  { cells, by }: Exchanged,
  passes: number,
  context: LayerContext,
): Value {
  const { numericCount, columns } = space
  const chosen = constant(floats(cells, [1, passes, columns.length]))
  if ('donors' in by) {
    const taken = constant(integers([...by.donors]))
    const { features, known } = donorsOf(context)
    const [values, there] = [features, known].map((bank) => unsqueeze(gather(bank, taken), [0]))
    return exchange(space, rows, mul(chosen, there!), values!)
  }
  const part = (start: number, end: number): Value => {
    const picked = by.values.filter((_, i) => i % columns.length >= start && i % columns.length < end)
    return constant(floats(picked, [1, passes, end - start]))
  }
  const values = otherValues(space, rows, part(0, numericCount), part(numericCount, columns.length))
  return exchange(space, rows, chosen, values)
}

/** Number of groups of columns that are hidden in turn. */
export const groupCount = ({ columns }: FeatureSpace): number => Math.min(columns.length, mostGroups)

/** The group that each column is hidden with: neighbours, which are often related, in different ones. */
export const groupsOf = (space: FeatureSpace): readonly number[] =>
  space.columns.map((_, column) => column % groupCount(space))

/** The passes at the middle noise level: fine enough to be specific, coarse enough to reach far outliers. */
export function explainingPasses({ scoreLevels, drawsPerLevel }: CorruptionOptions): readonly number[] {
  if (scoreLevels.length === 0) return [0]
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
  const { shift, shown, levels, exchanged } = scoreCorruptions(space, options)
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
    ...(exchanged !== undefined && { exchanged: repeatedCells(exchanged, repeated) }),
  }
}

function repeatedCells({ cells, by }: Exchanged, repeated: (rows: Float32Array) => Float32Array): Exchanged {
  return {
    cells: repeated(cells),
    by: 'donors' in by ? { donors: repeated(by.donors) } : { values: repeated(by.values) },
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
 * The corruptions that rows are scored under. Each comes with its mirror image: noise of the opposite sign and the other
 * half of the categories hidden, other cells hidden or swapped, the other extremes. No levels: the clean row, once.
 */
export function scoreCorruptions(space: FeatureSpace, options: CorruptionOptions): Corruptions {
  const { scoreLevels, drawsPerLevel, noise, noiseRange } = options
  const { width, columns } = space
  const clean = scoreLevels.length === 0
  const passes = clean ? 1 : scoreLevels.length * drawsPerLevel
  const levels = Float32Array.from({ length: passes }, (_, pass) =>
    clean ? noiseRange[0] : scoreLevels[Math.floor(pass / drawsPerLevel)]!,
  )
  const none: Corruptions = {
    shift: new Float32Array(passes * width),
    shown: new Float32Array(passes * columns.length).fill(1),
    levels,
  }
  if (clean) return none
  const stream = random(fixedSeed)
  switch (noise) {
    case 'gaussian':
      return gaussianCorruptions(space, none, options.hidesCells, stream)
    case 'masking':
      return { ...none, shown: chosenCells(space, levels, stream).map((cell) => 1 - cell) }
    case 'saltAndPepper':
      return { ...none, exchanged: saltAndPepper(space, levels, options.extremes, stream) }
    case 'swap': {
      const donors = levels.map((_, pass) => pass)
      return { ...none, exchanged: { cells: chosenCells(space, levels, stream), by: { donors } } }
    }
  }
}

function gaussianCorruptions(
  { width, numericCount, columns }: FeatureSpace,
  { shift, shown, levels }: Corruptions,
  hidesCells: boolean,
  stream: Random,
): Corruptions {
  for (let pass = 0; pass < levels.length; pass += 2) {
    for (let feature = 0; feature < numericCount; feature++) {
      const noise = levels[pass]! * stream.normal()
      shift[pass * width + feature] = noise
      shift[(pass + 1) * width + feature] = -noise
    }
    for (let column = numericCount; hidesCells && column < columns.length; column++) {
      const hidingPass = stream.uniform() < 0.5 ? pass : pass + 1
      shown[hidingPass * columns.length + column] = 0
    }
  }
  return { shift, shown, levels }
}

/** A level's share of the cells in each pass, at least one and never all of several; its mirror image has others. */
function chosenCells({ columns }: FeatureSpace, levels: Float32Array, stream: Random): Float32Array {
  const count = columns.length
  const cells = new Float32Array(levels.length * count)
  for (let pass = 0; pass < levels.length; pass += 2) {
    const chosen = Math.max(1, Math.min(count - 1, Math.round(levels[pass]! * count)))
    const order = permutation(count, stream)
    for (let i = 0; i < chosen; i++) {
      cells[pass * count + order[i]!] = 1
      cells[(pass + 1) * count + order[count - 1 - i]!] = 1
    }
  }
  return cells
}

/** Cells at one extreme, and in the mirror image at the other; categories some places on, and as many back. */
function saltAndPepper(
  space: FeatureSpace,
  levels: Float32Array,
  [low, high]: Extremes,
  stream: Random,
): Exchanged {
  const { columns, numericCount } = space
  const count = columns.length
  const cells = chosenCells(space, levels, stream)
  const values = new Float32Array(cells.length)
  for (let pass = 0; pass < levels.length; pass += 2) {
    const [here, mirror] = [pass * count, (pass + 1) * count]
    cells.copyWithin(mirror, here, here + count)
    columns.forEach(({ width }, column) => {
      const draw = stream.uniform()
      const places = width < 2 ? 0 : 1 + Math.floor(draw * (width - 1))
      const numbers = draw < 0.5 ? [low, high] : [high, low]
      const [first, second] = column < numericCount ? numbers : [places, (width - places) % width]
      values[here + column] = first!
      values[mirror + column] = second!
    })
  }
  return { cells, by: { values } }
}
