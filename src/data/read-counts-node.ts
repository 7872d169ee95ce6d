/**
 * Reads counts of cells × genes: finds out what a file is, hands it to the reader of its format, and turns what comes
 * to cells × genes (raw-counts.ts). The formats are read-matrix-market-node.ts, read-h5ad-node.ts,
 * read-count-archive-node.ts and read-count-table-node.ts.
 */
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { HourglassError, messageOf, throwIfAborted, type LongWork } from '../base/index.js'
import { cellsOf, type Orientation, type RawCounts } from './raw-counts.js'
import { readCountArchive } from './read-count-archive-node.js'
import { readCountParquet, readCountText } from './read-count-table-node.js'
import { readH5ad } from './read-h5ad-node.js'
import { matrixIn, readMatrixMarket } from './read-matrix-market-node.js'
import { kindOfPath, readTable } from './read-table-node.js'
import type { SparseMatrix } from './sparse.js'
import { firstBytes, unpacked } from './text-file-node.js'

/** Options of `readCounts`. */
export interface ReadCountsOptions extends LongWork {
  /** Which way round the file is (default `auto`: decided by evidence, and said in a note). */
  readonly orientation?: Orientation | 'auto' | undefined
  /** Path of a table of the cells, joined by their names or in order; its columns become labels. */
  readonly metadata?: string | undefined
  /** One character between fields of delimited text; detected when absent. */
  readonly delimiter?: string | undefined
  /** A name that TextDecoder knows; detected when absent. */
  readonly encoding?: string | undefined
}

const orientations: readonly unknown[] = ['auto', 'cells-by-genes', 'genes-by-cells', undefined]

/** Reads counts; see `readCounts` of files.ts. */
export async function readCounts(source: string, options: ReadCountsOptions = {}): Promise<SparseMatrix> {
  throwIfAborted(options.signal, 'reading')
  const { orientation, metadata, signal } = options
  if (!orientations.includes(orientation)) {
    throw new HourglassError(
      'HG_USAGE',
      `readCounts: orientation must be auto, cells-by-genes or genes-by-cells, got "${String(orientation)}"`,
    )
  }
  // The smaller file first: a wrong path in it should not cost the reading of the larger.
  const cells = metadata === undefined ? undefined : await readTable(metadata, { signal })
  const path = (await kindOfPath(source)) === 'folder' ? await matrixIn(source) : source
  const raw = await rawCounts(path, options)
  throwIfAborted(signal, 'reading')
  return cellsOf(raw, { orientation, metadata: cells })
}

async function rawCounts(path: string, options: ReadCountsOptions): Promise<RawCounts> {
  const source = basename(path)
  const packed = await firstBytes(path, 512)
  if (packed.length === 0) throw new HourglassError('HG_TABLE_EMPTY', `${source}: the file is empty`)
  const gzip = packed[0] === 0x1f && packed[1] === 0x8b
  const start = gzip ? await firstUnpackedBytes(path, source) : packed.toString('latin1')
  // Matrix Market text is unpacked on the way: it is several times as large as the matrix.
  if (/^%%MatrixMarket/i.test(start) || /\.mtx(\.gz)?$/i.test(path)) return readMatrixMarket(path, options)
  const folder = await mkdtemp(join(tmpdir(), 'hourglass-'))
  try {
    const file = { ...options, folder, source: source.replace(/\.gz$/i, ''), original: path }
    return await readerOf(start, path)({ ...file, path: gzip ? await unpacked(path, file) : path })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** @throws HG_FILE_UNREADABLE for an .h5ad of another format, which would otherwise be taken for text */
function readerOf(start: string, path: string): typeof readCountText {
  if (start.startsWith('\x89HDF')) return readH5ad
  if (/\.(h5ad|h5)(\.gz)?$/i.test(path)) {
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${basename(path)}: expected an HDF5 file, as the name says, but it does not begin like one; copy it again, or rename it if it is text`,
    )
  }
  if (start.startsWith('PK')) return readCountArchive
  return start.startsWith('PAR1') ? readCountParquet : readCountText
}

/** What a gzip file begins with, as Latin-1. @throws HG_FILE_UNREADABLE */
async function firstUnpackedBytes(path: string, source: string): Promise<string> {
  const unpacking = createReadStream(path).pipe(createGunzip())
  try {
    for await (const piece of unpacking as AsyncIterable<Buffer>)
      return piece.subarray(0, 512).toString('latin1')
  } catch (error) {
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${source}: the gzip data is damaged or cut short (${messageOf(error)})`,
      { cause: error },
    )
  }
  throw new HourglassError('HG_TABLE_EMPTY', `${source}: the file is empty`)
}
