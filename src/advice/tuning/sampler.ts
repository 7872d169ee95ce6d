/**
 * Who chooses the next configuration: what a sampler is, the one that draws at random, and the one that fills the space
 * evenly. The one that learns from earlier trials is tree-parzen.ts.
 */
import type { Random } from '../../base/index.js'
import { haltonSequence } from './halton.js'
import { atPlace, configurationOf, type Configuration, type SearchSpace } from './search-space.js'

/** What is known of a trial by the time that the next one is chosen. */
export interface Observation {
  readonly configuration: Configuration
  /** Losses by rung, lower is better: of a trial that is still on its way, those so far. */
  readonly losses: readonly number[]
  readonly state: 'running' | 'done' | 'failed'
}

/** Chooses configurations. It keeps nothing: the same history and the same random numbers give the same choice. */
export interface Sampler {
  readonly name: string
  /**
   * @param history every trial so far, in the order of their numbers
   * @param random a stream of its own for this choice
   */
  suggest(history: readonly Observation[], random: Random): Configuration
}

/** Draws every option evenly by chance: what others are compared with. */
export function randomSampler(space: SearchSpace): Sampler {
  return {
    name: 'random',
    suggest: (_, random) => configurationOf(space, (option) => atPlace(option, random.uniform())),
  }
}

/** Fills the space evenly, one point of a shuffled Halton sequence a trial. */
export function haltonSampler(space: SearchSpace, seed: number): Sampler {
  const sequence = haltonSequence(space.options.length, seed)
  return {
    name: 'halton',
    suggest: (history) => {
      const point = sequence.at(history.length)
      return configurationOf(space, (option) => atPlace(option, point[space.options.indexOf(option)]!))
    },
  }
}

/**
 * Trials that have a loss, best first. A trial stands where it stands among all that reached its highest rung; of two
 * that stand alike, the one on the higher rung is first. So a trial that was promoted early by luck falls back as soon
 * as others pass it, and losses of different rungs, which do not compare, are never compared.
 *
 * @returns positions in the history
 */
export function ranking(history: readonly Observation[]): readonly number[] {
  const standing = history.map(({ losses }) => {
    const rung = losses.length - 1
    if (rung < 0) return undefined
    const better = history.filter(
      (other) => other.losses.length > rung && other.losses[rung]! < losses[rung]!,
    )
    return { place: better.length, rung, loss: losses[rung]! }
  })
  return history
    .map((_, i) => i)
    .filter((i) => standing[i] !== undefined && history[i]!.state !== 'failed')
    .sort((a, b) => {
      const [one, other] = [standing[a]!, standing[b]!]
      return one.place - other.place || other.rung - one.rung || one.loss - other.loss || a - b
    })
}
