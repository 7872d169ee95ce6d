/** Which rows are near a place or inside of a shape: a k-d tree over the places (kdbush). */
import KDBush from 'kdbush'
import { pixelAt, placeAt, type Fit } from '../frame.js'

export interface Picking {
  /** The drawn row nearest to a pixel, at most `reach` pixels away. */
  nearest(fit: Fit, x: number, y: number, reach: number): number | undefined
  /** Drawn rows whose pixel the mask holds, ascending. */
  inside(fit: Fit, mask: Mask): Int32Array
}

/** A shape over the window, pixel by pixel. */
export interface Mask {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  /** `[height, width]`, 0 outside; absent: the whole rectangle. */
  readonly pixels?: Uint8Array
}

/** Where rows without a place stand in the tree: no view reaches it. */
const nowhere = 1e9

/** @param isShown whether a row is drawn now */
export function createPicking(places: Float32Array, isShown: (row: number) => boolean): Picking {
  const count = places.length / 2
  const tree = new KDBush(Math.max(1, count), 64, Float32Array)
  for (let row = 0; row < Math.max(1, count); row++) {
    const isPlaced = row < count && !Number.isNaN(places[2 * row]!)
    tree.add(isPlaced ? places[2 * row]! : nowhere, isPlaced ? places[2 * row + 1]! : nowhere)
  }
  tree.finish()
  return {
    nearest(fit, x, y, reach) {
      const [u, v] = placeAt(fit, x, y)
      // Where points are dense the first circle suffices, and there are few in it.
      for (const radius of [1.5, reach]) {
        const row = nearestOf(tree.within(u, v, radius / fit.scale), places, [u, v], isShown)
        if (row !== undefined) return row
      }
      return undefined
    },
    inside(fit, mask) {
      const [u0, v1] = placeAt(fit, mask.left, mask.top)
      const [u1, v0] = placeAt(fit, mask.left + mask.width, mask.top + mask.height)
      const rows = tree.range(u0, v0, u1, v1).filter((row) => isShown(row) && holds(mask, fit, places, row))
      return Int32Array.from(rows).sort()
    },
  }
}

function nearestOf(
  rows: readonly number[],
  places: Float32Array,
  [u, v]: readonly [number, number],
  isShown: (row: number) => boolean,
): number | undefined {
  let [best, least] = [undefined as number | undefined, Infinity]
  for (const row of rows) {
    const distance = (places[2 * row]! - u) ** 2 + (places[2 * row + 1]! - v) ** 2
    if (distance < least && isShown(row)) [best, least] = [row, distance]
  }
  return best
}

function holds(
  { left, top, width, height, pixels }: Mask,
  fit: Fit,
  places: Float32Array,
  row: number,
): boolean {
  if (pixels === undefined) return true
  const [x, y] = pixelAt(fit, places[2 * row]!, places[2 * row + 1]!)
  const [column, line] = [Math.floor(x - left), Math.floor(y - top)]
  return column >= 0 && column < width && line >= 0 && line < height && pixels[line * width + column]! > 0
}
