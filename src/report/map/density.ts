/**
 * How large and how see-through points are drawn, so that a thousand and a million can both be read: where points are
 * dense they shrink to a pixel and blend, and colour stands for density.
 */
import { pixelAt, type Fit } from './frame.js'

/** How points are drawn. */
export interface Look {
  /** Of a point, in pixels of the window. */
  readonly diameter: number
  readonly opacity: number
  /** Points over a pixel where there are points at all: above 1 they cannot all be told apart. */
  readonly perPixel: number
  /** Estimated from a sample. */
  readonly pointsInView: number
}

/** Most points looked at for an estimate. */
const sampleSize = 8192
/** Greatest diameter in pixels. */
const most = 8
/** Area of the points' squares, as a share of the area they stand on: points overlap a little. */
const generous = 1.8
/** What a place covered as much as the average is to let through. */
const throughAverage = 0.25
/** A point alone must be seen, however dense the others are. */
const leastOpacity = 0.1

/**
 * @param order row numbers in random order: its beginning is a sample
 * @param least smallest diameter, in pixels of the window
 * @param isShown whether a row is drawn at all
 */
export function lookOf(
  { places, order }: { readonly places: Float32Array; readonly order: Uint32Array },
  window: { readonly fit: Fit; readonly width: number; readonly height: number; readonly least: number },
  isShown: (row: number) => boolean,
): Look {
  const { fit, width, height, least } = window
  const seen: number[] = []
  const looked = Math.min(order.length, sampleSize)
  for (let k = 0; k < looked; k++) {
    const row = order[k]!
    const [x, y] = pixelAt(fit, places[2 * row]!, places[2 * row + 1]!)
    if (x >= 0 && x < width && y >= 0 && y < height && isShown(row)) seen.push(x, y)
  }
  const points = Math.max(1, (seen.length / 2) * (order.length / Math.max(1, looked)))
  const area = occupiedArea(seen, width, height)
  const diameter = Math.min(most, Math.max(least, Math.sqrt((generous * area) / points)))
  const coverage = (points * diameter ** 2 * Math.PI) / 4 / area
  const opacity = Math.min(0.9, Math.max(leastOpacity, 1 - throughAverage ** (1 / coverage)))
  const pointsInView = seen.length === 0 ? 0 : points
  return { diameter, opacity, perPixel: pointsInView / area, pointsInView }
}

/** Pixels around which there are points, from cells wide enough to hold a few points of the sample each. */
function occupiedArea(seen: readonly number[], width: number, height: number): number {
  const side = Math.max(12, Math.sqrt((width * height * 8) / Math.max(1, seen.length)))
  const columns = Math.ceil(width / side)
  const cells = new Set<number>()
  for (let i = 0; i < seen.length; i += 2) {
    cells.add(Math.floor(seen[i + 1]! / side) * columns + Math.floor(seen[i]! / side))
  }
  return Math.max(1, Math.min(width * height, cells.size * side * side))
}
