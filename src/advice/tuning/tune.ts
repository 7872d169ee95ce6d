/**
 * The search: trials are started, promoted or failed until the budget is used up, and the best of them is what a fit is
 * to be made with.
 *
 *     sampler ──► configuration ──► plan ──► runner (to the next rung) ──► study ──► sampler, halving
 *
 * Everything that a decision rests on lies in the study, so that a search that was killed goes on where it was: with one
 * piece of work at a time it makes the very trials that it would have made undisturbed. With more, their order, and so
 * what the sampler knew, depends on which was done first.
 */
import type { AutoencoderKind } from '../../autoencoders/index.js'
import { HourglassError, progressOf, throwIfAborted, type Grid, type LongWork } from '../../base/index.js'
import type { ColumnOverrides, ColumnReading, Table } from '../../data/index.js'
import type { Engine } from '../../engine/index.js'
import type { LearningOptions } from '../../learning/index.js'
import type { Budget } from './budget.js'
import { defaultSpace, usualKinds } from './default-space.js'
import { bestOf, halvingOf, type Halving } from './halving.js'
import { lossOf, type MetricName } from './metrics.js'
import type { Sampler } from './sampler.js'
import { runSearch } from './search.js'
import type { SearchSpace } from './search-space.js'
import type { StudyData, StudySetup, StudyStore, Trial } from './study.js'
import { tuningTask, type TuningTask } from './task.js'
import { treeParzenSampler } from './tree-parzen.js'
import { trialOptions } from './fit-options.js'
import type { TrialRunner } from './trial-runner.js'

/** What a search is told. */
export interface TuneOptions extends LongWork {
  /** How many trials are started, how long is searched, or how much work is done. */
  readonly budget: Budget
  /** Default `planted`. */
  readonly metric?: MetricName
  /** Kinds to try (default: by the rows and the metric; default-space.ts). */
  readonly kinds?: readonly AutoencoderKind[]
  /** Any integer (default 0). */
  readonly seed?: number
  /** How to read columns; give the label's as `ignore`. */
  readonly columns?: ColumnOverrides
  readonly grid?: Grid
  /** Most passes over the training rows of a full training (default by the number of rows). */
  readonly epochs?: number
  readonly halving?: Halving
  /** Who chooses (default the tree-structured Parzen estimator). */
  readonly sampler?: (space: SearchSpace, seed: number) => Sampler
  /** Whether the first trial is what Hourglass does without a search (default true). */
  readonly startsWithUsual?: boolean
  /** Hears once of the trials that the study has already. */
  readonly onResume?: (trials: readonly Trial[]) => void
  /** Hears of every trial that has come to a rung or failed. */
  readonly onTrial?: (trial: Trial, trials: readonly Trial[]) => void
}

/** What a search needs of the platform. */
export interface TuningMachine {
  readonly engine: Engine
  startRunner(task: TuningTask): Promise<TrialRunner>
  openStudy(facts: { readonly setup: StudySetup; readonly data: StudyData }): Promise<StudyStore>
  fingerprintOf(table: Table, columns: ColumnOverrides): string
}

/** What a search found. */
export interface TuneResult {
  readonly setup: StudySetup
  readonly readings: readonly ColumnReading[]
  /** Rows that trials learned from, that stopped them, and that the metric was measured on. */
  readonly rows: { readonly training: number; readonly validation: number; readonly heldOut: number }
  readonly trials: readonly Trial[]
  readonly best: Trial
  /** Options of the fit that the best trial stands for, its seed among them. */
  readonly fit: LearningOptions
  readonly seconds: number
}

/**
 * Searches for the best options of a fit.
 *
 * @param table rows to learn from, without the label or with it ignored
 * @throws HG_USAGE, HG_TABLE_TOO_SMALL, HG_COLUMN_MISSING, HG_COLUMN_TYPE, HG_STUDY_… of the store,
 *   HG_STUDY_FRUITLESS when no trial gave a result, HG_INTERRUPTED
 */
