/**
 * Nearest neighbours, exact: every query is held against every point, by matrix products on the engine (scan.ts).
 *
 *     float32 products ──► a few more candidates than asked for ──► their distances in float64 ──► the k nearest
 *                                                                            │
 *               float64 products, for the rows whose k-th neighbour ◄────────┘ is nearer to the first point left out
 *               than rounding can tell apart
 */
import { progressOf, throwIfAborted } from '../base/index.js'
import {
  emptyNeighbors,
  writeNearest,
  type NeighborOptions,
  type Neighbors,
  type Question,
} from './neighbor-results.js'
import { range, type Points } from './points.js'
import { frameOf, startScan, type Candidates, type Frame, type Precision } from './scan.js'

/** A search under way. */
export interface Search extends Question {
  readonly options: NeighborOptions
  readonly frame: Frame
  /** Called with the number of pairs held against each other; throws when the work is to stop. */
  readonly afterProduct: (pairs: number) => void
}

/** See `nearestNeighbors`, which checks the arguments. */
export async function exactNeighbors(
  points: Points,
  k: number,
  options: NeighborOptions,
): Promise<Neighbors> {
  const queries = options.queries ?? points
  const report = progressOf('searching neighbours', options.onProgress)
  let done = 0
  const search = searchFor(points, k, options, (pairs) => {
    done += pairs
    // The second search, where it is needed, is of few rows as a rule: it is not part of the estimate.
    report(Math.min(0.999, done / (points.rows * queries.rows)))
  })
  await searchRows(search, range(0, queries.rows))
  report(1)
  return search.result
}

/** A search that has not begun, with room for its results. */
export function searchFor(
  points: Points,
  k: number,
  options: NeighborOptions,
  report: (pairs: number) => void,
): Search {
  const queries = options.queries ?? points
  const afterProduct = (pairs: number): void => {
    throwIfAborted(options.signal, 'nearest neighbours')
    report(pairs)
  }
  const result = emptyNeighbors(queries.rows, k)
  return { points, queries, k, options, frame: frameOf(points, queries), afterProduct, result }
}

/** Searches some queries among all points and writes their results. */
export async function searchRows(search: Search, rows: Int32Array): Promise<void> {
  const unsure = await searchIn('float32', search, rows)
  await searchIn('float64', search, unsure)
}

/** More candidates than are asked for: rounding may put the last of the k behind some that are further away. */
export const candidatesFor = (k: number): number => k + Math.max(8, Math.ceil(k / 2))

/** Searches some queries and writes their results. @returns the queries whose results rounding leaves open */
async function searchIn(precision: Precision, search: Search, rows: Int32Array): Promise<Int32Array> {
  if (rows.length === 0) return rows
  const { points, queries, k, frame, options, afterProduct } = search
  const scan = await startScan({
    engine: options.engine,
    threads: options.threads ?? 1,
    precision,
    references: points,
    queries,
    slots: rows,
    kept: candidatesFor(k),
    excludeSelf: options.queries === undefined,
    frame,
    afterProduct,
  })
  try {
    await scan.add(range(0, rows.length), range(0, points.rows))
    return settle(scan, search, rows, unitRoundoff[precision])
  } finally {
    await scan.dispose()
  }
}

/** Largest relative error of one rounding. */
const unitRoundoff: Readonly<Record<Precision, number>> = { float32: 2 ** -24, float64: 2 ** -53 }

/**
 * Exact distances of all candidates, the k nearest of them written down, and the rows for which a point that was left
 * out may be nearer than the k-th, for all that rounding allows.
 */
function settle(candidates: Candidates, search: Search, rows: Int32Array, roundoff: number): Int32Array {
  const { points, queries, frame } = search
  const { kept } = candidates
  const unsure: number[] = []
  const relativeError = productError(points.width + 1, roundoff)
  for (let slot = 0; slot < rows.length; slot++) {
    const row = rows[slot]!
    const found = candidates.indices.subarray(slot * kept, (slot + 1) * kept)
    const furthest = writeNearest(search, row, found)
    if (found[kept - 1]! < 0) continue // every point is a candidate
    const square = framedSquare(queries, row, frame)
    const scaled = furthest * frame.scale ** 2
    // A point nearer than the k-th lies at most this far from the centre.
    const reach = Math.sqrt(square) + Math.sqrt(scaled)
    const error = relativeError * (2 * Math.sqrt(square) * reach + reach * reach)
    const nearestLeftOut = square - 2 * candidates.scores[slot * kept + kept - 1]!
    if (scaled + error >= nearestLeftOut) unsure.push(row)
  }
  return Int32Array.from(unsure)
}

/**
 * Bound on the relative error of a sum of `terms` products: n·u always, and 8·√n·u but for a chance below 10⁻¹³, as
 * the errors of many roundings mostly cancel (Higham & Mary 2019, theorem 3.1 with λ = 8).
 */
const productError = (terms: number, roundoff: number): number =>
  Math.min(terms + 3, 8 * Math.sqrt(terms + 3)) * roundoff

/** |q|² in the frame's units. */
function framedSquare({ width, values }: Points, row: number, { centre, scale }: Frame): number {
  let sum = 0
  for (let c = 0, i = row * width; c < width; c++, i++) {
    const value = (values[i]! - centre[c]!) * scale
    sum += value * value
  }
  return sum
}
