/**
 * Tails: how heavy they are, and whether the values at their end belong to them.
 *
 * Of a tail that falls like a power, P(X > x) ~ x^(−1/ξ), the log-spacings between neighbouring order statistics are
 * independent exponentials: ln X₍ₘ₎ − ln X₍ₘ₊₁₎ has mean ξ/m (Rényi 1953; the ground of Hill's estimator, 1975).
 * Lighter tails have smaller spacings, so a gap that a power tail would hardly leave is no accident in them either.
 */

/** Hill's estimate with its 95 % interval. */
export interface TailIndex {
  /** ξ: 0 for light tails, ½ and more without a variance, 1 and more without a mean. */
  readonly index: number
  readonly low: number
  readonly high: number
  /** Values it rests on. */
  readonly values: number
}

/**
 * Hill's estimator over the `k` largest values.
 *
 * @param descending positive values, largest first
 * @param k how many of them, fewer than there are
 * @see Hill 1975, Ann. Stat. 3
 */
export function hill(descending: ArrayLike<number>, k: number, start = 0): TailIndex {
  const most = Math.min(k, descending.length - start - 1)
  const floor = Math.log(descending[start + most]!)
  let sum = 0
  for (let i = 0; i < most; i++) sum += Math.log(descending[start + i]!) - floor
  const index = most > 0 ? sum / most : 0
  const error = index / Math.sqrt(Math.max(1, most))
  return { index, low: index - 1.96 * error, high: index + 1.96 * error, values: most }
}

/** Values set apart from the rest by a gap. */
export interface Gap {
  /** How many values lie beyond it. */
  readonly count: number
  /** The nearest value beyond over the farthest before. */
  readonly ratio: number
  /** Of a tail leaving a gap as wide at any of the places looked at. */
  readonly pValue: number
}

/** Fewest values that a tail is told from. */
const fewestInTail = 30

/**
 * The most striking gap near the end of a tail.
 *
 * @param descending distances from the middle of a column, or from neighbours, largest first, none negative
 * @param mostBeyond most values that may lie beyond the gap: more are a part of the data, not its outliers
 */
export function widestGap(descending: Float64Array, mostBeyond: number): Gap | undefined {
  const positive = firstNotAbove(descending, 0)
  let best: Gap | undefined
  const places = Math.min(mostBeyond, positive - fewestInTail - 1)
  for (let m = 1; m <= places; m++) {
    const ratio = descending[m - 1]! / descending[m]!
    if (ratio < 1.5) continue
    const tail = Math.max(fewestInTail, Math.round((positive - m) / 10))
    const { index } = hill(descending, tail, m)
    // The estimate's own uncertainty, and a floor for values that are nearly equal: rounded ones leave no tail to judge by.
    const xi = Math.max(0.05, index * (1 + 2 / Math.sqrt(tail)))
    const pValue = Math.min(1, places * ratio ** (-m / xi))
    if (best === undefined || pValue < best.pValue) best = { count: m, ratio, pValue }
  }
  return best
}

/** The first place whose value is not above a bound. */
function firstNotAbove(descending: Float64Array, bound: number): number {
  const place = descending.findIndex((value) => !(value > bound))
  return place < 0 ? descending.length : place
}
