/**
 * Learns an embedding from a table: read the columns, hold rows out, look for neighbours, train, measure, and put it all
 * into one graph.
 *
 *     table ─► features ─► [directions of variance] ─► [graph of neighbours] ─► training ─► measures ─► embedding
 */
import { createAutoencoder } from '../autoencoders/index.js'
import { asSeries, HourglassError, permutation, randomFor, type LongWork } from '../base/index.js'
import { cellText, fitPreprocessing, readColumns, selectRows, type Table } from '../data/index.js'
import { nearestNeighbors, project, type Points } from '../geometry/index.js'
import { sizeOf } from '../graph/index.js'
import {
  featuresOf,
  scalingFor,
  type Features,
  type KindChoice,
  type LearningMachine,
} from '../learning/index.js'
import type { TrainingData } from '../training/index.js'
import { embeddingOf } from './embedding.js'
import type { Embedding, EmbeddingOptions, EmbeddingRecord } from './embedding-types.js'
import { encodeRows } from './encode-rows.js'
import { encodeEmbedding } from './file.js'
import { mapGraph, type Mapper } from './map-graph.js'
import { directionsFor, kindFor, mapDefaults, planMap } from './plan.js'
import { fitProjection, projectedSpace } from './projection.js'
import { measure, mostMeasuredRows, type EmbeddingQuality } from './quality.js'

/** Fewest rows a map can be learned from. */
const fewestRows = 20

/**
 * Fits an embedding.
 *
 * @throws HG_TABLE_TOO_SMALL, HG_COLUMN_TYPE, HG_COLUMN_MISSING, HG_USAGE, HG_TRAINING_DIVERGED, HG_INTERRUPTED
 */
export async function fitEmbedding(
  table: Table,
  options: EmbeddingOptions,
  machine: LearningMachine,
): Promise<Embedding> {
  const { dims, seed, holdOut, label } = checkedOptions(table, options)
  const kind = kindFor(options)
  const grid =
    table.grid !== undefined && kind === 'sequence' ? asSeries(table.grid) : (options.grid ?? table.grid)
  const columns = { ...options.columns, ...(label !== undefined && { [label]: 'ignore' as const }) }
  const readings = readColumns(table, columns, grid)
  const used = readings.filter((reading) => reading.used)
  if (used.length === 0)
    throw new HourglassError('HG_TABLE_TOO_SMALL', `embed: ${table.source} has no usable column`)
  const split = splitFor(table.rowCount, holdOut, seed)
  const scaling = scalingFor(options as KindChoice)
  const preprocessing = fitPreprocessing(table, readings, { rows: split.training, grid, scaling })
  const { layout } = preprocessing
  if (dims > layout.width) {
    throw new HourglassError(
      'HG_USAGE',
      `embed: ${dims} dimensions are asked for, but the rows have ${layout.width} features, which ${used.length} columns stand for; ask for at most ${layout.width}`,
    )
  }
  const features = await featuresOf(selectRows(table, split.all), preprocessing, machine.engine, options)
  const rows = { rows: split.all.length, width: layout.width, values: features.features }
  checkVaried(rows, table.source)
  const mapper: { -readonly [K in keyof Mapper]: Mapper[K] } = {}
  const directions = directionsFor(kind, dims, split.training.length, layout)
  if (directions > 0) {
    const learned = firstRows(rows, split.training.length)
    mapper.projection = await fitProjection(learned, directions, {
      engine: machine.engine,
      normalized: kind !== 'pca',
    })
  }
  const near = mapper.projection === undefined ? rows : project(rows, mapper.projection)
  let trained: Pick<EmbeddingRecord, 'options' | 'training' | 'widths' | 'parameterCount'> = {
    options: {},
    widths: [layout.width, dims, layout.width],
    parameterCount: 0,
  }
  if (kind !== 'pca') {
    const space = mapper.projection === undefined ? layout : projectedSpace(mapper.projection)
    const data = await trainingData(near, features, split.training.length, kind === 'neighbors', {
      ...options,
      projected: mapper.projection !== undefined,
      machine,
    })
    const plan = planMap(space, data, options)
    const autoencoder = createAutoencoder(plan.autoencoder)
    const { weights, record } = await machine.train(
      { autoencoder: plan.autoencoder, data, options: plan.training },
      options,
    )
    mapper.autoencoder = { autoencoder, weights }
    trained = {
      options: plan.options,
      training: record,
      widths: autoencoder.widths,
      parameterCount: autoencoder.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    }
  }
  const places = await encodeRows(mapper, layout, features, machine.engine, options)
  const quality = await qualityOf({ table, label, split, rows, places, machine, options })
  const { graph, outputs } = mapGraph(mapper, preprocessing)
  const findings = trained.training?.findings ?? []
  const record: EmbeddingRecord = {
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
    ...trained,
    ...(mapper.projection && {
      projection: {
        count: mapper.projection.count,
        unit: mapper.projection.unit,
        explained: mapper.projection.explained,
      },
    }),
    ...(quality && { quality }),
    bounds: boundsOf(firstRows(places, split.training.length)),
    warnings: findings.map(({ message }) => message),
    findings,
  }
  const parts = { graph, outputs, preprocessing, record }
  return embeddingOf({ ...parts, bytes: await encodeEmbedding(parts) }, machine)
}

