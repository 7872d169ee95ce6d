/**
 * Tables of counts: delimited text and Parquet, of which only the non-zero entries are kept. A first column of texts names
 * the rows; other columns of texts say something of them. Which way round the table is, raw-counts.ts decides.
 */
import { HourglassError, messageOf, progressOf } from '../base/index.js'
import type { Dialect } from './csv-dialect.js'
import { recordsOf } from './csv-records-node.js'
import { describe, fetchColumns, planFor, sqlText, withDuckDB, type ColumnPlan } from './duckdb-node.js'
import type { RawCounts } from './raw-counts.js'
import { dialectOf } from './read-csv-node.js'
import type { FileToRead } from './read-table-node.js'
import { entryList, selectPlaces, type EntryList } from './sparse.js'
import { newDictionary, settled } from './string-columns.js'
import { cellText, type Column, type StringColumn } from './table.js'
import { plainText, type PlainText } from './text-file-node.js'
import { isMissingWord, parseNumber } from './text-values.js'

/**
 * Reads delimited text, record by record.
 *
 * @throws HG_TABLE_EMPTY, HG_TABLE_MALFORMED, HG_ENCODING, HG_FILE_UNREADABLE; HG_COUNTS_INVALID when most columns hold text
 */
export async function readCountText(file: FileToRead): Promise<RawCounts> {
  const { source } = file
  const text = await plainText(file.path, file)
  const dialect = await dialectOf(source, text.path, file.delimiter)
  const texts = new Set<number>()
  for (;;) {
    const read = await readOnce(file, text, dialect, texts)
    if (read) return fromText(source, [...text.notes, ...dialect.notes], dialect, texts, read)
  }
}

/** What one pass over the records gives. */
interface Pass {
  readonly entries: EntryList
  readonly texts: ReadonlyMap<number, StringColumn>
}

/**
 * One pass. Columns that hold text, as the first row shows it, are added to `texts`; where a later row shows another one,
 * what was read is of no use and undefined is returned.
 */
async function readOnce(
  { source, signal, onProgress }: FileToRead,
  { path, survey }: PlainText,
  dialect: Dialect,
  texts: Set<number>,
): Promise<Pass | undefined> {
  const { names, decimalComma } = dialect
  const room = survey.lines + 1
  const entries = entryList(source)
  const sinks = names.map((name, i) => (texts.has(i) ? textSink(name, room) : undefined))
  const report = progressOf('reading', onProgress)
  let [header, first, late] = [dialect.header, true, false]
  const takeRow = (fields: readonly string[]): void => {
    for (let i = 0; i < names.length; i++) {
      const cell = fields[i]!
      if (sinks[i]) sinks[i]!.take(cell)
      else if (cell !== '0' && !addNumber(entries, i, cell, decimalComma)) {
        texts.add(i)
        late ||= !first
        if (first) (sinks[i] = textSink(names[i]!, room)).take(cell)
      }
    }
    entries.endLine()
    first = false
  }
  for await (const records of recordsOf(source, path, dialect, signal)) {
    for (const { fields } of records) {
      if (header) header = false
      else takeRow(fields)
    }
    checkMostlyNumbers(source, names, texts)
    report(Math.min(0.999, entries.lines() / room), `${entries.lines()} rows`)
  }
  report(1)
  if (late) return undefined
  return { entries, texts: new Map([...texts].map((column) => [column, sinks[column]!.done()])) }
}

/** False when the cell is no number. A missing cell is kept as NaN: counts have none, and it is refused by its names. */
function addNumber(entries: EntryList, column: number, cell: string, decimalComma: boolean): boolean {
  const text = cell.trim()
  const value = isMissingWord(text) ? NaN : parseNumber(decimalComma ? text.replace(',', '.') : text)
  if (value !== undefined) entries.add(column, value)
  return value !== undefined
}

/** @throws HG_COUNTS_INVALID when half of the columns, and more than a few, hold text */
function checkMostlyNumbers(source: string, names: readonly string[], texts: ReadonlySet<number>): void {
  if (texts.size <= Math.max(1, names.length / 2)) return
  const shown = [...texts].slice(0, 5).map((column) => names[column]!)
  throw new HourglassError(
    'HG_COUNTS_INVALID',
    `${source}: ${texts.size} of ${names.length} columns hold text (${shown.join(', ')}); expected a table of counts`,
  )
}

function textSink(name: string, room: number): { take(cell: string): void; done(): StringColumn } {
  const { categories, codeOf } = newDictionary()
  const codes = new Int32Array(room)
  let rows = 0
  return {
    take: (cell) => void (codes[rows++] = codeOf(cell)),
    done: () => ({ name, storage: 'string', categories, codes: codes.slice(0, rows) }),
  }
}

