/**
 * The repulsion of t-SNE between all points in the plane, through a potential on a grid:
 *
 *     φ(y) = Σⱼ 1 / (1 + ‖y − yⱼ‖²)        Z = Σᵢ φ(yᵢ) − n        Σⱼ q²ᵢⱼ (yᵢ − yⱼ) = −½ ∇φ(yᵢ)
 *
 *     points ─► spread over the grid ─► convolved with 1/(1 + r²) (plane-convolution.ts) ─► φ and its slope at the points
 *
 * Linderman et al. (2019), "Fast interpolation-based t-SNE for improved visualization of single-cell RNA-seq data", has
 * the idea and convolves four fields; one is enough, as the forces are a slope. Points are spread and the potential is read
 * by cubic B-splines, whose slope is smooth, as in Essmann et al. (1995), "A smooth particle mesh Ewald method"; dividing
 * the kernel's spectrum by theirs makes both together an interpolation.
 */
import { planeConvolution, type PlaneConvolution } from './plane-convolution.js'

/**
 * Longest step of the grid, where the kernel's width is 1. On layouts of 60,000, 20,000 and 5,000 images of MNIST the forces are then
 * off by 2, 3 and 5 % (root mean square) and Z by 0.2 % at most; with 0.4 by 1, 1.6 and 2.4 %, for 1.6 times as many nodes and
 * layouts whose objective differs by 0.01.
 */
const longestStep = 0.5
/** Steps that the points' extent has at least. */
const leastSteps = 40
/** Nodes that a point reaches along an axis. */
const reach = 4

/** Steps that it has at most: above that the steps become longer. */
const mostSteps = 1024

/** Repulsion between `n` points. */
export function gridRepulsion(n: number) {
  let grid: Grid | undefined
  /**
   * Repulsion at every place: Σⱼ q²ᵢⱼ (yᵢ − yⱼ) with q = 1 / (1 + ‖yᵢ − yⱼ‖²).
   *
   * @param places `[n, 2]`
   * @param forces `[n, 2]`, written
   * @returns Z = Σ_{i ≠ j} qᵢⱼ
   */
  return (places: Float64Array, forces: Float64Array): number => {
    const extent = extentOf(places)
    grid = gridFor(extent, grid)
    spread(places, extent, grid)
    grid.convolution.apply(grid.field)
    return read(places, extent, grid, forces) - n // every point met itself once, at distance 0
  }
}

interface Grid {
  readonly step: number
  readonly convolution: PlaneConvolution
  /** What was spread, then the potential, `[height, width]`. */
  readonly field: Float64Array
}

/** The grid as it was where it still fits, as making one costs more than using it. */
function gridFor(extent: Extent, before: Grid | undefined): Grid {
  const step = stepFor(extent)
  const height = nodesFor(extent.height, step)
  const width = nodesFor(extent.width, step)
  if (before?.step === step && before.convolution.height >= height && before.convolution.width >= width)
    return before
  const convolution = planeConvolution({ height, width }, kernelFor(step))
  return { step, convolution, field: new Float64Array(convolution.height * convolution.width) }
}

/** Every point, as weights of the nodes around it. */
function spread(places: Float64Array, { left, top }: Extent, { step, convolution, field }: Grid): void {
  const { width } = convolution
  const w = new Float64Array(2 * reach)
  field.fill(0)
  for (let i = 0; i < places.length; i += 2) {
    const u = (places[i]! - left) / step
    const v = (places[i + 1]! - top) / step
    const column = Math.floor(u)
    const row = Math.floor(v)
    spline(u - column, w, 0)
    spline(v - row, w, reach)
    let at = row * width + column
    for (let r = reach; r < 2 * reach; r++) {
      const share = w[r]!
      field[at]! += share * w[0]!
      field[at + 1]! += share * w[1]!
      field[at + 2]! += share * w[2]!
      field[at + 3]! += share * w[3]!
      at += width
    }
  }
}

/** The potential at all points, summed, and −½ its slope at each. */
function read(
  places: Float64Array,
  { left, top }: Extent,
  { step, convolution, field }: Grid,
  forces: Float64Array,
): number {
  const { width } = convolution
  const w = new Float64Array(2 * reach)
  const d = new Float64Array(2 * reach)
  const unit = -0.5 / step
  let total = 0
  for (let i = 0; i < places.length; i += 2) {
    const u = (places[i]! - left) / step
    const v = (places[i + 1]! - top) / step
    const column = Math.floor(u)
    const row = Math.floor(v)
    spline(u - column, w, 0)
    spline(v - row, w, reach)
    splineSlope(u - column, d, 0)
    splineSlope(v - row, d, reach)
    let alongX = 0
    let alongY = 0
    let at = row * width + column
    for (let r = reach; r < 2 * reach; r++) {
      const a = field[at]!
      const b = field[at + 1]!
      const c = field[at + 2]!
      const e = field[at + 3]!
      const sum = w[0]! * a + w[1]! * b + w[2]! * c + w[3]! * e
      total += w[r]! * sum
      alongX += w[r]! * (d[0]! * a + d[1]! * b + d[2]! * c + d[3]! * e)
      alongY += d[r]! * sum
      at += width
    }
    forces[i] = unit * alongX
    forces[i + 1] = unit * alongY
  }
  return total
}

/** The longest step, or that times a power of two for small and very large extents, so that few kernels are ever made. */
function stepFor({ width, height }: Extent): number {
  const size = Math.max(width, height, 1e-9) / longestStep
  if (size > mostSteps) return longestStep * 2 ** Math.ceil(Math.log2(size / mostSteps))
  return longestStep * Math.min(1, 2 ** Math.floor(Math.log2(size / leastSteps)))
}

const nodesFor = (length: number, step: number): number => Math.floor(length / step) + reach

function kernelFor(step: number) {
  return {
    at: (x: number, y: number): number => 1 / (1 + (x * x + y * y) * step * step),
    filter: (turns: number): number => (3 / (2 + Math.cos(2 * Math.PI * turns))) ** 2,
  }
}

/** Weights of the four nodes around a place by the cubic B-spline; `t`: where between the middle two, 0 to 1. */
function spline(t: number, into: Float64Array, at: number): void {
  const rest = 1 - t
  into[at] = (rest * rest * rest) / 6
  into[at + 1] = 2 / 3 - t * t * (1 - t / 2)
  into[at + 2] = 2 / 3 - rest * rest * (1 - rest / 2)
  into[at + 3] = (t * t * t) / 6
}

/** Their slopes. */
function splineSlope(t: number, into: Float64Array, at: number): void {
  const rest = 1 - t
  into[at] = (-rest * rest) / 2
  into[at + 1] = t * (1.5 * t - 2)
  into[at + 2] = -rest * (1.5 * rest - 2)
  into[at + 3] = (t * t) / 2
}

interface Extent {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

function extentOf(places: Float64Array): Extent {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
  for (let i = 0; i < places.length; i += 2) {
    left = Math.min(left, places[i]!)
    right = Math.max(right, places[i]!)
    top = Math.min(top, places[i + 1]!)
    bottom = Math.max(bottom, places[i + 1]!)
  }
  return { left, top, width: right - left, height: bottom - top }
}