/** @throws HG_USAGE, HG_COLUMN_MISSING, HG_LABEL_INVALID */
function checkedOptions(table: Table, options: EmbeddingOptions) {
  const {
    dims = mapDefaults.dims,
    seed = 0,
    holdOut = mapDefaults.holdOut,
    label = table.suggestedLabel,
  } = options
  const { neighbors = mapDefaults.neighbors, topology = 0, exaggeration = 1 } = options
  const expectations: readonly (readonly [string, number, boolean, string])[] = [
    ['dims', dims, Number.isInteger(dims) && dims >= 1, 'a whole number of at least 1'],
    ['seed', seed, Number.isSafeInteger(seed), 'a whole number'],
    ['holdOut', holdOut, holdOut >= 0 && holdOut <= 0.5, '0 to 0.5'],
    ['neighbors', neighbors, Number.isInteger(neighbors) && neighbors >= 2, 'a whole number of at least 2'],
    ['topology', topology, topology >= 0 && topology < Infinity, 'a number of at least 0'],
    ['exaggeration', exaggeration, exaggeration >= 0.1 && exaggeration <= 100, '0.1 to 100'],
  ]
  for (const [name, value, holds, expected] of expectations) {
    if (!holds) throw new HourglassError('HG_USAGE', `embed: ${name} must be ${expected}, got ${value}`)
  }
  if (kindFor(options) !== 'neighbors') {
    for (const name of ['neighbors', 'exaggeration', 'topology'] as const) {
      if (options[name] === undefined) continue
      throw new HourglassError(
        'HG_USAGE',
        `embed: ${name} is an option of the kind neighbors, got it with ${kindFor(options)}; leave one of the two out`,
      )
    }
  }
  if (table.rowCount < fewestRows) {
    throw new HourglassError(
      'HG_TABLE_TOO_SMALL',
      `embed: needs at least ${fewestRows} rows, got ${table.rowCount}; add rows`,
    )
  }
  if (label !== undefined && !table.columns.some(({ name }) => name === label)) {
    throw new HourglassError('HG_COLUMN_MISSING', `embed: there is no column "${label}" in ${table.source}`)
  }
  return { dims, seed, holdOut, label }
}

interface RowSplit {
  readonly training: Int32Array
  readonly heldOut: Int32Array
  /** Training rows, then held-out ones. */
  readonly all: Int32Array
}

function splitFor(rowCount: number, holdOut: number, seed: number): RowSplit {
  const order = permutation(rowCount, randomFor(seed, 'split'))
  const held = Math.min(Math.round(rowCount * holdOut), mostMeasuredRows)
  const heldOut = order.slice(0, held).sort()
  const training = order.slice(held).sort()
  const all = new Int32Array(rowCount)
  all.set(training)
  all.set(heldOut, training.length)
  return { training, heldOut, all }
}

