/**
 * Nearest neighbours of points of few dimensions, such as those of a map: exact, in float64, in plain TypeScript.
 *
 * Points are put in order along the column that varies most. A search starts at the query's place and goes outward on
 * both sides until that one column alone is further away than the k-th neighbour found so far (Friedman, Baskett &
 * Shustek 1975, «An algorithm for finding nearest neighbors»). On a map of two dimensions it looks at a few points in
 * a hundred; a product on the engine, neighbors-exact.ts, looks at all.
 */
import { progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import { emptyNeighbors, type Neighbors } from './neighbor-results.js'
import type { Points } from './points.js'

/** Options of `sweepNeighbors`. */
export interface SweepOptions extends LongWork {
  readonly queries?: Points | undefined
}

/** See `nearestNeighbors`, which checks the arguments. Any width is right; above some four it is slow. */
export function sweepNeighbors(points: Points, k: number, options: SweepOptions = {}): Neighbors {
  const queries = options.queries ?? points
  const columns = columnsBySpread(points)
  const sorted = sortedAlong(points, columns)
  const nearest = nearestList(k)
  const result = emptyNeighbors(queries.rows, k)
  const report = progressOf('searching neighbours', options.onProgress)
  const query = new Float64Array(points.width)
  for (let row = 0; row < queries.rows; row++) {
    if (row % 1024 === 0) {
      throwIfAborted(options.signal, 'nearest neighbours')
      report(row / Math.max(1, queries.rows))
    }
    columns.forEach((column, c) => (query[c] = queries.values[row * queries.width + column]!))
    nearest.clear()
    sweep(sorted, query, options.queries === undefined ? row : -1, nearest)
    for (let i = 0; i < k; i++) {
      result.indices[row * k + i] = nearest.indices[i]!
      result.distances[row * k + i] = Math.sqrt(nearest.squares[i]!)
    }
  }
  report(1)
  return result
}

/** Columns from the one with the largest variance to the one with the smallest. */
function columnsBySpread({ rows, width, values }: Points): readonly number[] {
  const variances = Array.from({ length: width }, (_, c) => {
    let mean = 0
    for (let row = 0; row < rows; row++) mean += values[row * width + c]! / rows
    let squares = 0
    for (let row = 0; row < rows; row++) squares += (values[row * width + c]! - mean) ** 2
    return squares
  })
  return variances.map((_, c) => c).sort((a, b) => variances[b]! - variances[a]! || a - b)
}

/** Points in order of their first column, columns reordered. */
interface Sorted {
  readonly rows: number
  readonly width: number
  /** Index of each in the cloud it came from. */
  readonly order: Int32Array
  /** `[rows, width]` */
  readonly values: Float64Array
  /** `[rows]` */
  readonly first: Float64Array
}

function sortedAlong({ rows, width, values }: Points, columns: readonly number[]): Sorted {
  const key = (row: number): number => values[row * width + columns[0]!]!
  const order = new Int32Array(rows).map((_, i) => i).sort((a, b) => key(a) - key(b) || a - b)
  const moved = new Float64Array(rows * width)
  order.forEach((row, i) =>
    columns.forEach((column, c) => (moved[i * width + c] = values[row * width + column]!)),
  )
  return { rows, width, order, values: moved, first: Float64Array.from(order, key) }
}

/** The k nearest so far, in order of distance and, among equals, of index. */
interface NearestList {
  readonly indices: Int32Array
  readonly squares: Float64Array
  /** The k-th squared distance; Infinity while there are fewer. */
  worst(): number
  clear(): void
  offer(square: number, index: number): void
}

function nearestList(k: number): NearestList {
  const indices = new Int32Array(k)
  const squares = new Float64Array(k)
  const after = (i: number, square: number, index: number): boolean =>
    squares[i]! > square || (squares[i] === square && indices[i]! > index)
  return {
    indices,
    squares,
    worst: () => squares[k - 1]!,
    clear: () => {
      squares.fill(Infinity)
      indices.fill(-1)
    },
    offer: (square, index) => {
      if (!after(k - 1, square, index)) return
      let at = k - 1
      for (; at > 0 && after(at - 1, square, index); at--) {
        squares[at] = squares[at - 1]!
        indices[at] = indices[at - 1]!
      }
      squares[at] = square
      indices[at] = index
    },
  }
}

/** Goes outward from the query's place until both sides are too far in the first column alone. */
function sweep(
  { rows, width, order, values, first }: Sorted,
  query: Float64Array,
  self: number,
  nearest: NearestList,
) {
  const start = firstNotBelow(first, query[0]!)
  let [left, right] = [start - 1, start]
  let leftGap = left >= 0 ? query[0]! - first[left]! : Infinity
  let rightGap = right < rows ? first[right]! - query[0]! : Infinity
  while (leftGap < Infinity || rightGap < Infinity) {
    const goLeft = leftGap < rightGap
    const gap = goLeft ? leftGap : rightGap
    const worst = nearest.worst()
    if (gap * gap > worst) return
    const at = goLeft ? left : right
    if (order[at] !== self) {
      let square = 0
      for (let c = 0, i = at * width; c < width && square <= worst; c++) {
        const difference = query[c]! - values[i++]!
        square += difference * difference
      }
      if (square <= worst) nearest.offer(square, order[at]!)
    }
    if (goLeft) leftGap = --left >= 0 ? query[0]! - first[left]! : Infinity
    else rightGap = ++right < rows ? first[right]! - query[0]! : Infinity
  }
}

/** Place of the first element that is not below `value`, in ascending numbers. */
function firstNotBelow(ascending: Float64Array, value: number): number {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
