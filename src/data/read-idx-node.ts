/** idx files (MNIST and its relatives) as tables; the format is idx.ts's. */
import { readFile } from 'node:fs/promises'
import { progressOf, throwIfAborted } from '../base/index.js'
import { tableOfArray } from './array-table.js'
import { parseIdx } from './idx.js'
import type { FileToRead } from './read-table-node.js'
import type { Table } from './table.js'

/** Reads an idx file. @throws HG_FILE_UNREADABLE when it is damaged or cut short, HG_TABLE_EMPTY */
export async function readIdx({ path, source, signal, onProgress }: FileToRead): Promise<Table> {
  const report = progressOf('reading', onProgress)
  const bytes = await readFile(path)
  throwIfAborted(signal, 'reading')
  report(0.5)
  const table = tableOfArray(source, { X: parseIdx(bytes, source) })
  report(1)
  return table
}
