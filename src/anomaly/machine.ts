/**
 * What a detector needs from the platform, gathered in one record so that this room stays free of Node: node.ts
 * fills it in for Node.
 */
import type { Engine } from '../engine/index.js'
import type { TrainingResult, TrainingTask, TrainingWork } from '../training/index.js'

/** The platform a detector runs on. */
export interface DetectorMachine {
  readonly engine: Engine
  /** Trains, on this thread or in a worker. */
  train(task: TrainingTask, work: TrainingWork & { readonly worker?: boolean }): Promise<TrainingResult>
  /** Writes a file, whole or not at all. @throws HG_OUTPUT_UNWRITABLE */
  writeFile(path: string, bytes: Uint8Array): Promise<void>
}
