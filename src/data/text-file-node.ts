/**
 * Text files before they are parsed: their encoding, how many lines they have, and a plain UTF-8 copy where the
 * original is compressed or in another encoding. Formats are told apart in read-table-node.ts.
 */
import { isUtf8 } from 'node:buffer'
import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { HourglassError, messageOf, progressOf, throwIfAborted, type LongWork } from '../base/index.js'

/** What one look over a whole file finds. */
export interface Survey {
  /** Line feeds in the file, or carriage returns where there are none; rows are at most one more. */
  readonly lines: number
  readonly bytes: number
  /** Bytes of the longest line. */
  readonly longestLine: number
  /** Whether it is UTF-8 throughout (ASCII is). */
  readonly utf8: boolean
  /** First line, from 1, that is not UTF-8; undefined when all are. */
  readonly firstForeignLine?: number
  /** Bytes that text does not hold (NUL and other control characters). */
  readonly controls: number
}

/** Reads a file once, in pieces, to learn its encoding and length. @throws HG_INTERRUPTED */
export async function surveyText(path: string, { signal, onProgress }: LongWork): Promise<Survey> {
  const report = progressOf('reading', onProgress)
  let [feeds, returns, bytes, controls, lineStart, longestLine] = [0, 0, 0, 0, 0, 0]
  let firstForeignLine: number | undefined
  let carry: Buffer = Buffer.alloc(0)
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    throwIfAborted(signal, 'reading')
    const text = carry.length > 0 ? Buffer.concat([carry, piece]) : piece
    const end = endOfWholeCharacters(text)
    if (firstForeignLine === undefined && !isUtf8(text.subarray(0, end)))
      firstForeignLine = feeds + foreignLine(text)
    carry = Buffer.from(text.subarray(end))
    for (let i = 0; i < piece.length; i++) {
      const byte = piece[i]!
      if (byte >= 32) continue
      if (byte === 10 || byte === 13) {
        if (byte === 10) feeds++
        else returns++
        longestLine = Math.max(longestLine, bytes + i - lineStart)
        lineStart = bytes + i
      } else if (byte !== 9 && byte !== 12) controls++
    }
    bytes += piece.length
    report(undefined, `${Math.round(bytes / 1e6)} MB looked through`)
  }
  if (firstForeignLine === undefined && !isUtf8(carry)) firstForeignLine = feeds + 1
  const foreign = firstForeignLine !== undefined && { firstForeignLine }
  return {
    lines: feeds > 0 ? feeds : returns,
    bytes,
    longestLine: Math.max(longestLine, bytes - lineStart),
    controls,
    utf8: firstForeignLine === undefined,
    ...foreign,
  }
}

/** Where the last complete UTF-8 character of a piece ends: up to three bytes may belong to the next. */
function endOfWholeCharacters(text: Buffer): number {
  for (let back = 1; back <= Math.min(3, text.length); back++) {
    const byte = text[text.length - back]!
    if (byte < 0x80) return text.length
    if (byte >= 0xc0)
      return byte >= (back === 1 ? 0xc0 : back === 2 ? 0xe0 : 0xf0) ? text.length - back : text.length
  }
  return text.length
}

function foreignLine(text: Buffer): number {
  let [line, start] = [1, 0]
  for (;;) {
    const end = text.indexOf(10, start)
    if (end < 0 || !isUtf8(text.subarray(start, end))) return line
    ;[line, start] = [line + 1, end + 1]
  }
}

/** A file's text in UTF-8: the file itself, or a copy of it. */
export interface PlainText {
  readonly path: string
  readonly survey: Survey
  readonly notes: readonly string[]
}

/** Options of `plainText`. */
export interface PlainTextOptions extends LongWork {
  /** For messages. */
  readonly source: string
  /** A folder for the copy. */
  readonly folder: string
  /** A name that TextDecoder knows; detected when absent. */
  readonly encoding?: string | undefined
}

/**
 * Finds or makes the UTF-8 text of a file.
 *
 * Without `encoding`: UTF-8 and ASCII as they are; UTF-16 by its byte-order mark or its zeros; other text is taken
 * as windows-1252, the superset of Latin-1 that western spreadsheets write, with a note.
 *
 * @throws HG_ENCODING for an unknown encoding or bytes it cannot hold, HG_FILE_UNREADABLE for what is no text
 */
