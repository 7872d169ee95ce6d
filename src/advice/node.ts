/** The advice in Node: tuning with the engine, the files and the worker threads of this process. */
import { nodeEngine } from '../engine/node.js'
import { memoryStudy } from './tuning/study.js'
import { openStudy, tableFingerprint } from './tuning/study-node.js'
import { usualCapacity, workerRunner } from './tuning/trial-runner-node.js'
import type { TuningMachine } from './tuning/tune.js'

export { studyExists } from './tuning/study-node.js'
export { usualCapacity, workerRunner } from './tuning/trial-runner-node.js'

/** How a search runs in Node. */
export interface NodeTuning {
  /** Trials side by side, each in a worker with one engine thread (default: one for each core). */
  readonly workers?: number
  /** The file of the study, and whether to go on with one that is there (default: kept in memory). */
  readonly study?: { readonly path: string; readonly resume: boolean }
}

/**
 * The machine of this process, for `tune`.
 *
 * @example
 * const found = await tune(table, { budget: { seconds: 600 } }, nodeTuning({ study: { path: 'a.study', resume: false } }))
 * const detector = await AnomalyDetector.fit(table, found.fit)
 */
export function nodeTuning({ workers = usualCapacity(), study }: NodeTuning = {}): TuningMachine {
  return {
    engine: nodeEngine,
    startRunner: (task) => Promise.resolve(workerRunner(task, workers)),
    openStudy: (facts) =>
      study === undefined ? Promise.resolve(memoryStudy()) : openStudy({ ...study, ...facts }),
    fingerprintOf: tableFingerprint,
  }
}
