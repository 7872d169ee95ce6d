/**
 * What a table is, and the small ways to make one from another. Browser-safe; files are read in
 * read-table-node.ts, columns are typed in column-readings.ts.
 *
 * Tables are columnar and immutable: numbers in float64 with NaN for a missing cell, strings as codes into a list
 * of distinct categories, so that two million rows cost 8 or 4 bytes a cell and nothing per row.
 */
import { HourglassError, type Grid } from '../base/index.js'
import { columnFromStrings, withoutInfinities } from './string-columns.js'

/** Numbers, truth values or instants. */
export interface NumberColumn {
  readonly name: string
  /** `boolean` holds 0 and 1, `datetime` milliseconds since 1970 UTC. */
  readonly storage: 'number' | 'boolean' | 'datetime'
  /** `[rowCount]`, NaN where the cell is missing; never infinite. */
  readonly values: Float64Array
}

/** Strings, each distinct one stored once. */
export interface StringColumn {
  readonly name: string
  readonly storage: 'string'
  /** Distinct strings in order of first appearance; none is empty. */
  readonly categories: readonly string[]
  /** `[rowCount]`, positions in `categories`, −1 where the cell is missing. */
  readonly codes: Int32Array
}

export type Column = NumberColumn | StringColumn

/** Columns of one length. */
export interface Table {
  /** Where the rows came from, for people: a path, `standard input`, `memory`. */
  readonly source: string
  readonly rowCount: number
  readonly columns: readonly Column[]
  /** What the reader decided, one sentence each, for people. */
  readonly notes: readonly string[]
  /** A column that the file's format sets apart as the label (`y` of an .npz); for evaluation, not for learning. */
  readonly suggestedLabel?: string
  /** How the numeric columns, in order and without the label, lie on a grid, where the source says so. */
  readonly grid?: Grid
  /**
   * How columns are to be read where nobody says otherwise, by name: counts of rarely seen genes are numbers although they
   * are all 0 or 1, and what is known of cells beside their counts is not to be learned from.
   */
  readonly readAs?: Readonly<Record<string, 'numeric' | 'ignore'>>
}

/** Whether a column holds numbers or truth values: what can lie on a grid. */
export const isNumeric = (column: Column): column is NumberColumn =>
  column.storage === 'number' || column.storage === 'boolean'

/** One cell as library users write it. */
export type Cell = number | bigint | boolean | string | Date | null | undefined

/**
 * A table from arrays. Typed arrays of numbers are copied; arrays of mixed cells are read as a file's would be:
 * numbers written as text become numbers, dates become instants, `NA` and its like become missing.
 *
 * @param record one array for each column, all of one length
 * @throws HG_TABLE_EMPTY when there is no column or no row, HG_TABLE_MALFORMED when lengths differ
 * @example
 * tableFromColumns({ temperature: [20.5, 21, null], site: ['north', 'south', 'north'] })
 */
export function tableFromColumns(
  record: Readonly<Record<string, ArrayLike<Cell>>>,
  source = 'memory',
): Table {
  const entries = Object.entries(record)
  const rowCount = entries[0]?.[1].length ?? 0
  if (rowCount === 0) throw new HourglassError('HG_TABLE_EMPTY', `${source}: the table has no cells`)
  for (const [name, cells] of entries) {
    if (cells.length === rowCount) continue
    throw new HourglassError(
      'HG_TABLE_MALFORMED',
      `${source}: column "${name}" has ${cells.length} cells, but "${entries[0]![0]}" has ${rowCount}`,
    )
  }
  const notes: string[] = []
  return { source, rowCount, notes, columns: entries.map(([name, cells]) => columnFrom(name, cells, notes)) }
}

/**
 * A table from objects, one a row. A key that a row lacks is a missing cell.
 *
 * @throws HG_TABLE_EMPTY when there is no row, or rows have no keys
 */
export function tableFromRecords(
  records: readonly Readonly<Record<string, Cell>>[],
  source = 'memory',
): Table {
  const names = new Set(records.flatMap((record) => Object.keys(record)))
  const columns = [...names].map((name) => [name, records.map((record) => record[name])] as const)
  return tableFromColumns(Object.fromEntries(columns), source)
}

/** The rows at the given positions, in that order; positions may repeat. Categories stay as they are. */
export function selectRows(table: Table, rows: Int32Array): Table {
  const columns = table.columns.map((column): Column => {
    if (column.storage === 'string') {
      return { ...column, codes: rows.map((row) => column.codes[row]!) }
    }
    const values = new Float64Array(rows.length)
    for (let i = 0; i < rows.length; i++) values[i] = column.values[rows[i]!]!
    return { ...column, values }
  })
  return { ...table, rowCount: rows.length, columns }
}

/** The table without some columns; names it does not have are ignored. Without a column of its grid, it has no grid. */
export function dropColumns(table: Table, names: readonly string[]): Table {
  const { suggestedLabel, grid, ...rest } = table
  const holed = table.columns.some(
    (column) => isNumeric(column) && column.name !== suggestedLabel && names.includes(column.name),
  )
  return {
    ...rest,
    columns: table.columns.filter(({ name }) => !names.includes(name)),
    ...(suggestedLabel !== undefined && !names.includes(suggestedLabel) && { suggestedLabel }),
    ...(grid !== undefined && !holed && { grid }),
  }
}

/** A cell of a column as people would write it; an empty string where it is missing. */
export function cellText(column: Column, row: number): string {
  if (column.storage === 'string') return column.categories[column.codes[row]!] ?? ''
  const value = column.values[row]!
  if (Number.isNaN(value)) return ''
  if (column.storage === 'boolean') return value === 1 ? 'true' : 'false'
  return column.storage === 'datetime' ? new Date(value).toISOString() : String(value)
}

/** Whether a cell is missing. */
export function isMissing(column: Column, row: number): boolean {
  return column.storage === 'string' ? column.codes[row]! < 0 : Number.isNaN(column.values[row]!)
}

/** Types one column of loose cells: all booleans, all dates, all numbers, or text to look into. */
function columnFrom(name: string, cells: ArrayLike<Cell>, notes: string[]): Column {
  const present = Array.from(cells).filter((cell) => cell !== null && cell !== undefined)
  const numbers = (storage: NumberColumn['storage']): Column => {
    const values = Float64Array.from(cells, (cell) =>
      cell === null || cell === undefined ? NaN : Number(cell),
    )
    return { name, storage, values: withoutInfinities(name, values, notes) }
  }
  if (present.length > 0 && present.every((cell) => typeof cell === 'boolean')) return numbers('boolean')
  if (present.length > 0 && present.every((cell) => cell instanceof Date)) return numbers('datetime')
  if (present.every((cell) => typeof cell === 'number' || typeof cell === 'bigint')) return numbers('number')
  const text = Array.from(cells, (cell) =>
    cell === null || cell === undefined ? null : cell instanceof Date ? cell.toISOString() : String(cell),
  )
  return columnFromStrings(name, text, notes)
}
