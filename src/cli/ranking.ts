/** Which rows come first: the highest scores, found without sorting millions of rows. */

/**
 * Positions of the `count` highest scores, highest first; ties by position. Scores that are not numbers come never.
 *
 * @param scores `[rows]`
 */
export function highest(scores: Float32Array, count: number): Int32Array {
  const known = scores.filter((score) => !Number.isNaN(score))
  if (known.length === 0 || count === 0) return new Int32Array(0)
  const least = known.sort()[Math.max(0, known.length - count)]! // typed arrays sort natively, by value
  const rows: number[] = []
  for (let row = 0; row < scores.length; row++) if (scores[row]! >= least) rows.push(row)
  rows.sort((a, b) => scores[b]! - scores[a]! || a - b)
  return Int32Array.from(rows.slice(0, count))
}
