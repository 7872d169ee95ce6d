/** Parquet files, through DuckDB: columns are fetched straight into arrays of the size that the footer tells. */
import { HourglassError, messageOf } from '../base/index.js'
import { describe, fetchColumns, planFor, sqlText, withDuckDB, type ColumnPlan } from './duckdb-node.js'
import type { FileToRead } from './read-table-node.js'
import type { Table } from './table.js'

/**
 * Reads a Parquet file.
 *
 * @throws HG_FILE_UNREADABLE when it is damaged or cut short, HG_TABLE_EMPTY, HG_INTERRUPTED
 */
export async function readParquet({ path, source, signal, onProgress }: FileToRead): Promise<Table> {
  try {
    return await withDuckDB(async (connection) => {
      const file = sqlText(path)
      const counted = await connection.runAndReadAll(
        `SELECT sum(num_rows)::DOUBLE FROM parquet_file_metadata(${file})`,
      )
      const expectedRows = Number(counted.getRows()[0]![0])
      if (expectedRows === 0) throw new HourglassError('HG_TABLE_EMPTY', `${source}: the file holds no rows`)
      const from = `read_parquet(${file})`
      const notes: string[] = []
      const plans = plansOf(source, await describe(connection, from), notes)
      const fetched = await fetchColumns(connection, from, plans, { expectedRows, notes, onProgress, signal })
      return { source, notes, ...fetched }
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

/** Plans of every column that holds plain cells. @throws HG_TABLE_EMPTY when there is none */
export function plansOf(
  source: string,
  found: readonly { readonly name: string; readonly type: string }[],
  notes: string[],
): readonly ColumnPlan[] {
  const plans = found
    .map((column) => planFor(column, column.name, notes))
    .filter((plan) => plan !== undefined)
  if (plans.length === 0) {
    throw new HourglassError('HG_TABLE_EMPTY', `${source}: no column holds plain cells (${notes.join('; ')})`)
  }
  return plans
}
