/**
 * How each column is read: as a number, a truth value, a category, an instant, or not at all, and why. Decisions are
 * made from the cells alone, said in words, and can be overridden.
 */
import { HourglassError, gridSize, gridWords, type Grid } from '../base/index.js'
import { countsOf, type Counts } from './distinct.js'
import {
  cellText,
  isNumeric,
  type Column,
  type NumberColumn,
  type StringColumn,
  type Table,
} from './table.js'
import { parseDate, parseNumber } from './text-values.js'

/** What a column can be read as. The last four are left out of a model. */
export type ColumnKind =
  'numeric' | 'boolean' | 'categorical' | 'datetime' | 'identifier' | 'text' | 'constant' | 'empty'

/** Kinds that a model can use. */
export type UsedKind = 'numeric' | 'boolean' | 'categorical' | 'datetime'

/** One column, as it was read. */
export interface ColumnReading {
  readonly name: string
  readonly kind: ColumnKind
  /** Whether the column goes into a model. */
  readonly used: boolean
  /** Why, as a piece of a sentence, such as `every value is different`. */
  readonly reason: string
  /** Number of missing cells. */
  readonly missing: number
  /** Number of different values among the known cells; of fractional numbers 65,536 stands for so many or more. */
  readonly distinct: number
}

/** A kind for a column, or `ignore` to leave it out, by the column's name. */
export type ColumnOverrides = Readonly<Record<string, UsedKind | 'ignore'>>

/** Fewest known cells before "every value is different" says something. */
const fewestForIdentifier = 20

type Decision = readonly [ColumnKind, string]

/**
 * Reads every column of a table.
 *
 * @param grid how the numeric columns lie on a grid: all of them are then numbers and used, whatever they hold (the
 *   border of an image may be black in every row), and all others are left out (default: the columns are on no grid)
 * @throws HG_COLUMN_MISSING when an override names no column, HG_COLUMN_TYPE when its kind does not fit the cells,
 *   HG_USAGE when there are more or fewer numeric columns than the grid has places
 */
export function readColumns(table: Table, overrides: ColumnOverrides = {}, grid?: Grid): ColumnReading[] {
  for (const name of Object.keys(overrides)) {
    if (table.columns.some((column) => column.name === name)) continue
    const names = table.columns.slice(0, 20).map((column) => column.name)
    throw new HourglassError(
      'HG_COLUMN_MISSING',
      `columns: there is no column "${name}" in ${table.source}; there are: ${names.join(', ')}`,
    )
  }
  if (grid !== undefined) return readOnGrid(table, overrides, grid)
  return table.columns.map((column) => {
    const counts = countsOf(column)
    const asked = Object.hasOwn(overrides, column.name) ? overrides[column.name] : undefined
    const usual =
      table.readAs && Object.hasOwn(table.readAs, column.name) ? table.readAs[column.name] : undefined
    const wanted = asked ?? usual
    const [kind, because] = decide(column, counts, wanted)
    const used = ['numeric', 'boolean', 'categorical', 'datetime'].includes(kind) && wanted !== 'ignore'
    const reason = asked === undefined && usual !== undefined ? (bySource(usual, used) ?? because) : because
    return { name: column.name, kind, used, reason, missing: counts.missing, distinct: counts.distinct }
  })
}

/** Why a column is read as its source says; undefined where it is left out for another reason. */
function bySource(usual: 'numeric' | 'ignore', used: boolean): string | undefined {
  if (usual === 'ignore') return 'left out: known of the rows beside what was counted or measured'
  return used ? 'numbers' : undefined
}

/** Numbers lie on the grid in the order of their columns; the label and everything else does not. */
function readOnGrid(table: Table, overrides: ColumnOverrides, grid: Grid): ColumnReading[] {
  const readings = table.columns.map((column): ColumnReading => {
    const { name } = column
    const { missing, distinct } = countsOf(column)
    const wanted = Object.hasOwn(overrides, name) ? overrides[name] : undefined
    const [kind, reason, used] = decideOnGrid(column, wanted, name === table.suggestedLabel, grid)
    return { name, kind, used, reason, missing, distinct }
  })
  const placed = readings.filter(({ used }) => used).length
  if (placed === gridSize(grid)) return readings
  throw new HourglassError(
    'HG_USAGE',
    `columns: ${gridWords(grid)} need ${gridSize(grid)} numeric columns, and ${table.source} has ${placed}; ` +
      `correct the size${placed > gridSize(grid) ? ', or leave out the columns that do not belong to the grid with --ignore' : ''}`,
  )
}

function decideOnGrid(
  column: Column,
  wanted: UsedKind | 'ignore' | undefined,
  isLabel: boolean,
  grid: Grid,
): readonly [ColumnKind, string, used: boolean] {
  const place = grid.kind === 'image' ? 'a pixel' : 'a time step'
  const isText = column.storage === 'string'
  if (wanted === 'ignore') return [isText ? 'categorical' : 'numeric', 'left out on request', false]
  if (wanted === undefined) {
    if (isLabel) return ['numeric', 'left out: the label', false]
    if (isNumeric(column)) return ['numeric', place, true]
    return [isText ? 'categorical' : 'datetime', `left out: not ${place}, as it holds no numbers`, false]
  }
  if (wanted === 'numeric') return ['numeric', `${place}, on request`, true]
  throw new HourglassError(
    'HG_USAGE',
    `columns: "${column.name}" cannot be ${wanted} in ${gridWords(grid)}, where every cell is a number; read it as numeric, or ignore it`,
  )
}

