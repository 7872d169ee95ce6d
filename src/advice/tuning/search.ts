/**
 * The loop of a search: which piece of work comes next, at most as many at a time as the runner takes, until the budget
 * is used up or the person stops it. What is decided is kept in the study before anything is done with it.
 */
import { HourglassError, messageOf, randomFor, throwIfAborted, type progressOf } from '../../base/index.js'
import { planFor } from '../../learning/index.js'
import { isAffordable, mayStart, reachesForTraining, type Budget, type Spending } from './budget.js'
import { nextStep, workOf, type Climber, type NextStep } from './halving.js'
import { lossOf, metrics } from './metrics.js'
import type { Sampler } from './sampler.js'
import { usualConfiguration, type Configuration } from './search-space.js'
import { observationOf, type RungResult, type StudySetup, type StudyStore, type Trial } from './study.js'
import type { TuningTask } from './task.js'
import { trialOptions } from './fit-options.js'
import type { TrialRunner } from './trial-runner.js'

/** What the loop works with. */
export interface SearchParts {
  readonly task: TuningTask
  readonly setup: StudySetup
  readonly sampler: Sampler
  readonly store: StudyStore
  readonly runner: TrialRunner
  readonly budget: Budget
  readonly startsWithUsual: boolean
  readonly onResume: ((trials: readonly Trial[]) => void) | undefined
  readonly onTrial: ((trial: Trial, trials: readonly Trial[]) => void) | undefined
  readonly report: ReturnType<typeof progressOf>
  readonly signal: AbortSignal | undefined
}

/** So many trials that fail before any succeeds end a search: something is wrong with all of them. */
const mostFruitless = 10

/** What changes while searching. */
interface Search extends SearchParts {
  readonly trials: Trial[]
  /** Pieces of work under way by trial, and the share of each that is done. */
  readonly underWay: Map<number, { readonly done: Promise<void>; share: number }>
  /** Trials that were at work when an earlier process ended. */
  readonly orphans: number[]
  /** Aborted by the person or when the time is over. */
  readonly stop: AbortController
  readonly began: number
  failure: Error | undefined
}

/**
 * Runs the loop.
 *
 * @returns every trial of the study
 * @throws HG_INTERRUPTED when the signal is aborted; the study then has everything but the pieces under way
 */
export async function runSearch(parts: SearchParts): Promise<readonly Trial[]> {
  const trials = [...(await parts.store.trials())]
  if (trials.length > 0) parts.onResume?.(trials)
  const search: Search = {
    ...parts,
    trials,
    underWay: new Map(),
    orphans: trials.filter(({ state }) => state === 'running').map(({ number }) => number),
    stop: new AbortController(),
    began: performance.now(),
    failure: undefined,
  }
  const abort = (): void => search.stop.abort()
  const timer =
    'seconds' in parts.budget
      ? setTimeout(abort, Math.min(2 ** 31 - 1, parts.budget.seconds * 1000))
      : undefined
  parts.signal?.addEventListener('abort', abort)
  try {
    await loop(search)
  } finally {
    clearTimeout(timer)
    parts.signal?.removeEventListener('abort', abort)
  }
  throwIfAborted(parts.signal, `tuning, ${search.trials.length} trials`)
  parts.report(1, detailOf(search))
  return search.trials
}

async function loop(search: Search): Promise<void> {
  const { underWay, runner, stop } = search
  for (;;) {
    while (!stop.signal.aborted && search.failure === undefined && underWay.size < runner.capacity) {
      if (!(await beginNext(search))) break
    }
    if (underWay.size === 0) break
    await Promise.race([...underWay.values()].map(({ done }) => done))
    expectFruit(search)
  }
  if (search.failure !== undefined) throw search.failure
}

/** Begins the next piece of work. @returns false when there is none for now */
async function beginNext(search: Search): Promise<boolean> {
  const { trials, store } = search
  const orphan = search.orphans.shift()
  if (orphan !== undefined) {
    start(search, orphan)
    return true
  }
  const most = 'trials' in search.budget ? 1 : Infinity // what is left of time or work is used
  const step =
    usualGoesOn(search) ??
    nextStep(climbersOf(search), search.setup.halving, mayStart(spendingOf(search)), most)
  if (step.kind === 'wait' || step.kind === 'finished') return false
  if (!isAffordable(spendingOf(search), step.kind === 'promote' ? step.rung : 0)) return false
  const number = step.kind === 'promote' ? step.trial : trials.length
  const configuration = step.kind === 'promote' ? trials[number]!.configuration : chooseFor(search, number)
  await store.begin({ number, configuration })
  const known = trials[number]
  trials[number] =
    known === undefined
      ? { number, configuration, state: 'running', results: [], startedAt: new Date().toISOString() }
      : { ...known, state: 'running' }
  start(search, number)
  return true
}

/**
 * What Hourglass does without a search is always trained in full: halving may misjudge it by a short training, and a search
 * must not end with less than it.
 */
function usualGoesOn(search: Search): NextStep | undefined {
  const { startsWithUsual, trials, setup } = search
  const [first] = trials
  if (!startsWithUsual || first?.state !== 'paused' || !reachesForTraining(spendingOf(search)))
    return undefined
  return first.results.length < setup.halving.rungs.length
    ? { kind: 'promote', trial: 0, rung: first.results.length }
    : undefined
}

