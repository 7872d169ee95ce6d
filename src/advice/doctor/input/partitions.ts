/**
 * Ways to part a column's rows in two, such that one part may be in another unit: a stretch of rows, one side of a
 * valley between two heaps of values, the rows of one category. What is made of them stands in units.ts.
 */
import { quantile } from '../../../data/index.js'
import { robustDeviation } from '../statistics/order.js'
import { rowsWhere, type NumberFacts, type TextFacts } from './facts.js'

/** Rows that may be in another unit. */
export interface Partition {
  readonly how: 'rows' | 'values' | 'category'
  /** For people: `rows 501 to 800`, `values above 100`, `site = "north"`. */
  readonly words: string
  /** Ascending, fewer than half of the known rows. */
  readonly rows: readonly number[]
}

/** Fewest rows of a part, and their least share. */
export const fewestRows = 10
const leastShare = 0.01

/**
 * All partitions of a column worth looking at.
 *
 * @param explained rows whose cells an earlier check has explained: they are on neither side
 */
export function partitionsOf(
  column: NumberFacts,
  texts: readonly TextFacts[],
  explained: ReadonlySet<number> | undefined,
): readonly Partition[] {
  const { values } = column.column
  const known = rowsWhere(values.length, (row) => !Number.isNaN(values[row]!) && explained?.has(row) !== true)
  if (known.length < 4 * fewestRows) return []
  const proposals = [
    stretch(values, known),
    heaps(values, known),
    ...texts.flatMap((text) => categories(text, known)),
  ]
  return proposals.filter(
    (partition): partition is Partition =>
      partition !== undefined && partition.rows.length >= Math.max(fewestRows, leastShare * known.length),
  )
}

/**
 * The stretch of rows whose values differ most from the rest: between the smallest and the largest of the running sums
 * of centred signs. Signs from the median, so that no value counts more than its side.
 */
function stretch(values: Float64Array, known: readonly number[]): Partition | undefined {
  const sorted = Float64Array.from(known, (row) => values[row]!).sort()
  const centre = splitPoint(sorted)
  if (centre === undefined) return undefined
  const above = sorted.length - upperBound(sorted, centre)
  const mean = (2 * above - sorted.length) / sorted.length
  let [sum, low, high, lowAt, highAt] = [0, 0, 0, 0, 0]
  known.forEach((row, i) => {
    sum += (values[row]! > centre ? 1 : -1) - mean
    if (sum < low) [low, lowAt] = [sum, i + 1]
    if (sum > high) [high, highAt] = [sum, i + 1]
  })
  const [from, to] = lowAt < highAt ? [lowAt, highAt] : [highAt, lowAt]
  const inside = known.slice(from, to)
  const outside = [...known.slice(0, from), ...known.slice(to)]
  const rows = inside.length <= outside.length ? inside : outside
  const isEnd = to === known.length || from === 0
  const words =
    rows === inside || isEnd
      ? `rows ${rows[0]! + 1} to ${rows.at(-1)! + 1}`
      : `rows up to ${known[from - 1]! + 1} and from ${known[to]! + 1} on`
  return rows.length === 0 ? undefined : { how: 'rows', words, rows }
}

/** The side of the widest valley with fewer rows. */
function heaps(values: Float64Array, known: readonly number[]): Partition | undefined {
  const sorted = Float64Array.from(known, (row) => values[row]!).sort()
  const point = splitPoint(sorted)
  if (point === undefined) return undefined
  const high = known.filter((row) => values[row]! > point)
  if (!hasValley(sorted, sorted.length - high.length)) return undefined
  const isHigh = high.length <= known.length / 2
  const rows = isHigh ? high : known.filter((row) => values[row]! <= point)
  return {
    how: 'values',
    words: `values ${isHigh ? 'above' : 'up to'} ${Number(point.toPrecision(4))}`,
    rows,
  }
}

/**
 * Whether the heaps before and after a place lie apart: from the 95th percentile of the lower to the 5th of the upper it
 * is at least as far as a usual deviation within them. Halves of one heap, however wide, are nearer.
 */
function hasValley(sorted: Float64Array, place: number): boolean {
  const scaled = sorted[0]! > 0 ? sorted.map(Math.log) : sorted
  const [low, high] = [scaled.subarray(0, place), scaled.subarray(place)]
  if (low.length < 2 || high.length < 2) return false
  const gap = quantile(high, 0.05) - quantile(low, 0.95)
  return gap >= Math.max(robustDeviation(low), robustDeviation(high))
}

/**
 * Where two heaps part best: the least variance within both (Otsu 1979), of logarithms where all values are above 0.
 *
 * @returns a value that the lower heap does not exceed; undefined when all values are equal
 */
function splitPoint(sorted: Float64Array): number | undefined {
  const scaled = sorted[0]! > 0 ? sorted.map(Math.log) : sorted
  const n = scaled.length
  const total = scaled.reduce((sum, value) => sum + value, 0)
  let [sum, best, place] = [0, 0, 0]
  for (let i = 1; i < n; i++) {
    sum += scaled[i - 1]!
    if (scaled[i] === scaled[i - 1]) continue
    const between = (sum / i - (total - sum) / (n - i)) ** 2 * i * (n - i)
    if (between > best) [best, place] = [between, i]
  }
  return place === 0 ? undefined : sorted[place - 1]
}

/** Most categories of a column whose rows are tried. */
const mostCategories = 20

function categories({ name, column }: TextFacts, known: readonly number[]): Partition[] {
  if (column.categories.length < 2 || column.categories.length > mostCategories) return []
  return column.categories.flatMap((category, code): Partition[] => {
    const rows = known.filter((row) => column.codes[row] === code)
    return rows.length > known.length / 2 ? [] : [{ how: 'category', words: `${name} = "${category}"`, rows }]
  })
}

function upperBound(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low
}
