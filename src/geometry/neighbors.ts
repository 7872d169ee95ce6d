/**
 * Nearest neighbours: which routine finds them, by the size of the search.
 *
 *     up to 4 numbers a row ──► neighbors-sweep.ts      exact, in float64, no engine
 *     anything else         ──► neighbors-exact.ts      exact, matrix products on the engine
 *     where that takes hours──► neighbors-inverted.ts   by cells; misses a few
 *
 * The libraries published for Node (hnswlib-node, usearch) are approximate native addons that are built or downloaded
 * at installation; what they would save begins where the exact search takes hours, and there cells serve.
 */
import { HourglassError, throwIfAborted } from '../base/index.js'
import type { NeighborOptions, Neighbors } from './neighbor-results.js'
import { exactNeighbors } from './neighbors-exact.js'
import { invertedNeighbors } from './neighbors-inverted.js'
import { sweepNeighbors } from './neighbors-sweep.js'
import { checkCount, checkPoints, checkSameWidth, type Points } from './points.js'

export type { NeighborOptions, Neighbors } from './neighbor-results.js'

/** Widest rows that are swept: above it a product on the engine is faster. */
const mostSweptWidth = 4

/** Multiplications of an exact search that takes hours on one core; above it cells are searched. */
const mostExactWork = 1e15

/**
 * The `k` nearest points of each row by Euclidean distance.
 *
 * Without `queries` these are each point's own neighbours: itself is left out by its index, so that points in the same
 * place are neighbours of each other. Exact up to the rounding of float64: where the k-th and the next point are equally
 * far, the smaller index is kept, which points in one place and points on a grid (integers) make use of.
 *
 * @param points at least `k` of them, or `k + 1` without queries
 * @param k from 1
 * @throws HG_TABLE_TOO_SMALL for too few points, HG_USAGE for NaN, infinity, or queries of another width,
 *   HG_INTERRUPTED on request
 * @example
 * const { indices } = await nearestNeighbors(points, 15, { engine: nodeEngine })
 */
export async function nearestNeighbors(
  points: Points,
  k: number,
  options: NeighborOptions,
): Promise<Neighbors> {
  const queries = options.queries ?? points
  checkSearch(points, options.queries, k)
  throwIfAborted(options.signal, 'nearest neighbours')
  const hopeless = points.rows * queries.rows * points.width > mostExactWork
  if (!(options.exact ?? !hopeless)) return invertedNeighbors(points, k, options)
  if (points.width <= mostSweptWidth) return sweepNeighbors(points, k, options)
  return exactNeighbors(points, k, options)
}

/** @throws HG_TABLE_TOO_SMALL or HG_USAGE for a search that has no answer */
function checkSearch(points: Points, queries: Points | undefined, k: number): void {
  checkCount(k, 1, 'nearest neighbours: k')
  checkPoints(points, 'nearest neighbours: points')
  if (queries !== undefined) {
    checkPoints(queries, 'nearest neighbours: queries')
    checkSameWidth(points, queries, 'nearest neighbours')
  }
  const fewest = queries === undefined ? k + 1 : k
  if (points.rows < fewest)
    throw new HourglassError(
      'HG_TABLE_TOO_SMALL',
      `nearest neighbours: ${k} neighbours need at least ${fewest} points, got ${points.rows}; ask for fewer neighbours or give more rows`,
    )
}
