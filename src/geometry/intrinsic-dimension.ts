/**
 * Intrinsic dimension: how many numbers a cloud needs near each of its points, however many columns it has. From the
 * distances to nearest neighbours alone.
 *
 * Near a point of a d-dimensional cloud the number of others within a radius grows as radius^d. Both estimators read d
 * off that: TwoNN from the ratio of the first two distances, at the finest scale there is; the likelihood from up to k
 * distances, at a coarser one, where noise counts less and curvature more.
 *
 * Points in the same place say nothing of dimension. Of equal distances from a point only one is used, and none that are
 * zero, so that rows that are repeated count as one; a cloud all of whose neighbours coincide has dimension 0.
 */
import { HourglassError, randomFor, type Random } from '../base/index.js'
import type { Neighbors } from './neighbors.js'
import { checkCount } from './points.js'

/** An estimate of a dimension. */
export interface DimensionEstimate {
  readonly dimension: number
  /** Of the estimate, from sampling alone: bias by noise, curvature and edges is not in it. */
  readonly standardError: number
}

/** Options of `twoNearestNeighbors`. */
export interface TwoNearestOptions {
  /** Share of the points with the largest ratios, 0 to below 1, that the fit leaves out (default 0.1). */
  readonly discarded?: number
  /** Of the bootstrap (default 0). */
  readonly seed?: number
}

/** Samples drawn by the bootstrap. */
const bootstraps = 100

/**
 * Dimension by the two nearest neighbours: with μ = r₂/r₁ of each point and F its distribution,
 *
 *     −log(1 − F(μ)) = d · log μ
 *
 * so d is the slope of a line through the origin. The standard error is that of a bootstrap over points.
 *
 * @param neighbors of the points among themselves, at least 2; more help where rows are repeated
 * @throws HG_USAGE for fewer than 2 neighbours, or a share outside 0 to 1
 * @see Facco, d'Errico, Rodriguez & Laio 2017, «Estimating the intrinsic dimension of datasets by a minimal
 *   neighborhood information», equations 4 to 7
 * @example
 * const { dimension } = twoNearestNeighbors(await nearestNeighbors(points, 2, { engine: nodeEngine }))
 */
export function twoNearestNeighbors(
  neighbors: Neighbors,
  options: TwoNearestOptions = {},
): DimensionEstimate {
  const { discarded = 0.1, seed = 0 } = options
  checkCount(neighbors.k, 2, 'intrinsic dimension: neighbours')
  if (!(discarded >= 0 && discarded < 1))
    throw new HourglassError(
      'HG_USAGE',
      `intrinsic dimension: expected a share from 0 to below 1, got ${discarded}`,
    )
  const ratios: number[] = []
  for (let row = 0; row < neighbors.rows; row++) {
    const [first, second] = distinctLogs(neighbors, row, 2)
    if (second !== undefined) ratios.push(second - first!)
  }
  if (ratios.length === 0) return { dimension: 0, standardError: 0 }
  const sorted = Float64Array.from(ratios).sort()
  const counts = new Int32Array(sorted.length).fill(1)
  const dimension = slope(sorted, counts, discarded)
  const stream = randomFor(seed, 'bootstrap')
  const others = Array.from({ length: bootstraps }, () => slope(sorted, redrawn(counts, stream), discarded))
  return { dimension, standardError: deviation(others) }
}

/** Slope through the origin of −log(1 − F) over log μ, each value taken `counts` times. */
function slope(sorted: Float64Array, counts: Int32Array, discarded: number): number {
  const total = sorted.length
  const last = Math.max(1, Math.min(total - 1, Math.floor((1 - discarded) * total)))
  let [xy, xx, rank] = [0, 0, 0]
  for (let i = 0; i < total; i++) {
    for (let copy = 0; copy < counts[i]! && rank < last; copy++) {
      // A single point has no line: its F of 1 is taken as a half.
      const y = -Math.log1p(-Math.min(++rank / total, 1 - 0.5 / total))
      xy += sorted[i]! * y
      xx += sorted[i]! ** 2
    }
  }
  return xy / xx
}

