/**
 * The records of a whole file, in order, checked for their length: how very wide tables are read
 * (read-wide-csv-node.ts), and how a broken row is found when DuckDB refuses a file (read-csv-node.ts).
 */
import { createReadStream } from 'node:fs'
import { HourglassError, throwIfAborted } from '../base/index.js'
import { splitRecords, type CsvRecord, type Dialect } from './csv-dialect.js'

/** Longest text, in characters, that may lie between two quotes before the first is taken for a mistake. */
const longestQuote = 1 << 26

/**
 * Splits a UTF-8 file into records, a few megabytes at a time. A header comes as the first record.
 *
 * @throws HG_TABLE_MALFORMED for the first row of another length than the first ones, or a quote never closed
 * @throws HG_INTERRUPTED
 */
export async function* recordsOf(
  source: string,
  path: string,
  dialect: Dialect,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly CsvRecord[]> {
  let [rest, linesBefore] = ['', 0]
  for await (const piece of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 22 })) {
    throwIfAborted(signal, 'reading')
    const text = rest + String(piece)
    const end = endOfRecords(text)
    yield checkedRecords(source, text.slice(0, end).replace(/^\uFEFF/, ''), linesBefore, dialect)
    linesBefore += text.slice(0, end).split('\n').length - 1
    rest = text.slice(end)
    if (rest.length > longestQuote) break
  }
  if (rest.split('"').length % 2 === 0) {
    throw new HourglassError(
      'HG_TABLE_MALFORMED',
      `${source}: a quote opened on line ${linesBefore + 1} or after it is never closed; close or remove it`,
    )
  }
  yield checkedRecords(source, rest, linesBefore, dialect)
}

/** Goes through a file only to find its first broken row. @throws what `recordsOf` throws */
export async function checkRecords(...file: Parameters<typeof recordsOf>): Promise<void> {
  const records = recordsOf(...file)
  while ((await records.next()).done !== true);
}

function checkedRecords(source: string, text: string, linesBefore: number, dialect: Dialect): CsvRecord[] {
  const { delimiter, names, shortHeader } = dialect
  const records = splitRecords(text, delimiter)
  for (const { line, fields } of records) {
    if (fields.length === names.length || (shortHeader && linesBefore + line === 1)) continue
    throw new HourglassError(
      'HG_TABLE_MALFORMED',
      `${source}: line ${linesBefore + line} has ${fields.length} fields, but the first lines have ${names.length}; ` +
        'mend the line, quote fields that hold the delimiter, or name the delimiter',
    )
  }
  return records
}

/** Just after the last line feed that is outside quotes. */
function endOfRecords(text: string): number {
  let [quoted, end] = [false, 0]
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 34) quoted = !quoted
    else if (code === 10 && !quoted) end = i + 1
  }
  return end
}
