/** JSON: an array of objects, or one object a line (NDJSON), through DuckDB. */
import { HourglassError, messageOf } from '../base/index.js'
import { describe, fetchColumns, sqlText, withDuckDB } from './duckdb-node.js'
import { plansOf } from './read-parquet-node.js'
import type { FileToRead } from './read-table-node.js'
import type { Table } from './table.js'
import { firstBytes, plainText } from './text-file-node.js'

/**
 * Reads JSON. Types are decided on all rows, so that one odd value late in the file does not stop the reading.
 *
 * @throws HG_TABLE_MALFORMED when it is not JSON or not objects, HG_TABLE_EMPTY, HG_ENCODING, HG_INTERRUPTED
 */
export async function readJson(file: FileToRead): Promise<Table> {
  const { source, signal, onProgress } = file
  const text = await plainText(file.path, file)
  const form = formOf(source, (await firstBytes(text.path, 4096)).toString('utf8'))
  try {
    return await withDuckDB(async (connection) => {
      const from = `read_json(${sqlText(text.path)}, format=${sqlText(form)}, sample_size=-1, records=true)`
      const notes = [...text.notes]
      const plans = plansOf(source, await describe(connection, from), notes)
      const expectedRows = form === 'array' ? 0 : text.survey.lines + 1
      const fetched = await fetchColumns(connection, from, plans, { expectedRows, notes, onProgress, signal })
      if (fetched.rowCount === 0)
        throw new HourglassError('HG_TABLE_EMPTY', `${source}: the file holds no rows`)
      return { source, notes, ...fetched }
    })
  } catch (error) {
    if (error instanceof HourglassError) throw error
    throw malformed(source, form, messageOf(error), error)
  }
}

/** DuckDB's words, without its own remedies: they name options that people do not have here. */
function malformed(source: string, form: string, message: string, cause: unknown): HourglassError {
  const what = /Malformed JSON in file ".*", at (byte \d+ in (?:line|record\/value) \d+: [^.\n]*)/.exec(
    message,
  )
  const expected =
    form === 'array' ? 'an array of objects' : 'an array of objects, or one whole object a line'
  const detail = what ? what[1]! : message.split('\n')[0]!.slice(0, 300)
  return new HourglassError('HG_TABLE_MALFORMED', `${source}: expected ${expected}; ${detail}`, { cause })
}

/** @throws HG_TABLE_MALFORMED when the file does not begin as objects do */
function formOf(source: string, start: string): 'array' | 'newline_delimited' {
  const text = start.replace(/^\uFEFF/, '').trimStart()
  if (text.startsWith('{')) return 'newline_delimited'
  if (/^\[\s*\]/.test(text)) throw new HourglassError('HG_TABLE_EMPTY', `${source}: the array is empty`)
  if (/^\[\s*\{/.test(text)) return 'array'
  throw new HourglassError(
    'HG_TABLE_MALFORMED',
    `${source}: expected an array of objects or one object a line, one object a row; the file begins ${JSON.stringify(text.slice(0, 30))}`,
  )
}