/** @throws HG_TABLE_TOO_SMALL when all rows are alike: there is nothing to lay out */
function checkVaried({ rows, width, values }: Points, source: string): void {
  for (let i = width; i < values.length; i++) if (values[i] !== values[i % width]) return
  throw new HourglassError(
    'HG_TABLE_TOO_SMALL',
    `embed: all ${rows} rows of ${source} are the same, so there is nothing to lay out`,
  )
}

export const firstRows = ({ width, values }: Points, rows: number): Points => ({
  rows,
  width,
  values: values.subarray(0, rows * width),
})

/** What the encoder learns from: training rows, then held-out ones, with partners where the kind compares rows. */
async function trainingData(
  near: Points,
  { mask }: Features,
  training: number,
  withPartners: boolean,
  {
    projected,
    machine,
    neighbors = mapDefaults.neighbors,
    ...work
  }: EmbeddingOptions & { readonly projected: boolean; readonly machine: LearningMachine },
): Promise<TrainingData> {
  const numbers = Int32Array.from({ length: near.rows }, (_, i) => i)
  const data = {
    rows: near.rows,
    features: near.values,
    ...(mask !== undefined && !projected && { mask }),
    training: numbers.subarray(0, training),
    validation: numbers.subarray(training),
  }
  if (!withPartners) return data
  const k = Math.min(neighbors, training - 1)
  const learned = firstRows(near, training)
  const long: LongWork & { engine: LearningMachine['engine'] } = {
    engine: machine.engine,
    signal: work.signal,
    onProgress: work.onProgress,
  }
  const own = await nearestNeighbors(learned, k, long)
  const partners = new Int32Array(near.rows * k)
  partners.set(own.indices)
  if (training < near.rows) {
    const queries = {
      ...near,
      rows: near.rows - training,
      values: near.values.subarray(training * near.width),
    }
    partners.set((await nearestNeighbors(learned, k, { ...long, queries })).indices, training * k)
  }
  return { ...data, partners }
}

/** Measures of the held-out rows; classes are looked up among the training rows. */
async function qualityOf(of: {
  readonly table: Table
  readonly label: string | undefined
  readonly split: RowSplit
  readonly rows: Points
  readonly places: Points
  readonly machine: LearningMachine
  readonly options: LongWork
}): Promise<EmbeddingQuality | undefined> {
  const { table, label, split, rows, places, machine, options } = of
  const held = split.heldOut.length
  const neighbors = Math.min(10, Math.floor(held / 2) - 1)
  if (neighbors < 1) return undefined
  const training = split.training.length
  const classes = label === undefined ? undefined : classesOf(table, label, split.all)
  const lastRows = ({ width, values }: Points): Points => ({
    rows: held,
    width,
    values: values.subarray(training * width),
  })
  return measure(
    {
      original: lastRows(rows),
      map: lastRows(places),
      ...(classes && { classes: classes.subarray(training) }),
    },
    {
      engine: machine.engine,
      neighbors,
      ...(classes && {
        reference: { map: firstRows(places, training), classes: classes.subarray(0, training) },
      }),
      signal: options.signal,
      onProgress: options.onProgress,
    },
  )
}

/** Classes of rows as numbers, −1 where the cell is empty. @throws HG_LABEL_INVALID when there is one class only */
export function classesOf(table: Table, label: string, rows: Int32Array): Int32Array {
  const column = table.columns.find(({ name }) => name === label)
  if (column === undefined)
    throw new HourglassError('HG_COLUMN_MISSING', `label: there is no column "${label}" in ${table.source}`)
  const numbers = new Map<string, number>()
  const classes = Int32Array.from(rows, (row) => {
    const text = cellText(column, row)
    if (text === '') return -1
    const known = numbers.get(text) ?? numbers.size
    numbers.set(text, known)
    return known
  })
  if (numbers.size < 2) {
    throw new HourglassError(
      'HG_LABEL_INVALID',
      `label: "${label}" holds ${numbers.size === 0 ? 'no value' : 'one value only'}, so neighbours cannot be compared by it; leave the label out`,
    )
  }
  return classes
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
