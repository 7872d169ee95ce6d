/** Tables as the feeds of a preprocessing graph: one tensor a column, a range of rows at a time. */
import { HourglassError } from '../base/index.js'
import { tensor, type Tensor } from '../graph/index.js'
import { numbersOf } from './column-readings.js'
import type { LayoutColumn, TablePreprocessing } from './preprocessing.js'
import { cellText, type Column, type Table } from './table.js'

/** Feeds, and what is to be said about them. */
export interface TableFeeds {
  /** `[end − start, 1]` for each used column, by its name. */
  readonly feeds: Record<string, Tensor>
  /** About the whole table, whichever rows are asked for. */
  readonly notes: readonly string[]
}

/** A used column, found in a table and read as the model reads it. */
type Fed = (start: number, end: number) => Tensor

interface Prepared {
  readonly columns: readonly (readonly [string, Fed])[]
  readonly notes: readonly string[]
}

/** Tables are read column by column once, not once for every range of rows. */
const prepared = new WeakMap<Table, WeakMap<TablePreprocessing, Prepared>>()

/**
 * The feeds for some rows.
 *
 * @param start first row
 * @param end the row after the last
 * @throws HG_COLUMN_MISSING naming every used column that the table lacks
 * @throws HG_COLUMN_TYPE when a column holds text where the model needs numbers
 */
export function tableFeeds(
  table: Table,
  preprocessing: TablePreprocessing,
  start: number,
  end: number,
): TableFeeds {
  let known = prepared.get(table)
  if (known === undefined) prepared.set(table, (known = new WeakMap()))
  let ready = known.get(preprocessing)
  if (ready === undefined) known.set(preprocessing, (ready = prepare(table, preprocessing)))
  return {
    feeds: Object.fromEntries(ready.columns.map(([name, feed]) => [name, feed(start, end)])),
    notes: ready.notes,
  }
}

function prepare(table: Table, { layout }: TablePreprocessing): Prepared {
  const byName = new Map(table.columns.map((column) => [column.name, column]))
  const absent = layout.columns.filter(({ name }) => !byName.has(name)).map(({ name }) => `"${name}"`)
  if (absent.length > 0) {
    throw new HourglassError(
      'HG_COLUMN_MISSING',
      `${table.source}: the model needs ${absent.length === 1 ? 'a column' : `${absent.length} columns`} that the table lacks: ` +
        `${absent.slice(0, 20).join(', ')}; add them (cells may be empty), or train a model without them`,
    )
  }
  const notes: string[] = []
  return {
    columns: layout.columns.map(
      (wanted) => [wanted.name, fedBy(byName.get(wanted.name)!, wanted, notes)] as const,
    ),
    notes,
  }
}

function fedBy(column: Column, wanted: LayoutColumn, notes: string[]): Fed {
  if (wanted.kind === 'categorical') {
    notes.push(...unseenNote(column, wanted))
    return (start, end) =>
      tensor(
        'string',
        [end - start, 1],
        Array.from({ length: end - start }, (_, i) => cellText(column, start + i)),
      )
  }
  const values = numbersOf(column, wanted.kind)
  return (start, end) => tensor('float64', [end - start, 1], values.subarray(start, end))
}

/** How many cells hold a category that the model has no feature for. */
function unseenNote(column: Column, { name, categories = [] }: LayoutColumn): readonly string[] {
  const known = new Set(['', ...categories])
  const rowCount = column.storage === 'string' ? column.codes.length : column.values.length
  const knownCodes = column.storage === 'string' ? column.categories.map((text) => known.has(text)) : []
  let [unseen, example] = [0, '']
  for (let row = 0; row < rowCount; row++) {
    if (column.storage === 'string' && (knownCodes[column.codes[row]!] ?? true)) continue
    const text = cellText(column, row)
    if (known.has(text)) continue
    if (unseen++ === 0) example = text
  }
  if (unseen === 0) return []
  const cells = unseen === 1 ? '1 cell holds' : `${unseen} cells hold`
  return [`${name}: ${cells} a category that is rare or new to the model, such as "${example}"`]
}
