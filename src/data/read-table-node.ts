/**
 * Reads a file as a table: finds out what it is and hands it to the reader of its format. The formats are
 * read-csv-node.ts, read-parquet-node.ts, read-json-node.ts, read-numpy-node.ts, read-idx-node.ts, and for folders
 * read-images-node.ts. Counts of cells × genes are read-counts-node.ts's.
 */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { HourglassError, messageOf, throwIfAborted, type LongWork } from '../base/index.js'
import { checkUnique } from './csv-dialect.js'
import { isIdx } from './idx.js'
import { readCsv } from './read-csv-node.js'
import { readIdx } from './read-idx-node.js'
import { readImageFolder, type ImageSize } from './read-images-node.js'
import { readJson } from './read-json-node.js'
import { readNpy, readNpz } from './read-numpy-node.js'
import { readParquet } from './read-parquet-node.js'
import type { Table } from './table.js'
import { firstBytes, throwIfFull, unpacked } from './text-file-node.js'

/** Options of `readTable`. */
export interface ReadOptions extends LongWork {
  /** One character between fields of delimited text; detected when absent. */
  readonly delimiter?: string | undefined
  /** A name that TextDecoder knows, such as `windows-1252`; detected when absent. */
  readonly encoding?: string | undefined
  /** Pixels of the images of a folder, each read as large (default: the size that all have, else the median one). */
  readonly imageSize?: ImageSize | undefined
}

/** A file as the readers get it: on disk, not compressed. */
export interface FileToRead extends ReadOptions {
  readonly path: string
  /** What people call it. */
  readonly source: string
  /** Where it lies as it is, perhaps compressed; absent for standard input. */
  readonly original?: string
  /** A folder that is removed when the reading ends. */
  readonly folder: string
}

type Reader = (file: FileToRead) => Promise<Table>

/**
 * Reads delimited text, Parquet, JSON, NDJSON, .npy, .npz or idx (MNIST), also inside gzip; or a folder of images. What a
 * file is, is told by its first bytes, and only between JSON and delimited text by its ending.
 *
 * @param source a path of a file or of a folder of images, or `-` for standard input
 * @throws HG_FILE_MISSING, HG_FILE_UNREADABLE, HG_TABLE_EMPTY, HG_TABLE_MALFORMED, HG_ENCODING, HG_INTERRUPTED
 * @example
 * const table = await readTable('sensors.csv.gz')
 */
export async function readTable(source: string, options: ReadOptions = {}): Promise<Table> {
  throwIfAborted(options.signal, 'reading')
  const { delimiter } = options
  if (delimiter !== undefined && (delimiter.length !== 1 || '"\r\n'.includes(delimiter))) {
    throw new HourglassError(
      'HG_USAGE',
      `readTable: delimiter must be one character and no quote, got "${delimiter}"`,
    )
  }
  const folder = await mkdtemp(join(tmpdir(), 'hourglass-'))
  try {
    const table = await tableAt(source, { ...options, folder })
    checkUnique(
      table.source,
      table.columns.map(({ name }) => name),
    )
    return table
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function tableAt(path: string, options: Omit<FileToRead, 'path' | 'source'>): Promise<Table> {
  const piped = path === '-'
  if (!piped && (await kindOfPath(path)) === 'folder') return readImageFolder(path, options)
  const file = piped
    ? { ...options, source: 'standard input' }
    : { ...options, source: basename(path), original: path }
  const [read, plain] = await readerFor(piped ? await spooled(file) : path, file)
  return read({ ...file, path: plain })
}

/** Who reads a file, and where it lies unpacked. */
async function readerFor(path: string, file: Omit<FileToRead, 'path'>): Promise<readonly [Reader, string]> {
  const { source } = file
  const start = await firstBytes(path, 512)
  if (start.length === 0) throw new HourglassError('HG_TABLE_EMPTY', `${source}: the file is empty`)
  if (start[0] !== 0x1f || start[1] !== 0x8b) return [formatOf(start, source), path]
  const plain = await unpacked(path, file)
  return [formatOf(await firstBytes(plain, 512), source.replace(/\.gz$/i, '')), plain]
}

/** What stands at a path. @throws HG_FILE_MISSING, HG_FILE_UNREADABLE */
export async function kindOfPath(path: string): Promise<'file' | 'folder'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file'
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new HourglassError('HG_FILE_MISSING', `${path}: no such file; check the path`, { cause: error })
    }
    throw new HourglassError('HG_FILE_UNREADABLE', `${path}: ${messageOf(error)}`, { cause: error })
  }
}

