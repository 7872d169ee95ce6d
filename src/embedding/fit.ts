/**
 * Learns an embedding from a table: read the columns, hold rows out, learn the map, measure it, and put it all into one
 * graph.
 *
 *     table ─► features ─► [directions of variance] ─► [neighbours ─► layout] ─► training ─► measures ─► embedding
 */
import { HourglassError, type LongWork } from '../base/index.js'
import {
  fitPreprocessing,
  readColumns,
  selectRows,
  type ColumnReading,
  type FeatureLayout,
  type Table,
} from '../data/index.js'
import type { Points } from '../geometry/index.js'
import {
  featuresOf,
  scalingFor,
  type Features,
  type KindChoice,
  type LearningMachine,
} from '../learning/index.js'
import { embeddingOf } from './embedding.js'
import type { Embedding, EmbeddingOptions, EmbeddingRecord } from './embedding-types.js'
import { encodeRows } from './encode-rows.js'
import { encodeEmbedding } from './file.js'
import { learnMap, type Learned } from './learn-map.js'
import { mapGraph } from './map-graph.js'
import { isAutoencoderKind } from './plan.js'
import { measure, type EmbeddingQuality } from './quality.js'
import { classesOf, requestOf, splitFor, type Request, type RowSplit } from './requests.js'

/**
 * Fits an embedding.
 *
 * @throws HG_TABLE_TOO_SMALL, HG_COLUMN_TYPE, HG_COLUMN_MISSING, HG_LABEL_INVALID, HG_USAGE, HG_TRAINING_DIVERGED,
 *   HG_INTERRUPTED
 */
export async function fitEmbedding(
  table: Table,
  options: EmbeddingOptions,
  machine: LearningMachine,
): Promise<Embedding> {
  const request = requestOf(table, options)
  const { label, grid } = request
  const classes = label === undefined ? undefined : classesOf(table, label, allRows(table.rowCount))
  const columns = { ...options.columns, ...(label !== undefined && { [label]: 'ignore' as const }) }
  const readings = readColumns(table, columns, grid)
  const split = splitFor(table.rowCount, request)
  const preprocessing = fitPreprocessing(table, readings, {
    rows: split.training,
    grid,
    scaling: scalingFor(options as KindChoice),
  })
  const { layout } = preprocessing
  checkWidth(request, readings, layout, table.source)
  const features = await featuresOf(selectRows(table, split.all), preprocessing, machine.engine, options)
  const rows = { rows: split.all.length, width: layout.width, values: features.features }
  checkVaried(rows, table.source)
  const training = split.training.length
  const learned = await learnMap(
    {
      space: layout,
      points: part(rows, 0, training),
      mask: features.mask?.subarray(0, training * layout.columns.length),
    },
    request,
    options,
    machine,
  )
  const places = await placesOf(learned, layout, features, machine, options)
  const quality = await qualityOf({ rows, places, classes, split, machine, options })
  const record = recordOf({ table, request, readings, layout, split, learned, quality, places })
  const { graph, outputs } = mapGraph(learned.mapper, preprocessing)
  const parts = { graph, outputs, preprocessing, record }
  return embeddingOf({ ...parts, bytes: await encodeEmbedding(parts) }, machine)
}

/** Places of training and held-out rows; only rows whose places are not known yet are encoded. */
async function placesOf(
  { mapper, places }: Learned,
  layout: FeatureLayout,
  { features, mask }: Features,
  { engine }: LearningMachine,
  { signal }: LongWork,
): Promise<Points> {
  const known = places === undefined ? 0 : places.length / 2
  const rest = {
    features: features.subarray(known * layout.width),
    ...(mask && { mask: mask.subarray(known * layout.columns.length) }),
  }
  const encoded = await encodeRows(mapper, layout, rest, engine, { signal })
  if (places === undefined) return encoded
  const values = new Float32Array(places.length + encoded.values.length)
  values.set(places)
  values.set(encoded.values, places.length)
  return { rows: values.length / 2, width: 2, values }
}

const allRows = (count: number): Int32Array => Int32Array.from({ length: count }, (_, i) => i)

