/**
 * Delimited text of very many columns, in plain TypeScript. DuckDB handles 2,048 rows of a table at once, which for
 * 10,000 columns takes gigabytes and minutes; record by record it takes seconds. Narrower tables are read by
 * read-csv-node.ts, which gives the same table; the tests hold one against the other.
 */
import { progressOf } from '../base/index.js'
import { type Dialect } from './csv-dialect.js'
import { recordsOf } from './csv-records-node.js'
import { newDictionary, settled, withoutInfinities } from './string-columns.js'
import type { FileToRead } from './read-table-node.js'
import type { Column, Table } from './table.js'
import type { PlainText } from './text-file-node.js'
import { isMissingWord, parseNumber } from './text-values.js'

/**
 * Reads delimited text record by record. Columns count as numbers until one of their cells is none; then the file is
 * read once more with those columns as text.
 *
 * @throws HG_TABLE_MALFORMED, HG_INTERRUPTED
 */
export async function readWideCsv(file: FileToRead, text: PlainText, dialect: Dialect): Promise<Table> {
  const texts = new Set<number>()
  for (;;) {
    const before = texts.size
    const { rowCount, sinks } = await readOnce(file, text, dialect, texts)
    if (texts.size > before) continue
    const notes = [...text.notes, ...dialect.notes]
    return { source: file.source, rowCount, columns: sinks.map((sink) => sink.done(rowCount, notes)), notes }
  }
}

/** One pass; columns that turn out to hold text are added to `texts`, and their sink is then of no use. */
async function readOnce(
  { source, signal, onProgress }: FileToRead,
  { path, survey }: PlainText,
  dialect: Dialect,
  texts: Set<number>,
): Promise<{ rowCount: number; sinks: readonly Sink[] }> {
  const room = survey.lines + 1
  const sinks = dialect.names.map((name, i) =>
    texts.has(i) ? textSink(name, room) : numberSink(name, room, dialect.decimalComma),
  )
  const report = progressOf('reading', onProgress)
  let rowCount = dialect.header ? -1 : 0
  for await (const records of recordsOf(source, path, dialect, signal)) {
    for (const { fields } of records) {
      if (rowCount >= 0) {
        for (let i = 0; i < sinks.length; i++) if (!sinks[i]!.take(fields[i]!, rowCount)) texts.add(i)
      }
      rowCount++
    }
    report(Math.min(0.999, rowCount / room), `${Math.max(0, rowCount)} rows`)
  }
  report(1, `${rowCount} rows`)
  return { rowCount, sinks }
}

/** Gathers one column. */
interface Sink {
  /** Takes the cell of a row; false when the sink cannot hold it. */
  take(cell: string, row: number): boolean
  done(rowCount: number, notes: string[]): Column
}

function numberSink(name: string, room: number, decimalComma: boolean): Sink {
  const values = new Float64Array(room)
  return {
    take: (cell, row) => {
      const text = cell.trim()
      const value = isMissingWord(text) ? NaN : parseNumber(decimalComma ? text.replace(',', '.') : text)
      values[row] = value ?? NaN
      return value !== undefined
    },
    done: (rowCount, notes) => ({
      name,
      storage: 'number',
      values: withoutInfinities(name, values.slice(0, rowCount), notes),
    }),
  }
}

function textSink(name: string, room: number): Sink {
  const { categories, codeOf } = newDictionary()
  const codes = new Int32Array(room)
  return {
    take: (cell, row) => {
      codes[row] = codeOf(cell)
      return true
    },
    done: (rowCount, notes) =>
      settled({ name, storage: 'string', categories, codes: codes.slice(0, rowCount) }, notes),
  }
}
