/** Rank correlation. */

/**
 * Spearman's rank correlation: Pearson's correlation of ranks, equal values sharing their mean rank.
 *
 * @returns −1 to 1; 0 where one side has a single value, of which there is no order
 * @see Spearman 1904; `scipy.stats.spearmanr`, which gives NaN for a single value
 */
export function spearman(a: Float64Array, b: Float64Array): number {
  const [x, y] = [meanRanks(a), meanRanks(b)]
  const middle = (a.length + 1) / 2
  let [xy, xx, yy] = [0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i]! - middle, y[i]! - middle]
    xy += dx * dy
    xx += dx * dx
    yy += dy * dy
  }
  return xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy)
}

/** Ranks from 1, equal values sharing the mean of theirs. */
function meanRanks(values: Float64Array): Float64Array {
  const order = new Int32Array(values.length).map((_, i) => i).sort((i, j) => values[i]! - values[j]!)
  const ranks = new Float64Array(values.length)
  for (let start = 0; start < order.length;) {
    let end = start + 1
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + 1 + end) / 2
    start = end
  }
  return ranks
}
