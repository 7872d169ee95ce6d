/**
 * A density over configurations out of a few of them: a kernel around each, and a wide one over everything, so that
 * nothing is impossible. The kernels are joint: coordinates of one observation stay together.
 *
 *     p(x) = Σᵢ wᵢ Π_d k_d(x_d; xᵢ_d),   wᵢ = 1 / (n + 1)
 *
 * Along a line k is a normal density cut off at 0 and 1, of deviation 0.2 · (n + 1)^(−1/(D+4)), but never below
 * 1 / min(100, n + 2), the "magic clip" that keeps few observations from being taken for certain. Over classes it is the observed
 * class, with 1/(n + 1) spread over all.
 *
 * Bergstra et al. (2011), "Algorithms for hyper-parameter optimization", section 4; multivariate as in Falkner et al.
 * (2018), BOHB; the clip and its effect: Watanabe (2023), "Tree-structured Parzen estimator", section 3.3.
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

/** @param points observations; may be none, then the density is flat */
export function parzen(points: readonly Point[], dimensions: readonly Dimension[]): Parzen {
  const kernels = points.length + 1
  const clip = 1 / Math.min(mostCells, kernels + 1)
  const deviation = Math.max(clip, scale * kernels ** (-1 / (dimensions.length + 4)))
  const spread = 1 / kernels
  const logWeight = -Math.log(kernels)
  const logKernel = (center: Point | undefined, point: Point): number => {
    let sum = logWeight
    dimensions.forEach((dimension, d) => {
      if (dimension.kind === 'classes') {
        const own = center === undefined ? 0 : Number(center[d] === point[d])
        const shared = (own + spread / dimension.count) / (1 + spread)
        sum += center === undefined ? -Math.log(dimension.count) : Math.log(shared)
      } else {
        const [middle, width] = center === undefined ? [0.5, 1] : [center[d]!, deviation]
        sum += logCutNormal(point[d]!, middle, width)
      }
    })
    return sum
  }
  return {
    sample: (random) => {
      const center = points[random.below(kernels)] // the last is the wide one
      return dimensions.map((dimension, d) => {
        if (dimension.kind === 'line')
          return center === undefined ? cutNormal(0.5, 1, random) : cutNormal(center[d]!, deviation, random)
        const own = center !== undefined && random.uniform() < 1 / (1 + spread)
        return own ? center[d]! : random.below(dimension.count)
      })
    },
    logDensity: (point) => logSum([undefined, ...points].map((center) => logKernel(center, point))),
  }
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