const part = ({ width, values }: Points, start: number, end: number): Points => ({
  rows: end - start,
  width,
  values: values.subarray(start * width, end * width),
})

/** @throws HG_TABLE_TOO_SMALL when no column can be used, HG_USAGE when more dimensions are asked for than there are */
function checkWidth(
  { kind, dims }: Request,
  readings: readonly ColumnReading[],
  { width }: FeatureLayout,
  source: string,
): void {
  const used = readings.filter((reading) => reading.used).length
  if (used === 0) {
    const why = readings.slice(0, 5).map(({ name, reason }) => `${name}: ${reason}`)
    throw new HourglassError(
      'HG_TABLE_TOO_SMALL',
      `embed: ${source} has no usable column (${why.join('; ')}); add columns, or say how to read them with --columns`,
    )
  }
  if (dims > width && !isAutoencoderKind(kind)) {
    throw new HourglassError(
      'HG_USAGE',
      `embed: ${dims} dimensions are asked for, but the ${used} usable columns make ${width} features; ask for at most ${width}`,
    )
  }
}

/** @throws HG_TABLE_TOO_SMALL when all rows are alike: there is nothing to lay out */
function checkVaried({ rows, width, values }: Points, source: string): void {
  for (let i = width; i < values.length; i++) if (values[i] !== values[i % width]) return
  throw new HourglassError(
    'HG_TABLE_TOO_SMALL',
    `embed: all ${rows} rows of ${source} are the same, so there is nothing to lay out; give rows that differ`,
  )
}

/** Measures of the held-out rows; classes are looked up among the training rows. */
async function qualityOf(of: {
  readonly rows: Points
  readonly places: Points
  readonly classes: Int32Array | undefined
  readonly split: RowSplit
  readonly machine: LearningMachine
  readonly options: EmbeddingOptions
}): Promise<EmbeddingQuality | undefined> {
  const { rows, places, classes, split, machine, options } = of
  const [training, end] = [split.training.length, split.all.length]
  const neighbors = Math.min(10, Math.floor((end - training) / 2) - 1)
  if (neighbors < 1) return undefined
  const held = { original: part(rows, training, end), map: part(places, training, end) }
  const work = { engine: machine.engine, neighbors, signal: options.signal, onProgress: options.onProgress }
  if (classes === undefined) return measure(held, work)
  const inOrder = split.all.map((row) => classes[row]!)
  const reference = { map: part(places, 0, training), classes: inOrder.subarray(0, training) }
  return measure({ ...held, classes: inOrder.subarray(training) }, { ...work, reference })
}

function recordOf(of: {
  readonly table: Table
  readonly request: Request
  readonly readings: readonly ColumnReading[]
  readonly layout: FeatureLayout
  readonly split: RowSplit
  readonly learned: Learned
  readonly quality: EmbeddingQuality | undefined
  readonly places: Points
}): EmbeddingRecord {
  const { table, request, readings, layout, split, learned, quality, places } = of
  const { kind, dims, grid, seed, label } = request
  const { projection } = learned.mapper
  const findings = learned.facts.training?.findings ?? []
  return {
    kind,
    dims,
    ...(grid && { grid }),
    createdAt: new Date().toISOString(),
    seed,
    source: table.source,
    rows: { total: table.rowCount, training: split.training.length, heldOut: split.heldOut.length },
    readings,
    columns: layout.columns.map(({ name, kind: read }) => ({ name, kind: read })),
    ...(label !== undefined && { label }),
    ...learned.facts,
    ...(projection && {
      projection: { count: projection.count, unit: projection.unit, explained: projection.explained },
    }),
    ...(quality && { quality }),
    bounds: boundsOf(part(places, 0, split.training.length)),
    warnings: findings.map(({ message }) => message),
    findings,
  }
}

/** Smallest and largest coordinate by dimension. */
function boundsOf({ rows, width, values }: Points): readonly (readonly [number, number])[] {
  return Array.from({ length: width }, (_, dim) => {
    let [low, high] = [Infinity, -Infinity]
    for (let row = 0; row < rows; row++) {
      const value = values[row * width + dim]!
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
    return [low, high] as const
  })
}
