/**
 * A density over configurations out of a few of them: a kernel around each, a wide one over everything, so that nothing
 * is impossible, and one around what was believed before anything was seen, where there is such a belief. The kernels
 * are joint: coordinates of one observation stay together.
 *
 *     p(x) = Σᵢ wᵢ Π_d k_d(x_d; xᵢ_d) / Σᵢ wᵢ,   wᵢ = 1 for observations and for the wide kernel
 *
 * Along a line k is a normal density cut off at 0 and 1, of deviation 0.2 · (n + 1)^(−1/(D+4)), but never below
 * 1 / min(100, n + 2), the "magic clip" that keeps few observations from being taken for certain. Over classes it is the observed
 * class, with 1/(n + 1) spread over all.
 *
 * Bergstra et al. (2011), "Algorithms for hyper-parameter optimization", section 4; multivariate as in Falkner et al.
 * (2018), BOHB; the clip and its effect: Watanabe (2023), "Tree-structured Parzen estimator", section 3.3; beliefs of
 * people in a search: Souza et al. (2021), "Bayesian optimization with a prior for the optimum".
 */
import type { Random } from '../../base/index.js'

/** One coordinate: a place from 0 to 1, or one of so many classes. */
export type Dimension = { readonly kind: 'line' } | { readonly kind: 'classes'; readonly count: number }

/** A value for every dimension: a place, or the number of a class. */
export type Point = readonly number[]

/** The density. */
export interface Parzen {
  sample(random: Random): Point
  logDensity(point: Point): number
}

/** Deviation of the kernels of a single observation, and the fewest cells that the clip stands for. */
const scale = 0.2
const mostCells = 100

/** What is believed to be good before anything is seen. */
export interface Prior {
  /** Where; −1 stands for a class that nothing is believed of. */
  readonly center: Point
  /** Along lines, in places. */
  readonly deviation: number
  /** How many observations it counts as. */
  readonly weight: number
}

/** One part of the mixture; `spread` goes to all classes for each 1 on the centre's own. */
interface Kernel extends Prior {
  readonly spread: number
}

/**
 * @param points observations; may be none, then the density is all but flat, or what is believed
 * @param prior its class has half of the weight of its kernel, and all classes together the other half
 */
export function parzen(points: readonly Point[], dimensions: readonly Dimension[], prior?: Prior): Parzen {
  const count = points.length + 1
  const clip = 1 / Math.min(mostCells, count + 1)
  const deviation = Math.max(clip, scale * count ** (-1 / (dimensions.length + 4)))
  const middle = dimensions.map((dimension) => (dimension.kind === 'line' ? 0.5 : -1))
  const kernels: readonly Kernel[] = [
    { center: middle, deviation: 1, spread: 1, weight: 1 },
    ...(prior === undefined ? [] : [{ ...prior, spread: 1 }]),
    ...points.map((center) => ({ center, deviation, spread: 1 / count, weight: 1 })),
  ]
  const total = kernels.reduce((sum, { weight }) => sum + weight, 0)
  return {
    sample: (random) => drawn(picked(kernels, total * random.uniform()), dimensions, random),
    logDensity: (point) =>
      logSum(kernels.map((kernel) => Math.log(kernel.weight / total) + logKernel(kernel, point, dimensions))),
  }
}

/** The kernel at a place of the weights laid end to end. */
function picked(kernels: readonly Kernel[], at: number): Kernel {
  let sum = 0
  return kernels.find(({ weight }) => (sum += weight) > at) ?? kernels.at(-1)!
}

function drawn(
  { center, deviation, spread }: Kernel,
  dimensions: readonly Dimension[],
  random: Random,
): Point {
  return dimensions.map((dimension, d) => {
    const middle = center[d]!
    if (dimension.kind === 'line') return cutNormal(middle, deviation, random)
    const isOwn = middle >= 0 && random.uniform() < 1 / (1 + spread)
    return isOwn ? middle : random.below(dimension.count)
  })
}

function logKernel(
  { center, deviation, spread }: Kernel,
  point: Point,
  dimensions: readonly Dimension[],
): number {
  let sum = 0
  dimensions.forEach((dimension, d) => {
    const [middle, value] = [center[d]!, point[d]!]
    if (dimension.kind === 'line') sum += logCutNormal(value, middle, deviation)
    else if (middle < 0) sum -= Math.log(dimension.count)
    else sum += Math.log((Number(middle === value) + spread / dimension.count) / (1 + spread))
  })
  return sum
}

/** A normal number between 0 and 1. Its middle lies there too, so about every second draw or more is taken. */
function cutNormal(middle: number, deviation: number, random: Random): number {
  for (;;) {
    const value = middle + deviation * random.normal()
    if (value >= 0 && value <= 1) return value
  }
}

function logCutNormal(x: number, middle: number, deviation: number): number {
  const z = (x - middle) / deviation
  const mass = normalCdf((1 - middle) / deviation) - normalCdf(-middle / deviation)
  return -0.5 * z * z - Math.log(deviation * Math.sqrt(2 * Math.PI) * mass)
}

/** Φ to 10⁻⁷ (Abramowitz & Stegun 1964, 7.1.26). */
export function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  const tail = 0.5 * series * Math.exp(-x * x)
  return z < 0 ? tail : 1 - tail
}

function logSum(terms: readonly number[]): number {
  const most = Math.max(...terms)
  return most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0))
}