function start(search: Search, number: number): void {
  const piece = { done: Promise.resolve(), share: 0 }
  const done = runPiece(search, number, (share) => {
    piece.share = share
    search.report(fractionOf(search), detailOf(search))
  })
    .catch((error: unknown) => {
      search.failure ??= error instanceof Error ? error : new Error(messageOf(error))
      search.stop.abort()
    })
    .finally(() => search.underWay.delete(number))
  search.underWay.set(number, Object.assign(piece, { done }))
}

/** One piece of work, from its plan to what the study keeps of it. */
async function runPiece(search: Search, number: number, onShare: (share: number) => void): Promise<void> {
  const { task, setup, store, runner, stop } = search
  const { configuration, results } = search.trials[number]!
  const rung = results.length
  try {
    const options = trialOptions({ configuration, number }, task.space.width, setup)
    const { autoencoder, training } = planFor(task.space, task.data, { ...options, threads: 1 })
    const steps = Math.max(1, Math.round(training.steps * setup.halving.rungs[rung]!))
    const checkpoint = await store.checkpoint(number)
    const {
      checkpoint: state,
      value,
      parts,
      ...rest
    } = await runner.run(
      { number, autoencoder, training, ...(checkpoint && { checkpoint }) },
      { steps },
      { signal: stop.signal, onProgress: ({ fraction = 0 }) => onShare(fraction) },
    )
    const finishedAt = new Date().toISOString()
    const result: RungResult = { steps: rest.steps, value, parts, seconds: rest.seconds, finishedAt }
    const next = rung + 1 < setup.halving.rungs.length ? 'paused' : 'done'
    await store.finishRung(number, result, next, state)
    search.trials[number] = { ...search.trials[number]!, results: [...results, result], state: next }
  } catch (error) {
    if (stop.signal.aborted && isInterruption(error)) return // the study has it as running: it is taken up again
    if (isOurs(error)) throw error
    const known = {
      code: error instanceof HourglassError ? error.code : 'HG_INTERNAL',
      message: messageOf(error),
    }
    await store.fail(number, known)
    search.trials[number] = { ...search.trials[number]!, state: 'failed', error: known }
  }
  search.report(fractionOf(search), detailOf(search))
  search.onTrial?.(search.trials[number], search.trials)
}

const isInterruption = (error: unknown): boolean =>
  error instanceof HourglassError && error.code === 'HG_INTERRUPTED'

/** Errors of the study or its file end the search; errors of a trial are the trial's. */
const isOurs = (error: unknown): boolean =>
  error instanceof HourglassError &&
  (error.code.startsWith('HG_STUDY') || error.code === 'HG_OUTPUT_UNWRITABLE')

/** The configuration of a new trial. */
function chooseFor({ setup, sampler, trials, startsWithUsual }: Search, number: number): Configuration {
  if (startsWithUsual && number === 0) return usualConfiguration(setup.space)
  const history = trials.map((trial) => observationOf(trial, (value) => lossOf(setup.metric, value)))
  return sampler.suggest(history, randomFor(setup.seed, `trial ${number}`))
}

function climbersOf({ trials, setup }: Search): readonly Climber[] {
  return trials.map(({ results, state }) => ({
    losses: results.map(({ value }) => lossOf(setup.metric, value)),
    state: state === 'done' ? 'paused' : state,
  }))
}

/** The study as its budget sees it. */
const spendingOf = ({ budget, setup: { halving }, trials, began }: Search): Spending => ({
  ...{ budget, halving, trials },
  seconds: secondsSince(began),
})

const secondsSince = (began: number): number => (performance.now() - began) / 1000

/** @throws HG_STUDY_FRUITLESS through the loop's end */
function expectFruit(search: Search): void {
  const { trials } = search
  if (trials.some(({ results }) => results.length > 0)) return
  const failed = trials.filter(({ state }) => state === 'failed')
  if (failed.length < mostFruitless) return
  search.failure ??= new HourglassError(
    'HG_STUDY_FRUITLESS',
    `tune: the first ${failed.length} trials failed, the last with: ${failed.at(-1)!.error!.message}`,
  )
  search.stop.abort()
}

/** How far the search is: by time, or by the trainings that the trials cost. */
function fractionOf(search: Search): number {
  const { budget, began, setup, trials, underWay } = search
  if ('seconds' in budget) return Math.min(0.999, secondsSince(began) / budget.seconds)
  const { rungs } = setup.halving
  const share = (rung: number): number => (rung < 0 ? 0 : rungs[rung]!)
  const done = trials.reduce((sum, { results, number }) => {
    const rung = results.length
    const piece = rung < rungs.length ? share(rung) - share(rung - 1) : 0
    return sum + share(rung - 1) + (underWay.get(number)?.share ?? 0) * piece
  }, 0)
  const usual = search.startsWithUsual ? 1 : 0
  const total = 'trainings' in budget ? budget.trainings : workOf(budget.trials, setup.halving) + usual
  return Math.min(0.999, done / total)
}

/** `trial 12, best planted AUROC 0.931 (trial 4)`. */
function detailOf({ trials, setup, budget }: Search): string {
  const { title } = metrics[setup.metric]
  const count = 'trials' in budget ? `trial ${trials.length} of ${budget.trials}` : `trial ${trials.length}`
  const rung = Math.max(0, ...trials.map(({ results }) => results.length)) - 1
  if (rung < 0) return count
  const losses = trials.map(({ results }) =>
    results[rung] === undefined ? Infinity : lossOf(setup.metric, results[rung].value),
  )
  const best = losses.indexOf(Math.min(...losses))
  return `${count}, best ${title} ${trials[best]!.results[rung]!.value.toPrecision(4)} (trial ${best + 1})`
}
