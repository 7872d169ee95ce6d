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
  if (usual > 0 && (tail > heavyTail || farthest > farOut * usual)) {
    const bent = values.map((x) => Math.asinh((x - median) / usual))
    const [mean, deviation] = moments(bent)
    return { method: 'asinh', center: median, unit: usual, mean, deviation }
  }
  const [center, unit] = moments(values)
  return { method: 'standard', center, unit, mean: 0, deviation: 1 }
}

/** A raw value, scaled. */
export function scale(x: number, { method, center, unit, mean, deviation }: Scaling): number {
  const u = (x - center) / unit
  return ((method === 'asinh' ? Math.asinh(u) : u) - mean) / deviation
}

/** The raw value of a scaled one. */
export function unscale(z: number, { method, center, unit, mean, deviation }: Scaling): number {
  const s = z * deviation + mean
  return center + unit * (method === 'asinh' ? Math.sinh(s) : s)
}

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

/** Mean and standard deviation; the deviation is 1 where it would be 0. */
function moments(values: Float64Array): readonly [number, number] {
  const mean = meanOf(values, (x) => x)
  const deviation = Math.sqrt(meanOf(values, (x) => (x - mean) ** 2))
  return [mean, deviation > 1e-12 * Math.abs(mean) && deviation > 0 ? deviation : 1]
}