export async function tune(table: Table, options: TuneOptions, machine: TuningMachine): Promise<TuneResult> {
  const began = performance.now()
  const { metric = 'planted', seed = 0, columns = {}, kinds, epochs, signal } = options
  checkOptions(options)
  const grid = options.grid
  const { task, readings } = await tuningTask(
    table,
    { metric, seed, kinds, columns, grid },
    machine.engine,
    options,
  )
  const space = defaultSpace({
    space: task.space,
    trainingRows: task.data.training.length,
    kinds: kinds ?? usualKinds(task.space, metric),
  })
  const sampler = (options.sampler ?? ((over, by) => treeParzenSampler(over, { seed: by })))(space, seed)
  const { halving = halvingOf() } = options
  const setup: StudySetup = { space, metric, seed, halving, epochs: epochs ?? null, sampler: sampler.name }
  const data: StudyData = { fingerprint: machine.fingerprintOf(table, columns), source: table.source }
  throwIfAborted(signal, 'tuning')
  const store = await machine.openStudy({ setup, data })
  try {
    const runner = await machine.startRunner(task)
    try {
      const trials = await runSearch({
        ...{ task, setup, sampler, store, runner },
        budget: options.budget,
        startsWithUsual: options.startsWithUsual ?? true,
        onResume: options.onResume,
        onTrial: options.onTrial,
        report: progressOf('tuning', options.onProgress),
        signal,
      })
      return {
        ...{ setup, readings, trials },
        rows: {
          training: task.data.training.length,
          validation: task.data.validation.length,
          heldOut: task.heldOut.groups[0]!.count,
        },
        ...foundIn(trials, task, options),
        seconds: (performance.now() - began) / 1000,
      }
    } finally {
      await runner.close()
    }
  } finally {
    await store.close()
  }
}

function checkOptions({ budget, seed = 0, epochs, kinds }: TuneOptions): void {
  const fail = (what: string): never => {
    throw new HourglassError('HG_USAGE', `tune: ${what}`)
  }
  if ('trials' in budget && !(Number.isInteger(budget.trials) && budget.trials >= 1))
    fail(`the budget must be a whole number of at least 1 trial, got ${budget.trials}`)
  if ('seconds' in budget && !(budget.seconds > 0 && budget.seconds < Infinity))
    fail(`the budget must be a time above 0, got ${budget.seconds} seconds`)
  if ('trainings' in budget && !(budget.trainings > 0 && budget.trainings < Infinity))
    fail(`the budget must be a number of trainings above 0, got ${budget.trainings}`)
  if (!Number.isSafeInteger(seed)) fail(`seed must be a whole number, got ${seed}`)
  if (epochs !== undefined && !(Number.isInteger(epochs) && epochs >= 1))
    fail(`epochs must be a whole number of at least 1, got ${epochs}`)
  if (kinds !== undefined && new Set(kinds).size < kinds.length)
    fail(`a kind stands twice: ${kinds.join(', ')}`)
}

/** @throws HG_STUDY_FRUITLESS */
function foundIn(
  trials: readonly Trial[],
  { metric, space: { width } }: TuningTask,
  { seed = 0, epochs, columns, grid }: TuneOptions,
): Pick<TuneResult, 'best' | 'fit'> {
  const position = bestOf(
    trials.map(({ results }) => ({ losses: results.map(({ value }) => lossOf(metric, value)) })),
  )
  if (position === undefined) {
    const failed = trials.find(({ error }) => error !== undefined)
    throw new HourglassError(
      'HG_STUDY_FRUITLESS',
      failed === undefined
        ? 'tune: the budget was over before any trial came to its first rung; give it more time'
        : `tune: none of ${trials.length} trials gave a result; the first failed with: ${failed.error!.message}`,
    )
  }
  const best = trials[position]!
  return {
    best,
    fit: {
      ...trialOptions(best, width, { seed, epochs }),
      ...(columns && { columns }),
      ...(grid && { grid }),
    },
  }
}
