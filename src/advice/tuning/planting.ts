/**
 * Anomalies made out of held-out rows, so that detection can be measured without a label: four types, after ADBench, in
 * the space of features, where numbers are scaled and categories are groups.
 *
 * - `dependency`: some cells take the values of other rows, each of its own: every cell is usual, together they are not.
 * - `local`: some numbers are moved by normal noise, some categories exchanged: rows beside the data.
 * - `global`: every number is drawn evenly from a tenth beyond the range of its column, every category at random.
 * - `cluster`: rows around a few centres that lie further out than the rows they come from.
 *
 * How strong a planted anomaly is, is drawn row by row (which share of the cells, how far), from hardly visible to plain:
 * a metric that every trial passes would tell nothing. The risk: what is planted need not look like what a person will
 * meet, and a kind whose training noise looks like one type has an advantage there; hence four types that count alike.
 *
 * Han et al. (2022), "ADBench: anomaly detection benchmark", section 3.2 and appendix C, with milder strengths.
 */
import type { FeatureSpace } from '../../autoencoders/index.js'
import type { Random } from '../../base/index.js'
import type { Features } from '../../learning/index.js'

/** Types of planted anomalies. */
export const plantedTypes = ['dependency', 'local', 'global', 'cluster'] as const

export type PlantedType = (typeof plantedTypes)[number]

/** Smallest and largest deviation of local noise, in units of the scaled columns. */
const localNoise = [0.5, 2] as const
/** How far beyond the range global anomalies go. */
const beyond = 1.1
/** How far clusters are pushed away from the mean, and the spread inside, in units of the column's deviation. */
const [push, clusterSpread, clusterRows] = [[1.5, 3], 0.2, 20] as const
/** Donors that are tried for a cell before it is left as it is. */
const mostDonors = 8

/** Rows of features in one matrix, with a mask that says which cells are known. */
export interface PlantingRows extends Features {
  readonly mask: Float32Array
  readonly rows: number
}

/**
 * Anomalies of one type.
 *
 * @param source held-out rows; missing cells stay missing
 * @param count rows to make; source rows are taken in turn
 * @returns `count` rows
 */
export function plant(
  type: PlantedType,
  source: PlantingRows,
  space: FeatureSpace,
  { count, random }: { readonly count: number; readonly random: Random },
): PlantingRows {
  const rows = copyOf(source, space, count)
  const change = changes[type](source, space, random)
  for (let row = 0; row < count; row++) change(rows, row)
  return rows
}

type Change = (rows: PlantingRows, row: number) => void

const changes: Readonly<
  Record<PlantedType, (source: PlantingRows, space: FeatureSpace, random: Random) => Change>
> = {
  dependency: (source, space, random) => (rows, row) => {
    for (const column of someColumns(rows, row, space, random))
      exchange(rows, row, column, source, space, random)
  },
  local: (_, space, random) => (rows, row) => {
    const deviation = localNoise[0] * (localNoise[1] / localNoise[0]) ** random.uniform()
    for (const column of someColumns(rows, row, space, random)) {
      if (column < space.numericCount)
        rows.features[row * space.width + column]! += deviation * random.normal()
      else setCategory(rows, row, column, space, random)
    }
  },
  global: (source, space, random) => {
    const ranges = columnRanges(source, space)
    return (rows, row) => {
      space.columns.forEach((_, column) => {
        if (rows.mask[row * space.columns.length + column] === 0) return
        if (column >= space.numericCount) {
          setCategory(rows, row, column, space, random)
          return
        }
        const { low, high } = ranges[column]!
        const margin = ((beyond - 1) * (high - low)) / 2
        rows.features[row * space.width + column] =
          low - margin + random.uniform() * (high - low + 2 * margin)
      })
    }
  },
  cluster: (source, space, random) => {
    const ranges = columnRanges(source, space)
    let [center, factor] = [0, 1]
    return (rows, row) => {
      if (row % clusterRows === 0) {
        center = random.below(source.rows)
        factor = push[0] + (push[1] - push[0]) * random.uniform()
      }
      takeRow(rows, row, source, center, space)
      for (let column = 0; column < space.numericCount; column++) {
        if (rows.mask[row * space.columns.length + column] === 0) continue
        const { mean, deviation } = ranges[column]!
        const at = row * space.width + column
        rows.features[at] =
          mean + factor * (rows.features[at]! - mean) + clusterSpread * deviation * random.normal()
      }
    }
  },
}

