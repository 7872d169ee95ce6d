/**
 * Time series as rows: each row holds the last time steps of every channel, so that anything which learns rows learns
 * how a series moves. Rows of the table must stand in the order of time.
 */
import { HourglassError, type Grid } from '../base/index.js'
import { numbersOf, readColumns } from './column-readings.js'
import type { FeatureLayout } from './preprocessing.js'
import { isNumeric, type Column, type NumberColumn, type Table } from './table.js'

/** Options of `windowsOf`. */
export interface WindowOptions {
  /** Time steps in a row, 2 to the number of rows. */
  readonly window: number
  /** Channels by name, in this order (default: every column of numbers that measures something). */
  readonly columns?: readonly string[] | undefined
  /** Columns that are no channels, such as a label; they are left out. */
  readonly ignore?: readonly string[] | undefined
}

/**
 * The windows of a series. Row t of the result is about row t of the table: it holds the time steps t − window + 1 to t,
 * step by step and channel by channel, in columns named `value[-31]` … `value[0]`; cells before the start are missing.
 * The suggested label stays beside them. The result knows its grid.
 *
 * All columns of a channel are views of one array, so windows take hardly more memory than the series.
 *
 * @throws HG_USAGE for a window that is no whole number from 2 to the number of rows; HG_COLUMN_MISSING, HG_COLUMN_TYPE
 *   for columns that are absent or hold no numbers; HG_TABLE_TOO_SMALL when no column measures anything
 * @example
 * const windows = windowsOf(await readTable('machine.csv'), { window: 32 })
 */
export function windowsOf(table: Table, options: WindowOptions): Table {
  const { window } = options
  if (!Number.isInteger(window) || window < 2 || window > table.rowCount) {
    throw new HourglassError(
      'HG_USAGE',
      `window: expected a whole number of time steps from 2 to the ${table.rowCount} rows of ${table.source}, got ${window}`,
    )
  }
  const notes = [...table.notes]
  const channels = channelsOf(table, options, notes)
  const padded = channels.map(({ values }) => {
    const array = new Float64Array(window - 1 + table.rowCount).fill(NaN, 0, window - 1)
    array.set(values, window - 1)
    return array
  })
  const columns = Array.from({ length: window }, (_, step) =>
    channels.map(({ name }, channel): NumberColumn => ({
      name: windowColumn(name, step - window + 1),
      storage: 'number',
      values: padded[channel]!.subarray(step, step + table.rowCount),
    })),
  ).flat()
  const { suggestedLabel, source, rowCount } = table
  const label = table.columns.filter(({ name }) => name === suggestedLabel)
  notes.push(`each row holds the last ${window} time steps of ${channels.map(({ name }) => name).join(', ')}`)
  return {
    source,
    rowCount,
    notes,
    columns: [...columns, ...label],
    grid: { kind: 'series', steps: window, channels: channels.length },
    ...(suggestedLabel !== undefined && { suggestedLabel }),
  }
}

/** The name of a channel's column, `offset` steps from the row's own: `value[-31]`, `value[0]`. */
const windowColumn = (name: string, offset: number): string => `${name}[${offset}]`

/**
 * The options that give a new table the windows which a layout was learned from; undefined when it was learned from
 * something else.
 */
export function windowOptionsOf({
  grid,
  columns,
}: {
  readonly grid?: Grid | undefined
  readonly columns: readonly Pick<FeatureLayout['columns'][number], 'name'>[]
}): WindowOptions | undefined {
  if (grid?.kind !== 'series' || columns.length !== grid.steps * grid.channels) return undefined
  const last = columns.slice(-grid.channels).map(({ name }) => name.replace(/\[0\]$/, ''))
  const isWindow = columns.every(
    ({ name }, i) =>
      name === windowColumn(last[i % grid.channels]!, Math.floor(i / grid.channels) - grid.steps + 1),
  )
  return isWindow ? { window: grid.steps, columns: last } : undefined
}

/** The channels, and notes about columns that are none. */
function channelsOf(
  table: Table,
  { columns, ignore = [] }: WindowOptions,
  notes: string[],
): readonly NumberColumn[] {
  const present = new Map(table.columns.map((column) => [column.name, column]))
  for (const name of [...(columns ?? []), ...ignore]) {
    if (present.has(name)) continue
    const names = [...present.keys()].slice(0, 20).join(', ')
    throw new HourglassError(
      'HG_COLUMN_MISSING',
      `window: there is no column "${name}" in ${table.source}; there are: ${names}`,
    )
  }
  const channels =
    columns?.map((name) => asNumbers(present.get(name)!)) ?? measuring(table, new Set(ignore), notes)
  if (channels.length > 0) return channels
  throw new HourglassError(
    'HG_TABLE_TOO_SMALL',
    `window: ${table.source} has no column of numbers to follow over time; name one, or give a table that has one`,
  )
}

const asNumbers = (column: Column): NumberColumn => ({
  name: column.name,
  storage: 'number',
  values: numbersOf(column, 'numeric'),
})

/** Columns of numbers and truth values that are neither constant, nor a count of the rows, nor the label. */
function measuring(table: Table, ignore: ReadonlySet<string>, notes: string[]): readonly NumberColumn[] {
  const readings = readColumns(table)
  return table.columns.flatMap((column, i): NumberColumn[] => {
    const { name } = column
    if (ignore.has(name) || name === table.suggestedLabel) return []
    const { used, kind, reason } = readings[i]!
    if (isNumeric(column) && used) return [asNumbers(column)]
    notes.push(`${name}: left out of the windows, as it is ${kind} (${reason})`)
    return []
  })
}
