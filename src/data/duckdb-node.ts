/**
 * Queries on DuckDB, streamed into columns. Which query, is up to the reader of each format; nothing here knows a
 * file format. DuckDB runs in memory with small limits: it parses and converts, the table lives in our arrays.
 */
import { DuckDBInstance, type DuckDBConnection, type DuckDBVector } from '@duckdb/node-api'
import { messageOf, progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import { newDictionary, settled, type Dictionary, withoutInfinities } from './string-columns.js'
import type { Column, NumberColumn } from './table.js'

/**
 * Opens an in-memory database for the length of `use`. Nothing is fetched: extensions are neither installed nor
 * loaded, so a reader works without a network and a hostile file cannot make it call out.
 */
export async function withDuckDB<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    memory_limit: '512MB',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  try {
    const connection = await instance.connect()
    try {
      await connection.run("SET TimeZone = 'UTC'")
      return await use(connection)
    } finally {
      connection.closeSync()
    }
  } finally {
    instance.closeSync()
  }
}

/** A name or text as SQL writes it. */
export const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** How one column of a source is fetched. */
export interface ColumnPlan {
  readonly name: string
  readonly storage: Column['storage']
  /** SQL that gives a DOUBLE or a VARCHAR. */
  readonly expression: string
  /** Whole numbers of 64 bits and more, which float64 may round. */
  readonly wide: boolean
}

