/** Joins a table of what is known of the cells (their metadata) to the cells of a matrix, by name or in order. */
import { HourglassError } from '../base/index.js'
import { cellText, type Column, type Table } from './table.js'

/** The column of a table that names the most of some names. */
export interface NamingColumn {
  readonly column: Column
  /** Names that stand in it. */
  readonly matched: number
}

/** Finds the column whose cells name at least half of `names`; undefined when there is none. */
export function namingColumn(names: readonly string[] | undefined, table: Table): NamingColumn | undefined {
  if (!names) return undefined
  const wanted = new Set(names)
  const best = table.columns
    .map((column): NamingColumn => {
      const found = new Set<string>()
      for (let row = 0; row < table.rowCount; row++) {
        const text = cellText(column, row)
        if (wanted.has(text)) found.add(text)
      }
      return { column, matched: found.size }
    })
    .reduce<NamingColumn | undefined>((a, b) => (a && a.matched >= b.matched ? a : b), undefined)
  return best && best.matched >= wanted.size / 2 ? best : undefined
}

/**
 * The other columns of the metadata, a cell for each row of the matrix. By name where a column names the cells: a cell
 * that is not in the table has missing labels, and a note counts them. Else in order, when the numbers agree.
 *
 * @throws HG_TABLE_MALFORMED when neither fits, or a name stands twice
 */
export function joinedLabels(
  { source, rows, rowNames }: { source: string; rows: number; rowNames?: readonly string[] | undefined },
  metadata: Table,
  notes: string[],
): readonly Column[] {
  const naming = namingColumn(rowNames, metadata)
  if (naming && rowNames) {
    const { column, matched } = naming
    const places = placesOf(metadata, column)
    const order = Int32Array.from(rowNames, (name) => places.get(name) ?? -1)
    const missing = order.filter((row) => row < 0).length
    notes.push(
      `${metadata.source} is joined by "${column.name}", which names ${rows - missing} of ${rows} cells`,
    )
    if (metadata.rowCount > matched)
      notes.push(`${metadata.rowCount - matched} rows of ${metadata.source} name no cell here`)
    return metadata.columns.filter((other) => other !== column).map((other) => picked(other, order))
  }
  if (metadata.rowCount === rows) {
    notes.push(`${metadata.source} is joined in order: none of its columns names the cells`)
    return metadata.columns
  }
  const example = rowNames ? ` such as ${rowNames.slice(0, 3).join(', ')}` : ', which have no names here'
  throw new HourglassError(
    'HG_TABLE_MALFORMED',
    `${metadata.source}: expected a column that names the cells of ${source}${example}, or ${rows} rows in their order; ` +
      `got ${metadata.rowCount} rows and the columns ${metadata.columns
        .slice(0, 10)
        .map(({ name }) => name)
        .join(', ')}`,
  )
}

/** Where each name stands. @throws HG_TABLE_MALFORMED for a name that stands twice */
function placesOf({ source, rowCount }: Table, column: Column): Map<string, number> {
  const places = new Map<string, number>()
  for (let row = 0; row < rowCount; row++) {
    const name = cellText(column, row)
    const before = places.get(name)
    if (before !== undefined && name !== '') {
      throw new HourglassError(
        'HG_TABLE_MALFORMED',
        `${source}: rows ${before + 1} and ${row + 1} are both of the cell "${name}"; leave one of them out`,
      )
    }
    places.set(name, row)
  }
  return places
}

/** The cells of a column in another order; −1 is missing. */
function picked(column: Column, order: Int32Array): Column {
  return column.storage === 'string'
    ? { ...column, codes: order.map((row) => (row < 0 ? -1 : column.codes[row]!)) }
    : { ...column, values: Float64Array.from(order, (row) => (row < 0 ? NaN : column.values[row]!)) }
}
