/**
 * From scores to p-values: split-conformal calibration (Vovk, Gammerman & Shafer 2005, §4; Laxhammar 2014).
 *
 * Held-out rows that the network never saw are scored. The p-value of a new score s is
 *
 *     p(s) = (1 + #{held-out scores ≥ s}) / (n + 1)
 *
 * so that a normal row has p ≤ α with probability at most α, whatever the network is. The function is written as a
 * graph over at most `knotCount` thresholds: the upper tail exactly, the bulk by every k-th score, rounded toward
 * the larger p-value, so that the guarantee holds for the thinned one too.
 */
import {
  add,
  cast,
  constant,
  div,
  floats,
  greaterOrEqual,
  matmul,
  unsqueeze,
  squeeze,
  type Value,
} from '../graph/index.js'

/** A step function from scores to p-values. */
export interface Calibration {
  /** Number of held-out scores. */
  readonly rows: number
  /** Thresholds, descending. */
  readonly thresholds: Float32Array
  /** How many held-out scores each threshold stands for. */
  readonly counts: Float32Array
}

/** Scores kept exactly, from the top, and the number of steps for the rest. */
const exactTail = 1024
const bulkSteps = 512

/**
 * The calibration that held-out scores give.
 *
 * @param scores `[rows]` of held-out rows, in any order
 */
export function calibrate(scores: Float32Array): Calibration {
  const descending = Float32Array.from(scores).sort().reverse()
  const thresholds: number[] = []
  const counts: number[] = []
  const stride = Math.max(1, Math.ceil((descending.length - exactTail) / bulkSteps))
  for (let start = 0; start < descending.length;) {
    const end = start < exactTail ? start + 1 : Math.min(start + stride, descending.length)
    // The group's largest score stands for all of it: they count as soon as s falls to it, which only raises p.
    thresholds.push(descending[start]!)
    counts.push(end - start)
    start = end
  }
  return {
    rows: descending.length,
    thresholds: Float32Array.from(thresholds),
    counts: Float32Array.from(counts),
  }
}

/** p-values of scores, as graph. @param score `[batch]` @returns `[batch]` float32 */
export function pValueGraph({ rows, thresholds, counts }: Calibration, score: Value): Value {
  const reached = cast(greaterOrEqual(constant(floats(thresholds)), unsqueeze(score, [1])), 'float32')
  const above = squeeze(matmul(reached, constant(floats(counts, [counts.length, 1]))), [1])
  return div(add(above, 1), rows + 1)
}

/** The p-value of one score: the plain twin of `pValueGraph`. */
export function pValueOf({ rows, thresholds, counts }: Calibration, score: number): number {
  let above = 0
  for (let i = 0; i < thresholds.length && thresholds[i]! >= score; i++) above += counts[i]!
  return (1 + above) / (rows + 1)
}

/**
 * The score from which on rows are flagged at a false-alarm rate: a score is flagged when it exceeds this one.
 * Infinite when fewer than 1/rate − 1 rows were held out, since then no p-value can be that small.
 * Equal to asking p(s) ≤ rate, without the rounding of a division.
 */
export function thresholdAt(calibration: Calibration, falseAlarmRate: number): number {
  const { rows, thresholds, counts } = calibration
  let above = 0
  let threshold = Infinity
  // p(s) ≤ α for every s above thresholds[i] as long as the scores at or above it are few enough.
  for (let i = 0; i < thresholds.length; i++) {
    if ((1 + above) / (rows + 1) > falseAlarmRate) break
    threshold = thresholds[i]!
    above += counts[i]!
  }
  return threshold
}

/**
 * The central 95 % of Binomial(rows, rate) as shares: the smallest and largest number of alarms that chance alone
 * explains, divided by the number of rows.
 */
export function binomialInterval(rows: number, rate: number): readonly [number, number] {
  let low = -1
  let cumulative = 0
  let logProbability = rows * Math.log1p(-rate) // of no alarm; logarithms keep large tables from underflowing
  for (let alarms = 0; alarms <= rows; alarms++) {
    cumulative += Math.exp(logProbability)
    if (low < 0 && cumulative > 0.025) low = alarms
    if (cumulative >= 0.975) return [low / rows, alarms / rows]
    logProbability += Math.log((rows - alarms) / (alarms + 1)) + Math.log(rate) - Math.log1p(-rate)
  }
  return [Math.max(low, 0) / rows, 1]
}

/**
 * The central 95 % of the share of normal rows that a calibration flags: the number of alarms among `rows` new rows is
 * beta-binomial, since the calibration rows are a sample too (Vovk 2012, prop. 2a). Wider than `binomialInterval`.
 *
 * @param calibrationRows number of held-out scores, n; α(n + 1) of them, rounded down, lie above the threshold
 */
export function conformalInterval(
  rows: number,
  calibrationRows: number,
  rate: number,
): readonly [number, number] {
  const a = Math.floor(rate * (calibrationRows + 1) + 1e-9)
  const b = calibrationRows + 1 - a
  if (a === 0) return [0, 0] // the threshold is infinite
  let low = -1
  let cumulative = 0
  let logProbability = 0 // of no alarm: Π (b + i) / (a + b + i)
  for (let i = 0; i < rows; i++) logProbability += Math.log((b + i) / (a + b + i))
  for (let alarms = 0; alarms <= rows; alarms++) {
    cumulative += Math.exp(logProbability)
    if (low < 0 && cumulative > 0.025) low = alarms
    if (cumulative >= 0.975) return [low / rows, alarms / rows]
    logProbability +=
      Math.log((rows - alarms) / (alarms + 1)) + Math.log((a + alarms) / (b + rows - alarms - 1))
  }
  return [Math.max(low, 0) / rows, 1]
}
