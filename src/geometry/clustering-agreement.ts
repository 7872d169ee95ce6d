/**
 * How far two divisions of the same rows into groups agree, whatever the groups are called. Both measures are those of
 * scikit-learn by default; groups are given as integer labels.
 */
import { HourglassError } from '../base/index.js'

/** Rows of each pair of groups, and of each group. */
interface Contingency {
  readonly rows: number
  readonly pairs: readonly { readonly count: number; readonly inA: number; readonly inB: number }[]
  readonly sizesA: readonly number[]
  readonly sizesB: readonly number[]
}

/**
 * The Rand index, share of pairs of rows that both divisions treat alike, put so that chance gives 0:
 *
 *     (index − expected) / (greatest − expected)
 *
 * @returns 1 for the same groups, about 0 for unrelated ones, negative below chance
 * @throws HG_USAGE for lists of different lengths, or none
 * @see Hubert & Arabie 1985, «Comparing partitions», equation 5; `sklearn.metrics.adjusted_rand_score`
 */
export function adjustedRandIndex(a: Int32Array, b: Int32Array): number {
  const { rows, pairs, sizesA, sizesB } = contingency(a, b)
  const pairsIn = (sizes: readonly number[]): number =>
    sizes.reduce((sum, size) => sum + (size * (size - 1)) / 2, 0)
  const [together, inA, inB] = [pairsIn(pairs.map(({ count }) => count)), pairsIn(sizesA), pairsIn(sizesB)]
  // The same pairs in both, which covers one group each and every row alone: nothing is left to chance.
  if (together === inA && together === inB) return 1
  const expected = inA * (inB / ((rows * (rows - 1)) / 2))
  return (together - expected) / ((inA + inB) / 2 - expected)
}

/**
 * Mutual information of two divisions over the mean of their entropies:
 *
 *     Σ p(a, b) log(p(a, b) / (p(a) p(b)))  /  ((H(a) + H(b)) / 2)
 *
 * Not put right for chance: many small groups score above 0 without agreeing.
 *
 * @returns 0 to 1; 1 where both have a single group
 * @throws HG_USAGE for lists of different lengths, or none
 * @see Strehl & Ghosh 2002; `sklearn.metrics.normalized_mutual_info_score` with its arithmetic mean
 */
export function normalizedMutualInformation(a: Int32Array, b: Int32Array): number {
  const { rows, pairs, sizesA, sizesB } = contingency(a, b)
  if (sizesA.length === 1 && sizesB.length === 1) return 1
  const shared = pairs.reduce(
    (sum, { count, inA, inB }) => sum + (count / rows) * Math.log((count * rows) / (inA * inB)),
    0,
  )
  const entropy = (sizes: readonly number[]): number =>
    sizes.reduce((sum, size) => sum - (size / rows) * Math.log(size / rows), 0)
  if (shared <= Number.EPSILON) return 0
  return Math.min(1, shared / ((entropy(sizesA) + entropy(sizesB)) / 2))
}

function contingency(a: Int32Array, b: Int32Array): Contingency {
  if (a.length !== b.length || a.length === 0)
    throw new HourglassError(
      'HG_USAGE',
      `agreement of groups: expected two lists of labels of the same rows, got ${a.length} and ${b.length}`,
    )
  const [sizesA, sizesB] = [new Map<number, number>(), new Map<number, number>()]
  const counts = new Map<number, Map<number, number>>()
  const addTo = (sizes: Map<number, number>, label: number): void => {
    sizes.set(label, (sizes.get(label) ?? 0) + 1)
  }
  for (let row = 0; row < a.length; row++) {
    const [labelA, labelB] = [a[row]!, b[row]!]
    addTo(sizesA, labelA)
    addTo(sizesB, labelB)
    if (!counts.has(labelA)) counts.set(labelA, new Map())
    addTo(counts.get(labelA)!, labelB)
  }
  const pairs = [...counts].flatMap(([labelA, others]) =>
    [...others].map(([labelB, count]) => ({ count, inA: sizesA.get(labelA)!, inB: sizesB.get(labelB)! })),
  )
  return { rows: a.length, pairs, sizesA: [...sizesA.values()], sizesB: [...sizesB.values()] }
}