/** Some known columns of a row: at least one, at most half, as many as chance says. */
function someColumns(
  { mask }: PlantingRows,
  row: number,
  { columns }: FeatureSpace,
  random: Random,
): readonly number[] {
  const known = columns.map((_, i) => i).filter((column) => mask[row * columns.length + column] === 1)
  const count = Math.min(known.length, 1 + random.below(Math.max(1, Math.floor(columns.length / 2))))
  for (let i = 0; i < count; i++) {
    const other = i + random.below(known.length - i)
    ;[known[i], known[other]] = [known[other]!, known[i]!]
  }
  return known.slice(0, count)
}

/** Gives a cell the value of another row that differs there, if one is soon found. */
function exchange(
  rows: PlantingRows,
  row: number,
  column: number,
  source: PlantingRows,
  space: FeatureSpace,
  random: Random,
): void {
  const { start, width } = space.columns[column]!
  const to = row * space.width + start
  for (let tries = 0; tries < mostDonors; tries++) {
    const donor = random.below(source.rows)
    if (source.mask[donor * space.columns.length + column] === 0) continue
    const from = donor * space.width + start
    const value = source.features.subarray(from, from + width)
    if (value.every((number, i) => number === rows.features[to + i])) continue
    rows.features.set(value, to)
    return
  }
}

/** Gives a cell another of its categories. */
function setCategory(
  { features }: PlantingRows,
  row: number,
  column: number,
  space: FeatureSpace,
  random: Random,
): void {
  const { start, width } = space.columns[column]!
  if (width < 2) return
  const cell = features.subarray(row * space.width + start, row * space.width + start + width)
  const next = (cell.indexOf(1) + 1 + random.below(width - 1)) % width
  cell.fill(0)
  cell[next] = 1
}

/** What is known of a numeric column. */
interface ColumnRange {
  readonly low: number
  readonly high: number
  readonly mean: number
  readonly deviation: number
}

function columnRanges(
  source: PlantingRows,
  { width, columns, numericCount }: FeatureSpace,
): readonly ColumnRange[] {
  return Array.from({ length: numericCount }, (_, column) => {
    let [low, high, sum, squares, count] = [Infinity, -Infinity, 0, 0, 0]
    for (let row = 0; row < source.rows; row++) {
      if (source.mask[row * columns.length + column] === 0) continue
      const value = source.features[row * width + column]!
      low = Math.min(low, value)
      high = Math.max(high, value)
      sum += value
      squares += value * value
      count++
    }
    if (count === 0) return { low: 0, high: 0, mean: 0, deviation: 0 }
    const mean = sum / count
    return { low, high, mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) }
  })
}

/** The source's rows in turn, as many as are wanted. */
function copyOf(source: PlantingRows, space: FeatureSpace, count: number): PlantingRows {
  const rows: PlantingRows = {
    rows: count,
    features: new Float32Array(count * space.width),
    mask: new Float32Array(count * space.columns.length),
  }
  for (let row = 0; row < count; row++) takeRow(rows, row, source, row % source.rows, space)
  return rows
}

function takeRow(
  rows: PlantingRows,
  row: number,
  source: PlantingRows,
  from: number,
  { width, columns }: FeatureSpace,
): void {
  rows.features.set(source.features.subarray(from * width, (from + 1) * width), row * width)
  const mask = source.mask.subarray(from * columns.length, (from + 1) * columns.length)
  rows.mask.set(mask, row * columns.length)
}
