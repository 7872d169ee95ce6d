/**
 * Tables without their noise: columns of numbers become a grid of cells, each cell is told from the others (cell-denoiser.ts) and
 * weighed with what was read (cell-noise.ts). Everything else passes through as it is.
 */
import { formatPercent, HourglassError, type LongWork } from '../base/index.js'
import {
  decimalsOf,
  quantile,
  readColumns,
  rounded,
  type Column,
  type NumberColumn,
  type Table,
} from '../data/index.js'
import type { TrainingMachine } from '../training/index.js'
import { tellCells } from './cell-denoiser.js'
import { areNeighboursAlike, noiseOfCells } from './cell-noise.js'
import type { CellGrid } from './cell-windows.js'

/** Options of `denoiseTable`. */
export interface TableDenoisingOptions extends LongWork {
  /**
   * Whether rows stand in the order of time, so that cells before and after tell of a cell, or in none, so that only other
   * columns do (default: in order where neighbouring rows are alike).
   */
  readonly order?: 'time' | 'none'
  /** A column that names the series that each row belongs to, where several lie one behind the other. */
  readonly group?: string
  /** Columns that are neither changed nor learnt from. */
  readonly ignore?: readonly string[]
  /** Standard deviation of the noise, of all columns or by name, each in its column's unit, or `auto` (default). */
  readonly strength?: number | 'auto' | Readonly<Record<string, number>>
  /** Missing cells stay missing (default), or are filled with what the other cells tell. */
  readonly missing?: 'keep' | 'fill'
  /** The same seed, table and threads give the same result, bit for bit (default 0). */
  readonly seed?: number
  /** Steps of the training (default 800): its time. */
  readonly steps?: number
  /** Threads of the engine; 0, the default, measures and chooses. */
  readonly threads?: number
}

/** What was found of a column, and done to it; standard deviations in the column's own unit. */
export interface DenoisedColumn {
  readonly name: string
  /** Of its noise: the most that the data allow, or what was stated. */
  readonly noise: number
  /** Of its cells about their mean. */
  readonly spread: number
  /** Share of its variance that the other cells tell, 0 to 1. */
  readonly told: number
  /** How much of the difference between what was read and what is told was kept, 0 to 1; 1: the column is as it was. */
  readonly kept: number
  /** Missing cells that were filled. */
  readonly filled: number
}

/** A table without its noise. */
export interface DenoisedTable {
  /** The same columns in the same order; numbers have the decimals that their column has. */
  readonly table: Table
  readonly order: 'time' | 'none'
  /** Series that rows belong to. */
  readonly series: number
  /** Columns that were looked at; the others are as they were. */
  readonly columns: readonly DenoisedColumn[]
  /** What was decided, in sentences for people. */
  readonly notes: readonly string[]
}

/** Fewest rows that a network is trained on. */
const fewestRows = 20

/** Cells farther from the middle than this, in scaled units, count as so far: no training should end at one of them. */
const farthest = 10

/**
 * Removes the noise of a table's columns of numbers. No clean table is needed: a network learns the table itself.
 *
 * @throws HG_TABLE_TOO_SMALL for fewer than 20 rows, no column of numbers, or a single one of rows in no order;
 *   HG_COLUMN_MISSING for names that are no columns; HG_USAGE for a negative strength; HG_INTERRUPTED
 */
export async function denoiseTableOn(
  table: Table,
  machine: TrainingMachine,
  options: TableDenoisingOptions,
): Promise<DenoisedTable> {
  const { seed = 0, steps = 800, threads = 0, missing = 'keep', onProgress, signal } = options
  const notes: string[] = []
  const chosen = chosenColumns(table, options, notes)
  const strengths = chosen.map(({ name }) => strengthOf(name, options.strength))
  const scaled = chosen.map(scalingOf)
  const grid: CellGrid = {
    rows: table.rowCount,
    columns: chosen.map(({ values }, i) => scaledCells(values, scaled[i]!)),
    starts: startsOf(table, options.group),
  }
  const order = options.order ?? orderOf(grid, notes)
  const inTime = order === 'time'
  if (!inTime && chosen.length < 2)
    throw tooSmall(
      table,
      'rows in no order need two columns of numbers or more, that one tells of another; it has one',
    )
  const told = await tellCells(grid, machine, { inTime, seed, steps, threads, onProgress, signal })
  const done = chosen.map((column, i) => {
    const { middle, unit } = scaled[i]!
    const stated = strengths[i] === undefined ? undefined : (strengths[i] / unit) ** 2
    const found = noiseOfCells(grid, i, { told: told[i]!, inTime, stated })
    const cleaned = cleanedColumn(column, told[i]!, {
      ...scaled[i]!,
      weight: found.weight,
      fill: missing === 'fill',
    })
    if (found.weight === 1 && found.told < 0.5)
      notes.push(
        `${column.name}: left as it is, as other cells tell ${formatPercent(found.told)} of its variance`,
      )
    return {
      column: cleaned.column,
      found: {
        name: column.name,
        noise: unit * Math.sqrt(found.noise),
        spread: spreadOf(column.values, middle),
        told: found.told,
        kept: found.weight,
        filled: cleaned.filled,
      },
    }
  })
  const changed = new Map(done.map(({ column }) => [column.name, column]))
  return {
    table: { ...table, columns: table.columns.map((column): Column => changed.get(column.name) ?? column) },
    order,
    series: grid.starts.length - 1,
    columns: done.map(({ found }) => found),
    notes,
  }
}

