/**
 * How well a map keeps the cloud it shows: neighbours kept in both directions, and distances.
 *
 *     row i:  distances in the original ──► its k nearest ─┐        ┌─► ranks in the other space ──► trustworthiness,
 *             distances on the map      ──► its k nearest ─┴────────┘                                continuity
 *
 * Ranks need the distances of a row to all others, in float64 and no less: they come row by row from distances.ts.
 * Which classes neighbours on the map have is measured in neighbor-accuracy.ts.
 */
import {
  HourglassError,
  permutation,
  progressOf,
  randomFor,
  throwIfAborted,
  type LongWork,
} from '../base/index.js'
import type { Engine } from '../engine/index.js'
import { startDistances } from './distances.js'
import {
  checkCount,
  checkPoints,
  columnMeans,
  range,
  rowsAt,
  squaredDistance,
  type Points,
} from './points.js'
import { nearestOf, ranksOf } from './ranks.js'
import { spearman } from './rank-correlation.js'

/** Measures of a map; the best of each is 1. */
export interface MapQuality {
  /** 0 to 1: how far neighbours on the map are neighbours in the original. */
  readonly trustworthiness: number
  /** 0 to 1: how far neighbours in the original are neighbours on the map. */
  readonly continuity: number
  /** 0 to 1: mean share of the k nearest in the original that are among the k nearest on the map. */
  readonly neighborhoodPreservation: number
  /** −1 to 1: Spearman's correlation of distances in the original and on the map, over pairs of rows. */
  readonly distanceCorrelation: number
  /** −1 to 1: the same over pairs of class means; only with labels of three classes or more. */
  readonly globalCorrelation?: number
}

/** Options of `mapQuality`. */
export interface MapQualityOptions extends LongWork {
  readonly engine: Engine
  /** How many neighbours count as near (default 10); below half of the rows. */
  readonly neighbors?: number
  /** `[rows]` classes, for `globalCorrelation`; negative for rows without one. */
  readonly labels?: Int32Array
  /** Which rows and pairs are looked at where not all are (default 0). */
  readonly seed?: number
  /** Most rows whose neighbourhoods are looked at, each among all rows (default 10,000). */
  readonly mostRows?: number
  /** Most pairs of rows whose distances are compared (default 100,000). */
  readonly mostPairs?: number
  /** Threads of the engine (default 1). */
  readonly threads?: number
}

/**
 * Measures a map.
 *
 * With r(i, j) the rank of row j among the neighbours of row i in the original, and U(i) the rows among the k nearest of
 * i on the map that are not among its k nearest in the original,
 *
 *     trustworthiness = 1 − 2 / (n k (2n − 3k − 1)) · Σᵢ Σ_{j ∈ U(i)} (r(i, j) − k)
 *
 * and continuity is the same with the spaces exchanged. It is `sklearn.manifold.trustworthiness` to its rounding; of
 * equal distances the smaller index is the nearer, which scikit-learn leaves to its sort. Beyond `mostRows` rows the sum
 * runs over rows drawn at random, ranks still counting all rows.
 *
 * @param original the rows
 * @param map the same rows in the same order, of any width
 * @throws HG_USAGE for NaN, infinity, clouds of different lengths, or k outside 1 to (rows − 1) / 2; HG_INTERRUPTED
 * @see Venna & Kaski 2001, «Neighborhood preservation in nonlinear projection methods»; Kobak & Berens 2019 for
 *   correlations of distances beside it
 * @example
 * const { trustworthiness } = await mapQuality(original, map, { engine: nodeEngine })
 */
export async function mapQuality(
  original: Points,
  map: Points,
  options: MapQualityOptions,
): Promise<MapQuality> {
  const { neighbors = 10, seed = 0, mostRows = 10_000, mostPairs = 100_000, labels } = options
  checkMap(original, map, neighbors, labels)
  const rows = sampleOf(original.rows, mostRows, seed)
  const kept = await neighborhoods(original, map, rows, neighbors, options)
  const distanceCorrelation = correlationOfPairs(original, map, pairsOf(original.rows, mostPairs, seed))
  const centers = labels === undefined ? undefined : classMeans(original, map, labels)
  if (centers === undefined || centers.original.rows < 3) return { ...kept, distanceCorrelation }
  const pairs = pairsOf(centers.original.rows, mostPairs, seed)
  return {
    ...kept,
    distanceCorrelation,
    globalCorrelation: correlationOfPairs(centers.original, centers.map, pairs),
  }
}

