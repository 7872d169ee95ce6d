/**
 * Learns a detector from a table: read the columns, split the rows, train, calibrate, and put it all into one graph.
 *
 *     table ─► readings ─► split ─► preprocessing ─► features ─► training ─► calibration ─► detector
 *
 * How large the network is and how long it trains is decided in plan.ts.
 */
import { createAutoencoder, type AutoencoderDescription } from '../autoencoders/index.js'
import { asSeries, HourglassError, type Grid, type LongWork } from '../base/index.js'
import {
  fitPreprocessing,
  readColumns,
  selectRows,
  type ColumnReading,
  type Table,
  type TablePreprocessing,
} from '../data/index.js'
import { sizeOf } from '../graph/index.js'
import {
  featuresOf,
  planFor,
  scalingFor,
  splitRows,
  type LearningMachine,
  type Split,
} from '../learning/index.js'
import type { TrainingData } from '../training/index.js'
import { calibrate, conformalInterval, pValueOf, thresholdAt, type Calibration } from './calibration.js'
import { detectorOf } from './detector.js'
import type { AnomalyDetector, DetectorRecord, FitOptions } from './detector-types.js'
import { encodeDetector } from './file.js'
import { scoresOf, weighed } from './residuals.js'
import { scoringGraph } from './scoring-graph.js'

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
  machine: LearningMachine,
): Promise<AnomalyDetector> {
  const { seed, falseAlarmRate, calibrationShare } = checkedOptions(options)
  const grid = gridFor(table, options)
  const readings = readColumns(table, options.columns, grid)
  checkUsable(table, readings)
  const split = splitRows(table.rowCount, calibrationShare, seed)
  const preprocessing = fitPreprocessing(table, readings, {
    rows: joined(split.training, split.validation),
    grid,
    scaling: scalingFor(options),
  })
  const data = await trainingData(table, split, preprocessing, machine, options)
  const { autoencoder, training } = planFor(preprocessing.layout, data, options)
  const { weights, record: trained } = await machine.train({ autoencoder, data, options: training }, options)
  const scorer = await weighed({ autoencoder, weights }, data, data.validation, machine.engine)
  const held = await featuresOf(
    selectRows(table, split.calibration),
    preprocessing,
    machine.engine,
    quiet(options),
  )
  const calibration = calibrate(
    await scoresOf(scorer, held, allRows(split.calibration.length), machine.engine),
  )
  const threshold = thresholdAt(calibration, falseAlarmRate)
  const { graph, outputs } = scoringGraph(scorer, preprocessing, calibration, threshold)
  const findings = trained.findings ?? []
  const record: DetectorRecord = {
    kind: autoencoder.kind,
    options: autoencoder.options,
    ...(grid && { grid }),
    createdAt: new Date().toISOString(),
    seed,
    source: table.source,
    rows: { total: table.rowCount, training: data.rows, calibration: calibration.rows },
    readings,
    columns: preprocessing.layout.columns.map(({ name, kind, usual }) => ({
      name,
      kind,
      ...(usual && { usual }),
    })),
    ...sizes(autoencoder),
    training: trained,
    falseAlarmRate,
    threshold,
    calibrationChecks: checks(calibration, await scoresOf(scorer, data, data.validation, machine.engine)),
    warnings: [...warningsFor(falseAlarmRate, calibration), ...findings.map(({ message }) => message)],
    findings,
  }
  const parts = { graph, outputs, preprocessing, record }
  return detectorOf({ ...parts, bytes: await encodeDetector(parts) }, machine)
}

/** How the numbers lie: as asked, else as the table says; an array of steps and channels is a series to that kind. */
function gridFor(table: Table, { grid = table.grid, kind }: FitOptions): Grid | undefined {
  return grid !== undefined && kind === 'sequence' ? asSeries(grid) : grid
}

/** @throws HG_USAGE when an option is outside its range */
function checkedOptions({ seed = 0, falseAlarmRate = 0.01, calibrationShare = 0.2 }: FitOptions) {
  if (!(falseAlarmRate > 0 && falseAlarmRate < 1)) {
    throw new HourglassError(
      'HG_USAGE',
      `fit: falseAlarmRate must lie between 0 and 1, got ${falseAlarmRate}`,
    )
  }
  if (!(calibrationShare >= 0.05 && calibrationShare <= 0.5)) {
    throw new HourglassError('HG_USAGE', `fit: calibrationShare must be 0.05 to 0.5, got ${calibrationShare}`)
  }
  if (!Number.isSafeInteger(seed)) {
    throw new HourglassError('HG_USAGE', `fit: seed must be a whole number, got ${seed}`)
  }
  return { seed, falseAlarmRate, calibrationShare }
}

/** @throws HG_TABLE_TOO_SMALL when fewer than two columns can be used: a column is explained by the others */
function checkUsable(table: Table, readings: readonly ColumnReading[]): void {
  const used = readings.filter((reading) => reading.used)
  if (used.length >= 2) return
  const left = readings.filter((reading) => !reading.used).slice(0, 5)
  const why = left.map(({ name, reason }) => `${name}: ${reason}`).join('; ')
  throw new HourglassError(
    'HG_TABLE_TOO_SMALL',
    `fit: ${table.source} has ${used.length} usable ${used.length === 1 ? 'column' : 'columns'}, and an autoencoder needs at least two, ` +
      `since it explains each column by the others${why === '' ? '' : ` (left out: ${why})`}; add columns, or say how to read them with --columns`,
  )
}

/** Features of the rows that are learned from, training rows first, then the ones that stop it early. */
async function trainingData(
  table: Table,
  split: Split,
  preprocessing: TablePreprocessing,
  machine: LearningMachine,
  work: LongWork,
): Promise<TrainingData> {
  const rows = joined(split.training, split.validation)
  const features = await featuresOf(selectRows(table, rows), preprocessing, machine.engine, work)
  return {
    ...features,
    rows: rows.length,
    training: allRows(split.training.length),
    validation: allRows(split.validation.length).map((i) => i + split.training.length),
  }
}

/** Calibration is part of the fit, not a phase that people wait for: it stops on request but does not report. */
const quiet = ({ signal }: LongWork): LongWork => ({ signal })

const allRows = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i)

function joined(first: Int32Array, second: Int32Array): Int32Array {
  const all = new Int32Array(first.length + second.length)
  all.set(first)
  all.set(second, first.length)
  return all
}

function sizes(
  description: AutoencoderDescription,
): Pick<DetectorRecord, 'widths' | 'latent' | 'parameterCount'> {
  const { widths, latent, parameters } = createAutoencoder(description)
  return { widths, latent, parameterCount: parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0) }
}

/** How often rows that neither moved weights nor calibrated would have been flagged. */
function checks(calibration: Calibration, scores: Float32Array): DetectorRecord['calibrationChecks'] {
  const pValues = Array.from(scores, (score) => pValueOf(calibration, score))
  return checkedRates.map((asked) => {
    const [low, high] = conformalInterval(scores.length, calibration.rows, asked)
    const observed = pValues.filter((p) => p <= asked).length / scores.length
    return { asked, observed, low, high, rows: scores.length }
  })
}

function warningsFor(falseAlarmRate: number, { rows }: Calibration): readonly string[] {
  const needed = Math.ceil(1 / falseAlarmRate) - 1
  if (rows >= needed) return []
  return [
    `${rows} rows calibrate the threshold, but a false-alarm rate of ${falseAlarmRate} needs at least ${needed}: ` +
      `no row can be flagged. Give more rows, or ask for --false-alarms ${(1 / (rows + 1)).toPrecision(2)} or more.`,
  ]
}
