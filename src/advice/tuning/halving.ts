/**
 * Asynchronous successive halving: every trial starts with a small share of a full training, and the best third of those
 * that got so far goes on to three times as much, from the state in which it stopped.
 *
 *     rung 0: 1/9 of the training   ● ● ● ● ● ● ● ● ●
 *     rung 1: 1/3                   ●     ●       ●        the best third of rung 0
 *     rung 2: all of it                   ●                the best third of rung 1
 *
 * Nobody waits for a rung to fill: whenever there is room for work, the highest rung from which a trial can be promoted
 * gets it, and a new trial is started where there is none.
 *
 * Li et al. (2020), "A system for massively parallel hyperparameter tuning" (ASHA), algorithm 2.
 */
import { HourglassError } from '../../base/index.js'

/** The rungs of a search. Plain data. */
export interface Halving {
  /** Shares of a full training, ascending; the last is 1. */
  readonly rungs: readonly number[]
  /** One in so many is promoted. */
  readonly reduction: number
}

/** What halving needs to know of a trial. */
export interface Climber {
  /** Losses by rung, lower is better. */
  readonly losses: readonly number[]
  /** Whether it is at work on its next rung, has stopped after one, or has failed for good. */
  readonly state: 'running' | 'paused' | 'failed'
}

/** What is to be done next. */
export type NextStep =
  | { readonly kind: 'start' }
  | { readonly kind: 'promote'; readonly trial: number; readonly rung: number }
  | { readonly kind: 'wait' }
  | { readonly kind: 'finished' }

/**
 * Rungs that grow by the reduction up to a full training.
 *
 * @param count number of rungs, from 1, which is no halving at all (default 3)
 * @param reduction above 1 (default 3)
 * @throws HG_USAGE
 */
export function halvingOf({
  count = 3,
  reduction = 3,
}: { count?: number; reduction?: number } = {}): Halving {
  if (!(Number.isInteger(count) && count >= 1 && reduction > 1)) {
    throw new HourglassError(
      'HG_USAGE',
      `halving: expected at least 1 rung and a reduction above 1, got ${count} rungs and a reduction of ${reduction}`,
    )
  }
  return { rungs: Array.from({ length: count }, (_, i) => reduction ** (i - count + 1)), reduction }
}

/**
 * The next piece of work.
 *
 * When no trial may be started any more and nothing is running, the best of each rung goes on even where it is less than
 * a third of it: a short search ends with a full training too. Where a budget of time or work has something left, more
 * than the best go on, best first.
 *
 * @param trials in the order of their numbers
 * @param mayStart whether a new trial may be started
 * @param most trials that each rung promotes in the end even where they are more than a third (default 1)
 */
export function nextStep(
  trials: readonly Climber[],
  halving: Halving,
  mayStart: boolean,
  most = 1,
): NextStep {
  const running = trials.some(({ state }) => state === 'running')
  const closing = !mayStart && (!running || most > 1)
  const promoted = promotable(trials, halving, closing ? most : 0)
  if (promoted !== undefined) return promoted
  if (mayStart) return { kind: 'start' }
  return running ? { kind: 'wait' } : { kind: 'finished' }
}

/** The best trial of the highest rung that has one to promote. @param least trials that each rung promotes at least */
function promotable(
  trials: readonly Climber[],
  { rungs, reduction }: Halving,
  least: number,
): Extract<NextStep, { kind: 'promote' }> | undefined {
  for (let rung = rungs.length - 2; rung >= 0; rung--) {
    const there = trials
      .map(({ losses, state }, trial) => ({ trial, state, reached: losses.length, loss: losses[rung] }))
      .filter(({ loss, state, reached }) => loss !== undefined || (state === 'failed' && reached === rung))
      .sort((a, b) => (a.loss ?? Infinity) - (b.loss ?? Infinity) || a.trial - b.trial)
    const count = Math.max(least, Math.floor(there.length / reduction))
    const best = there
      .slice(0, count)
      .find(({ state, reached, loss }) => state === 'paused' && loss !== undefined && reached === rung + 1)
    if (best !== undefined) return { kind: 'promote', trial: best.trial, rung: rung + 1 }
  }
  return undefined
}

/**
 * The best trial: the lowest loss on the highest rung that any trial has reached.
 *
 * @returns its position, or undefined when no trial has a loss
 */
export function bestOf(trials: readonly Pick<Climber, 'losses'>[]): number | undefined {
  const rung = Math.max(-1, ...trials.map(({ losses }) => losses.length - 1))
  if (rung < 0) return undefined
  return trials
    .map(({ losses }, trial) => ({ trial, loss: losses[rung] ?? Infinity }))
    .reduce((best, one) => (one.loss < best.loss ? one : best)).trial
}

/**
 * Full trainings that a number of trials costs, with every rung promoting its share: how far a search is.
 *
 * @param trials number of trials that are started
 */
export function workOf(trials: number, { rungs, reduction }: Halving): number {
  let [sum, count] = [0, trials]
  rungs.forEach((share, rung) => {
    sum += count * (share - (rungs[rung - 1] ?? 0))
    count = Math.max(1, Math.floor(count / reduction))
  })
  return sum
}
