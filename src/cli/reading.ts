/**
 * Reads the data a command is given: the table, its label, and the overrides of how its columns are read. Formats and types of columns are the data room's.
 */
import { labelsOf, type DetectorRecord } from '../anomaly/index.js'
import { HourglassError, messageOf } from '../base/index.js'
import { readTable, windowOptionsOf, windowsOf, type ColumnOverrides, type Table } from '../data/index.js'
import type { ReadingOptions } from './options.js'
import type { Session } from './session.js'

/** Which rows are known to be anomalies. */
export interface Label {
  readonly name: string
  /** `[rows]`, 1 for an anomaly. */
  readonly values: Uint8Array
}

/**
 * Reads a table from a file, or from standard input where the path is `-`. A table of time steps becomes one of
 * windows, images get their size.
 */
export async function readData(session: Session, path: string, options: ReadingOptions): Promise<Table> {
  const { delimiter, encoding, image, window, label, ignore = [] } = options
  const { io, signal, onProgress } = session
  if (image !== undefined && window !== undefined)
    throw new HourglassError('HG_USAGE', '--window: rows are images already (--image); give one of the two')
  if (path === '-' && io.stdinIsTerminal) session.note('reading standard input; end it with Ctrl-D')
  const table = await readTable(path, { delimiter, encoding, signal, onProgress })
  if (window !== undefined) {
    const windows = windowsOf(table, { window, ignore: [...ignore, ...(label === undefined ? [] : [label])] })
    return withColumns(windows, table, [labelNameOf(table, options)])
  }
  return image === undefined ? table : { ...table, grid: image }
}

/** Reads a table for a model that is there already: in windows where the model was learned from windows. */
export async function readForModel(
  session: Session,
  path: string,
  options: Pick<ReadingOptions, 'label' | 'delimiter' | 'encoding'>,
  { grid, columns }: Pick<DetectorRecord, 'grid' | 'columns'>,
): Promise<Table> {
  const table = await readData(session, path, options)
  const windows = windowOptionsOf({ grid, columns })
  return windows === undefined
    ? table
    : withColumns(windowsOf(table, windows), table, [labelNameOf(table, options)])
}

/** A table of windows with some columns of the table that it was cut from beside them. */
function withColumns(windows: Table, table: Table, names: readonly (string | undefined)[]): Table {
  const kept = table.columns.filter(
    ({ name }) => names.includes(name) && !windows.columns.some((column) => column.name === name),
  )
  return { ...windows, columns: [...windows.columns, ...kept] }
}

/** The label's name: the one asked for, or the one the file suggests unless it is to be ignored. */
export function labelNameOf(table: Table, { label, ignore = [] }: ReadingOptions): string | undefined {
  if (label !== undefined) return label
  const suggested = table.suggestedLabel
  return suggested === undefined || ignore.includes(suggested) ? undefined : suggested
}

/**
 * The label of a table, when there is one. One that is only suggested, and unfit, is left out with a note.
 *
 * @throws HG_COLUMN_MISSING, HG_LABEL_INVALID for one that was asked for
 */
export function labelOf(session: Session, table: Table, options: ReadingOptions): Label | undefined {
  const name = labelNameOf(table, options)
  if (name === undefined) return undefined
  if (options.label !== undefined) return { name, values: labelsOf(table, name) }
  try {
    const label = { name, values: labelsOf(table, name) }
    session.note(`label: ${name} is taken as the label, for evaluation only`)
    return label
  } catch (error) {
    session.note(`label: ${name} is left out and nothing is evaluated (${messageOf(error)})`)
    return undefined
  }
}

/**
 * How columns are to be read: what --columns says, with ignored columns and the label left out.
 *
 * @param label name of the label, in whichever table it is
 * @throws HG_COLUMN_MISSING when --ignore names no column of the table
 */
export function overridesFor(
  table: Table,
  options: ReadingOptions,
  label: string | undefined,
): ColumnOverrides {
  const names = table.columns.map(({ name }) => name)
  const ignored = options.window === undefined ? (options.ignore ?? []) : [] // windows are made without them
  for (const name of ignored) {
    if (names.includes(name)) continue
    const shown = names.slice(0, 20).join(', ')
    throw new HourglassError(
      'HG_COLUMN_MISSING',
      `--ignore: no column "${name}" in ${table.source}; there are: ${shown}`,
    )
  }
  const left = [...ignored, ...(label !== undefined && names.includes(label) ? [label] : [])]
  return { ...options.columns, ...Object.fromEntries(left.map((name) => [name, 'ignore'] as const)) }
}
