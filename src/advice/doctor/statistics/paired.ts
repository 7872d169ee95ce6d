/**
 * Means over rows with their standard errors, and differences between two models on the same rows, row by row: what
 * examinations that try things out decide by.
 */
import { random } from '../../../base/index.js'

/** A mean over rows. */
export interface Estimate {
  readonly mean: number
  /** Standard error of the mean. */
  readonly error: number
  /** Ends of the 95 % interval. */
  readonly low: number
  readonly high: number
  readonly rows: number
}

/** Half the width of a 95 % interval, in standard errors. */
const halfWidth = 1.96

/** Mean and standard error; of nothing, 0 with an infinite error. */
export function estimate(values: ArrayLike<number>): Estimate {
  const rows = values.length
  if (rows < 2) return { mean: values[0] ?? 0, error: Infinity, low: -Infinity, high: Infinity, rows }
  let [sum, squares] = [0, 0]
  for (let i = 0; i < rows; i++) sum += values[i]!
  const mean = sum / rows
  for (let i = 0; i < rows; i++) squares += (values[i]! - mean) ** 2
  const error = Math.sqrt(squares / (rows - 1) / rows)
  return { mean, error, low: mean - halfWidth * error, high: mean + halfWidth * error, rows }
}

/**
 * The mean of a − b over the same rows. What makes a row easy or hard for both cancels, so differences far smaller than
 * the spread of either are seen.
 */
export function pairedDifference(a: ArrayLike<number>, b: ArrayLike<number>): Estimate {
  return estimate(Float64Array.from({ length: a.length }, (_, i) => a[i]! - b[i]!))
}

/** The difference of the means of two sets of rows that have nothing to do with each other. */
export function unpairedDifference(a: ArrayLike<number>, b: ArrayLike<number>): Estimate {
  const [first, second] = [estimate(a), estimate(b)]
  const mean = first.mean - second.mean
  const error = Math.hypot(first.error, second.error)
  const rows = first.rows + second.rows
  return { mean, error, low: mean - halfWidth * error, high: mean + halfWidth * error, rows }
}

/** How many standard errors a mean lies from 0; 0 where nothing is known, ±∞ for a difference without any spread. */
export function standardErrors({ mean, error }: Estimate): number {
  if (mean === 0 || error === Infinity) return 0
  return mean / error
}

/**
 * Draws rows with replacement, again and again (the bootstrap; Efron 1979).
 *
 * @param rows rows there are
 * @param times how often
 * @param use gets positions of the drawn rows, a buffer that is reused
 */
export function bootstrap<T>(
  rows: number,
  times: number,
  seed: number,
  use: (drawn: Int32Array) => T,
): readonly T[] {
  const stream = random(seed)
  const drawn = new Int32Array(rows)
  return Array.from({ length: times }, () => {
    for (let i = 0; i < rows; i++) drawn[i] = Math.floor(stream.uniform() * rows)
    return use(drawn)
  })
}

/**
 * How often a value of `a` is above one of `b`, ties counted half: the Mann–Whitney statistic as a share, ½ for the same
 * distribution. Its error is that of DeLong, DeLong & Clarke-Pearson (1988), from the placements of both.
 */
export function shareAbove(a: ArrayLike<number>, b: ArrayLike<number>): Estimate {
  const first = estimate(placements(a, b))
  const second = estimate(placements(b, a))
  const error = Math.hypot(first.error, second.error)
  const { mean } = first
  return {
    mean,
    error,
    low: mean - halfWidth * error,
    high: mean + halfWidth * error,
    rows: a.length + b.length,
  }
}

/** For each value of `a` the share of `among` that lies below it, ties counted half. */
export function placements(a: ArrayLike<number>, among: ArrayLike<number>): Float64Array {
  const sorted = Float64Array.from(among).sort()
  return Float64Array.from(a, (value) => {
    const [below, notAbove] = [countBelow(sorted, value, false), countBelow(sorted, value, true)]
    return sorted.length === 0 ? 0.5 : (below + notAbove) / 2 / sorted.length
  })
}

/** How many of ascending values are below a value, or not above it. */
function countBelow(sorted: Float64Array, value: number, orEqual: boolean): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value || (orEqual && sorted[middle] === value)) low = middle + 1
    else high = middle
  }
  return low
}
