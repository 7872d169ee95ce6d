/**
 * What a study is: a search for one table, one space, one metric and one seed, with everything that its trials gave.
 * Where it is kept is the store's business: memory here, a file in study-node.ts.
 */
import type { Halving } from './halving.js'
import type { MetricName } from './metrics.js'
import type { Observation } from './sampler.js'
import type { Configuration, SearchSpace } from './search-space.js'

/** Version of the form in which studies are kept. Raised when a reader of the version before would go wrong. */
export const studyVersion = 1

/** What a study is about. Two searches with the same setup and the same table are the same search. */
export interface StudySetup {
  readonly space: SearchSpace
  readonly metric: MetricName
  readonly seed: number
  readonly halving: Halving
  /** Most passes over the training rows of a full training; null leaves it to the plan. */
  readonly epochs: number | null
  /** Name of the sampler: another one would have chosen other trials. */
  readonly sampler: string
}

/** What a study was made from. */
export interface StudyData {
  /** SHA-256 of the table's columns as they are read. */
  readonly fingerprint: string
  /** Where the rows came from, for people. */
  readonly source: string
}

/** What a trial gave at a rung. */
export interface RungResult {
  /** Steps of the training, from its beginning. */
  readonly steps: number
  /** Of the metric, in its own direction. */
  readonly value: number
  readonly parts: Readonly<Record<string, number>>
  /** Of the work since the rung before. */
  readonly seconds: number
  /** ISO 8601. */
  readonly finishedAt: string
}

/** `running`: at work, or it was when the process ended; `paused`: stopped after a rung; `done`: after the last one. */
export type TrialState = 'running' | 'paused' | 'done' | 'failed'

/** One trial. */
export interface Trial {
  readonly number: number
  readonly configuration: Configuration
  readonly state: TrialState
  /** By rung. */
  readonly results: readonly RungResult[]
  /** When it was started, ISO 8601. */
  readonly startedAt: string
  /** Why it failed. */
  readonly error?: { readonly code: string; readonly message: string }
}

/** Keeps a study. Every call is whole or not at all, and is kept when it returns. */
export interface StudyStore {
  /** Where it is kept, for people; undefined for memory. */
  readonly path: string | undefined
  /** The trials so far, in the order of their numbers. */
  trials(): Promise<readonly Trial[]>
  /** A new trial, or one that goes on: its state becomes `running`. */
  begin(trial: Pick<Trial, 'number' | 'configuration'>): Promise<void>
  /** What a trial gave at its next rung, and the state from which it can go on. */
  finishRung(
    number: number,
    result: RungResult,
    next: 'paused' | 'done',
    checkpoint: Uint8Array,
  ): Promise<void>
  fail(number: number, error: NonNullable<Trial['error']>): Promise<void>
  /** The state that a trial goes on from; undefined before its first rung. */
  checkpoint(number: number): Promise<Uint8Array | undefined>
  close(): Promise<void>
}

/** A study that is gone when the process ends. */
export function memoryStudy(): StudyStore {
  const trials: Trial[] = []
  const checkpoints = new Map<number, Uint8Array>()
  const change = (number: number, changes: Partial<Trial>): void => {
    trials[number] = { ...trials[number]!, ...changes }
  }
  return {
    path: undefined,
    trials: () => Promise.resolve([...trials]),
    begin: ({ number, configuration }) => {
      const known = trials[number]
      if (known !== undefined) change(number, { state: 'running' })
      else
        trials.push({
          number,
          configuration,
          state: 'running',
          results: [],
          startedAt: new Date().toISOString(),
        })
      return Promise.resolve()
    },
    finishRung: (number, result, next, checkpoint) => {
      change(number, { results: [...trials[number]!.results, result], state: next })
      if (next === 'done') checkpoints.delete(number)
      else checkpoints.set(number, checkpoint)
      return Promise.resolve()
    },
    fail: (number, error) => {
      change(number, { state: 'failed', error })
      checkpoints.delete(number)
      return Promise.resolve()
    },
    checkpoint: (number) => Promise.resolve(checkpoints.get(number)),
    close: () => Promise.resolve(),
  }
}

/** A trial as halving and samplers see it. @param lossOf turns a value of the metric into a loss */
export function observationOf(
  { configuration, results, state }: Trial,
  lossOf: (value: number) => number,
): Observation {
  return {
    configuration,
    losses: results.map(({ value }) => lossOf(value)),
    state: state === 'paused' ? 'done' : state,
  }
}
