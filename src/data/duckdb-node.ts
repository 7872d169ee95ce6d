/**
 * Queries on DuckDB, streamed into columns. Which query, is up to the reader of each format; nothing here knows a
 * file format. DuckDB runs in memory with small limits: it parses and converts, the table lives in our arrays.
 */
import { DuckDBInstance, type DuckDBConnection, type DuckDBDataChunk } from '@duckdb/node-api'
import { progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import { newDictionary, settled, type Dictionary } from './string-columns.js'
import { withoutInfinities, type Column, type NumberColumn } from './table.js'

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
  const base = type.replace(/\(.*$/s, '')
  if (type.endsWith(']')) return leftOut(name, 'a list in each cell', notes)
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
  const nested = base === 'STRUCT' || base === 'MAP' || base === 'UNION'
  return leftOut(name, nested ? 'nested values' : `values of type ${base}`, notes)
}

function leftOut(name: string, what: string, notes: string[]): undefined {
  notes.push(`${name}: left out, it holds ${what}`)
  return undefined
}

/** What `fetchColumns` needs to know. */
export interface FetchOptions extends LongWork {
  /** Rows to make room for; more or fewer may come. */
  readonly expectedRows: number
  readonly notes: string[]
}

/** Streams the planned columns of a source, in its order of rows. Memory: the columns, and one chunk. */
export async function fetchColumns(
  connection: DuckDBConnection,
  source: string,
  plans: readonly ColumnPlan[],
  { expectedRows, notes, onProgress, signal }: FetchOptions,
): Promise<{ rowCount: number; columns: Column[] }> {
  const report = progressOf('reading', onProgress)
  const result = await connection.stream(
    `SELECT ${plans.map((plan) => plan.expression).join(', ')} FROM ${source}`,
  )
  const sinks = plans.map((plan) => sinkFor(plan, expectedRows))
  let rowCount = 0
  for (;;) {
    throwIfAborted(signal, 'reading')
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) break
    for (let i = 0; i < sinks.length; i++) sinks[i]!.take(chunk, i, rowCount)
    rowCount += chunk.rowCount
    report(expectedRows > 0 ? Math.min(0.999, rowCount / expectedRows) : undefined, `${rowCount} rows`)
  }
  report(1, `${rowCount} rows`)
  return { rowCount, columns: sinks.map((sink) => sink.done(rowCount, notes)) }
}

/** Gathers one column, chunk by chunk. */
interface Sink {
  take(chunk: DuckDBDataChunk, column: number, start: number): void
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
    take: (chunk, column, start) => {
      const vector = chunk.getColumnVector(column)
      const count = chunk.rowCount
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
    take: (chunk, column, start) => {
      const vector = chunk.getColumnVector(column)
      const count = chunk.rowCount
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
