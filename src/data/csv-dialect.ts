/**
 * The dialect of delimited text, decided on its first lines: delimiter, header, column names, decimal comma. Also
 * the plain splitter of records, which finds the first row of a wrong length when reading fails. Reading itself is
 * DuckDB's (read-csv-node.ts); it is told the dialect, since its own guess skips lines it does not understand.
 */
import { HourglassError } from '../base/index.js'
import { isMissingWord, parseBoolean, parseDate, parseNumber } from './text-values.js'

/** How a file is to be read. */
export interface Dialect {
  readonly delimiter: string
  readonly header: boolean
  /** The header lacks the name of the first column, as R writes row names. */
  readonly shortHeader: boolean
  /** Column names, unique, none empty. */
  readonly names: readonly string[]
  /** Numbers are written 1,5. */
  readonly decimalComma: boolean
  readonly notes: readonly string[]
}

/** One record and the line it begins on, from 1. */
export interface CsvRecord {
  readonly line: number
  readonly fields: readonly string[]
}

/**
 * Splits text into records: fields may be quoted with `"`, quotes inside them doubled; empty lines are skipped.
 * The last record is dropped when `complete` is false, as it may go on in text not seen.
 */
export function splitRecords(text: string, delimiter: string, complete = true): CsvRecord[] {
  const records: CsvRecord[] = []
  const separator = delimiter.charCodeAt(0)
  let [at, line, beganOn] = [0, 1, 1]
  let fields: string[] = []
  while (at < text.length) {
    const field = text.charCodeAt(at) === quote ? quotedField(text, at) : undefined
    const end = endOfField(text, field?.end ?? at, separator)
    if (field === undefined) fields.push(text.slice(at, end))
    else {
      fields.push(field.value + text.slice(field.end, end))
      line += countLines(text.slice(at, field.end))
    }
    const stop = text.charCodeAt(end)
    at = end + 1
    if (stop === separator) {
      if (at === text.length) fields.push('')
      continue
    }
    if (stop === carriageReturn && text.charCodeAt(at) === lineFeed) at++
    if (end < text.length || complete) {
      if (fields.length > 1 || fields[0] !== '') records.push({ line: beganOn, fields })
      fields = []
    }
    beganOn = ++line
  }
  if (complete && fields.length > 0) records.push({ line: beganOn, fields })
  return records
}

const [quote, carriageReturn, lineFeed] = [34, 13, 10]

/** Where a field that is not, or no longer, quoted ends: at the delimiter, a line end, or the end of the text. */
function endOfField(text: string, from: number, separator: number): number {
  let end = from
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === separator || code === lineFeed || code === carriageReturn) break
  }
  return end
}

/** The value of a quoted field that begins at `at`, and where it ends: after the closing quote, if there is one. */
function quotedField(text: string, at: number): { value: string; end: number } {
  let close = text.indexOf('"', at + 1)
  while (close >= 0 && text.charCodeAt(close + 1) === quote) close = text.indexOf('"', close + 2)
  const end = close < 0 ? text.length : close
  return { value: text.slice(at + 1, end).replaceAll('""', '"'), end: close < 0 ? end : end + 1 }
}

const countLines = (text: string): number => text.split(/\r\n|\r|\n/).length - 1

/** Delimiters that are tried, the likelier first. */
const candidates = [',', '\t', ';', '|', ' ']

/** Characters that the delimiter is decided on, and the rest of the line they end in. */
const delimiterSample = 1 << 16

/**
 * Decides the dialect.
 *
 * @param sample the file's beginning, without a byte-order mark
 * @param complete whether the sample is the whole file
 * @param delimiter the one to use, when the caller knows it
 * @throws HG_TABLE_EMPTY for no text or a header alone, HG_TABLE_MALFORMED for duplicate names
 */
export function detectDialect(
  source: string,
  sample: string,
  complete: boolean,
  delimiter?: string,
): Dialect {
  const chosen = delimiter ?? likeliestDelimiter(sample, complete)
  const records = splitRecords(sample, chosen, complete)
  const first = records[0]
  if (first === undefined) throw new HourglassError('HG_TABLE_EMPTY', `${source}: the file holds no rows`)
  const rows = records.slice(1)
  const header = isHeader(first.fields, rows)
  if (header && rows.length === 0 && complete) {
    const names = first.fields.slice(0, 5).join(', ')
    throw new HourglassError('HG_TABLE_EMPTY', `${source}: the file holds a header (${names}, …) and no rows`)
  }
  const notes: string[] = []
  const names = header ? namesFrom(first.fields, rows, notes) : first.fields.map((_, i) => `c${i}`)
  if (!header) notes.push(`no header: columns are named c0 to c${names.length - 1}`)
  checkUnique(source, names)
  const shortHeader = header && names.length > first.fields.length
  return { delimiter: chosen, header, shortHeader, names, decimalComma: hasDecimalComma(chosen, rows), notes }
}

