/**
 * A text table written anew with some of its cells changed: delimiter, header, decimal comma, line ends and every other cell stay as
 * they are in the file, so that what was not to be changed is not. Tables of other formats: write-table-node.ts.
 */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, extname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { HourglassError, type LongWork } from '../base/index.js'
import { replaceFile } from '../base/node.js'
import type { Dialect } from './csv-dialect.js'
import { recordsOf } from './csv-records-node.js'
import { decimalsOf, numberText } from './decimals.js'
import { dialectOf } from './read-csv-node.js'
import type { ReadOptions } from './read-table-node.js'
import type { NumberColumn, Table } from './table.js'
import { firstBytes, plainText, unpacked } from './text-file-node.js'
import { writeTable } from './write-table-node.js'

/** Options of `writeTableLike`. */
export interface WriteLikeOptions extends LongWork, Pick<ReadOptions, 'delimiter' | 'encoding'> {
  /** The file that the table was read from, or `-` for standard input. */
  readonly source: string
  /** Names of the columns of numbers that were changed since. */
  readonly changed: readonly string[]
}

/**
 * Writes a table that was read from a file and changed, in the way of that file where both are delimited text, else as
 * `writeTable` does; standard input cannot be read again, so its tables are written so, too.
 *
 * @param path ends in .csv, .parquet or .jsonl
 * @throws HG_USAGE for another ending, HG_OUTPUT_UNWRITABLE, HG_INTERRUPTED; HG_FILE_UNREADABLE when the file has changed since
 */
export async function writeTableLike(table: Table, path: string, options: WriteLikeOptions): Promise<void> {
  const { source, signal } = options
  if (extname(path).toLowerCase() !== '.csv' || !/\.(csv|tsv|txt|data|dat)(\.gz)?$/i.test(source))
    return writeTable(table, path, { signal })
  const folder = await mkdtemp(join(tmpdir(), 'hourglass-'))
  try {
    const named = { ...options, source: basename(source), folder }
    const start = await firstBytes(source, 2)
    const plain = start[0] === 0x1f && start[1] === 0x8b ? await unpacked(source, named) : source
    const text = await plainText(plain, named)
    const dialect = await dialectOf(named.source, text.path, options.delimiter)
    await replaceFile(path, (temporary) =>
      rewrite(table, { ...options, path: text.path, dialect }, temporary),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Original extends WriteLikeOptions {
  readonly path: string
  readonly dialect: Dialect
}

async function rewrite(table: Table, original: Original, target: string): Promise<void> {
  const { path, dialect, changed, source, signal } = original
  const writers = dialect.names.map((name) => {
    const column = changed.includes(name) ? table.columns.find((other) => other.name === name) : undefined
    return column?.storage === 'number' ? cellWriter(column, dialect) : undefined
  })
  const [quoted, lineEnd] = [quoterFor(dialect.delimiter), await lineEndOf(path)]
  let row = dialect.header ? -1 : 0
  const lines = async function* (): AsyncGenerator<string> {
    for await (const records of recordsOf(source, path, dialect, signal)) {
      const texts = records.map(({ fields }) => {
        const at = row++
        const cells = fields.map((field, i) => quoted(at < 0 ? field : (writers[i]?.(at, field) ?? field)))
        return cells.join(dialect.delimiter) + lineEnd
      })
      yield texts.join('')
    }
  }
  await pipeline(lines, createWriteStream(target))
  if (row === table.rowCount) return
  throw new HourglassError(
    'HG_FILE_UNREADABLE',
    `${source}: it had ${table.rowCount} rows when it was read and has ${row} now; run the command again`,
  )
}

/** The new text of a cell; undefined for one that stays as it is. */
function cellWriter(
  { values }: NumberColumn,
  { decimalComma }: Dialect,
): (row: number, field: string) => string | undefined {
  const decimals = decimalsOf(values)
  return (row, field) => {
    const value = values[row]
    if (value === undefined || Number.isNaN(value)) return undefined
    const now = Number(decimalComma ? field.trim().replace(',', '.') : field)
    if (field.trim() !== '' && now === value) return undefined
    const text = numberText(value, decimals)
    return decimalComma ? text.replace('.', ',') : text
  }
}

/** Quotes fields that would else be read as something else. */
function quoterFor(delimiter: string): (field: string) => string {
  return (field) =>
    field.includes(delimiter) || /["\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}

/** How the first line ends. */
async function lineEndOf(path: string): Promise<string> {
  const start = (await firstBytes(path, 1 << 20)).toString('latin1')
  return /\r?\n/.exec(start)?.[0] ?? '\n'
}
