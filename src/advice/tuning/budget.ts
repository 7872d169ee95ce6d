/** What a search may spend, and what it has spent: whether there is room for another trial, or for a trial's next rung. */
import type { Halving } from './halving.js'
import type { Trial } from './study.js'

/** Trials that a study has in the end, seconds from now, or work of the whole study in full trainings. */
export type Budget =
  { readonly trials: number } | { readonly seconds: number } | { readonly trainings: number }

/** A search as its budget sees it. */
export interface Spending {
  readonly budget: Budget
  readonly halving: Halving
  readonly trials: readonly Pick<Trial, 'results' | 'state'>[]
  /** Since the search began, or went on. */
  readonly seconds: number
}

/** Of sums of shares. */
const roundingError = 1e-9

/**
 * Whether a new trial may be started. The last stretch of a budget belongs to those that are there already, since only one
 * that was trained in full can win: none is started that could not be any more. Where the whole budget is less than a
 * full training, trials are compared by short ones until it is used up.
 */
export function mayStart(spending: Spending): boolean {
  const { budget, trials, seconds } = spending
  if ('trials' in budget) return trials.length < budget.trials
  if (trials.length === 0 || !reachesForTraining(spending)) return isAffordable(spending, 0)
  return 'trainings' in budget
    ? budget.trainings - workDone(spending) >= 1 - roundingError
    : budget.seconds - seconds >= secondsOfTraining(spending)
}

/**
 * Whether the whole budget is enough for a full training, as far as is known. Short trainings overstate what a full one
 * takes, by their start, so that up to twice the budget is hoped for.
 */
export function reachesForTraining(spending: Spending): boolean {
  const { budget } = spending
  if ('trials' in budget) return true
  return 'trainings' in budget
    ? budget.trainings >= 1 - roundingError
    : 2 * budget.seconds >= secondsOfTraining(spending)
}

/** Whether what is left of a budget of work reaches for a trial's way to a rung. */
export function isAffordable(spending: Spending, rung: number): boolean {
  const { budget, halving } = spending
  if (!('trainings' in budget)) return true
  return workDone(spending) + costOf(halving, rung) <= budget.trainings + roundingError
}

/** Full trainings' worth of work, what is under way and what failed counted whole. */
function workDone({ trials, halving }: Spending): number {
  return trials.reduce((sum, { results, state }) => {
    const reached = halving.rungs[results.length - 1] ?? 0
    const isBegun = state === 'running' || state === 'failed'
    return sum + reached + (isBegun ? costOf(halving, results.length) : 0)
  }, 0)
}

/** What the way to a rung costs, in full trainings. */
const costOf = ({ rungs }: Halving, rung: number): number => rungs[rung]! - (rungs[rung - 1] ?? 0)

/** Seconds of a full training, by those that came furthest; 0 before the first has come to a rung. */
function secondsOfTraining({ trials, halving }: Spending): number {
  const furthest = Math.max(...trials.map(({ results }) => results.length))
  const known = furthest === 0 ? [] : trials.filter(({ results }) => results.length === furthest)
  const seconds = known.flatMap(({ results }) => results).reduce((sum, result) => sum + result.seconds, 0)
  const share = known.reduce((sum, { results }) => sum + halving.rungs[results.length - 1]!, 0)
  return share === 0 ? 0 : seconds / share
}