/** @throws HG_TABLE_MALFORMED naming the first name that stands twice, and where */
export function checkUnique(source: string, names: readonly string[]): void {
  const seen = new Map<string, number>()
  names.forEach((name, i) => {
    const before = seen.get(name)
    if (before !== undefined) {
      throw new HourglassError(
        'HG_TABLE_MALFORMED',
        `${source}: columns ${before + 1} and ${i + 1} are both named "${name}"; rename one of them`,
      )
    }
    seen.set(name, i)
  })
}

/** The delimiter that splits most lines into one and the same number of fields, more than one. */
function likeliestDelimiter(sample: string, complete: boolean): string {
  const lineEnd = sample.indexOf('\n', delimiterSample)
  const start = sample.slice(0, lineEnd < 0 ? sample.length : lineEnd + 1)
  let [best, bestScore] = [',', 0]
  for (const candidate of candidates) {
    const counts = splitRecords(start, candidate, complete && start.length === sample.length).map(
      ({ fields }) => fields.length,
    )
    const usual = mode(counts)
    if (usual < 2) continue
    const agreeing = counts.filter((count) => count === usual).length / counts.length
    // Text with commas is common, so a space or a bar must agree better, not merely make more fields.
    const score = agreeing >= 0.999 ? 2 + Math.min(usual, 100) / 1000 : agreeing
    if (score > bestScore + (candidate === ' ' ? 0.5 : 0)) [best, bestScore] = [candidate, score]
  }
  return best
}

function mode(counts: readonly number[]): number {
  const times = new Map<number, number>()
  for (const count of counts) times.set(count, (times.get(count) ?? 0) + 1)
  return [...times].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0
}

type CellKind = 'missing' | 'number' | 'boolean' | 'date' | 'text'

function kindOf(cell: string): CellKind {
  const text = cell.trim()
  if (isMissingWord(text)) return 'missing'
  if (parseNumber(text) !== undefined || /^[+-]?\d+,\d+$/.test(text)) return 'number'
  if (parseBoolean(text) !== undefined) return 'boolean'
  return parseDate(text) === undefined ? 'text' : 'date'
}

/**
 * Whether the first record names the columns. It does not when a cell of it is a number, truth value or date in a
 * column whose other cells are such too; among text alone, when one of its cells comes up again in its column
 * and there are enough rows to say so. A header of numbers (0, 1, 2, … as pandas writes) is known by counting up.
 */
function isHeader(first: readonly string[], rows: readonly CsvRecord[]): boolean {
  if (countsUp(first)) return true
  const kinds = first.map(kindOf)
  const below = (column: number): CellKind[] =>
    rows.slice(0, 200).map(({ fields }) => kindOf(fields[column] ?? ''))
  if (kinds.some((kind, i) => kind !== 'text' && kind !== 'missing' && mostly(below(i), kind))) return false
  if (
    kinds.some(
      (kind, i) => kind === 'text' && below(i).some((other) => other !== 'text' && other !== 'missing'),
    )
  ) {
    return true
  }
  if (kinds.every((kind) => kind === 'number')) return false
  const again = first.filter((cell, i) => cell !== '' && rows.some(({ fields }) => fields[i] === cell)).length
  return again === 0 || again < first.length / 2
}

const mostly = (kinds: readonly CellKind[], kind: CellKind): boolean =>
  kinds.filter((other) => other === kind).length > kinds.filter((other) => other === 'text').length ||
  kinds.length === 0

/**
 * `0, 1, 2, …`, or whole numbers in a row among texts: `country, 1990, 1991, …` and `, 0, 1, 2, …, Pass/Fail`. At
 * most two cells may be texts: a row of data hardly counts up by chance.
 */
function countsUp(fields: readonly string[]): boolean {
  const words = fields.filter((field) => kindOf(field) !== 'number').length
  const numbers = fields.filter((field) => kindOf(field) === 'number').map(Number)
  if (numbers.length < 3 || words > 2 || (words === 0 && numbers[0] !== 0)) return false
  return numbers.every((value, i) => value === numbers[0]! + i)
}

/**
 * Names of a header. Where only the first is empty, it is the index that pandas and R write; a header one name short
 * lacks the name of that index. Any other empty name becomes c1, c2, … by its place.
 */
function namesFrom(
  fields: readonly string[],
  rows: readonly CsvRecord[],
  notes: string[],
): readonly string[] {
  const short = rows.length > 0 && rows.every((row) => row.fields.length === fields.length + 1)
  const names = (short ? ['', ...fields] : fields).map((name) => name.trim())
  const named = names.map((name, i) => (name === '' ? freeName(i === 0 ? 'index' : `c${i}`, names) : name))
  if (names[0] === '') notes.push(`the first column has no name: it is called ${named[0]!}`)
  return named
}

function freeName(name: string, taken: readonly string[]): string {
  let free = name
  while (taken.includes(free)) free += '_'
  return free
}

function hasDecimalComma(delimiter: string, rows: readonly CsvRecord[]): boolean {
  if (delimiter === ',') return false
  const cells = rows.slice(0, 200).flatMap(({ fields }) => fields.map((field) => field.trim()))
  return (
    cells.some((cell) => /^[+-]?\d+,\d+$/.test(cell)) && !cells.some((cell) => /^[+-]?\d+\.\d+$/.test(cell))
  )
}
