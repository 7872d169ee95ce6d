/**
 * Delimited text: the dialect is decided here (csv-dialect.ts), DuckDB parses. Encodings and compression were dealt
 * with before (text-file-node.ts).
 */
import { HourglassError, messageOf } from '../base/index.js'
import { checkRecords } from './csv-records-node.js'
import { detectDialect, splitRecords, type Dialect } from './csv-dialect.js'
import { describe, fetchColumns, planFor, sqlText, withDuckDB } from './duckdb-node.js'
import type { FileToRead } from './read-table-node.js'
import { readWideCsv } from './read-wide-csv-node.js'
import type { Table } from './table.js'
import { firstBytes, plainText, type PlainText } from './text-file-node.js'
import { missingWords } from './text-values.js'

/** Bytes that the dialect is decided on; the larger where rows are very long. */
const sampleBytes = [1 << 18, 1 << 24] as const

/**
 * Reads delimited text.
 *
 * @throws HG_TABLE_EMPTY, HG_TABLE_MALFORMED, HG_ENCODING, HG_FILE_UNREADABLE, HG_INTERRUPTED
 */
export async function readCsv(file: FileToRead): Promise<Table> {
  const { source, signal, onProgress } = file
  const text = await plainText(file.path, file)
  const dialect = await dialectOf(source, text.path, file.delimiter)
  const notes = [...text.notes, ...dialect.notes]
  if (dialect.names.length > widest) return readWideCsv(file, text, dialect)
  return withDuckDB(async (connection) => {
    const read = async (sampleSize: number): Promise<Table> => {
      const said = [...notes]
      const from = csvSource(text, dialect, sampleSize)
      const found = await describe(connection, from)
      const plans = found.map((column, i) => planFor(column, dialect.names[i]!, said)!)
      const expectedRows = text.survey.lines + 1 - (dialect.header ? 1 : 0)
      const fetched = await fetchColumns(connection, from, plans, {
        expectedRows,
        notes: said,
        onProgress,
        signal,
      })
      return { source, notes: said, ...fetched }
    }
    const table = await read(firstRows).catch(async (error: unknown) => {
      if (error instanceof HourglassError) throw error
      await checkRecords(source, text.path, dialect, signal)
      return read(-1).catch((second: unknown) => {
        throw unreadable(source, second)
      })
    })
    if (table.rowCount === 0) throw new HourglassError('HG_TABLE_EMPTY', `${source}: the file holds no rows`)
    return table
  })
}

/** Most columns that DuckDB reads; beyond it a plain reader is quicker and needs less memory. */
const widest = 500

/** Rows that types are decided on; where a later row disagrees, all rows are looked at. */
const firstRows = 20480

/** Decides the dialect on the first bytes of a UTF-8 file. @throws what `detectDialect` throws */
export async function dialectOf(
  source: string,
  path: string,
  delimiter: string | undefined,
): Promise<Dialect> {
  for (const size of sampleBytes) {
    const bytes = await firstBytes(path, size)
    const complete = bytes.length < size
    const sample = new TextDecoder('utf-8').decode(bytes)
    if (complete || size === sampleBytes[1] || splitRecords(sample, '\n', false).length >= 20) {
      return detectDialect(source, sample, complete, delimiter)
    }
  }
  throw new HourglassError('HG_INTERNAL', 'readCsv: no sample was large enough')
}

/** The file as a table of DuckDB's, every choice but the types made. */
function csvSource({ path, survey }: PlainText, dialect: Dialect, sampleSize: number): string {
  const options = {
    delim: sqlText(dialect.delimiter),
    quote: sqlText('"'),
    escape: sqlText('"'),
    comment: sqlText(''),
    // DuckDB takes a header that is one name short for a broken row.
    header: String(dialect.header && !dialect.shortHeader),
    skip: dialect.shortHeader ? '1' : '0',
    // DuckDB's names ignore case; ours do not.
    names: `[${dialect.names.map((_, i) => sqlText(`c${i}`)).join(', ')}]`,
    nullstr: `[${missingWords.map(sqlText).join(', ')}]`,
    sample_size: String(sampleSize),
    // DuckDB makes room for sixteen such lines at once.
    max_line_size: String(Math.max(1 << 21, survey.longestLine * 2)),
    ...(dialect.decimalComma && { decimal_separator: sqlText(',') }),
  }
  return `read_csv(${sqlText(path)}, ${Object.entries(options)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')})`
}

/** DuckDB's own words, shortened to the first line: what it could not read and where. */
function unreadable(source: string, error: unknown): HourglassError {
  const [first = '', second = ''] = messageOf(error).split('\n')
  const detail = `${first.replace(/^[A-Za-z ]+Error: /, '')} ${second}`.trim()
  return new HourglassError('HG_TABLE_MALFORMED', `${source}: cannot be read as delimited text: ${detail}`, {
    cause: error,
  })
}
