/**
 * The tree-structured Parzen estimator: two densities, one over the good trials and one over the others, and the next
 * configuration is the one of some draws from the good one that is likeliest to be good, largest l(x) / g(x).
 *
 *     history ──► ranking ──┬─► the best share γ ──► l(x) ──► 24 draws ──┐
 *                           └─► the others, failed, running ──► g(x) ────┴──► argmax log l − log g
 *
 * Options that exist under the same conditions are one group with a joint density (parzen.ts); groups are drawn one after
 * the other, those that depend on a choice after it, from the trials that had them: the tree. Trials that are still
 * running without a result count as bad, the constant liar, so that trials side by side do not all try the same.
 *
 * What Hourglass does without a search was chosen over many tables, so that good options are likely to lie near it: the
 * usual values are one more kernel of l, as if two good trials had been seen there, but wider. The trials that a search begins with are
 * drawn from that kernel and the one over everything. It counts for less the more is known, and g knows nothing of it.
 *
 * Bergstra et al. (2011), "Algorithms for hyper-parameter optimization", section 4; joint densities: Falkner et al.
 * (2018), BOHB; the clip of bandwidths: Watanabe (2023), "Tree-structured Parzen estimator", who advises γ = 0.1 to 0.15;
 * what is believed beforehand: Souza et al. (2021), "Bayesian optimization with a prior for the optimum"; Hvarfner et al.
 * (2022), πBO; the constant liar: Ginsbourger et al. (2010), "Kriging is well-suited to parallelize optimization".
 */
import type { Random } from '../../base/index.js'
import { parzen, type Dimension, type Parzen, type Point, type Prior } from './parzen.js'
import { haltonSampler, ranking, type Sampler } from './sampler.js'
import {
  atPlace,
  isActive,
  placeOf,
  type Configuration,
  type OptionValue,
  type SearchOption,
  type SearchSpace,
} from './search-space.js'

/** Options of the estimator. */
export interface TreeParzenOptions {
  /** Of the points that the search begins with, where nothing is usual. */
  readonly seed: number
  /**
   * Trials before anything is learned from them (default 10 that fill the space evenly where nothing is usual; 2 where
   * options have usual values, the one of the usual values among them).
   */
  readonly startup?: number
  /** Draws that the best is taken of (default 24). */
  readonly candidates?: number
  /** γ, the share of the trials that counts as good (default 0.1). */
  readonly goodShare?: number
  /** Most good trials (default 25). */
  readonly mostGood?: number
  /** Whether good options are looked for near the usual ones (default true). */
  readonly trustsUsual?: boolean
}

/** The kernel around the usual values: its deviation in places, and the good trials that it counts as. */
const usualKernel = { deviation: 0.15, weight: 2 } as const

/** Makes the sampler. It starts near the usual values, or with the points of a shuffled Halton sequence. */
export function treeParzenSampler(space: SearchSpace, options: TreeParzenOptions): Sampler {
  const { seed, candidates = 24, goodShare = 0.1, mostGood = 25, trustsUsual = true } = options
  const first = haltonSampler(space, seed)
  const groups = groupsOf(space).map((group) => ({ group, prior: trustsUsual ? usualOf(group) : undefined }))
  const knowsUsual = groups.some(({ prior }) => prior !== undefined)
  const { startup = knowsUsual ? 2 : 10 } = options
  const goodOf = (count: number): number => Math.min(mostGood, Math.max(1, Math.ceil(goodShare * count)))
  return {
    name: knowsUsual ? 'tree-parzen near the usual' : 'tree-parzen',
    suggest: (history, random) => {
      if (history.length < startup && !knowsUsual) return first.suggest(history, random)
      const learned = history.length < startup ? [] : history
      const ranked = ranking(learned)
      const bad = learned.map((_, i) => i).filter((i) => !ranked.includes(i))
      const values: Record<string, OptionValue> = {}
      for (const { group, prior } of groups) {
        if (!isActive(group[0]!, values)) continue
        const had = (i: number): boolean => group.every(({ name }) => name in history[i]!.configuration)
        const known = ranked.filter(had)
        const count = goodOf(known.length)
        const pointsOf = (positions: readonly number[]) =>
          positions.map((i) => pointOf(group, history[i]!.configuration))
        const dimensions = group.map(dimensionOf)
        const likely = parzen(pointsOf(known.slice(0, count)), dimensions, prior)
        const unlikely = parzen(pointsOf([...known.slice(count), ...bad.filter(had)]), dimensions)
        const draws = learned.length === 0 ? 1 : candidates // the best of several draws is for what was learned
        Object.assign(values, choose(group, likely, unlikely, draws, random))
      }
      return inOrder(space, values)
    },
  }
}

/** Options that exist under the same conditions, in the order of the space. */
function groupsOf({ options }: SearchSpace): readonly (readonly SearchOption[])[] {
  const groups = new Map<string, SearchOption[]>()
  for (const option of options) {
    const key = JSON.stringify(option.when ?? [])
    groups.set(key, [...(groups.get(key) ?? []), option])
  }
  return [...groups.values()]
}

/** The kernel around the usual values of a group, where it has some. */
function usualOf(group: readonly SearchOption[]): Prior | undefined {
  if (group.every(({ usual }) => usual === undefined)) return undefined
  const nothing = (option: SearchOption): number => (isClasses(option) ? -1 : 0.5)
  const center = group.map((option) =>
    option.usual === undefined ? nothing(option) : coordinateOf(option, option.usual),
  )
  return { center, ...usualKernel }
}

/** Values of one group: the draw from the good density that is likeliest beside the other one. */
function choose(
  group: readonly SearchOption[],
  likely: Parzen,
  unlikely: Parzen,
  draws: number,
  random: Random,
): Configuration {
  let best: { readonly values: Configuration; readonly gain: number } | undefined
  for (let i = 0; i < draws; i++) {
    const values = valuesOf(group, likely.sample(random))
    const point = pointOf(group, values) // whole numbers stand in the middle of their cells
    const gain = likely.logDensity(point) - unlikely.logDensity(point)
    if (best === undefined || gain > best.gain) best = { values, gain }
  }
  return best!.values
}

const isClasses = (option: SearchOption): boolean => option.type === 'choice' && option.ordered !== true

const dimensionOf = (option: SearchOption): Dimension =>
  option.type === 'choice' && isClasses(option)
    ? { kind: 'classes', count: option.choices.length }
    : { kind: 'line' }

function pointOf(group: readonly SearchOption[], configuration: Configuration): Point {
  return group.map((option) => coordinateOf(option, configuration[option.name]!))
}

const coordinateOf = (option: SearchOption, value: OptionValue): number =>
  option.type === 'choice' && isClasses(option) ? option.choices.indexOf(value) : placeOf(option, value)

function valuesOf(group: readonly SearchOption[], point: Point): Configuration {
  return Object.fromEntries(
    group.map((option, d) => [
      option.name,
      option.type === 'choice' && isClasses(option) ? option.choices[point[d]!]! : atPlace(option, point[d]!),
    ]),
  )
}

/** The same values in the order of the space, so that equal configurations are equal as text. */
function inOrder({ options }: SearchSpace, values: Configuration): Configuration {
  return Object.fromEntries(
    options.filter(({ name }) => name in values).map(({ name }) => [name, values[name]!]),
  )
}
