/** Anomaly detection in Node: `AnomalyDetector` with the engine, the files and the worker threads of this process. */
import { writeFileAtomic } from '../base/node.js'
import { nodeEngine } from '../engine/node.js'
import { loadModel } from '../model-file/node.js'
import type { Table } from '../data/index.js'
import { checkpointFile, removeCheckpoint, trainHere, trainInWorker } from '../training/node.js'
import type { AnomalyDetector as Detector, FitOptions } from './detector-types.js'
import { decodeDetector } from './file.js'
import { fitDetector } from './fit.js'
import { detectorOf } from './detector.js'
import type { DetectorMachine } from './machine.js'

const machine: DetectorMachine = {
  engine: nodeEngine,
  train: async (task, { worker = false, checkpoint, onProgress, signal }) => {
    if (worker) return trainInWorker(task, { onProgress, signal, ...(checkpoint && { checkpoint }) })
    const store = checkpoint === undefined ? undefined : checkpointFile(checkpoint.path, checkpoint.resume)
    return trainHere(task, { onProgress, signal, checkpoint: store })
  },
  writeFile: writeFileAtomic,
}

/** Learns and loads anomaly detectors. */
export const AnomalyDetector = {
  /**
   * Learns a detector from a table of normal, or mostly normal, rows.
   *
   * @throws HG_TABLE_TOO_SMALL, HG_COLUMN_TYPE, HG_USAGE, HG_TRAINING_DIVERGED, HG_INTERRUPTED
   * @example
   * const detector = await AnomalyDetector.fit(await readTable('sensors.parquet'), { falseAlarmRate: 0.01 })
   */
  fit: async (table: Table, options: FitOptions = {}): Promise<Detector> => {
    const detector = await fitDetector(table, options, machine)
    if (options.checkpoint !== undefined) await removeCheckpoint(options.checkpoint.path)
    return detector
  },

  /**
   * Loads a detector from its model file.
   *
   * @throws HG_FILE_MISSING, HG_MODEL_CORRUPT, HG_MODEL_UNSAFE, HG_MODEL_TOO_LARGE, HG_MODEL_FOREIGN, HG_MODEL_VERSION
   */
  load: async (path: string): Promise<Detector> => detectorOf(decodeDetector(await loadModel(path)), machine),
}

export type AnomalyDetector = Detector
