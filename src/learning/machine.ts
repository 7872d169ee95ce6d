/**
 * What learning needs from the platform, gathered in one record so that the rooms stay free of Node: node.ts fills it
 * in for Node.
 */
import type { LongWork } from '../base/index.js'
import type { Engine } from '../engine/index.js'
import type { TrainingResult, TrainingTask } from '../training/index.js'
import type { LearningSettings } from './options.js'

/** The platform that learns and scores. */
export interface LearningMachine {
  readonly engine: Engine
  /** Trains, on this thread or in a worker, saving checkpoints where the options say so. */
  train(
    task: TrainingTask,
    options: Pick<LearningSettings, 'worker' | 'checkpoint' | keyof LongWork>,
  ): Promise<TrainingResult>
  /** Writes a file, whole or not at all. @throws HG_OUTPUT_UNWRITABLE */
  writeFile(path: string, bytes: Uint8Array): Promise<void>
}
