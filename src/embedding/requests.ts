/** What a fit is asked for, checked before anything is computed, and which rows it learns from. */
import { asSeries, HourglassError, permutation, randomFor, type Grid } from '../base/index.js'
import { cellText, type Table } from '../data/index.js'
import type { EmbeddingKind, EmbeddingOptions, MapEncoder } from './embedding-types.js'
import { kindFor, mapDefaults } from './plan.js'
import { mostMeasuredRows } from './quality.js'

/** Fewest rows a map can be learned from. */
const fewestRows = 20

/** A checked request. */
export interface Request {
  readonly kind: EmbeddingKind
  readonly dims: number
  readonly seed: number
  readonly holdOut: number
  readonly label: string | undefined
  readonly grid: Grid | undefined
}

/** @throws HG_USAGE, HG_TABLE_TOO_SMALL, HG_COLUMN_MISSING */
export function requestOf(table: Table, options: EmbeddingOptions): Request {
  const { dims = mapDefaults.dims, seed = 0, holdOut = mapDefaults.holdOut } = options
  const { neighbors = mapDefaults.neighbors, topology = 0, exaggeration = 1 } = options
  const kind = kindFor(options)
  const label = options.label ?? table.suggestedLabel
  expectEach([
    ['dims', dims, Number.isInteger(dims) && dims >= 1, 'a whole number of at least 1'],
    ['seed', seed, Number.isSafeInteger(seed), 'a whole number'],
    ['holdOut', holdOut, holdOut >= 0 && holdOut <= 0.5, '0 to 0.5'],
    ['neighbors', neighbors, Number.isInteger(neighbors) && neighbors >= 2, 'a whole number of at least 2'],
    ['topology', topology, topology >= 0 && topology < Infinity, 'a number of at least 0'],
    ['exaggeration', exaggeration, exaggeration >= 0.1 && exaggeration <= 100, '0.1 to 100'],
  ])
  const foreign = (['neighbors', 'exaggeration', 'topology', 'encoder'] as const).find(
    (name) => options[name] !== undefined,
  )
  if (kind !== 'neighbors' && foreign !== undefined) {
    throw new HourglassError(
      'HG_USAGE',
      `embed: ${foreign} is an option of the kind neighbors, got it with ${kind}; leave one of the two out`,
    )
  }
  if (options.encoder !== undefined && kind === 'neighbors') checkEncoder(options.encoder, dims, topology)
  const trained = (['hidden', 'epochs', 'batchSize', 'learningRate', 'weightDecay'] as const).find(
    (name) => options[name] !== undefined,
  )
  if (kind === 'pca' && trained !== undefined) {
    throw new HourglassError(
      'HG_USAGE',
      `embed: ${trained} is about training, and principal components are not trained; leave one of the two out`,
    )
  }
  if (table.rowCount < fewestRows) {
    throw new HourglassError(
      'HG_TABLE_TOO_SMALL',
      `embed: needs at least ${fewestRows} rows, got ${table.rowCount}; add rows`,
    )
  }
  if (label !== undefined && !table.columns.some(({ name }) => name === label))
    throw new HourglassError('HG_COLUMN_MISSING', `embed: there is no column "${label}" in ${table.source}`)
  const asked = options.grid ?? table.grid
  return { kind, dims, seed, holdOut, label, grid: asked && kind === 'sequence' ? asSeries(asked) : asked }
}

/** @throws HG_USAGE where there is no choice of what places rows */
function checkEncoder(encoder: MapEncoder, dims: number, topology: number): void {
  const why =
    dims !== 2
      ? `is a choice for maps of two dimensions, and ${dims} are asked for`
      : encoder === 'memory' && topology > 0
        ? 'memory has nothing that the topological regulariser could shape'
        : undefined
  if (why === undefined) return
  throw new HourglassError('HG_USAGE', `embed: encoder: ${why}; leave it out, and the network is used`)
}

function expectEach(
  expectations: readonly (readonly [name: string, value: number, holds: boolean, expected: string])[],
): void {
  for (const [name, value, holds, expected] of expectations)
    if (!holds) throw new HourglassError('HG_USAGE', `embed: ${name} must be ${expected}, got ${value}`)
}

/** Rows by what they are for; each list ascends. */
export interface RowSplit {
  readonly training: Int32Array
  /** Seen by nothing but the measures. */
  readonly heldOut: Int32Array
  /** Training rows, then held-out ones. */
  readonly all: Int32Array
}

/** Holds rows out at random. */
export function splitFor(rowCount: number, { holdOut, seed }: Request): RowSplit {
  const order = permutation(rowCount, randomFor(seed, 'split'))
  const held = Math.min(Math.round(rowCount * holdOut), mostMeasuredRows)
  const heldOut = order.slice(0, held).sort()
  const training = order.slice(held).sort()
  const all = new Int32Array(rowCount)
  all.set(training)
  all.set(heldOut, training.length)
  return { training, heldOut, all }
}

/**
 * Classes of rows as numbers, −1 where the cell is empty.
 *
 * @param numbers the numbers of classes, to which new ones are added: the same map for tables that are compared
 * @throws HG_COLUMN_MISSING, HG_LABEL_INVALID when there is one class only
 */
export function classesOf(
  table: Table,
  label: string,
  rows: Int32Array,
  numbers = new Map<string, number>(),
): Int32Array {
  const column = table.columns.find(({ name }) => name === label)
  if (column === undefined)
    throw new HourglassError('HG_COLUMN_MISSING', `label: there is no column "${label}" in ${table.source}`)
  const found = new Set<string>()
  const classes = Int32Array.from(rows, (row) => {
    const text = cellText(column, row)
    if (text === '') return -1
    const known = numbers.get(text) ?? numbers.size
    numbers.set(text, known)
    found.add(text)
    return known
  })
  if (found.size < 2) {
    throw new HourglassError(
      'HG_LABEL_INVALID',
      `label: "${label}" holds ${found.size === 0 ? 'no value' : 'one value only'}, so neighbours cannot be compared by it; leave the label out`,
    )
  }
  return classes
}
