/**
 * From a table to what trials work on: one split, one preprocessing and one set of held-out rows for all of them, so
 * that what differs between two trials is their configuration alone.
 *
 *     table ─► readings ─► split ─► preprocessing ─► features to train on and to stop by
 *                            └────► held-out rows ─► as they are, and with anomalies planted ─► the metric
 *
 * A label is set aside before anything is read; the rows that the metric sees, no gradient and no choice of weights saw.
 */
import type { AutoencoderKind, FeatureSpace } from '../../autoencoders/index.js'
import { asSeries, HourglassError, randomFor, type Grid, type LongWork } from '../../base/index.js'
import {
  fitPreprocessing,
  readColumns,
  selectRows,
  type ColumnOverrides,
  type ColumnReading,
  type Table,
} from '../../data/index.js'
import type { Engine } from '../../engine/index.js'
import { featuresOf, splitRows } from '../../learning/index.js'
import type { TrainingData } from '../../training/index.js'
import type { MetricName } from './metrics.js'
import { plant, plantedTypes, type PlantingRows } from './planting.js'

/** Share of the rows that the metric is measured on, and how many rows of each type it takes at most. */
const heldOutShare = 0.25
const mostHeldOut = 1000
const plantedRows = 400

/** Rows that the metric is measured on: the held-out ones first, then planted ones, group by group. */
export interface HeldOut {
  readonly rows: number
  /** `[rows, width]` */
  readonly features: Float32Array
  /** `[rows, columns]`, absent when every cell of every row is known. */
  readonly mask?: Float32Array
  readonly groups: readonly { readonly name: string; readonly start: number; readonly count: number }[]
}

/** What trials work on. Plain data: it crosses into worker threads. */
export interface TuningTask {
  readonly space: FeatureSpace
  readonly data: TrainingData
  readonly heldOut: HeldOut
  readonly metric: MetricName
  /** Of the split, of what is planted; the trials' own follow from it and their numbers. */
  readonly seed: number
}

/** What of a table is tuned for. */
export interface TaskOptions {
  readonly metric: MetricName
  readonly seed: number
  /** Kinds that will be tried, or undefined for the usual ones. */
  readonly kinds?: readonly AutoencoderKind[] | undefined
  /** How columns are read, with the label ignored. */
  readonly columns?: ColumnOverrides | undefined
  readonly grid?: Grid | undefined
}

/**
 * Prepares a table.
 *
 * @throws HG_TABLE_TOO_SMALL for fewer than 20 rows or 2 usable columns, HG_COLUMN_MISSING, HG_COLUMN_TYPE
 */
export async function tuningTask(
  table: Table,
  options: TaskOptions,
  engine: Engine,
  work: LongWork,
): Promise<{ readonly task: TuningTask; readonly readings: readonly ColumnReading[] }> {
  const { metric, seed, columns } = options
  const grid = gridFor(options.grid ?? table.grid, options.kinds)
  const readings = readColumns(table, columns, grid)
  expectUsable(table, readings)
  const split = splitRows(table.rowCount, Math.min(heldOutShare, mostHeldOut / table.rowCount), seed)
  const learned = joined(split.training, split.validation)
  const preprocessing = fitPreprocessing(table, readings, { rows: learned, grid })
  const space = preprocessing.layout
  const features = await featuresOf(selectRows(table, learned), preprocessing, engine, work)
  const held = split.calibration.subarray(0, mostHeldOut)
  const rows = await featuresOf(selectRows(table, held), preprocessing, engine, { signal: work.signal })
  const data: TrainingData = {
    ...features,
    rows: learned.length,
    training: Int32Array.from(split.training, (_, i) => i),
    validation: Int32Array.from(split.validation, (_, i) => i + split.training.length),
  }
  const heldOut = heldOutRows({ ...rows, rows: held.length }, space, { metric, seed })
  return { task: { space, data, heldOut, metric, seed }, readings }
}

/** As the table says; images are series to the sequence kind, where no other kind is tried beside it. */
function gridFor(grid: Grid | undefined, kinds: readonly AutoencoderKind[] | undefined): Grid | undefined {
  const onlySequence = kinds?.every((kind) => kind === 'sequence') === true
  return grid !== undefined && onlySequence ? asSeries(grid) : grid
}

function expectUsable(table: Table, readings: readonly ColumnReading[]): void {
  const used = readings.filter((reading) => reading.used)
  if (used.length >= 2) return
  throw new HourglassError(
    'HG_TABLE_TOO_SMALL',
    `tune: ${table.source} has ${used.length} usable ${used.length === 1 ? 'column' : 'columns'}, and an autoencoder needs at least two; ` +
      'add columns, or say how to read them with --columns',
  )
}

/** The held-out rows, and planted ones behind them where the metric wants them. */
function heldOutRows(
  { rows, features, mask }: Omit<PlantingRows, 'mask'> & { readonly mask?: Float32Array },
  space: FeatureSpace,
  { metric, seed }: Pick<TaskOptions, 'metric' | 'seed'>,
): HeldOut {
  const plain = { name: 'held out', start: 0, count: rows }
  if (metric === 'hiddenCells' || metric === 'reconstruction')
    return { rows, features, ...(mask && { mask }), groups: [plain] }
  const source = { rows, features, mask: mask ?? new Float32Array(rows * space.columns.length).fill(1) }
  const planted = plantedTypes.map((type) =>
    plant(type, source, space, { count: plantedRows, random: randomFor(seed, `planted ${type}`) }),
  )
  const all = [source, ...planted]
  const matrix = joinedFloats(all.map((part) => part.features))
  const masks = joinedFloats(all.map((part) => part.mask))
  return {
    rows: rows + plantedTypes.length * plantedRows,
    features: matrix,
    ...(mask && { mask: masks }),
    groups: [
      plain,
      ...plantedTypes.map((name, i) => ({ name, start: rows + i * plantedRows, count: plantedRows })),
    ],
  }
}

function joined(first: Int32Array, second: Int32Array): Int32Array {
  const all = new Int32Array(first.length + second.length)
  all.set(first)
  all.set(second, first.length)
  return all
}

function joinedFloats(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
