/**
 * Regression trees over the unit coordinates of a search space, many of them, each from a sample of its own. A tree is a
 * list of leaves, each a box with a mean: that is what importance.ts takes apart.
 *
 * Breiman (2001), "Random forests".
 */
import type { Random } from '../../base/index.js'
import type { Dimension, Point } from './parzen.js'

/** Where a leaf lies along one dimension: an interval of places, or some of the classes. */
export type Side =
  | { readonly kind: 'line'; readonly from: number; readonly to: number }
  | { readonly kind: 'classes'; readonly among: readonly boolean[] }

/** A box of the space, and the mean of what was seen in it. */
export interface Leaf {
  readonly sides: readonly Side[]
  readonly mean: number
}

/** Boxes that fill the space without overlap. */
export type Tree = readonly Leaf[]

/** Fewest observations in a leaf. */
const leastInLeaf = 2

/** Observations of a tree that is grown. */
interface Grown {
  readonly points: readonly Point[]
  readonly values: readonly number[]
  readonly dimensions: readonly Dimension[]
  readonly random: Random
}

/**
 * Grows a tree from as many observations as there are, drawn with replacement; at each split a random half of the
 * dimensions is looked at, and the threshold that lowers the squared error most is taken.
 */
export function growTree(
  points: readonly Point[],
  values: readonly number[],
  dimensions: readonly Dimension[],
  random: Random,
): Tree {
  const sample = points.map(() => random.below(points.length))
  const whole = dimensions.map((dimension): Side =>
    dimension.kind === 'line'
      ? { kind: 'line', from: 0, to: 1 }
      : { kind: 'classes', among: Array<boolean>(dimension.count).fill(true) },
  )
  return split({ points, values, dimensions, random }, sample, whole)
}

function split(grown: Grown, rows: readonly number[], sides: readonly Side[]): Tree {
  const { points, values, dimensions, random } = grown
  const mean = rows.reduce((sum, row) => sum + values[row]!, 0) / rows.length
  const leaf = [{ sides, mean }]
  if (rows.length < 2 * leastInLeaf) return leaf
  const order = shuffled(dimensions.length, random)
  const looked = order.slice(0, Math.max(1, Math.ceil(dimensions.length / 2)))
  const best = bestCut(grown, rows, sides, looked) ?? bestCut(grown, rows, sides, order.slice(looked.length))
  if (best === undefined) return leaf
  const goesLow = (row: number): boolean => isLow(best, points[row]![best.dimension]!)
  return [
    ...split(grown, rows.filter(goesLow), sides.with(best.dimension, best.low)),
    ...split(
      grown,
      rows.filter((row) => !goesLow(row)),
      sides.with(best.dimension, best.high),
    ),
  ]
}

/** A way to cut a box in two. */
interface Cut {
  readonly dimension: number
  readonly low: Side
  readonly high: Side
  /** Squared error that it takes away. */
  readonly gain: number
}

const isLow = ({ low }: Cut, at: number): boolean => (low.kind === 'line' ? at < low.to : low.among[at]!)

function bestCut(
  grown: Grown,
  rows: readonly number[],
  sides: readonly Side[],
  looked: readonly number[],
): Cut | undefined {
  let best: Cut | undefined
  for (const dimension of looked) {
    for (const cut of cutsAlong(grown, rows, sides[dimension]!, dimension))
      if (cut.gain > (best?.gain ?? 1e-12)) best = cut
  }
  return best
}

/** Cuts between neighbouring observations; classes are taken in the order of their means (Breiman et al. 1984, §9.4). */
function cutsAlong(
  { points, values, random }: Grown,
  rows: readonly number[],
  side: Side,
  dimension: number,
): readonly Cut[] {
  const at = (row: number): number => points[row]![dimension]!
  const rank = side.kind === 'line' ? at : rankByMean(rows, at, values)
  const sorted = rows.toSorted((a, b) => rank(a) - rank(b) || a - b)
  const total = sorted.reduce((sum, row) => sum + values[row]!, 0)
  const cuts: Cut[] = []
  let below = 0
  for (let i = 1; i < sorted.length; i++) {
    const [last, next] = [sorted[i - 1]!, sorted[i]!]
    below += values[last]!
    if (rank(last) === rank(next) || i < leastInLeaf || sorted.length - i < leastInLeaf) continue
    const above = total - below
    const gain = below ** 2 / i + above ** 2 / (sorted.length - i) - total ** 2 / sorted.length
    cuts.push({ dimension, gain, ...halves(side, at(last), at(next), sorted.slice(0, i).map(at), random) })
  }
  return cuts
}

/** The two sides of a cut; between two places it lies at random, so that the trees together are smooth. */
function halves(
  side: Side,
  last: number,
  next: number,
  lowClasses: readonly number[],
  random: Random,
): { readonly low: Side; readonly high: Side } {
  if (side.kind === 'line') {
    const threshold = last + (next - last) * random.uniform()
    const cut = threshold > last ? threshold : next
    return { low: { ...side, to: cut }, high: { ...side, from: cut } }
  }
  const isLowClass = new Set(lowClasses)
  return {
    low: { kind: 'classes', among: side.among.map((is, i) => is && isLowClass.has(i)) },
    high: { kind: 'classes', among: side.among.map((is, i) => is && !isLowClass.has(i)) },
  }
}

function rankByMean(
  rows: readonly number[],
  at: (row: number) => number,
  values: readonly number[],
): (row: number) => number {
  const sums = new Map<number, { sum: number; count: number }>()
  for (const row of rows) {
    const known = sums.get(at(row)) ?? { sum: 0, count: 0 }
    sums.set(at(row), { sum: known.sum + values[row]!, count: known.count + 1 })
  }
  const order = [...sums]
    .toSorted(([a, one], [b, other]) => one.sum / one.count - other.sum / other.count || a - b)
    .map(([value]) => value)
  return (row) => order.indexOf(at(row))
}

function shuffled(count: number, random: Random): readonly number[] {
  const order = Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const other = random.below(i + 1)
    ;[order[i], order[other]] = [order[other]!, order[i]!]
  }
  return order
}