/** Copies standard input to a file: formats are told apart by looking twice. */
async function spooled({
  folder,
  signal,
}: {
  folder: string
  signal?: AbortSignal | undefined
}): Promise<string> {
  const copy = join(folder, 'input')
  await pipeline(process.stdin, createWriteStream(copy), { signal }).catch((error: unknown) => {
    throwIfAborted(signal, 'reading standard input')
    throwIfFull('standard input', error)
    throw new HourglassError('HG_FILE_UNREADABLE', `standard input: ${messageOf(error)}`, { cause: error })
  })
  return copy
}

/** Formats that are known and not read, with what to do. */
const foreignFormats: readonly (readonly [start: string, what: string])[] = [
  ['ARROW1', 'an Arrow file; save it as Parquet'],
  ['\x89HDF', 'an HDF5 file; an .h5ad is read as counts (readCounts); save other tables as Parquet or CSV'],
  ['%%MatrixMarket', 'a Matrix Market file, which is read as counts (readCounts)'],
  ['SQLite format 3', 'an SQLite database; export a table as CSV'],
  ['Obj\x01', 'an Avro file; save it as Parquet'],
  ['ORC', 'an ORC file; save it as Parquet'],
  ['\xd0\xcf\x11\xe0', 'an old Excel workbook; save its sheet as CSV'],
  ['BZh', 'bzip2 data; unpack it first'],
  ['\xfd7zXZ', 'xz data; unpack it first'],
  ['\x28\xb5\x2f\xfd', 'zstd data; unpack it first'],
  ['\x80\x04', 'a Python pickle; save its table as Parquet or CSV'],
  ['%PDF', 'a PDF'],
]

/** PNG, JPEG, GIF, TIFF, WebP, AVIF. */
const imageStart = /^(?:\x89PNG|\xff\xd8\xff|GIF8|II\*\0|MM\0\*|RIFF[^]{4}WEBP|[^]{4}ftyp(?:avif|avis|mif1))/

/** @throws HG_FILE_UNREADABLE for a format that is known and not read */
function formatOf(start: Buffer, name: string): Reader {
  const text = start.toString('latin1')
  if (text.startsWith('PAR1')) return readParquet
  if (text.startsWith('\x93NUMPY')) return readNpy
  if (isIdx(start)) return readIdx
  if (text.startsWith('PK')) return archiveReader(text, name)
  if (imageStart.test(text)) {
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${name}: this is one image; name a folder of images instead, each of which becomes a row`,
    )
  }
  const foreign = foreignFormats.find(([magic]) => text.startsWith(magic))
  if (foreign) throw new HourglassError('HG_FILE_UNREADABLE', `${name}: this is ${foreign[1]}`)
  if (/\.(csv|tsv|tab|txt|dat|data)$/i.test(name)) return readCsv
  return /^(?:ï»¿)?\s*[[{]/.test(text) || /\.(json|jsonl|ndjson)$/i.test(name) ? readJson : readCsv
}

/** An .npz begins with an .npy entry; a workbook is a zip file too. */
function archiveReader(text: string, name: string): Reader {
  if (/\[Content_Types\]|xl\/|_rels/.test(text)) {
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${name}: this is an Excel workbook; save its sheet as CSV`,
    )
  }
  return readNpz
}
