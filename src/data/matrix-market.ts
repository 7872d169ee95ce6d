/**
 * The Matrix Market format: a header, comments, the sizes, then one line an entry, counted from 1. Read as bytes, piece
 * by piece, since the files of large studies hold gigabytes of text. Files and their neighbours are found in
 * read-matrix-market-node.ts.
 *
 * @see https://math.nist.gov/MatrixMarket/formats.html
 */
import { HourglassError } from '../base/index.js'
import { allocate, checkSize, larger, type Coordinates, type SparseMatrix } from './sparse.js'

/** Reads a file piece by piece. */
export interface MatrixMarketParser {
  /** Takes the next bytes, cut anywhere. */
  feed(bytes: Uint8Array): void
  /** Entries read and expected; 0 of 0 before the sizes are known. */
  readonly progress: () => readonly [read: number, expected: number]
  /** Ends the file. Lines are the matrix's rows. @throws HG_TABLE_MALFORMED when entries are missing */
  done(): Coordinates
}

/** What stands above the entries. */
interface Header {
  readonly rows: number
  readonly columns: number
  readonly entries: number
  /** Entries are places only, each worth 1. */
  readonly pattern: boolean
}

/**
 * A parser of coordinate matrices of integers, reals or patterns, without symmetry.
 *
 * @param source for messages
 * @throws HG_FILE_UNREADABLE for another header or what is no number; HG_TABLE_MALFORMED for an entry outside the matrix or
 *   more entries than announced; HG_TABLE_TOO_LARGE
 */
export function matrixMarketParser(source: string): MatrixMarketParser {
  let header: Header | undefined
  const entries = entryStore(source)
  let [line, firstLine] = [1, '']
  let rest = new Uint8Array(0)
  const headerLine = (text: string): void => {
    if (line === 1) checkHeader(source, (firstLine = text))
    else if (!text.startsWith('%') && text.trim() !== '') header = sizesOf(source, text, line, firstLine)
  }
  const take = (bytes: Uint8Array): void => {
    let at = 0
    while (header === undefined && at < bytes.length) {
      const end = bytes.indexOf(lineFeed, at)
      headerLine(new TextDecoder().decode(bytes.subarray(at, end)))
      line++
      at = end + 1
    }
    if (header !== undefined && at < bytes.length)
      line += parseEntries(source, bytes, at, line, header, entries)
  }
  return {
    feed: (bytes) => {
      const end = bytes.lastIndexOf(lineFeed) + 1
      if (end > 0) take(joined(rest, bytes.subarray(0, end)))
      rest = end > 0 ? bytes.slice(end) : joined(rest, bytes)
      if (rest.length > longestLine)
        throw unreadable(source, `line ${line} is longer than ${longestLine} bytes`)
    },
    progress: () => [entries.count(), header?.entries ?? 0],
    done: () => {
      if (rest.length > 0) take(joined(rest, Uint8Array.of(lineFeed)))
      rest = new Uint8Array(0)
      if (line === 1) throw unreadable(source, 'the file is empty')
      if (header === undefined) throw unreadable(source, 'cut short: the line of the sizes is missing')
      if (entries.count() < header.entries) {
        throw malformed(
          source,
          `line ${line - 1}: the file ends after ${entries.count()} of ${header.entries} entries; copy it again`,
        )
      }
      return entries.done(header)
    },
  }
}

const [lineFeed, longestLine] = [10, 1 << 16]

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

const kinds = ['integer', 'real', 'double', 'pattern']

/** @throws HG_FILE_UNREADABLE for what is not read, with what to do */
function checkHeader(source: string, text: string): void {
  const [magic = '', object, format, kind = '', symmetry, ...more] = text.trim().toLowerCase().split(/\s+/)
  const expected = 'expected "%%MatrixMarket matrix coordinate integer general" (or real, or pattern)'
  const got = `line 1: ${expected}, got "${text.trim().slice(0, 80)}"`
  if (magic !== '%%matrixmarket' || object !== 'matrix' || more.length > 0) throw unreadable(source, got)
  if (format === 'array') throw unreadable(source, `${got}; save the matrix as sparse coordinates`)
  if (format !== 'coordinate' || !kinds.includes(kind) || symmetry !== 'general')
    throw unreadable(source, got)
}

function sizesOf(source: string, text: string, line: number, firstLine: string): Header {
  const fields = text.trim().split(/\s+/)
  const [rows = NaN, columns = NaN, entries = NaN] = fields.map((field) =>
    /^\d+$/.test(field) ? Number(field) : NaN,
  )
  if (fields.length !== 3 || !Number.isFinite(rows + columns + entries)) {
    throw unreadable(
      source,
      `line ${line}: expected rows, columns and entries, got "${text.trim().slice(0, 80)}"`,
    )
  }
  checkSize(source, { lines: rows, width: columns, entries })
  if (entries > rows * columns) {
    throw malformed(source, `line ${line}: ${entries} entries do not fit in ${rows} × ${columns}`)
  }
  return { rows, columns, entries, pattern: /pattern/i.test(firstLine) }
}

/** Entries as they come. */
interface EntryStore {
  add(row: number, column: number, value: number): void
  count(): number
  done(header: Header): Coordinates
}

