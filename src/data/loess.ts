/**
 * LOESS of one variable: local quadratic regression with tricube weights, evaluated at the corners of a tree of cells and
 * interpolated between them, as the original program does. It smooths the variance of genes over their mean
 * (variable-genes.ts).
 *
 * @see Cleveland, Grosse (1991), "Computational methods for local regression", Statistics and Computing 1, 47–62
 */

/** Options of `loess`. */
export interface LoessOptions {
  /** Share of the points that each local fit uses, above 0 and at most 1. */
  readonly span: number
}

/** A corner between cells: where it is, and value and slope of the local fit there. */
interface Corner {
  readonly at: number
  readonly value: number
  readonly slope: number
}

/** Points that a cell may hold before it is split, as a share of those in a local fit. */
const cellShare = 0.2

/**
 * The smoothed value at each point.
 *
 * @param x `[points]`, in any order
 * @param y `[points]`
 * @returns `[points]`, in the order of x
 */
export function loess(x: Float64Array, y: Float64Array, { span }: LoessOptions): Float64Array {
  const order = Int32Array.from(x.keys()).sort((a, b) => x[a]! - x[b]!)
  const points = { x: Float64Array.from(order, (i) => x[i]!), y: Float64Array.from(order, (i) => y[i]!) }
  const neighbours = Math.max(1, Math.min(x.length, Math.floor(x.length * span + 1e-5)))
  const corners = cornersOf(points.x, Math.floor(x.length * span * cellShare)).map((at) =>
    localFit(points, at, neighbours),
  )
  const fitted = new Float64Array(x.length)
  let cell = 0
  for (let i = 0; i < order.length; i++) {
    while (cell < corners.length - 2 && points.x[i]! > corners[cell + 1]!.at) cell++
    fitted[order[i]!] = between(corners[cell]!, corners[cell + 1]!, points.x[i]!)
  }
  return fitted
}

/** Where cells meet, ascending: the range, a little wider, halved at the median point until cells hold few points. */
function cornersOf(x: Float64Array, cellPoints: number): number[] {
  const [first, last] = [x[0]!, x[x.length - 1]!]
  const margin = 0.005 * Math.max(last - first, 1e-10 * Math.max(Math.abs(first), Math.abs(last)) + 1e-30)
  const corners = [first - margin, last + margin]
  const split = (from: number, to: number, left: number, right: number): void => {
    if (to - from + 1 <= Math.max(1, cellPoints)) return
    const middle = lastOfTies(x, from, to)
    const corner = x[middle]!
    if (corner === left || corner === right || corners.includes(corner)) return
    corners.push(corner)
    split(from, middle, left, corner)
    split(middle + 1, to, corner, right)
  }
  split(0, x.length - 1, corners[0]!, corners[1]!)
  return corners.sort((a, b) => a - b)
}

/** The median position, moved to the nearest one that is the last of its equals. */
function lastOfTies(x: Float64Array, from: number, to: number): number {
  // Positions count from 1 in the original, whose median of an even number is the lower one.
  const median = ((from + 1 + to + 1) >> 1) - 1
  // 0, 1, −1, 2, −2, … away from the median
  for (
    let offset = 0;
    median + offset < to && median + offset >= from;
    offset = offset > 0 ? -offset : 1 - offset
  ) {
    if (x[median + offset] !== x[median + offset + 1]) return median + offset
  }
  return median
}

/** Value and slope at a place of the quadratic that fits the nearest points best. */
function localFit({ x, y }: { x: Float64Array; y: Float64Array }, at: number, neighbours: number): Corner {
  let from = 0
  while (from + neighbours < x.length && x[from + neighbours]! - at < at - x[from]!) from++
  const reach = Math.max(at - x[from]!, x[from + neighbours - 1]! - at)
  const sums = new Float64Array(8) // of w·dx^0 … w·dx^4, then w·y·dx^0 … w·y·dx^2
  for (let i = from; i < from + neighbours; i++) {
    const dx = reach > 0 ? (x[i]! - at) / reach : 0
    const weight = (1 - Math.abs(dx) ** 3) ** 3
    for (let power = 0, term = weight; power <= 4; power++, term *= dx) {
      sums[power]! += term
      if (power <= 2) sums[5 + power]! += term * y[i]!
    }
  }
  if (!(sums[0]! > 0)) {
    // Every neighbour lies at the very edge, where the weight is 0.
    const near = y.subarray(from, from + neighbours)
    return { at, value: near.reduce((sum, value) => sum + value, 0) / near.length, slope: 0 }
  }
  const [value, slope] = solved(sums)
  return { at, value, slope: reach > 0 ? slope / reach : 0 }
}

/** Constant and linear coefficient of the weighted quadratic; of lower degree where the points do not settle more. */
function solved(sums: Float64Array): readonly [value: number, slope: number] {
  const [s0, s1, s2, s3, s4, t0, t1, t2] = sums as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  // Gaussian elimination on the normal equations, by hand: three unknowns, dx scaled to ±1.
  const [p11, p12, q1] = [s2 - (s1 * s1) / s0, s3 - (s1 * s2) / s0, t1 - (s1 * t0) / s0]
  if (!(p11 > 1e-12 * s0)) return [t0 / s0, 0]
  const [p22, q2] = [s4 - (s2 * s2) / s0 - (p12 * p12) / p11, t2 - (s2 * t0) / s0 - (p12 * q1) / p11]
  const curve = p22 > 1e-12 * s0 ? q2 / p22 : 0
  const slope = (q1 - p12 * curve) / p11
  return [(t0 - s1 * slope - s2 * curve) / s0, slope]
}

/** The cubic with the values and slopes of both corners (Hermite). */
function between(left: Corner, right: Corner, x: number): number {
  const width = right.at - left.at
  const t = (x - left.at) / width
  const [u, v] = [1 - t, t]
  return (
    u * u * (1 + 2 * v) * left.value +
    v * v * (1 + 2 * u) * right.value +
    width * (v * u * u * left.slope - v * v * u * right.slope)
  )
}
