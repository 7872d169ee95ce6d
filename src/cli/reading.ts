/**
 * Reads the data a command is given: a file or standard input, its label, and the overrides of how its columns are
 * read. Formats and types of columns are the data room's.
 */
import { createWriteStream } from 'node:fs'
import { mkdtemp, open, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { labelsOf } from '../anomaly/index.js'
import { HourglassError, messageOf } from '../base/index.js'
import { readTable, type ColumnOverrides, type Table } from '../data/index.js'
import type { ReadingOptions } from './options.js'
import type { Session } from './session.js'

/** Which rows are known to be anomalies. */
export interface Label {
  readonly name: string
  /** `[rows]`, 1 for an anomaly. */
  readonly values: Uint8Array
}

/** Reads a table from a file, or from standard input where the path is `-`. */
export async function readData(session: Session, path: string, options: ReadingOptions): Promise<Table> {
  const settings = {
    ...(options.delimiter !== undefined && { delimiter: options.delimiter }),
    ...(options.encoding !== undefined && { encoding: options.encoding }),
    onProgress: session.onProgress,
    signal: session.signal,
  }
  if (path !== '-') return readTable(path, settings)
  if ((session.io.stdin as { isTTY?: boolean }).isTTY === true) {
    session.note('reading standard input; end it with Ctrl-D')
  }
  return withSpooledInput(session, async (file) => ({
    ...(await readTable(file, settings)),
    source: 'standard input',
  }))
}

/** The label's name: the one asked for, or the one the file suggests unless it is to be ignored. */
export function labelNameOf(table: Table, { label, ignore = [] }: ReadingOptions): string | undefined {
  if (label !== undefined) return label
  const suggested = table.suggestedLabel
  return suggested === undefined || ignore.includes(suggested) ? undefined : suggested
}

/** The label of a table, when there is one. @throws HG_COLUMN_MISSING, HG_LABEL_INVALID */
export function labelOf(session: Session, table: Table, options: ReadingOptions): Label | undefined {
  const name = labelNameOf(table, options)
  if (name === undefined) return undefined
  if (options.label === undefined) {
    session.note(`label: ${name} is taken as the label, for evaluation only; --ignore ${name} leaves it out`)
  }
  return { name, values: labelsOf(table, name) }
}

/**
 * How columns are to be read: what --columns says, with ignored columns and the label left out.
 *
 * @param label name of the label, in whichever table it is
 * @throws HG_COLUMN_MISSING when --ignore names no column of the table
 */
export function overridesFor(
  table: Table,
  options: ReadingOptions,
  label: string | undefined,
): ColumnOverrides {
  const names = table.columns.map(({ name }) => name)
  for (const name of options.ignore ?? []) {
    if (names.includes(name)) continue
    const shown = names.slice(0, 20).join(', ')
    throw new HourglassError(
      'HG_COLUMN_MISSING',
      `--ignore: no column "${name}" in ${table.source}; there are: ${shown}`,
    )
  }
  const left = [...(options.ignore ?? []), ...(label !== undefined && names.includes(label) ? [label] : [])]
  return { ...options.columns, ...Object.fromEntries(left.map((name) => [name, 'ignore'] as const)) }
}

/** Copies standard input into a temporary file whose ending says what its first bytes are. */
async function withSpooledInput<T>(session: Session, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'hourglass-'))
  try {
    const raw = join(folder, 'input')
    await pipeline(session.io.stdin, createWriteStream(raw), { signal: session.signal }).catch(
      (error: unknown) => {
        if (session.signal.aborted)
          throw new HourglassError('HG_INTERRUPTED', 'reading standard input: stopped on request')
        throw new HourglassError('HG_FILE_UNREADABLE', `standard input: ${messageOf(error)}`, {
          cause: error,
        })
      },
    )
    const path = `${raw}${endingOf(await firstBytes(raw))}`
    await rename(raw, path)
    return await use(path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** The format of a stream by its first bytes: the magic numbers of Parquet, NumPy and zip, a bracket of JSON. */
function endingOf(start: Buffer): string {
  const text = start.toString('latin1')
  if (text.startsWith('PAR1')) return '.parquet'
  if (text.startsWith('\u0093NUMPY')) return '.npy'
  if (text.startsWith('PK')) return '.npz'
  const bare = text.replace(/^ï»¿/, '').trimStart()
  if (bare.startsWith('[')) return '.json'
  return bare.startsWith('{') ? '.jsonl' : '.csv'
}
