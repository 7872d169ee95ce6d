/** What the routines of this room work on: rows of numbers, nothing else; and the checks that all of them begin with. */
import { HourglassError } from '../base/index.js'

/** Points, row-major; none of the numbers is NaN or infinite. */
export interface Points {
  readonly rows: number
  readonly width: number
  /** `[rows, width]` */
  readonly values: Float32Array
}

/**
 * Refuses what is not a cloud of points.
 *
 * @param where the routine and argument, for the message, such as `'nearest neighbours'`
 * @throws HG_USAGE for a NaN, an infinite number, or values that do not fill the rows
 */
export function checkPoints({ rows, width, values }: Points, where: string): void {
  if (values.length !== rows * width || width < 1)
    throw new HourglassError(
      'HG_USAGE',
      `${where}: expected rows × width numbers, at least one a row, got ${values.length} for ${rows} × ${width}`,
    )
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue
    throw new HourglassError(
      'HG_USAGE',
      `${where}: expected finite numbers, got ${values[i]!} in row ${Math.floor(i / width)}, column ${i % width} ` +
        '(both counted from 0); fill missing cells or leave such rows out first',
    )
  }
}

/** Refuses a count that is not a whole number of at least `least`. @throws HG_USAGE */
export function checkCount(value: number, least: number, where: string): void {
  if (!Number.isInteger(value) || value < least)
    throw new HourglassError('HG_USAGE', `${where}: expected a whole number from ${least}, got ${value}`)
}

/** Refuses two clouds whose rows are not of one width. @throws HG_USAGE */
export function checkSameWidth(a: Points, b: Points, where: string): void {
  if (a.width !== b.width)
    throw new HourglassError(
      'HG_USAGE',
      `${where}: expected queries as wide as the points, ${a.width} numbers a row, got ${b.width}`,
    )
}

/** Mean of every column, `[width]`. */
export function columnMeans({ rows, width, values }: Points): Float64Array {
  const means = new Float64Array(width)
  for (let row = 0, i = 0; row < rows; row++) for (let c = 0; c < width; c++) means[c]! += values[i++]!
  return means.map((sum) => sum / Math.max(1, rows))
}

/** Some rows of a cloud, copied, in the order given. */
export function rowsAt({ width, values }: Points, rows: Int32Array): Points {
  const chosen = new Float32Array(rows.length * width)
  rows.forEach((row, i) => chosen.set(values.subarray(row * width, (row + 1) * width), i * width))
  return { rows: rows.length, width, values: chosen }
}

/** Squared Euclidean distance of row `i` of one cloud and row `j` of another of the same width, summed in float64. */
export function squaredDistance(a: Points, i: number, b: Points, j: number): number {
  const [x, y, width] = [a.values, b.values, a.width]
  let sum = 0
  for (let c = 0, p = i * width, q = j * width; c < width; c++) {
    const difference = x[p++]! - y[q++]!
    sum += difference * difference
  }
  return sum
}

/** The whole numbers from `start` to before `end`. */
export function range(start: number, end: number): Int32Array {
  const numbers = new Int32Array(end - start)
  for (let i = 0; i < numbers.length; i++) numbers[i] = start + i
  return numbers
}
