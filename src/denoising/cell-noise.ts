/**
 * How much of what is read in a column is noise, and how much of it is kept.
 *
 *     cell = told + w · (read − told)        w = 1 − n / r        r: mean square of read − told, n: of the noise
 *
 * which is the posterior mean where both are normal (Laine et al. 2019, eq. 4): what is told errs by r − n. r is measured. n is at most
 * r, and in a series at most what differs from row to row (Gasser, Sroka & Jennen-Steinmetz 1986, eq. 4): whatever a smooth series
 * has in its second differences is noise.
 *
 * Between these bounds and 0 the data are silent: what no other cell tells may be noise, and may be how things are. Of a column
 * whose noise nobody states a share of it is taken for signal. The error is linear in that share, so its expected value is the
 * weight with the least expected error.
 */
import type { CellGrid } from './cell-windows.js'

/** Share of what no other cell tells that is expected to be signal: neighbours in time tell more than other columns alone. */
const signalShare = { time: 0.2, none: 0.5 } as const

/** Share of a column's variance that the other cells tell, below which the column is left as it is, unless its noise is stated. */
const leastTold = 0.1

/** What is known of a column's noise, in squares of its scaled unit. */
export interface CellNoise {
  /** The most that its noise can be, by the data; what was stated where it was. */
  readonly noise: number
  /** Share of its variance that the other cells tell, 0 to 1. */
  readonly told: number
  /** Weight w of what was read beside what is told, 0 to 1. */
  readonly weight: number
}

/** Judges a column. `stated`: its noise, where somebody knows it. */
export function noiseOfCells(
  { columns, starts }: CellGrid,
  column: number,
  {
    told,
    inTime,
    stated,
  }: { readonly told: Float32Array; readonly inTime: boolean; readonly stated?: number | undefined },
): CellNoise {
  const cells = columns[column]!
  const difference = trimmedMeanSquare(cells.map((cell, row) => cell - told[row]!))
  const explained = Math.max(0, 1 - difference / Math.max(trimmedMeanSquare(cells), Number.MIN_VALUE))
  const weightOf = (noise: number): number => (difference === 0 ? 1 : Math.max(0, 1 - noise / difference))
  if (stated !== undefined) return { noise: stated, told: explained, weight: weightOf(stated) }
  const noise = inTime ? Math.min(difference, trimmedMeanSquare(curvatures(cells, starts))) : difference
  const expected = (1 - signalShare[inTime ? 'time' : 'none']) * noise
  return { noise, told: explained, weight: explained < leastTold ? 1 : weightOf(expected) }
}

/**
 * Whether rows stand in an order in which neighbours are alike: differences from row to row are smaller than those between any two
 * rows, by more than chance (von Neumann 1941).
 */
export function areNeighboursAlike(columns: readonly Float32Array[]): boolean {
  const ratios = columns.flatMap((cells) => {
    const steps = cells.subarray(1).map((cell, row) => (cell - cells[row]!) / Math.SQRT2)
    const [near, any] = [trimmedMeanSquare(steps), trimmedMeanSquare(cells)]
    // Of a column that is nearly always the same, all that differs is trimmed.
    return near > 0 && any > 0 ? [near / any] : []
  })
  if (ratios.length === 0) return true
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length
  return mean < 1 - Math.max(0.02, 4 / Math.sqrt(ratios.length * columns[0]!.length))
}

/** Second differences within each series, as large as the noise of a single cell is. */
function curvatures(cells: Float32Array, starts: Int32Array): Float32Array {
  const values = new Float32Array(cells.length).fill(NaN)
  for (let series = 0; series + 1 < starts.length; series++) {
    for (let row = starts[series]! + 1; row + 1 < starts[series + 1]!; row++)
      values[row] = (cells[row - 1]! - 2 * cells[row]! + cells[row + 1]!) / Math.sqrt(6)
  }
  return values
}

/** Share of the largest squares that are left out, and what is then left of the mean of normal numbers' squares. */
const [trimmed, left] = [0.02, 0.856]

/** The mean square of numbers near 0 that are normal but for a few far ones; NaN is left out. */
export function trimmedMeanSquare(values: Float32Array): number {
  const squares = values.filter((value) => !Number.isNaN(value)).map((value) => value * value)
  if (squares.length === 0) return 0
  const kept = squares.sort().subarray(0, Math.ceil(squares.length * (1 - trimmed)))
  return kept.reduce((sum, square) => sum + square, 0) / squares.length / left
}
