/**
 * Points drawn into pixels without a graphics card: for pictures of many points, and for browsers without WebGL. Where
 * points lie over each other the pixel has their mean colour and lets through less: the order of the rows does not show.
 */
import { pixelAt, type Fit } from './frame.js'

/** What is drawn. `paint` holds red, green, blue and a state for each point; 0 is a point that is not drawn. */
export interface RasterPoints {
  readonly places: Float32Array
  readonly paint: Uint8Array
}

export interface RasterOptions {
  readonly fit: Fit
  /** Of the picture, in its own pixels. */
  readonly width: number
  readonly height: number
  /** Of a point, in pixels. */
  readonly diameter: number
  readonly opacity: number
  /** State of the points to draw (default: every one that is not 0). */
  readonly state?: number
}

/**
 * @returns `[height, width, 4]`: red, green, blue, alpha (not premultiplied), transparent where there is no point
 */
export function rasterOf(
  { places, paint }: RasterPoints,
  options: RasterOptions,
): Uint8ClampedArray<ArrayBuffer> {
  const { fit, width, height, diameter, state } = options
  const stamp = stampOf(diameter)
  // Sums of coverage and of coverage times colour.
  const sums = new Float32Array(4 * width * height)
  for (let i = 0; i < places.length / 2; i++) {
    const own = paint[4 * i + 3]!
    if (own === 0 || (state !== undefined && own !== state)) continue
    const [x, y] = pixelAt(fit, places[2 * i]!, places[2 * i + 1]!)
    if (!(x > -diameter && x < width + diameter && y > -diameter && y < height + diameter)) continue
    for (const { dx, dy, weight } of stamp) {
      const [px, py] = [Math.floor(x) + dx, Math.floor(y) + dy]
      if (px < 0 || px >= width || py < 0 || py >= height) continue
      const at = 4 * (py * width + px)
      sums[at]! += weight * paint[4 * i]!
      sums[at + 1]! += weight * paint[4 * i + 1]!
      sums[at + 2]! += weight * paint[4 * i + 2]!
      sums[at + 3]! += weight
    }
  }
  return blended(sums, options.opacity)
}

/** Mean colours, and what n points of one opacity let through together: (1 − opacity)ⁿ. */
function blended(sums: Float32Array, opacity: number): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(sums.length)
  const through = Math.log(1 - Math.min(opacity, 0.999))
  for (let at = 0; at < sums.length; at += 4) {
    const coverage = sums[at + 3]!
    if (coverage === 0) continue
    pixels[at] = sums[at]! / coverage
    pixels[at + 1] = sums[at + 1]! / coverage
    pixels[at + 2] = sums[at + 2]! / coverage
    pixels[at + 3] = 255 * (1 - Math.exp(through * coverage))
  }
  return pixels
}

interface StampPixel {
  readonly dx: number
  readonly dy: number
  readonly weight: number
}

/** Pixels of a disc and how much of each it covers; one smaller than a pixel covers one pixel in part. */
function stampOf(diameter: number): readonly StampPixel[] {
  const radius = diameter / 2
  if (radius <= 0.6) return [{ dx: 0, dy: 0, weight: Math.min(1, Math.PI * radius ** 2) }]
  const reach = Math.ceil(radius)
  const pixels: StampPixel[] = []
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const weight = Math.min(1, Math.max(0, radius - Math.hypot(dx, dy) + 0.5))
      if (weight > 0) pixels.push({ dx, dy, weight })
    }
  }
  return pixels
}