function decide(column: Column, counts: Counts, wanted: UsedKind | 'ignore' | undefined): Decision {
  const automatic =
    column.storage === 'string' ? decideStrings(column, counts) : decideNumbers(column, counts)
  if (wanted === undefined) return automatic
  if (wanted === 'ignore') return [automatic[0], 'left out on request']
  if (counts.distinct < 2) return automatic // nothing can be learned from one value, whatever it is called
  checkKind(column, wanted)
  return [wanted, 'read so on request']
}

function decideNumbers(column: NumberColumn, { known, distinct }: Counts): Decision {
  if (known === 0) return ['empty', 'every cell is missing']
  if (distinct === 1) return ['constant', `every known cell is ${cellText(column, firstKnown(column))}`]
  if (column.storage === 'boolean') return ['boolean', 'true and false']
  if (column.storage === 'datetime') return ['datetime', 'dates']
  if (column.values.every((value) => value === 0 || value === 1 || Number.isNaN(value)))
    return ['boolean', '0 and 1']
  if (known === column.values.length && known >= fewestForIdentifier && distinct === known) {
    const why = identifierReason(column)
    if (why !== undefined) return ['identifier', why]
  }
  return ['numeric', 'numbers']
}

/** Names that people give to numbers of rows: `id`, `customer_id`, `Row No`, `index`. */
const identifierName = /(^|[^a-z])(id|ids|uid|udi|index|idx|key|row|nr|no|number)[^a-z]*$/i

/**
 * Why numbers that are all different name rows rather than measure something; undefined when they measure. Measurements
 * are often all different too, so that alone says nothing: the numbers must be whole and count the rows, in their
 * order or shuffled, or the column must be called an identifier.
 */
function identifierReason({ name, values }: NumberColumn): string | undefined {
  if (!values.every((value) => Number.isSafeInteger(value))) return undefined
  const step = values[1]! - values[0]!
  if (values.every((value, i) => i === 0 || value - values[i - 1]! === step)) return 'it counts the rows'
  const [low, high] = values.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [
    Infinity,
    -Infinity,
  ] as [number, number])
  if (high - low + 1 === values.length) return 'it numbers the rows, each number once'
  return identifierName.test(name) ? 'whole numbers, all different, under such a name' : undefined
}

function decideStrings(column: StringColumn, { known, distinct }: Counts): Decision {
  if (known === 0) return ['empty', 'every cell is missing']
  if (distinct === 1) return ['constant', `every known cell is "${cellText(column, firstKnown(column))}"`]
  const sample = column.categories.slice(0, 500)
  const words = sample.reduce((sum, text) => sum + text.split(/\s+/).length, 0) / sample.length
  const share = distinct / known
  if (known >= fewestForIdentifier && share > 0.9) {
    const every = distinct === known ? 'every value is different' : 'nearly every value is different'
    return words >= 2.5 ? ['text', `free text: ${every}`] : ['identifier', every]
  }
  if (words >= 6 && share > 0.3) return ['text', 'free text: long and seldom repeated']
  if (share > 0.5 && distinct > 200) return ['text', 'values are seldom repeated']
  return ['categorical', `${distinct} categories`]
}

/** Row of the first known cell; 0 when there is none. */
function firstKnown(column: Column): number {
  const row =
    column.storage === 'string'
      ? column.codes.findIndex((code) => code >= 0)
      : column.values.findIndex((value) => !Number.isNaN(value))
  return Math.max(row, 0)
}

/** @throws HG_COLUMN_TYPE when some cell cannot be read as the kind */
function checkKind(column: Column, kind: UsedKind): void {
  if (kind === 'categorical') return
  const values = numbersOf(column, kind)
  const bad = values.findIndex((value) => value !== 0 && value !== 1 && !Number.isNaN(value))
  if (kind === 'boolean' && bad >= 0) throw unreadable(column, kind, bad)
}

/**
 * A column's cells as numbers: themselves, 0 and 1 for truth values (any other number is neither), milliseconds since 1970 for instants.
 *
 * @returns `[rowCount]`, NaN where the cell is missing
 * @throws HG_COLUMN_TYPE naming the first cell that is no such thing
 */
export function numbersOf(column: Column, kind: Exclude<UsedKind, 'categorical'>): Float64Array {
  if (column.storage !== 'string') return column.values
  const parsed = column.categories.map((text) => parseAs(text, kind))
  return Float64Array.from(column.codes, (code, row) => {
    if (code < 0) return NaN
    const value = parsed[code]
    if (value === undefined) throw unreadable(column, kind, row)
    return value
  })
}

function parseAs(text: string, kind: Exclude<UsedKind, 'categorical'>): number | undefined {
  if (kind === 'datetime') return parseDate(text)
  if (kind === 'numeric') return parseNumber(text)
  return ['true', 'yes', '1'].includes(text.toLowerCase())
    ? 1
    : ['false', 'no', '0'].includes(text.toLowerCase())
      ? 0
      : undefined
}

function unreadable(column: Column, kind: UsedKind, row: number): HourglassError {
  const words = {
    numeric: 'a number',
    boolean: 'true or false',
    datetime: 'a date',
    categorical: 'a category',
  }
  return new HourglassError(
    'HG_COLUMN_TYPE',
    `column "${column.name}", row ${row + 1}: expected ${words[kind]}, got "${cellText(column, row)}"; correct the cell, or read the column as categorical`,
  )
}