/** Column names and types of a source, as DuckDB tells them. */
export async function describe(
  connection: DuckDBConnection,
  source: string,
): Promise<{ name: string; type: string }[]> {
  const result = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`)
  return result.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }))
}

/**
 * How a column of a DuckDB type is fetched. A type that is no plain cell (list, struct, map, blob, …) gives
 * undefined and a note; so does nothing else.
 *
 * @param found the column as DuckDB names it
 * @param name what it is called in the table (DuckDB's names ignore case, so a reader may use others inside)
 */
export function planFor(
  found: { readonly name: string; readonly type: string },
  name: string,
  notes: string[],
): ColumnPlan | undefined {
  const column = sqlName(found.name)
  const { type } = found
  const plan = (storage: Column['storage'], expression: string, wide = false): ColumnPlan => ({
    name,
    storage,
    expression: storage === 'string' ? expression : `(${expression})::DOUBLE`,
    wide,
  })
  const isList = type.endsWith(']')
  const base = isList ? 'LIST' : type.replace(/\(.*$/s, '')
  if (['BIGINT', 'UBIGINT', 'HUGEINT', 'UHUGEINT', 'BIGNUM'].includes(base))
    return plan('number', column, true)
  if (/^U?(TINYINT|SMALLINT|INTEGER)$|^FLOAT$|^DOUBLE$|^DECIMAL$/.test(base)) return plan('number', column)
  if (base === 'BOOLEAN') return plan('boolean', `${column}::INTEGER`)
  if (base === 'DATE' || base.startsWith('TIMESTAMP')) return plan('datetime', `epoch_ms(${column})`)
  if (base === 'TIME' || base === 'INTERVAL') {
    notes.push(`${name}: ${base === 'TIME' ? 'times of day' : 'spans of time'} are taken as seconds`)
    return plan('number', `epoch(${column})`)
  }
  if (base === 'JSON') return plan('string', `${column}->>'$'`)
  if (['VARCHAR', 'ENUM', 'UUID'].includes(base)) return plan('string', `${column}::VARCHAR`)
  const nested =
    base === 'STRUCT' || base === 'MAP' || base === 'UNION' ? 'nested values' : `values of type ${base}`
  notes.push(`${name}: left out, it holds ${isList ? 'a list in each cell' : nested}`)
  return undefined
}

/** What `fetchColumns` needs to know. */
export interface FetchOptions extends LongWork {
  /** Rows to make room for; more or fewer may come. */
  readonly expectedRows: number
  readonly notes: string[]
}

/**
 * Streams the planned columns of a source, in its order of rows. Memory: the columns, and one chunk.
 *
 * An error in the middle of a stream looks like its end to DuckDB's client, so a last row of our own is asked for:
 * where it does not arrive, the query is run again without a stream, which then throws DuckDB's error.
 *
 * @throws what DuckDB throws, HG_INTERRUPTED
 */
export async function fetchColumns(
  connection: DuckDBConnection,
  source: string,
  plans: readonly ColumnPlan[],
  { expectedRows, notes, onProgress, signal }: FetchOptions,
): Promise<{ rowCount: number; columns: Column[] }> {
  const report = progressOf('reading', onProgress)
  const expressions = plans.map((plan) => plan.expression)
  const lastRow = `UNION ALL SELECT true, ${plans.map(() => 'NULL').join(', ')}`
  const result = await connection.stream(`SELECT false, ${expressions.join(', ')} FROM ${source} ${lastRow}`)
  const sinks = plans.map((plan) => sinkFor(plan, expectedRows))
  let rowCount = 0
  for (let whole = false; !whole;) {
    throwIfAborted(signal, 'reading')
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) throw await streamError(connection, source, expressions)
    whole = chunk.getColumnVector(0).getItem(chunk.rowCount - 1) === true
    const count = whole ? chunk.rowCount - 1 : chunk.rowCount
    for (let i = 0; i < sinks.length; i++) sinks[i]!.take(chunk.getColumnVector(i + 1), count, rowCount)
    rowCount += count
    report(expectedRows > 0 ? Math.min(0.999, rowCount / expectedRows) : undefined, `${rowCount} rows`)
  }
  report(1, `${rowCount} rows`)
  return { rowCount, columns: sinks.map((sink) => sink.done(rowCount, notes)) }
}

/** The error that ended a stream. */
async function streamError(
  connection: DuckDBConnection,
  source: string,
  expressions: readonly string[],
): Promise<Error> {
  const counts = expressions.map((expression) => `count(${expression})`).join(', ')
  try {
    await connection.run(`SELECT ${counts} FROM ${source}`)
  } catch (error) {
    return error instanceof Error ? error : new Error(messageOf(error))
  }
  return new Error('the rows stopped coming before their end')
}

/** Gathers one column, chunk by chunk. */
interface Sink {
  take(vector: DuckDBVector, count: number, start: number): void
  done(rowCount: number, notes: string[]): Column
}

function sinkFor(plan: ColumnPlan, expectedRows: number): Sink {
  return plan.storage === 'string'
    ? stringSink(plan.name, expectedRows)
    : numberSink(plan.name, plan.storage, plan.wide, expectedRows)
}

function numberSink(
  name: string,
  storage: NumberColumn['storage'],
  wide: boolean,
  expectedRows: number,
): Sink {
  let values = new Float64Array(expectedRows)
  return {
    take: (vector, count, start) => {
      if (start + count > values.length) values = larger(values, start + count)
      for (let row = 0; row < count; row++) {
        values[start + row] = (vector.getItem(row) as number | null) ?? NaN
      }
    },
    done: (rowCount, notes) => {
      const exact = rowCount === values.length ? values : values.slice(0, rowCount)
      if (wide) noteRounded(name, exact, notes)
      return { name, storage, values: withoutInfinities(name, exact, notes) }
    },
  }
}

function stringSink(name: string, expectedRows: number): Sink {
  const dictionary: Dictionary = newDictionary()
  let codes = new Int32Array(expectedRows)
  return {
    take: (vector, count, start) => {
      if (start + count > codes.length) codes = larger(codes, start + count)
      for (let row = 0; row < count; row++)
        codes[start + row] = dictionary.codeOf(vector.getItem(row) as string | null)
    },
    done: (rowCount, notes) => {
      const exact = rowCount === codes.length ? codes : codes.slice(0, rowCount)
      return settled({ name, storage: 'string', categories: dictionary.categories, codes: exact }, notes)
    },
  }
}

/** A copy with room for `needed` elements and a half more. */
function larger<A extends Float64Array | Int32Array>(array: A, needed: number): A {
  const grown = new (array.constructor as new (length: number) => A)(Math.ceil(needed * 1.5))
  grown.set(array)
  return grown
}

function noteRounded(name: string, values: Float64Array, notes: string[]): void {
  let rounded = 0
  for (const value of values) if (Math.abs(value) > Number.MAX_SAFE_INTEGER) rounded++
  if (rounded > 0)
    notes.push(`${name}: ${rounded} whole numbers beyond 2^53 are rounded to the nearest float64`)
}