/** The columns that are denoised: numbers that measure something. */
function chosenColumns(
  table: Table,
  { ignore = [], group, strength }: TableDenoisingOptions,
  notes: string[],
): readonly NumberColumn[] {
  const stated = typeof strength === 'object' ? Object.keys(strength) : []
  for (const name of [...ignore, ...stated, ...(group === undefined ? [] : [group])])
    if (!table.columns.some((column) => column.name === name)) throw missingColumn(table, name)
  if (table.rowCount < fewestRows)
    throw tooSmall(table, `expected ${fewestRows} rows or more to learn from, got ${table.rowCount}`)
  const readings = readColumns(table)
  const chosen = table.columns.flatMap((column, i): NumberColumn[] => {
    const { name } = column
    if (ignore.includes(name) || name === group || name === table.suggestedLabel) return []
    const { kind, used, reason } = readings[i]!
    if (column.storage === 'number' && kind === 'numeric' && used) return [column]
    notes.push(`${name}: passes through, as it is ${kind} (${reason})`)
    return []
  })
  const other = stated.find((name) => !chosen.some((column) => column.name === name))
  if (other !== undefined)
    throw new HourglassError(
      'HG_USAGE',
      `strength: column "${other}" of ${table.source} is not denoised, as it holds no measurements`,
    )
  if (chosen.length === 0) throw tooSmall(table, 'it has no column of numbers that measure something')
  return chosen
}

/** @throws HG_USAGE for a strength below 0 */
function strengthOf(name: string, strength: TableDenoisingOptions['strength'] = 'auto'): number | undefined {
  const stated = typeof strength === 'object' ? strength[name] : strength
  if (stated === undefined || stated === 'auto') return undefined
  if (stated >= 0 && stated < Infinity) return stated
  throw new HourglassError(
    'HG_USAGE',
    `strength: expected a number of at least 0 for "${name}", got ${stated}`,
  )
}

function orderOf({ columns }: CellGrid, notes: string[]): 'time' | 'none' {
  const alike = areNeighboursAlike(columns)
  notes.push(
    alike
      ? 'neighbouring rows are alike: taken as steps of time'
      : 'neighbouring rows are no more alike than others: taken as rows in no order',
  )
  return alike ? 'time' : 'none'
}

/** Where series begin: wherever the group changes. */
function startsOf({ columns, rowCount }: Table, group: string | undefined): Int32Array {
  const column = columns.find(({ name }) => name === group)
  const codes = column === undefined ? undefined : column.storage === 'string' ? column.codes : column.values
  const starts = [0]
  // NaN, a missing name, differs from itself: Object.is does not let it.
  if (codes !== undefined)
    for (let row = 1; row < rowCount; row++) if (!Object.is(codes[row], codes[row - 1])) starts.push(row)
  return Int32Array.from([...starts, rowCount])
}

/** How a column is scaled: median 0, and the middle half of the cells as wide as that of normal numbers. */
interface ColumnScaling {
  readonly middle: number
  readonly unit: number
}

function scalingOf({ values }: NumberColumn): ColumnScaling {
  const known = values.filter((value) => !Number.isNaN(value)).sort()
  const middle = quantile(known, 0.5)
  const unit = (quantile(known, 0.75) - quantile(known, 0.25)) / 1.349
  return { middle, unit: unit > 0 ? unit : spreadOf(known, middle) }
}

function spreadOf(values: Float64Array, middle: number): number {
  let [sum, squares, count] = [0, 0, 0]
  for (const value of values) {
    if (Number.isNaN(value)) continue
    sum += value - middle
    squares += (value - middle) ** 2
    count++
  }
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2))
}

const scaledCells = (values: Float64Array, { middle, unit }: ColumnScaling): Float32Array =>
  Float32Array.from(values, (value) => Math.max(-farthest, Math.min(farthest, (value - middle) / unit)))

function cleanedColumn(
  column: NumberColumn,
  told: Float32Array,
  { middle, unit, weight, fill }: ColumnScaling & { readonly weight: number; readonly fill: boolean },
): { readonly column: NumberColumn; readonly filled: number } {
  const decimals = decimalsOf(column.values)
  let filled = 0
  const values = column.values.map((read, row) => {
    const expected = middle + unit * told[row]!
    if (!Number.isNaN(read))
      return weight === 1 ? read : rounded(expected + weight * (read - expected), decimals)
    if (!fill) return NaN
    filled++
    return rounded(expected, decimals)
  })
  return { column: { ...column, values }, filled }
}

const tooSmall = ({ source }: Table, what: string): HourglassError =>
  new HourglassError('HG_TABLE_TOO_SMALL', `denoising ${source}: ${what}`)

function missingColumn({ source, columns }: Table, name: string): HourglassError {
  const names = columns.slice(0, 20).map((column) => column.name)
  return new HourglassError(
    'HG_COLUMN_MISSING',
    `denoising: there is no column "${name}" in ${source}; there are: ${names.join(', ')}`,
  )
}
