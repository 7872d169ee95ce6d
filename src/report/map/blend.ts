/**
 * What a decoder makes of a place between the points of its grid: images and numbers are blended from the four points
 * around (bilinear), a category is that of the nearest. The grid itself is MapDecoded of map-report.ts.
 */
import type { Box } from './frame.js'

export interface Grid {
  /** Points along x and y, 2 or more each. */
  readonly columns: number
  readonly rows: number
  readonly bounds: Box
}

/** The four grid points around a place, with weights that sum to 1; the heaviest first. */
export interface Corners {
  readonly cells: readonly number[]
  readonly weights: readonly number[]
}

/** @returns undefined outside of the grid */
export function cornersAt(
  { columns, rows, bounds: [x0, y0, x1, y1] }: Grid,
  x: number,
  y: number,
): Corners | undefined {
  const [c, r] = [((x - x0) / (x1 - x0)) * (columns - 1), ((y - y0) / (y1 - y0)) * (rows - 1)]
  if (!(c >= 0 && c <= columns - 1 && r >= 0 && r <= rows - 1)) return undefined
  const [c0, r0] = [Math.min(Math.floor(c), columns - 2), Math.min(Math.floor(r), rows - 2)]
  const [fc, fr] = [c - c0, r - r0]
  const corners = [
    { cell: r0 * columns + c0, weight: (1 - fc) * (1 - fr) },
    { cell: r0 * columns + c0 + 1, weight: fc * (1 - fr) },
    { cell: (r0 + 1) * columns + c0, weight: (1 - fc) * fr },
    { cell: (r0 + 1) * columns + c0 + 1, weight: fc * fr },
  ].sort((a, b) => b.weight - a.weight)
  return { cells: corners.map(({ cell }) => cell), weights: corners.map(({ weight }) => weight) }
}

/**
 * @param pixels `[grid points, size]`
 * @returns `[size]`
 */
export function blendImages(pixels: Uint8Array, size: number, { cells, weights }: Corners): Uint8Array {
  const blended = new Float64Array(size)
  cells.forEach((cell, k) => {
    const weight = weights[k]!
    for (let i = 0; i < size; i++) blended[i]! += weight * pixels[cell * size + i]!
  })
  return Uint8Array.from(blended, (value) => Math.round(value))
}

/**
 * @param values `[grid points, width]`
 * @param isCategory for each of `width`
 * @returns `[width]`
 */
export function blendRows(
  values: Float32Array,
  isCategory: readonly boolean[],
  { cells, weights }: Corners,
): readonly number[] {
  const width = isCategory.length
  return isCategory.map((nearestOnly, j) =>
    nearestOnly
      ? values[cells[0]! * width + j]!
      : cells.reduce(
          (sum, cell, k) => (weights[k]! > 0 ? sum + weights[k]! * values[cell * width + j]! : sum),
          0,
        ),
  )
}