/** Puts names, labels and entries apart. */
function fromText(
  source: string,
  notes: string[],
  { names, header }: Dialect,
  texts: ReadonlySet<number>,
  pass: Pass,
): RawCounts {
  // A first column without a name is the index that R and pandas write, even when it counts 0, 1, 2, ….
  const unnamed = header && /^index_*$/.test(names[0]!)
  const numericIndex = unnamed && !texts.has(0)
  const kept = names.flatMap((_, i) => (texts.has(i) || (i === 0 && unnamed) ? [] : [i]))
  const matrix = pass.entries.done(names.length)
  const rowNames = texts.has(0)
    ? namesIn(pass.texts.get(0)!)
    : numericIndex
      ? firstColumnAsNames(matrix)
      : undefined
  const labels = [...pass.texts]
    .filter(([column]) => column !== 0)
    .map(([, column]) => settled(column, notes))
  return {
    source,
    matrix: kept.length === matrix.width ? matrix : selectPlaces(matrix, kept),
    linesAre: 'rows',
    rowNames,
    columnNames: header ? kept.map((column) => names[column]!) : undefined,
    labels: labels,
    notes,
  }
}

function namesIn(column: Column): readonly string[] {
  const { length } = column.storage === 'string' ? column.codes : column.values
  return Array.from({ length }, (_, row) => cellText(column, row) || `row ${row}`)
}

/** Values of the first column as texts, 0 where it has no entry. */
function firstColumnAsNames({ lines, starts, indices, values }: RawCounts['matrix']): readonly string[] {
  return Array.from({ length: lines }, (_, line) => {
    const first = starts[line]!
    return first < starts[line + 1]! && indices[first] === 0 ? String(values[first]) : '0'
  })
}

/** Numbers of a table that are fetched at once: columns come in batches, 64 megabytes each. */
const batchNumbers = 2 ** 23

/** Columns that name rows, wherever they stand. */
const naming =
  /^(?:__index_level_0__|index|cells?|cell_?(?:id|name)|barcodes?|genes?|gene_?(?:id|name|symbol)|symbol)$/i

/**
 * Reads a Parquet file, some columns at a time.
 *
 * @throws HG_FILE_UNREADABLE when it is damaged or cut short, HG_TABLE_EMPTY
 */
export async function readCountParquet({ path, source, signal, onProgress }: FileToRead): Promise<RawCounts> {
  const report = progressOf('reading', onProgress)
  const file = sqlText(path)
  const notes: string[] = []
  try {
    return await withDuckDB(async (connection) => {
      const counted = await connection.runAndReadAll(
        `SELECT sum(num_rows)::DOUBLE FROM parquet_file_metadata(${file})`,
      )
      const expectedRows = Number(counted.getRows()[0]![0])
      const from = `read_parquet(${file})`
      const plans = (await describe(connection, from))
        .map((column) => planFor(column, column.name, notes))
        .filter((plan) => plan !== undefined)
      const counts = plans.filter(({ storage }) => storage === 'number' || storage === 'boolean')
      const others = plans.filter(({ storage }) => storage === 'string' || storage === 'datetime')
      if (expectedRows === 0 || counts.length === 0) {
        throw new HourglassError(
          'HG_TABLE_EMPTY',
          `${source}: the file holds ${expectedRows} rows and ${counts.length} columns of numbers`,
        )
      }
      const fetch = async (batch: readonly ColumnPlan[]): Promise<readonly Column[]> =>
        (await fetchColumns(connection, from, batch, { expectedRows, notes, signal })).columns
      const entries = entryList(source)
      const step = Math.max(1, Math.floor(batchNumbers / expectedRows))
      for (let start = 0; start < counts.length; start += step) {
        for (const column of await fetch(counts.slice(start, start + step))) addColumn(entries, column)
        report(Math.min(0.999, start / counts.length))
      }
      const labels = others.length > 0 ? await fetch(others) : []
      const names = labels.find(
        ({ name }, i) => others[i]!.storage === 'string' && (name === plans[0]!.name || naming.test(name)),
      )
      report(1)
      return {
        source,
        matrix: entries.done(expectedRows),
        linesAre: 'columns',
        rowNames: names && namesIn(names),
        columnNames: counts.map(({ name }) => name),
        labels: labels.filter((column) => column !== names),
        notes,
      }
    })
  } catch (error) {
    if (error instanceof HourglassError) throw error
    const [first = ''] = messageOf(error).split('\n')
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${source}: the Parquet file is damaged or cut short (${first.slice(0, 200)}); copy it again`,
      { cause: error },
    )
  }
}

function addColumn(entries: EntryList, column: Column): void {
  const cells = column.storage === 'string' ? column.codes : column.values
  for (let row = 0; row < cells.length; row++) entries.add(row, cells[row]!)
  entries.endLine()
}
