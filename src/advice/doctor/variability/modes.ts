/**
 * Whether a column has more than one mode: a mixture of two normal distributions against one, by the Bayesian information
 * criterion, the two far enough apart (Ashman's D above 2), and clearly fewer values between their means than around
 * either, so that neither skew nor a flat top counts.
 *
 * @see Schwarz 1978 (BIC); Ashman, Bird & Zepf 1994 (D)
 */

import type { Patient } from '../diagnosis.js'

/** Two modes of a column. */
export interface TwoModes {
  /** D = |μ₁ − μ₂| / √((σ₁² + σ₂²)/2): above 2 the modes part. */
  readonly distance: number
  /** Share of the smaller one. */
  readonly share: number
  /** By how much BIC prefers two; above 10 is decisive. */
  readonly preference: number
  /** Values half-way between the means, over those around the mean that has fewer, both in windows of one width. */
  readonly valley: number
}

const rounds = 60

/** @param values any order, no NaN; at least 50 */
export function twoModes(values: Float64Array): TwoModes | undefined {
  const n = values.length
  if (n < 50) return undefined
  const sorted = values.slice().sort()
  const one = fitOf(sorted, new Float64Array(n).fill(1))
  if (one.variance <= 0) return undefined
  const floor = 1e-3 * one.variance // a mode must be wider than rounding: spikes are no modes
  let first = fitOf(sorted.subarray(0, n >> 1), new Float64Array(n >> 1).fill(1))
  let second = fitOf(sorted.subarray(n >> 1), new Float64Array(n - (n >> 1)).fill(1))
  let share = 0.5
  let logLikelihood = -Infinity
  const weight = new Float64Array(n)
  for (let round = 0; round < rounds; round++) {
    let total = 0
    for (let i = 0; i < n; i++) {
      const [a, b] = [
        share * density(sorted[i]!, first, floor),
        (1 - share) * density(sorted[i]!, second, floor),
      ]
      weight[i] = a + b > 0 ? a / (a + b) : 0.5
      total += Math.log(Math.max(a + b, Number.MIN_VALUE))
    }
    logLikelihood = total
    first = fitOf(sorted, weight)
    second = fitOf(
      sorted,
      weight.map((w) => 1 - w),
    )
    share = weight.reduce((sum, w) => sum + w, 0) / n
  }
  const single = sorted.reduce(
    (sum, x) => sum + Math.log(Math.max(density(x, one, floor), Number.MIN_VALUE)),
    0,
  )
  const preference = 2 * (logLikelihood - single) - 3 * Math.log(n)
  const [v1, v2] = [Math.max(first.variance, floor), Math.max(second.variance, floor)]
  const distance = Math.abs(first.mean - second.mean) / Math.sqrt((v1 + v2) / 2)
  const half = 0.4 * Math.sqrt(Math.min(v1, v2))
  const around = (center: number): number => sorted.filter((x) => Math.abs(x - center) <= half).length
  const valley =
    around((first.mean + second.mean) / 2) / Math.max(1, Math.min(around(first.mean), around(second.mean)))
  return { distance, share: Math.min(share, 1 - share), preference, valley }
}

/** Whether the two are modes of their own. */
export const isBimodal = ({ distance, share, preference, valley }: TwoModes): boolean =>
  distance > 2.5 && share > 0.05 && preference > 10 && valley < 0.6

interface Normal {
  readonly mean: number
  readonly variance: number
}

function fitOf(values: Float64Array, weights: Float64Array): Normal {
  let [sum, mean, variance] = [0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    sum += weights[i]!
    mean += weights[i]! * values[i]!
  }
  mean /= Math.max(sum, 1e-12)
  for (let i = 0; i < values.length; i++) variance += weights[i]! * (values[i]! - mean) ** 2
  return { mean, variance: variance / Math.max(sum, 1e-12) }
}

function density(x: number, { mean, variance }: Normal, floor: number): number {
  const v = Math.max(variance, floor)
  return Math.exp(-((x - mean) ** 2) / (2 * v)) / Math.sqrt(2 * Math.PI * v)
}

/** Most columns and rows of each that are looked at. */
const mostColumns = 200
const mostRows = 3000

/** Names of the columns of numbers that have several modes. */
export function bimodalColumns({ features, mask, preprocessing, split }: Patient): readonly string[] {
  const { width, numericCount, columns, grid } = preprocessing.layout
  if (grid !== undefined) return [] // pixels are dark or bright
  return columns.slice(0, Math.min(numericCount, mostColumns)).flatMap(({ name, start }, column) => {
    const values = Float64Array.from(
      split.training.filter((row) => mask === undefined || mask[row * columns.length + column] === 1),
      (row) => features[row * width + start]!,
    )
    const found = twoModes(values.subarray(0, mostRows))
    return found !== undefined && isBimodal(found) ? [name] : []
  })
}
