/**
 * Tests of whether two samples come from one distribution, each with its effect: a p-value alone says little once
 * there are many rows.
 */
import { chiSquareTail, kolmogorovTail, twoSided } from './distributions.js'
import { ranksOf } from './order.js'

/** What a test finds. */
export interface TestResult {
  /** In the test's own unit; 0 for samples that agree. */
  readonly effect: number
  readonly pValue: number
}

/**
 * Kolmogorov–Smirnov: the largest difference of the two distribution functions, and its asymptotic p-value
 * (conservative where values are equal).
 *
 * @param a, b sorted
 * @returns effect: D, 0 to 1
 */
export function kolmogorovSmirnov(a: Float64Array, b: Float64Array): TestResult {
  if (a.length === 0 || b.length === 0) return { effect: 0, pValue: 1 }
  let [i, j, effect] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i]!, b[j]!)
    while (i < a.length && a[i]! <= value) i++
    while (j < b.length && b[j]! <= value) j++
    effect = Math.max(effect, Math.abs(i / a.length - j / b.length))
  }
  const root = Math.sqrt((a.length * b.length) / (a.length + b.length))
  return { effect, pValue: kolmogorovTail((root + 0.12 + 0.11 / root) * effect) } // Stephens 1970
}

/** A sample whose ranks are known, to be parted in many ways. */
export interface RankedSample {
  readonly ranks: Float64Array
  /** Σ(t³ − t) over groups of t equal values. */
  readonly ties: number
}

/** @param values without NaN, in any order */
export const rankedSample = (values: ArrayLike<number>): RankedSample => ({
  ranks: ranksOf(values),
  ties: tieTerm(Float64Array.from(values)),
})

/**
 * Mann–Whitney with ties: the probability that a value inside exceeds one outside.
 *
 * @param inside positions in the sample
 * @returns effect: AUC − ½, −½ to ½
 */
export function mannWhitneyOf({ ranks, ties }: RankedSample, inside: ArrayLike<number>): TestResult {
  const n = inside.length
  const m = ranks.length - n
  if (m === 0 || n === 0) return { effect: 0, pValue: 1 }
  let sum = 0
  for (let i = 0; i < n; i++) sum += ranks[inside[i]!]!
  const auc = (sum - (n * (n + 1)) / 2) / (m * n)
  const variance = (m * n * (m + n + 1 - ties / ((m + n) * (m + n - 1)))) / 12
  const z = variance > 0 ? ((auc - 0.5) * m * n) / Math.sqrt(variance) : 0
  return { effect: auc - 0.5, pValue: twoSided(z) }
}

/** Mann–Whitney of two samples: the probability that a value of `b` exceeds one of `a`. */
export function mannWhitney(a: ArrayLike<number>, b: ArrayLike<number>): TestResult {
  const all = new Float64Array(a.length + b.length)
  all.set(Array.from(a))
  all.set(Array.from(b), a.length)
  return mannWhitneyOf(
    rankedSample(all),
    Int32Array.from({ length: b.length }, (_, i) => a.length + i),
  )
}

/** Σ(t³ − t) over groups of equal values. */
function tieTerm(values: Float64Array): number {
  const sorted = values.slice().sort()
  let sum = 0
  for (let start = 0; start < sorted.length;) {
    let end = start + 1
    while (end < sorted.length && sorted[end] === sorted[start]) end++
    const t = end - start
    sum += t ** 3 - t
    start = end
  }
  return sum
}

/**
 * Chi-square of homogeneity of two rows of counts; categories of fewer than five expected cells are put together.
 *
 * @param a, b counts by category
 * @returns effect: total variation distance of the two distributions, 0 to 1, less what chance gives on average
 */
export function chiSquare(a: readonly number[], b: readonly number[]): TestResult {
  const [m, n] = [a, b].map((counts) => counts.reduce((sum, count) => sum + count, 0)) as [number, number]
  if (m === 0 || n === 0) return { effect: 0, pValue: 1 }
  const pairs = pooled(a, b, m, n)
  let [statistic, distance, chance] = [0, 0, 0]
  for (const [x, y] of pairs) {
    const share = (x + y) / (m + n)
    if (share === 0) continue
    statistic += (x - m * share) ** 2 / (m * share) + (y - n * share) ** 2 / (n * share)
    distance += Math.abs(x / m - y / n) / 2
    chance += Math.sqrt((share * (1 - share) * (1 / m + 1 / n)) / (2 * Math.PI)) // E|x/m − y/n| / 2
  }
  return {
    effect: Math.max(0, distance - chance),
    pValue: chiSquareTail(statistic, Math.max(1, pairs.length - 1)),
  }
}

/** Pairs of counts, the rare ones in one. */
function pooled(a: readonly number[], b: readonly number[], m: number, n: number): [number, number][] {
  const rare: [number, number] = [0, 0]
  const kept: [number, number][] = []
  a.forEach((x, i) => {
    const y = b[i] ?? 0
    if (((x + y) * Math.min(m, n)) / (m + n) >= 5) {
      kept.push([x, y])
      return
    }
    rare[0] += x
    rare[1] += y
  })
  return rare[0] + rare[1] > 0 ? [...kept, rare] : kept
}
