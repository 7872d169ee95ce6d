/** Anomaly detection in Node: `AnomalyDetector` with the engine, the files and the worker threads of this process. */
import { loadModel } from '../model-file/node.js'
import type { Table } from '../data/index.js'
import { nodeLearning } from '../learning/node.js'
import { removeCheckpoint } from '../training/node.js'
import type { AnomalyDetector as Detector, FitOptions } from './detector-types.js'
import { decodeDetector } from './file.js'
import { fitDetector } from './fit.js'
import { detectorOf } from './detector.js'

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
    const detector = await fitDetector(table, options, nodeLearning)
    if (options.checkpoint !== undefined) await removeCheckpoint(options.checkpoint.path)
    return detector
  },

  /**
   * Loads a detector from its model file.
   *
   * @throws HG_FILE_MISSING, HG_MODEL_CORRUPT, HG_MODEL_UNSAFE, HG_MODEL_TOO_LARGE, HG_MODEL_FOREIGN, HG_MODEL_VERSION
   */
  load: async (path: string): Promise<Detector> =>
    detectorOf(decodeDetector(await loadModel(path)), nodeLearning),
}

export type AnomalyDetector = Detector
