/**
 * From a column to the colours of points. The colours themselves are palette.ts; what is drawn with them, raster.ts and
 * web/painter.ts.
 */
import { quantile } from './frame.js'

/** Numbers of a column that its scale needs. */
export interface NumberRange {
  /** Numbers that are finite; without any, all others here are 0. */
  readonly known: number
  readonly least: number
  readonly most: number
  /** Where the scale begins and ends: what lies outside has the colour of the nearer end. */
  readonly low: number
  readonly high: number
  readonly missing: number
}

/** A scale leaves out this share of the numbers at either end where they would stretch it … */
const tailShare = 0.01
/** … to more than this many times what it is without them. */
const longTail = 1.5

/** Range of the finite numbers among `values`. */
export function rangeOfNumbers(values: Float32Array): NumberRange {
  const known = values.filter((value) => Number.isFinite(value)).sort()
  const missing = values.length - known.length
  if (known.length === 0) return { known: 0, least: 0, most: 0, low: 0, high: 0, missing }
  const [least, most] = [known[0]!, known.at(-1)!]
  const [from, to] = [quantile(known, tailShare), quantile(known, 1 - tailShare)]
  const isStretched = to > from && most - least > longTail * (to - from)
  return {
    known: known.length,
    least,
    most,
    low: isStretched ? from : least,
    high: isStretched ? to : most,
    missing,
  }
}

/** What a loop over points fills: red, green, blue and a byte that is left alone, for each. */
export type Paint = Uint8Array

/** @param colours `[3 categories]`; @param missing for codes below 0 */
export function paintCategories(
  paint: Paint,
  codes: ArrayLike<number>,
  colours: Uint8Array,
  missing: readonly number[],
): void {
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!
    const isMissing = code < 0
    paint[4 * i] = isMissing ? missing[0]! : colours[3 * code]!
    paint[4 * i + 1] = isMissing ? missing[1]! : colours[3 * code + 1]!
    paint[4 * i + 2] = isMissing ? missing[2]! : colours[3 * code + 2]!
  }
}

/** @param ramp `[768]`, from `low` to `high`; @param missing for numbers that are not finite */
export function paintNumbers(
  paint: Paint,
  values: Float32Array,
  {
    ramp,
    range,
    missing,
  }: { readonly ramp: Uint8Array; readonly range: NumberRange; readonly missing: readonly number[] },
): void {
  const scale = range.high > range.low ? 255 / (range.high - range.low) : 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const isMissing = !Number.isFinite(value)
    const step = 3 * Math.round(Math.min(255, Math.max(0, (value - range.low) * scale)))
    paint[4 * i] = isMissing ? missing[0]! : ramp[step]!
    paint[4 * i + 1] = isMissing ? missing[1]! : ramp[step + 1]!
    paint[4 * i + 2] = isMissing ? missing[2]! : ramp[step + 2]!
  }
}

/** One colour for all. */
export function paintAlike(paint: Paint, colour: readonly number[]): void {
  for (let i = 0; i < paint.length; i += 4) {
    paint[i] = colour[0]!
    paint[i + 1] = colour[1]!
    paint[i + 2] = colour[2]!
  }
}

/** How many points each category has; the last entry counts codes below 0. */
export function countsOf(codes: ArrayLike<number>, categories: number): Int32Array {
  const counts = new Int32Array(categories + 1)
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!
    counts[code < 0 ? categories : code]!++
  }
  return counts
}

/**
 * Which of the palette's colours each category takes: in order while the colours that stay apart suffice, else the most
 * frequent first.
 *
 * @param counts as `countsOf` gives them
 * @param distinct how many colours stay apart
 */
export function colourRanks(counts: Int32Array, distinct: number): Int32Array {
  const categories = counts.length - 1
  const ranks = Int32Array.from({ length: categories }, (_, code) => code)
  if (categories <= distinct) return ranks
  const byCount = [...ranks].sort((a, b) => counts[b]! - counts[a]! || a - b)
  byCount.forEach((code, rank) => (ranks[code] = rank))
  return ranks
}
