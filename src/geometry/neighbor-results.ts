/** What a search for neighbours is asked for and gives, and how candidates become neighbours. */
import type { LongWork } from '../base/index.js'
import type { Engine } from '../engine/index.js'
import { squaredDistance, type Points } from './points.js'

/** The nearest points of each row. */
export interface Neighbors {
  readonly k: number
  readonly rows: number
  /** `[rows, k]`, nearest first; of equal distances the smaller index first. */
  readonly indices: Int32Array
  /** `[rows, k]` Euclidean distances. */
  readonly distances: Float32Array
}

/** Options of `nearestNeighbors`. */
export interface NeighborOptions extends LongWork {
  readonly engine: Engine
  /** Rows whose neighbours are wanted (default: the points themselves, each without itself). */
  readonly queries?: Points
  /** Threads of the engine (default 1). */
  readonly threads?: number
  /** Search everything, or by cells (default: everything, unless queries × points × width is above 10¹⁵). */
  readonly exact?: boolean
}

/** Room for the neighbours of some rows. */
export const emptyNeighbors = (rows: number, k: number): Neighbors => ({
  k,
  rows,
  indices: new Int32Array(rows * k),
  distances: new Float32Array(rows * k),
})

/** Whose neighbours are looked for among which points, and where they are written. */
export interface Question {
  readonly points: Points
  readonly queries: Points
  readonly k: number
  readonly result: Neighbors
}

/**
 * Writes the k nearest of at least k candidates in order, by their distances in float64.
 *
 * @param found indices of points; −1 ends them
 * @returns the k-th squared distance
 */
export function writeNearest(
  { points, queries, k, result }: Question,
  row: number,
  found: Int32Array,
): number {
  const end = found.indexOf(-1)
  const candidates = Array.from(end < 0 ? found : found.subarray(0, end), (index) => ({
    index,
    square: squaredDistance(queries, row, points, index),
  })).sort((a, b) => a.square - b.square || a.index - b.index)
  for (let i = 0; i < k; i++) {
    const { index, square } = candidates[i]!
    result.indices[row * k + i] = index
    result.distances[row * k + i] = Math.sqrt(square)
  }
  return candidates[k - 1]!.square
}
