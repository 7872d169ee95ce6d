/** What every check of the input looks at: the columns with their order statistics, worked out when first asked for. */
import type { Column, ColumnReading, NumberColumn, StringColumn } from '../../../data/index.js'
import type { Evidence, Illness, Patient } from '../diagnosis.js'
import { medianOf, robustDeviation, sortedKnown } from '../statistics/order.js'

/** Order statistics of a numeric column. */
export interface Order {
  /** Known values, ascending. */
  readonly sorted: Float64Array
  readonly median: number
  /** Interquartile range ÷ 1.349. */
  readonly deviation: number
}

/** One column of the table. */
export interface ColumnFacts {
  readonly name: string
  readonly column: Column
  readonly reading: ColumnReading
}

/** A column of numbers (no truth values, no instants). */
export interface NumberFacts extends ColumnFacts {
  readonly column: NumberColumn
  readonly order: () => Order
}

/** A column of texts. */
export interface TextFacts extends ColumnFacts {
  readonly column: StringColumn
}

/** The input as checks see it. */
export interface InputFacts {
  readonly patient: Patient
  readonly rowCount: number
  readonly columns: readonly ColumnFacts[]
  readonly numbers: readonly NumberFacts[]
  readonly texts: readonly TextFacts[]
  /** Whether the columns are pixels or time steps: what single columns hold then says little. */
  readonly onGrid: boolean
  /** Rows of a column whose cells an earlier check has explained, such as sentinels: they are no outliers besides. */
  readonly explained: Map<string, Set<number>>
}

/** Looks for one family of illnesses. */
export type InputCheck = (facts: InputFacts) => readonly Illness[] | Promise<readonly Illness[]>

/** Gathers the facts; columns left out on request are not looked at, but for those of groups and time. */
export function factsOf(patient: Patient): InputFacts {
  const { table, readings, grid } = patient
  const aside = [patient.groups?.name, patient.time?.name]
  const byName = new Map(readings.map((reading) => [reading.name, reading]))
  const columns = table.columns.flatMap((column): ColumnFacts[] => {
    const reading = byName.get(column.name)
    return reading === undefined || (reading.reason.startsWith('left out') && !aside.includes(reading.name))
      ? []
      : [{ name: column.name, column, reading }]
  })
  const numbers = columns.flatMap((facts): NumberFacts[] => {
    const { column } = facts
    return column.storage === 'number'
      ? [{ ...facts, column, order: once(() => orderOf(column.values)) }]
      : []
  })
  const texts = columns.flatMap((facts): TextFacts[] =>
    facts.column.storage === 'string' ? [{ ...facts, column: facts.column }] : [],
  )
  const onGrid = grid !== undefined
  return { patient, rowCount: table.rowCount, columns, numbers, texts, onGrid, explained: new Map() }
}

/** Order statistics of some values. */
export function orderOf(values: ArrayLike<number>): Order {
  const sorted = sortedKnown(values)
  if (sorted.length === 0) return { sorted, median: NaN, deviation: 0 }
  return { sorted, median: medianOf(sorted), deviation: robustDeviation(sorted) }
}

/** Notes that a check has explained some cells. */
export function explain({ explained }: InputFacts, column: string, rows: readonly number[]): void {
  const known = explained.get(column) ?? new Set<number>()
  for (const row of rows) known.add(row)
  explained.set(column, known)
}

/** Positions at which something holds. */
export function rowsWhere(count: number, holds: (row: number) => boolean): number[] {
  const rows: number[] = []
  for (let row = 0; row < count; row++) if (holds(row)) rows.push(row)
  return rows
}

const mostListed = 1000

/** Rows as an illness carries them. */
export const listed = (rows: readonly number[]): Pick<Illness, 'rows' | 'rowCount'> => ({
  rows: rows.slice(0, mostListed),
  rowCount: rows.length,
})

/** A figure and what it says. */
export const figure = (
  name: string,
  value: number | string,
  meaning: string,
  more: Partial<Evidence> = {},
): Evidence => ({ name, value, meaning, ...more })

function once<T>(work: () => T): () => T {
  let done: { readonly value: T } | undefined
  return () => (done ??= { value: work() }).value
}
