/** Rows of the map as CSV (RFC 4180): the number of the row, its name, its part, its columns. */
import type { Column, MapData } from './data.js'
import { partNames } from './paint.js'

/** All columns are read first. */
export async function csvOf(data: MapData, rows: Int32Array): Promise<Blob> {
  const { header, known, split, numberOf } = data
  const columns = await Promise.all(header.columns.map((_, index) => data.column(index)))
  const head = [
    'row',
    ...(known.labels === undefined ? [] : ['name']),
    ...(split === undefined ? [] : ['part']),
    ...columns.map(({ name }) => name),
  ]
  const lines = [head.map(quoted).join()]
  for (const row of rows) {
    const cells = [
      String(numberOf(row)),
      ...(known.labels === undefined ? [] : [quoted(known.labels[row]!)]),
      ...(split === undefined ? [] : [partNames[split[row]! as 0 | 1]]),
      ...columns.map((column) => cell(column, row)),
    ]
    lines.push(cells.join())
  }
  return new Blob([lines.join('\r\n'), '\r\n'], { type: 'text/csv' })
}

/** A missing cell is empty. */
function cell(column: Column, row: number): string {
  if (column.kind === 'category') {
    const code = column.codes[row]!
    return code < 0 ? '' : quoted(column.categories[code]!)
  }
  const value = column.values[row]!
  return Number.isNaN(value) ? '' : shortest(value)
}

/** The shortest decimal number that is this number of 32 bits. */
function shortest(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits)
    if (Math.fround(Number(text)) === value) return String(Number(text))
  }
  return String(value)
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
