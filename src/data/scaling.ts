/**
 * Scalings of numeric columns: from raw units to numbers of mean 0 and deviation 1, and back. One formula serves
 * both kinds, so that all columns of a table are scaled by the same few nodes:
 *
 *     u = (x − center) / unit,   z = (s(u) − mean) / deviation,   s(u) = u  or  asinh(u)
 */

/** How one column is scaled; plain data. */
export interface Scaling {
  /**
   * `standard`: center and unit are mean and deviation.
   * `asinh`: center is the median and unit the usual distance from it; asinh is linear near the center and
   * logarithmic far from it, so outliers keep their order and distance without drowning the rest.
   */
  readonly method: 'standard' | 'asinh'
  readonly center: number
  readonly unit: number
  readonly mean: number
  readonly deviation: number
}

/**
 * Largest |u| that asinh is given and largest scaled number: beyond them a value is as far as it gets. They keep
 * squares within float64 in the graph, and squared errors within float32.
 */
export const farthestRaw = 1e150
export const farthestScaled = 1e9

/**
 * Spreads below this count as none. ONNX Runtime takes a subtraction of less than the smallest float32 for one of
 * nothing, in float64 too, so a center of that size would be lost.
 */
const smallestUnit = 1e-37

/** Tail weight, (q₉₉.₅ − q₀.₅) ÷ (q₇₅ − q₂₅), beyond which asinh is taken; 3.8 for a normal column. */
const heavyTail = 10

/** Distance of the farthest value from the median, in usual distances, beyond which asinh is taken. */
const farOut = 25

/**
 * The scaling that suits some values.
 *
 * @param values known values in any order; at least one
 */
export function fitScaling(values: Float64Array): Scaling {
  const sorted = Float64Array.from(values).sort()
  const median = quantile(sorted, 0.5)
  const spread = quantile(sorted, 0.75) - quantile(sorted, 0.25)
  const usual = spread > 0 ? spread / 1.349 : meanOf(values, (x) => Math.abs(x - median))
  const farthest = Math.max(median - sorted[0]!, sorted.at(-1)! - median)
  const tail = spread > 0 ? (quantile(sorted, 0.995) - quantile(sorted, 0.005)) / spread : 0
  if (
    usual > smallestUnit &&
    farthest / usual < farthestRaw &&
    (tail > heavyTail || farthest > farOut * usual)
  ) {
    const bent = values.map((x) => Math.asinh(clip((x - median) / usual, farthestRaw)))
    const [mean, deviation] = moments(bent)
    return { method: 'asinh', center: median, unit: usual, mean, deviation }
  }
  return standardScaling(values)
}

/** Mean 0 and deviation 1, whatever the tails. @param values known values in any order; at least one */
export function standardScaling(values: Float64Array): Scaling {
  const [center, unit] = moments(values)
  return { method: 'standard', center, unit, mean: 0, deviation: 1 }
}

/** From `low` … `high` to 0 … 1; one value alone becomes 0. */
export function rangeScaling(low: number, high: number): Scaling {
  const unit = high - low > smallestUnit ? Math.min(high - low, Number.MAX_VALUE) : 1
  return { method: 'standard', center: low, unit, mean: 0, deviation: 1 }
}

/** Numbers as they are, up to `farthestScaled`. */
export const noScaling: Scaling = { method: 'standard', center: 0, unit: 1, mean: 0, deviation: 1 }

/** A raw value, scaled; at most `farthestScaled` from 0. */
export function scale(x: number, { method, center, unit, mean, deviation }: Scaling): number {
  const u = clip((x - center) / unit, farthestRaw)
  return clip(((method === 'asinh' ? Math.asinh(u) : u) - mean) / deviation, farthestScaled)
}

/** The raw value of a scaled one; finite for every number. */
export function unscale(z: number, { method, center, unit, mean, deviation }: Scaling): number {
  const s = clip(z, farthestScaled) * deviation + mean
  const u = method === 'asinh' ? Math.sinh(clip(s, farthestBent)) : s
  return clip(center + unit * u, Number.MAX_VALUE)
}

/** asinh of `farthestRaw`. */
export const farthestBent = Math.asinh(farthestRaw)

const clip = (x: number, bound: number): number => Math.min(Math.max(x, -bound), bound)

/** A quantile of sorted values, interpolated linearly. */
export function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1)
  const below = Math.floor(position)
  const low = sorted[below]!
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!
  return low + (position - below) * (high - low)
}

function meanOf(values: Float64Array, f: (x: number) => number): number {
  let sum = 0
  for (const value of values) sum += f(value) / values.length
  return sum
}

/**
 * Mean and standard deviation; where the deviation is nothing beside rounding, the size of the values instead, so that
 * a column seen constant does not make every other value infinitely far. Worked out in units of the largest value:
 * squares of numbers near 1e300 would overflow.
 */
function moments(values: Float64Array): readonly [number, number] {
  const largest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  if (largest === 0) return [0, 1]
  const mean = meanOf(values, (x) => x / largest)
  const deviation = Math.sqrt(meanOf(values, (x) => (x / largest - mean) ** 2))
  const unit = deviation > 1e-12 ? deviation * largest : Math.max(1, largest)
  return [mean * largest, unit > smallestUnit ? unit : 1]
}
