/**
 * Learns a detector from a table: read the columns, split the rows, train, calibrate, and put it all into one graph.
 *
 *     table ─► readings ─► split ─► preprocessing ─► features ─► training ─► calibration ─► detector
 *
 * How large the network is and how long it trains is decided in plan.ts.
 */
import { createAutoencoder, type AutoencoderDescription } from '../autoencoders/index.js'
import { HourglassError, type LongWork } from '../base/index.js'
import {
  fitPreprocessing,
  readColumns,
  selectRows,
  type ColumnReading,
  type Table,
  type TablePreprocessing,
} from '../data/index.js'
import { sizeOf, tensor, type Tensor } from '../graph/index.js'
import { encodeDetector } from './file.js'
import type { TrainingResult } from '../training/index.js'
import { binomialInterval, calibrate, pValueOf, thresholdAt, type Calibration } from './calibration.js'
import { detectorOf } from './detector.js'
import type { AnomalyDetector, DetectorRecord, FitOptions } from './detector-types.js'
import { chunkRows, featuresOf, type Features } from './features.js'
import type { DetectorMachine } from './machine.js'
import { checkFitOptions, planFor } from './plan.js'
import { columnWeightsOf, featureScoreGraph, scoringGraph, type Scorer } from './scoring-graph.js'
import { splitRows, type Split } from './split.js'

/** Rates at which the observed false alarms are compared with the asked ones. */
const checkedRates = [0.1, 0.05, 0.01]

/**
 * Fits a detector.
 *
 * @param table rows to learn from: normal ones, or mostly normal ones
 * @throws HG_TABLE_TOO_SMALL, HG_COLUMN_TYPE, HG_USAGE, HG_TRAINING_DIVERGED, HG_INTERRUPTED
 */
export async function fitDetector(
  table: Table,
  options: FitOptions,
  machine: DetectorMachine,
): Promise<AnomalyDetector> {
  checkFitOptions(options)
  const { seed = 0, falseAlarmRate = 0.01, calibrationShare = 0.2 } = options
  const readings = readColumns(table, options.columns)
  checkUsable(table, readings)
  const split = splitRows(table.rowCount, calibrationShare, seed)
  const learned = concatenated(split.training, split.validation)
  const preprocessing = fitPreprocessing(table, readings, { rows: learned })
  const data = await trainingData(table, split, preprocessing, machine, options)
  const plan = planFor(preprocessing, data, options)
  const result = await machine.train(
    { autoencoder: plan.autoencoder, data, options: plan.training },
    { onProgress: options.onProgress, signal: options.signal, ...workOf(options, machine) },
  )
  const scorer = await weighed(plan.autoencoder, result, data, machine, options)
  const held = selectRows(table, split.calibration)
  const heldFeatures = await featuresOf(held, preprocessing, machine.engine, quiet(options))
  const calibration = calibrate(await featureScores(scorer, heldFeatures, machine))
  const threshold = thresholdAt(calibration, falseAlarmRate)
  const { graph, outputs } = scoringGraph(scorer, preprocessing, calibration, threshold)
  const record: DetectorRecord = {
    ...describe(table, readings, split, preprocessing, options),
    ...sizes(plan.autoencoder),
    training: result.record,
    falseAlarmRate,
    threshold,
    calibrationChecks: await checksOf(scorer, calibration, data, machine),
    warnings: warningsFor(falseAlarmRate, calibration),
  }
  const bytes = await encodeDetector({ graph, outputs, preprocessing, record })
  return detectorOf({ graph, outputs, preprocessing, record, bytes }, machine)
}
