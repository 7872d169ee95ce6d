/**
 * Reading and writing table files, loaded when first called: importing the room stays quick and works in a browser.
 * The work is done in read-table-node.ts and write-table-node.ts.
 */
import type { LongWork } from '../base/index.js'
import type { ReadOptions } from './read-table-node.js'
import type { Table } from './table.js'

export type { ReadOptions } from './read-table-node.js'

/**
 * Reads a table from a file: delimited text, Parquet, JSON, NDJSON, .npy, .npz or idx (MNIST), also inside gzip.
 *
 * @param source a path, or `-` for standard input
 * @throws HG_FILE_MISSING, HG_FILE_UNREADABLE, HG_TABLE_EMPTY, HG_TABLE_MALFORMED, HG_ENCODING, HG_INTERRUPTED
 * @example
 * const table = await readTable('sensors.parquet')
 */
export async function readTable(source: string, options: ReadOptions = {}): Promise<Table> {
  const reader = await import('./read-table-node.js')
  return reader.readTable(source, options)
}

/**
 * Writes a table to a file, whole or not at all; the format follows the name: .csv, .parquet or .jsonl.
 *
 * @throws HG_USAGE for another ending, HG_OUTPUT_UNWRITABLE, HG_INTERRUPTED
 */
export async function writeTable(table: Table, path: string, work: LongWork = {}): Promise<void> {
  const writer = await import('./write-table-node.js')
  await writer.writeTable(table, path, work)
}
