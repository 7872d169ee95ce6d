/** What the count kind needs to know of the rows it learns from: the typical total, and where its encoder's input lies. */
import type { FeatureSpace, KindOptions } from '../autoencoders/index.js'
import type { TrainingData } from '../training/index.js'

/** Most rows that are looked at. */
const mostRows = 20_000

/**
 * The median total, the mean of log(1 + x/s) of each column, and one deviation for all columns: encoders learn slowly from
 * numbers that are all positive, and a deviation of each column would make the noise of rarely counted genes as loud as
 * what cells differ in.
 *
 * @param data rows of raw counts
 */
export function countFacts({ width }: FeatureSpace, data: TrainingData): Partial<KindOptions['count']> {
  const { features, mask } = data
  const rows = data.training.subarray(0, mostRows)
  const totals = Float64Array.from(rows, (row) => totalOf(features, row, width))
  const typicalTotal = Math.max(1, totals.toSorted()[rows.length >> 1] ?? 1)
  const [sums, squares, known] = [0, 1, 2].map(() => new Float64Array(width)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  rows.forEach((row, i) => {
    const size = Math.max(1, totals[i]!) / typicalTotal
    for (let column = 0, at = row * width; column < width; column++, at++) {
      if (mask?.[at] === 0) continue
      const value = Math.log1p(features[at]! / size)
      sums[column]! += value
      squares[column]! += value * value
      known[column]!++
    }
  })
  const means = Array.from(sums, (sum, column) => sum / Math.max(1, known[column]!))
  const variance = squares.reduce(
    (total, square, column) => total + square - sums[column]! * means[column]!,
    0,
  )
  const cells = known.reduce((sum, count) => sum + count, 0)
  const deviation = Math.sqrt(variance / Math.max(1, cells))
  return { typicalTotal, means, deviations: means.map(() => (deviation > 0 ? deviation : 1)) }
}

function totalOf(features: Float32Array, row: number, width: number): number {
  let total = 0
  for (let at = row * width; at < (row + 1) * width; at++) total += features[at]!
  return total
}
