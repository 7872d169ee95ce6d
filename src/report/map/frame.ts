/**
 * Where a map's points stand: unit coordinates (the same scale along both axes, 0 to 1 over the longer side) and how
 * they come to pixels. Nothing here knows of a document; the page and the picture for papers share it.
 */

/** Least and greatest of x and y. */
export type Box = readonly [x0: number, y0: number, x1: number, y1: number]

/** The square of the data that becomes 0 to 1: unit u = (x − x0) / span, and the same along y. */
export interface Frame {
  readonly x0: number
  readonly y0: number
  readonly span: number
}

/** From unit coordinates to pixels: x = `x` + `scale` u, y = `y` − `scale` v (v grows upwards). */
export interface Fit {
  readonly scale: number
  readonly x: number
  readonly y: number
}

/** Of points far from the rest: home is where all but this share of them are, along each side of each axis. */
const strayShare = 0.001
/** Stray points are left outside of the first view when showing them would shrink the rest to less than this. */
const leastFill = 0.4

/** The box around all points that have a place; of none the unit square. */
export function boxOf(x: Float32Array, y: Float32Array): Box {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i < x.length; i++) {
    const [at, up] = [x[i]!, y[i]!]
    if (!Number.isFinite(at + up)) continue
    if (at < x0) x0 = at
    if (at > x1) x1 = at
    if (up < y0) y0 = up
    if (up > y1) y1 = up
  }
  return x0 <= x1 ? [x0, y0, x1, y1] : [0, 0, 1, 1]
}

/** A frame that holds the box. */
export function frameOf([x0, y0, x1, y1]: Box): Frame {
  return { x0, y0, span: Math.max(x1 - x0, y1 - y0) || 1 }
}

/**
 * Places in unit coordinates.
 *
 * @returns `[2 points]`, u and v in turn; both NaN where a point has no place
 */
export function unitPlaces(x: Float32Array, y: Float32Array, { x0, y0, span }: Frame): Float32Array {
  const places = new Float32Array(2 * x.length)
  for (let i = 0; i < x.length; i++) {
    const [u, v] = [(x[i]! - x0) / span, (y[i]! - y0) / span]
    const isPlaced = Number.isFinite(u + v)
    places[2 * i] = isPlaced ? u : NaN
    places[2 * i + 1] = isPlaced ? v : NaN
  }
  return places
}

/**
 * What the first view shows, in unit coordinates: every point, unless a few stray ones would press the others into a
 * corner.
 */
export function homeOf(places: Float32Array): Box {
  const [us, vs] = [0, 1].map((axis) => sortedAxis(places, axis)) as [Float32Array, Float32Array]
  if (us.length === 0) return [0, 0, 1, 1]
  const whole: Box = [us[0]!, vs[0]!, us.at(-1)!, vs.at(-1)!]
  const bulk: Box = [
    quantile(us, strayShare),
    quantile(vs, strayShare),
    quantile(us, 1 - strayShare),
    quantile(vs, 1 - strayShare),
  ]
  return sideOf(bulk) > 0 && sideOf(bulk) < leastFill * sideOf(whole) ? bulk : whole
}

/** The longer side of a box. */
function sideOf([x0, y0, x1, y1]: Box): number {
  return Math.max(x1 - x0, y1 - y0)
}

function sortedAxis(places: Float32Array, axis: number): Float32Array {
  const along = new Float32Array(places.length / 2)
  let count = 0
  for (let i = axis; i < places.length; i += 2) if (!Number.isNaN(places[i]!)) along[count++] = places[i]!
  return along.subarray(0, count).sort()
}

/** @param sorted ascending, one number or more */
export function quantile(sorted: Float32Array, share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))]!
}

/** The box in the middle of a window of `width` × `height` pixels, `margin` pixels from its edges. */
export function fitTo([u0, v0, u1, v1]: Box, width: number, height: number, margin: number): Fit {
  const room = [Math.max(1, width - 2 * margin), Math.max(1, height - 2 * margin)] as const
  const scale = Math.min(room[0] / (u1 - u0 || 1e-9), room[1] / (v1 - v0 || 1e-9), 1e6)
  // A single place gets the window a unit square would have.
  const used = u1 - u0 > 0 || v1 - v0 > 0 ? scale : Math.min(...room)
  return {
    scale: used,
    x: width / 2 - (used * (u0 + u1)) / 2,
    y: height / 2 + (used * (v0 + v1)) / 2,
  }
}

/** Moved by (x, y) and magnified by k, as d3-zoom writes it. */
export function moved(
  fit: Fit,
  { k, x, y }: { readonly k: number; readonly x: number; readonly y: number },
): Fit {
  return { scale: fit.scale * k, x: fit.x * k + x, y: fit.y * k + y }
}

/** The unit coordinates of a pixel. */
export function placeAt(fit: Fit, x: number, y: number): readonly [u: number, v: number] {
  return [(x - fit.x) / fit.scale, (fit.y - y) / fit.scale]
}

/** The pixel of a place in unit coordinates. */
export function pixelAt(fit: Fit, u: number, v: number): readonly [x: number, y: number] {
  return [fit.x + fit.scale * u, fit.y - fit.scale * v]
}

/**
 * The middle of each category's points: the medians of u and of v.
 *
 * @param codes `[points]`, −1 for none
 * @returns per category [u, v] and how many points it has; undefined for one without
 */
export function mediansOf(
  places: Float32Array,
  codes: ArrayLike<number>,
  categories: number,
): readonly ({ readonly u: number; readonly v: number; readonly points: number } | undefined)[] {
  const counts = new Int32Array(categories)
  const counted = (i: number): boolean => codes[i]! >= 0 && !Number.isNaN(places[2 * i]!)
  for (let i = 0; i < codes.length; i++) if (counted(i)) counts[codes[i]!]!++
  const [us, vs] = [0, 1].map(() => Array.from(counts, (count) => new Float32Array(count))) as [
    Float32Array[],
    Float32Array[],
  ]
  const next = new Int32Array(categories)
  for (let i = 0; i < codes.length; i++) {
    if (!counted(i)) continue
    const code = codes[i]!
    us[code]![next[code]!] = places[2 * i]!
    vs[code]![next[code]!++] = places[2 * i + 1]!
  }
  return Array.from(counts, (points, code) =>
    points === 0
      ? undefined
      : { u: quantile(us[code]!.sort(), 0.5), v: quantile(vs[code]!.sort(), 0.5), points },
  )
}
