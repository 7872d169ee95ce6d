/**
 * What mattered: how much of the variation of the metric over the space each option explains by itself.
 *
 *     f ≈ a forest of trees over the trials;   a_u(θ_u) = mean of f over all other options
 *     importance of u = Var_{θ_u} a_u(θ_u) / Var f
 *
 * The shares of all options add up to at most 1; what is missing lies in options that matter together. A tree is a sum of
 * boxes, so all means and variances are exact, not sampled. An option that a trial does not have gets a place by chance
 * there, another in each tree: where it has no meaning it explains nothing.
 *
 * Losses of the first rung are taken, since every trial has been there and no other rung has a fair sample.
 *
 * Hutter, Hoos & Leyton-Brown (2014), "An efficient approach for assessing hyperparameter importance" (functional ANOVA).
 */
import { randomFor, type Random } from '../../base/index.js'
import { growTree, type Leaf, type Side, type Tree } from './forest.js'
import type { Dimension, Point } from './parzen.js'
import type { Observation } from './sampler.js'
import { placeOf, type Configuration, type SearchOption, type SearchSpace } from './search-space.js'

/** How much an option mattered. */
export interface Importance {
  readonly option: string
  /** Share of the variance that it explains by itself, 0 to 1: mean over the trees. */
  readonly share: number
  /** Standard deviation of that share over the trees. */
  readonly deviation: number
}

/** Fewest trials that say anything, and trees in the forest. */
export const leastTrials = 20
const treeCount = 64

/**
 * Importance of every option.
 *
 * @param history trials with a loss on their first rung; others are left out
 * @returns most important first; undefined when fewer than 20 trials have a loss or all losses are alike
 */
export function importanceOf(
  space: SearchSpace,
  history: readonly Observation[],
  seed = 0,
): readonly Importance[] | undefined {
  const known = history.filter(({ losses }) => losses.length > 0)
  if (known.length < leastTrials) return undefined
  const losses = withoutExtremes(known.map((trial) => trial.losses[0]!))
  const options = space.options.filter(isFree)
  const dimensions = options.map(dimensionOf)
  const random = randomFor(seed, 'importance')
  const shares: (readonly number[])[] = []
  for (let tree = 0; tree < treeCount; tree++) {
    const points = known.map(({ configuration }) => pointOf(options, configuration, random))
    const found = sharesOf(growTree(points, losses, dimensions, random), dimensions)
    if (found !== undefined) shares.push(found)
  }
  if (shares.length === 0) return undefined
  return options
    .map(({ name }, i) => {
      const each = shares.map((of) => of[i]!)
      const share = mean(each)
      return { option: name, share, deviation: Math.sqrt(mean(each.map((x) => (x - share) ** 2))) }
    })
    .toSorted((a, b) => b.share - a.share)
}

/** An option of one value cannot matter. */
const isFree = (option: SearchOption): boolean =>
  option.type === 'choice' ? option.choices.length > 1 : option.high > option.low

const isClasses = (option: SearchOption): boolean => option.type === 'choice' && option.ordered !== true

const dimensionOf = (option: SearchOption): Dimension =>
  option.type === 'choice' && isClasses(option)
    ? { kind: 'classes', count: option.choices.length }
    : { kind: 'line' }

function pointOf(options: readonly SearchOption[], configuration: Configuration, random: Random): Point {
  return options.map((option) => {
    const value = configuration[option.name]
    if (option.type === 'choice' && isClasses(option))
      return value === undefined ? random.below(option.choices.length) : option.choices.indexOf(value)
    return value === undefined ? random.uniform() : placeOf(option, value)
  })
}

/** Losses far above the rest, of trials that went wrong, are drawn in: they would be all that there is to explain. */
function withoutExtremes(losses: readonly number[]): readonly number[] {
  const sorted = losses.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!
  const most = at(0.75) + 1.5 * (at(0.75) - at(0.25))
  return losses.map((loss) => Math.min(loss, most))
}

/** Shares of a tree's variance by dimension; undefined for a tree that says the same everywhere. */
function sharesOf(tree: Tree, dimensions: readonly Dimension[]): readonly number[] | undefined {
  const volumes = tree.map(({ sides }) => sides.reduce((volume, side) => volume * sizeOf(side), 1))
  const center = tree.reduce((sum, { mean }, i) => sum + volumes[i]! * mean, 0)
  const variance = tree.reduce((sum, { mean }, i) => sum + volumes[i]! * (mean - center) ** 2, 0)
  if (variance <= 1e-18) return undefined
  return dimensions.map((dimension, d) => marginalVariance(tree, volumes, dimension, d, center) / variance)
}

/** Variance along one dimension of the mean over all others. */
function marginalVariance(
  tree: Tree,
  volumes: readonly number[],
  dimension: Dimension,
  d: number,
  center: number,
): number {
  const pieces = piecesOf(tree, dimension, d)
  return pieces.reduce((sum, { at, size }) => {
    const mean = tree.reduce((inner, { sides, mean }, i) => {
      const side = sides[d]!
      return contains(side, at) ? inner + (volumes[i]! / sizeOf(side)) * mean : inner
    }, 0)
    return sum + size * (mean - center) ** 2
  }, 0)
}

/** Stretches of a dimension along which no leaf begins or ends, by a place inside and their length. */
function piecesOf(tree: readonly Leaf[], dimension: Dimension, d: number) {
  if (dimension.kind === 'classes')
    return Array.from({ length: dimension.count }, (_, at) => ({ at, size: 1 / dimension.count }))
  const ends = new Set([0, 1])
  for (const { sides } of tree) {
    const side = sides[d]!
    if (side.kind === 'line') ends.add(side.from).add(side.to)
  }
  const sorted = [...ends].toSorted((a, b) => a - b)
  return sorted.slice(1).map((end, i) => ({ at: (sorted[i]! + end) / 2, size: end - sorted[i]! }))
}

const sizeOf = (side: Side): number =>
  side.kind === 'line' ? side.to - side.from : side.among.filter(Boolean).length / side.among.length

const contains = (side: Side, at: number): boolean =>
  side.kind === 'line' ? at >= side.from && at < side.to : side.among[at]!

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