/** Grows with what is read: a header may announce what the file does not hold. */
function entryStore(source: string): EntryStore {
  let [lineIndices, indices, values] = [
    new Int32Array(1 << 12),
    new Int32Array(1 << 12),
    new Float32Array(1 << 12),
  ]
  let count = 0
  return {
    add: (row, column, value) => {
      if (count === values.length) {
        lineIndices = larger(source, lineIndices, count * 2)
        indices = larger(source, indices, count * 2)
        values = larger(source, values, count * 2)
      }
      lineIndices[count] = row
      indices[count] = column
      values[count++] = value
    },
    count: () => count,
    done: ({ rows, columns }) => ({
      lines: rows,
      width: columns,
      lineIndices: lineIndices.subarray(0, count),
      indices: indices.subarray(0, count),
      values: allocate(source, count * 4, () => values.slice(0, count)),
    }),
  }
}

/** Reads whole lines from `at` on; returns how many there were. */
function parseEntries(
  source: string,
  bytes: Uint8Array,
  at: number,
  firstLine: number,
  { rows, columns, entries, pattern }: Header,
  store: EntryStore,
): number {
  let lines = 0
  while (at < bytes.length) {
    const line = firstLine + lines
    const end = bytes.indexOf(lineFeed, at)
    const [row, afterRow] = wholeNumber(bytes, skipBlanks(bytes, at))
    lines++
    if (afterRow < 0 && isEmptyOrComment(bytes, at, end)) {
      at = end + 1
      continue
    }
    const [column, afterColumn] = wholeNumber(bytes, skipBlanks(bytes, Math.max(at, afterRow)))
    const [value, afterValue] = pattern ? ([1, afterColumn] as const) : numberAt(bytes, afterColumn, end)
    if (afterRow < 0 || afterColumn < 0 || skipBlanks(bytes, afterValue) !== end || afterValue < 0) {
      const got = new TextDecoder().decode(bytes.subarray(at, Math.min(end, at + 80))).trim()
      throw unreadable(
        source,
        `line ${line}: expected row, column${pattern ? '' : ' and value'}, got "${got}"`,
      )
    }
    if (row < 1 || row > rows || column < 1 || column > columns) {
      throw malformed(source, `line ${line}: entry (${row}, ${column}) lies outside of ${rows} × ${columns}`)
    }
    if (store.count() === entries) {
      throw malformed(source, `line ${line}: more entries than the ${entries} that the sizes announce`)
    }
    store.add(row - 1, column - 1, value)
    at = end + 1
  }
  return lines
}

const isBlank = (byte: number | undefined): boolean => byte === 32 || byte === 9 || byte === 13

function skipBlanks(bytes: Uint8Array, at: number): number {
  while (isBlank(bytes[at])) at++
  return at
}

const isEmptyOrComment = (bytes: Uint8Array, at: number, end: number): boolean =>
  bytes[at] === 37 || skipBlanks(bytes, at) === end

/** A number of digits alone and where it ends; −1 where there is none. */
function wholeNumber(bytes: Uint8Array, at: number): readonly [value: number, end: number] {
  let [value, i] = [0, at]
  for (; i < bytes.length; i++) {
    const digit = bytes[i]! - 48
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
  }
  return [value, i === at ? -1 : i]
}

/** The value of an entry: most are short whole numbers; others are left to JavaScript. */
function numberAt(bytes: Uint8Array, after: number, lineEnd: number): readonly [value: number, end: number] {
  if (after < 0) return [NaN, -1]
  const start = skipBlanks(bytes, after)
  const [whole, end] = wholeNumber(bytes, start)
  if (end > 0 && end - start < 16 && (end === lineEnd || isBlank(bytes[end]))) return [whole, end]
  let stop = start
  while (stop < lineEnd && !isBlank(bytes[stop])) stop++
  const text = String.fromCharCode(...bytes.subarray(start, Math.min(stop, start + 64)))
  if (/^[+-]?nan$/i.test(text)) return [NaN, stop]
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? [Number(text), stop] : [NaN, -1]
}

/**
 * A matrix as Matrix Market text, in pieces of some thousand lines: rows are the file's rows.
 *
 * @example
 * for (const piece of matrixMarketText(matrix)) file.write(piece)
 */
export function* matrixMarketText({
  rows,
  columns,
  rowStarts,
  columnIndices,
  values,
}: Pick<SparseMatrix, 'rows' | 'columns' | 'rowStarts' | 'columnIndices' | 'values'>): Generator<string> {
  const kind = values.every(Number.isInteger) ? 'integer' : 'real'
  let text = `%%MatrixMarket matrix coordinate ${kind} general\n${rows} ${columns} ${values.length}\n`
  for (let row = 0; row < rows; row++) {
    for (let i = rowStarts[row]!; i < rowStarts[row + 1]!; i++) {
      text += `${row + 1} ${columnIndices[i]! + 1} ${values[i]!}\n`
    }
    if (text.length < 1 << 16) continue
    yield text
    text = ''
  }
  yield text
}

const unreadable = (source: string, what: string): HourglassError =>
  new HourglassError('HG_FILE_UNREADABLE', `${source}: ${what}`)

const malformed = (source: string, what: string): HourglassError =>
  new HourglassError('HG_TABLE_MALFORMED', `${source}: ${what}`)