export async function plainText(path: string, options: PlainTextOptions): Promise<PlainText> {
  const { source, encoding } = options
  if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) return transcoded(path, encoding, options, [])
  const guess = utf16Of(await firstBytes(path, 4096))
  if (guess !== undefined && encoding === undefined)
    return transcoded(path, guess, options, [`read as ${guess}`])
  const survey = await surveyText(path, options)
  if (survey.controls > 0) {
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${source}: this is not text (${survey.controls} control bytes); give CSV, TSV, Parquet, JSON, .npy or .npz`,
    )
  }
  if (survey.utf8) return { path, survey, notes: [] }
  if (encoding !== undefined) {
    throw new HourglassError(
      'HG_ENCODING',
      `${source}: line ${survey.firstForeignLine!} is not UTF-8; pass its encoding, such as windows-1252, utf-16le or shift_jis`,
    )
  }
  const note = `line ${survey.firstForeignLine!} is not UTF-8: the file is read as windows-1252 (pass --encoding for another)`
  return transcoded(path, 'windows-1252', options, [note])
}

async function transcoded(
  path: string,
  encoding: string,
  { source, folder, ...work }: PlainTextOptions,
  notes: readonly string[],
): Promise<PlainText> {
  const decoder = decoderFor(source, encoding)
  const copy = join(folder, 'utf8.txt')
  const decode = new Transform({
    transform: (piece: Buffer, _, done) => attempt(() => decoder.decode(piece, { stream: true }), done),
    flush: (done) => attempt(() => decoder.decode(), done),
  })
  try {
    await pipeline(createReadStream(path), decode, createWriteStream(copy), { signal: work.signal })
  } catch (error) {
    throwIfAborted(work.signal, 'reading')
    throwIfFull(source, error)
    throw new HourglassError('HG_ENCODING', `${source}: not ${encoding} throughout; pass another encoding`, {
      cause: error,
    })
  }
  return { path: copy, survey: await surveyText(copy, work), notes }
}

function attempt(work: () => string, done: (error: Error | null, text?: string) => void): void {
  let text: string
  try {
    text = work()
  } catch (error) {
    done(error instanceof Error ? error : new Error(messageOf(error)))
    return
  }
  done(null, text)
}

function decoderFor(source: string, encoding: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding, { fatal: true })
  } catch (error) {
    throw new HourglassError(
      'HG_ENCODING',
      `${source}: no encoding is named "${encoding}"; names are such as utf-8, utf-16le, windows-1252, shift_jis, gb18030`,
      { cause: error },
    )
  }
}

/** UTF-16 by its byte-order mark, or by every other byte of the beginning being zero. */
function utf16Of(start: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le'
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be'
  const zeros = (from: number): number => start.filter((byte, i) => i % 2 === from && byte === 0).length
  const [even, odd, half] = [zeros(0), zeros(1), start.length / 2]
  if (half < 2) return undefined
  if (odd > 0.8 * half && even < 0.05 * half) return 'utf-16le'
  return even > 0.8 * half && odd < 0.05 * half ? 'utf-16be' : undefined
}

/** The first bytes of a file, at most `count`. */
export async function firstBytes(path: string, count: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** @throws HG_OUTPUT_UNWRITABLE when a temporary copy does not fit on the device */
export function throwIfFull(source: string, error: unknown): void {
  const { code } = error as NodeJS.ErrnoException
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return
  throw new HourglassError(
    'HG_OUTPUT_UNWRITABLE',
    `${source}: no space for a temporary copy in ${tmpdir()}; free some, or set TMPDIR to another folder`,
    { cause: error },
  )
}

/** Unpacks a gzip file into the folder. @throws HG_FILE_UNREADABLE when it is damaged or cut short */
export async function unpacked(path: string, { source, folder, signal }: PlainTextOptions): Promise<string> {
  const copy = join(folder, 'unpacked')
  try {
    await pipeline(createReadStream(path), createGunzip(), createWriteStream(copy), { signal })
  } catch (error) {
    throwIfAborted(signal, 'reading')
    throwIfFull(source, error)
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${source}: the gzip data is damaged or cut short (${messageOf(error)})`,
      { cause: error },
    )
  }
  return copy
}