function checkMap(original: Points, map: Points, neighbors: number, labels: Int32Array | undefined): void {
  checkPoints(original, 'map quality: original')
  checkPoints(map, 'map quality: map')
  const length = labels?.length ?? map.rows
  if (map.rows !== original.rows || length !== original.rows)
    throw new HourglassError(
      'HG_USAGE',
      `map quality: expected as many places and labels as rows, ${original.rows}, got ${map.rows !== original.rows ? map.rows : length}`,
    )
  checkCount(neighbors, 1, 'map quality: neighbors')
  if (neighbors >= original.rows / 2)
    throw new HourglassError(
      'HG_USAGE',
      `map quality: expected fewer neighbours than half of the ${original.rows} rows, got ${neighbors}; ask for fewer neighbours or give more rows`,
    )
}

/** All rows, or as many as there may be, drawn at random, ascending. */
const sampleOf = (rows: number, most: number, seed: number): Int32Array =>
  rows <= most
    ? range(0, rows)
    : permutation(rows, randomFor(seed, 'measured rows')).subarray(0, most).toSorted()

type Neighborhoods = Pick<MapQuality, 'trustworthiness' | 'continuity' | 'neighborhoodPreservation'>

async function neighborhoods(
  original: Points,
  map: Points,
  rows: Int32Array,
  k: number,
  { engine, threads = 1, signal, onProgress }: MapQualityOptions,
): Promise<Neighborhoods> {
  const n = original.rows
  const report = progressOf('measuring the map', onProgress)
  const inOriginal = await startDistances(original, engine, threads)
  const onMap = await startDistances(map, engine, threads)
  const sums = { far: 0, torn: 0, kept: 0 }
  try {
    const atOnce = Math.min(inOriginal.rowsAtOnce, onMap.rowsAtOnce)
    for (let start = 0; start < rows.length; start += atOnce) {
      throwIfAborted(signal, 'measuring the map')
      const chunk = rows.subarray(start, start + atOnce)
      const [far, near] = [await inOriginal.from(chunk), await onMap.from(chunk)]
      for (let i = 0; i < chunk.length; i++)
        addRow(far.subarray(i * n, (i + 1) * n), near.subarray(i * n, (i + 1) * n), chunk[i]!, k, sums)
      report((start + chunk.length) / rows.length)
    }
  } finally {
    await inOriginal.dispose()
    await onMap.dispose()
  }
  const unit = 2 / (rows.length * k * (2 * n - 3 * k - 1))
  return {
    trustworthiness: 1 - sums.far * unit,
    continuity: 1 - sums.torn * unit,
    neighborhoodPreservation: sums.kept / (rows.length * k),
  }
}

/** Adds what one row contributes, from its distances to all rows in both spaces. */
function addRow(
  inOriginal: Float64Array,
  onMap: Float64Array,
  self: number,
  k: number,
  sums: { far: number; torn: number; kept: number },
): void {
  inOriginal[self] = Infinity // the last in every order
  onMap[self] = Infinity
  const [original, mapped] = [nearestOf(inOriginal, k), nearestOf(onMap, k)]
  const excess = (ranks: Int32Array): number => ranks.reduce((sum, rank) => sum + Math.max(0, rank - k), 0)
  const ranks = ranksOf(inOriginal, mapped)
  sums.far += excess(ranks)
  sums.torn += excess(ranksOf(onMap, original))
  sums.kept += ranks.filter((rank) => rank <= k).length
}

/** Pairs of rows: all of them, or as many as there may be, drawn at random. */
function pairsOf(rows: number, most: number, seed: number): readonly [Int32Array, Int32Array] {
  const all = (rows * (rows - 1)) / 2
  const count = Math.min(all, most)
  const [first, second] = [new Int32Array(count), new Int32Array(count)]
  if (all <= most) {
    for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < i; j++, at++) [first[at], second[at]] = [i, j]
    return [first, second]
  }
  const stream = randomFor(seed, 'measured pairs')
  for (let at = 0; at < count; at++) {
    first[at] = stream.below(rows)
    const other = stream.below(rows - 1)
    second[at] = other < first[at]! ? other : other + 1
  }
  return [first, second]
}

function correlationOfPairs(
  original: Points,
  map: Points,
  [first, second]: readonly [Int32Array, Int32Array],
): number {
  // Ranks of squares are ranks of distances.
  const squares = (points: Points): Float64Array =>
    Float64Array.from(first, (i, at) => squaredDistance(points, i, points, second[at]!))
  return spearman(squares(original), squares(map))
}

/** Mean of each class in both spaces; rows with a negative label have no class. */
function classMeans(original: Points, map: Points, labels: Int32Array) {
  const classes = [...new Set(labels)].filter((label) => label >= 0).sort((a, b) => a - b)
  const members = classes.map((label) =>
    Int32Array.from(labels.keys()).filter((row) => labels[row] === label),
  )
  const means = (points: Points): Points => ({
    rows: classes.length,
    width: points.width,
    values: Float32Array.from(members.flatMap((rows) => [...columnMeans(rowsAt(points, rows))])),
  })
  return { original: means(original), map: means(map) }
}
