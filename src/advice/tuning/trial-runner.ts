/**
 * Where trials are run: one small interface, so that a search does not know. This file has the one that runs them in the
 * calling thread; trial-runner-node.ts has worker threads. One for many machines would hand the same plain records to a
 * queue.
 */
import type { LongWork } from '../../base/index.js'
import type { TrainingMachine } from '../../training/index.js'
import type { TuningTask } from './task.js'
import { runTrial, type Resource, type TrialResult, type TrialWork } from './trial.js'

/** Runs trials. */
export interface TrialRunner {
  /** Pieces of work that run side by side; the search keeps so many under way. */
  readonly capacity: number
  /** @throws what the trial throws; HG_INTERRUPTED when the signal is aborted */
  run(trial: TrialWork, resource: Resource, work: LongWork): Promise<TrialResult>
  /** Frees what the runner holds; work under way fails. */
  close(): Promise<void>
}

/** Makes a runner for the trials of a task. */
export type StartRunner = (task: TuningTask) => Promise<TrialRunner>

/** Runs trials one after the other in this thread: for tests, and where there are no threads. */
export function hereRunner(task: TuningTask, machine: TrainingMachine): TrialRunner {
  return {
    capacity: 1,
    run: (trial, resource, work) => runTrial(task, trial, resource, machine, work),
    close: () => Promise.resolve(),
  }
}
