/**
 * What a detector needs from the platform, gathered in one record so that this room stays free of Node: node.ts
 * fills it in for Node.
 */
import type { LongWork } from '../base/index.js'
import type { Engine } from '../engine/index.js'
import type { TrainingResult, TrainingTask } from '../training/index.js'
import type { FitOptions } from './detector-types.js'

/** The platform a detector runs on. */
export interface DetectorMachine {
  readonly engine: Engine
  /** Trains, on this thread or in a worker, saving checkpoints where the options say so. */
  train(
    task: TrainingTask,
    options: Pick<FitOptions, 'worker' | 'checkpoint' | keyof LongWork>,
  ): Promise<TrainingResult>
  /** Writes a file, whole or not at all. @throws HG_OUTPUT_UNWRITABLE */
  writeFile(path: string, bytes: Uint8Array): Promise<void>
}
