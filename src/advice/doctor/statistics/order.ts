/** Order statistics that single values cannot move: medians, spreads, ranks. */
import { quantile } from '../../../data/index.js'

/** Known values in ascending order, as a copy. */
export function sortedKnown(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort()
}

/** Median of sorted values. */
export const medianOf = (sorted: Float64Array): number => quantile(sorted, 0.5)

/** A spread that a quarter of the values cannot move, equal to the deviation of normal ones; 0 for half of one value. */
export const robustDeviation = (sorted: Float64Array): number =>
  (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.349

/** Median absolute deviation from the median, ·1.4826: equal to the deviation of normal values. */
export function medianDeviation(sorted: Float64Array): number {
  const median = medianOf(sorted)
  return 1.4826 * medianOf(sorted.map((value) => Math.abs(value - median)).sort())
}

/**
 * Ranks from 1, the mean rank where values are equal.
 *
 * @param values none is NaN
 */
export function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => values[a]! - values[b]!,
  )
  const ranks = new Float64Array(values.length)
  for (let start = 0; start < order.length;) {
    let end = start + 1
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + end + 1) / 2
    start = end
  }
  return ranks
}

/** Pearson's correlation; 0 where one side does not vary. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length
  let [sumA, sumB] = [0, 0]
  for (let i = 0; i < n; i++) {
    sumA += a[i]!
    sumB += b[i]!
  }
  const [meanA, meanB] = [sumA / n, sumB / n]
  let [aa, bb, ab] = [0, 0, 0]
  for (let i = 0; i < n; i++) {
    const [x, y] = [a[i]! - meanA, b[i]! - meanB]
    aa += x * x
    bb += y * y
    ab += x * y
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0
}

/** Spearman's rank correlation of values without NaN. */
export const rankCorrelation = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  correlation(ranksOf(a), ranksOf(b))
