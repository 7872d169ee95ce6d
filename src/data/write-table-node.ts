/**
 * Tables to files: CSV, Parquet or JSON lines, by the name's ending. DuckDB writes all three, so that quoting, types
 * and compression are those that every reader knows. The other way: read-table-node.ts.
 */
import { extname } from 'node:path'
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBDataChunk,
  DuckDBTimestampValue,
  TIMESTAMP,
  VARCHAR,
  type DuckDBConnection,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api'
import { HourglassError, messageOf, throwIfAborted, type LongWork } from '../base/index.js'
import { replaceFile, unwritable } from '../base/node.js'
import { sqlName, sqlText, withDuckDB } from './duckdb-node.js'
import type { Column, Table } from './table.js'

/** What DuckDB is told for each ending. */
const formats: Readonly<Record<string, string>> = {
  '.csv': 'FORMAT csv, HEADER true',
  '.parquet': 'FORMAT parquet, COMPRESSION zstd',
  '.jsonl': 'FORMAT json',
}

/** Rows handed to DuckDB at once: its own vector size. */
const chunkRows = 2048

/**
 * Writes a table, whole or not at all. Missing cells are empty in CSV and null elsewhere; whole numbers are written
 * without a decimal point, instants as ISO 8601.
 *
 * @param path ends in .csv, .parquet or .jsonl
 * @throws HG_USAGE for another ending, HG_OUTPUT_UNWRITABLE, HG_INTERRUPTED
 */
export async function writeTable(table: Table, path: string, { signal }: LongWork = {}): Promise<void> {
  const format = formats[extname(path).toLowerCase()]
  if (format === undefined) {
    throw new HourglassError(
      'HG_USAGE',
      `writing ${path}: expected a name that ends in .csv, .parquet or .jsonl`,
    )
  }
  await withDuckDB(async (connection) => {
    await fill(connection, table, signal)
    await replaceFile(path, async (temporary) => {
      try {
        await connection.run(`COPY output TO ${sqlText(temporary)} (${format})`)
      } catch (error) {
        throw unwritable(path, systemError(error))
      }
    })
  })
}

/** Loads a table into DuckDB as `output`. */
async function fill(
  connection: DuckDBConnection,
  { columns, rowCount }: Table,
  signal?: AbortSignal,
): Promise<void> {
  const writers = columns.map(writerOf)
  const types = writers.map(({ type }) => type)
  const declared = columns.map(({ name }, i) => `${sqlName(name)} ${types[i]!.toString()}`)
  await connection.run(`CREATE TABLE output (${declared.join(', ')})`)
  const appender = await connection.createAppender('output')
  for (let start = 0; start < rowCount; start += chunkRows) {
    throwIfAborted(signal, 'writing')
    const count = Math.min(chunkRows, rowCount - start)
    const chunk = DuckDBDataChunk.create(types, count)
    writers.forEach(({ cell }, i) => {
      chunk.setColumnValues(
        i,
        Array.from({ length: count }, (_, row) => cell(start + row)),
      )
    })
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
}

/** DuckDB's type for a column, and its cells as DuckDB takes them. */
function writerOf(column: Column): { type: DuckDBType; cell: (row: number) => DuckDBValue } {
  if (column.storage === 'string') {
    return { type: VARCHAR, cell: (row) => column.categories[column.codes[row]!] ?? null }
  }
  const known =
    (convert: (value: number) => DuckDBValue) =>
    (row: number): DuckDBValue => {
      const value = column.values[row]!
      return Number.isNaN(value) ? null : convert(value)
    }
  if (column.storage === 'boolean') return { type: BOOLEAN, cell: known((value) => value === 1) }
  if (column.storage === 'datetime') {
    return {
      type: TIMESTAMP,
      cell: known((value) => new DuckDBTimestampValue(BigInt(Math.round(value)) * 1000n)),
    }
  }
  return column.values.every((value) => Number.isSafeInteger(value) || Number.isNaN(value))
    ? { type: BIGINT, cell: known(BigInt) }
    : { type: DOUBLE, cell: known((value) => value) }
}

/** DuckDB reports what the system said in words only; the codes that have a remedy of their own are found again. */
function systemError(error: unknown): Error {
  const text = messageOf(error)
  const codes: Readonly<Record<string, RegExp>> = {
    ENOSPC: /no space left/i,
    EACCES: /permission denied/i,
    ENOENT: /no such file|cannot open file/i,
    EROFS: /read-only file system/i,
  }
  const code = Object.keys(codes).find((name) => codes[name]!.test(text))
  return Object.assign(new Error(text, { cause: error }), code === undefined ? {} : { code })
}