/** How often each of the values is drawn when as many are drawn as there are. */
function redrawn(counts: Int32Array, stream: Random): Int32Array {
  const drawn = new Int32Array(counts.length)
  for (let i = 0; i < counts.length; i++) drawn[stream.below(counts.length)]!++
  return drawn
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}

/** Which numbers of neighbours the likelihood is averaged over. */
export interface NeighborRange {
  /** At least 2 (default 10, or as many as there are). */
  readonly fewest?: number
  /** At most the neighbours that there are (default all). */
  readonly most?: number
}

/**
 * Dimension by maximum likelihood: with T_j the distance from a point to its j-th neighbour,
 *
 *     1/d_k = mean over points and j < k of log(T_k / T_j)
 *
 * averaged over points as the inverse, as MacKay & Ghahramani put it right, and d averaged over k. The standard error
 * is that of the mean of numbers which neighbours have in part in common: products of each point's with its neighbours'
 * are counted in.
 *
 * @param neighbors of the points among themselves, at least 2
 * @throws HG_USAGE for a range that is not within 2 to the number of neighbours
 * @see Levina & Bickel 2004, «Maximum likelihood estimation of intrinsic dimension», equations 8 and 9;
 *   MacKay & Ghahramani 2005, «Comments on Maximum likelihood estimation of intrinsic dimension»
 */
export function maximumLikelihoodDimension(
  neighbors: Neighbors,
  range: NeighborRange = {},
): DimensionEstimate {
  const { most = neighbors.k, fewest = Math.min(10, most) } = range
  checkCount(fewest, 2, 'intrinsic dimension: fewest neighbours')
  checkCount(most, fewest, 'intrinsic dimension: most neighbours')
  if (most > neighbors.k)
    throw new HourglassError(
      'HG_USAGE',
      `intrinsic dimension: expected at most the ${neighbors.k} neighbours there are, got ${most}; search for more`,
    )
  const sums = new Float64Array(most + 1)
  const counts = new Float64Array(most + 1)
  const own = new Float64Array(neighbors.rows).fill(NaN)
  for (let row = 0; row < neighbors.rows; row++) {
    const logs = distinctLogs(neighbors, row, most)
    let [before, sum, count] = [0, 0, 0]
    for (let k = 1; k <= logs.length; before += logs[k - 1]!, k++) {
      if (k < fewest) continue
      const inverse = logs[k - 1]! - before / (k - 1)
      sums[k]! += inverse
      counts[k]!++
      sum += inverse
      count++
    }
    if (count > 0) own[row] = sum / count
  }
  const found = Array.from(sums.keys()).filter((k) => counts[k]! > 0)
  if (found.length === 0) return { dimension: 0, standardError: 0 }
  const dimension = found.reduce((sum, k) => sum + counts[k]! / sums[k]!, 0) / found.length
  return { dimension, standardError: dimension ** 2 * errorOfMean(own, neighbors, most) }
}

/** Logarithms of up to `most` distances of a row, those that are neither zero nor equal to the one before. */
function distinctLogs({ k, distances }: Neighbors, row: number, most: number): readonly number[] {
  const logs: number[] = []
  for (let i = row * k, end = i + k, last = 0; i < end && logs.length < most; i++) {
    const distance = distances[i]!
    if (distance > last) logs.push(Math.log(distance))
    last = distance
  }
  return logs
}

/** Standard error of the mean of a number of each row (NaN: none) of which neighbours have some in common. */
function errorOfMean(values: Float64Array, { k, indices }: Neighbors, reach: number): number {
  const known = values.filter((value) => !Number.isNaN(value))
  const mean = known.reduce((a, b) => a + b, 0) / known.length
  const [apart, near] = [values.map((value) => (Number.isNaN(value) ? 0 : value - mean)), indices]
  let [single, shared] = [0, 0]
  for (let row = 0; row < values.length; row++) {
    single += apart[row]! ** 2
    for (let i = row * k; i < row * k + reach; i++) {
      const other = near[i]!
      const mutual = near.subarray(other * k, other * k + reach).includes(row)
      shared += apart[row]! * apart[other]! * (mutual ? 1 : 2) // a mutual pair comes by twice
    }
  }
  return Math.sqrt(Math.max(single, single + shared)) / known.length
}
