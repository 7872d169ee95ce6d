/**
 * NumPy files as tables: `X` becomes the columns x0, x1, …, and `y`, when there, the column y, which the table
 * suggests as its label. The format of an array is numpy.ts's, its way into a table array-table.ts's; the archive is
 * opened by fflate. Archives of counts are read-count-archive-node.ts's.
 */
import { readFile } from 'node:fs/promises'
import { unzipSync } from 'fflate'
import { HourglassError, messageOf, progressOf, throwIfAborted } from '../base/index.js'
import { tableOfArray } from './array-table.js'
import { openNpy, parseNpy, type NumpyArray, type OpenNumpyArray } from './numpy.js'
import type { FileToRead } from './read-table-node.js'
import type { Table } from './table.js'

/** Reads a .npy file. @throws HG_FILE_UNREADABLE, HG_TABLE_EMPTY */
export async function readNpy({ path, source }: FileToRead): Promise<Table> {
  return tableOfArray(source, { X: parseNpy(await readFile(path), source) })
}

/**
 * Reads an .npz archive: its array `X` (or its only one), and `y`.
 *
 * @throws HG_FILE_UNREADABLE when it is damaged, cut short, or has no such array; HG_TABLE_EMPTY
 */
export async function readNpz(file: FileToRead): Promise<Table> {
  const { source, signal, onProgress } = file
  const report = progressOf('reading', onProgress)
  const archive = await readArchive(file)
  throwIfAborted(signal, 'reading')
  report(0.5)
  const only = archive.names.filter((name) => name !== 'y')
  const X = archive.parse('X') ?? (only.length === 1 ? archive.parse(only[0]!) : undefined)
  if (!X) {
    const sparse = archive.has('indptr')
      ? '; this is a sparse matrix, which is read as counts (readCounts)'
      : ''
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${source}: expected an array X (and perhaps y); the archive has ${archive.names.join(', ') || 'none'}${sparse}`,
    )
  }
  const y = archive.parse('y')
  const table = tableOfArray(source, { X, ...(y && { y }) })
  report(1)
  return table
}

/** The arrays of an .npz, unpacked; each is parsed when it is asked for. */
export interface Archive {
  readonly source: string
  readonly names: readonly string[]
  has(name: string): boolean
  /** Undefined when there is no such array. @throws HG_FILE_UNREADABLE */
  parse(name: string): NumpyArray | undefined
  /** Undefined when there is no such array. @throws HG_FILE_UNREADABLE */
  open(name: string): OpenNumpyArray | undefined
}

/** Unpacks an .npz. @throws HG_FILE_UNREADABLE when it is damaged or cut short */
export async function readArchive({ path, source }: Pick<FileToRead, 'path' | 'source'>): Promise<Archive> {
  const files = unzip(source, await readFile(path))
  const bytesOf = (name: string): Uint8Array | undefined => files[`${name}.npy`]
  const words = (name: string): string => `${source}, array ${name}`
  return {
    source,
    names: Object.keys(files).map((name) => name.replace(/\.npy$/, '')),
    has: (name) => bytesOf(name) !== undefined,
    parse: (name) => {
      const bytes = bytesOf(name)
      return bytes && parseNpy(bytes, words(name))
    },
    open: (name) => {
      const bytes = bytesOf(name)
      return bytes && openNpy(bytes, words(name))
    },
  }
}

function unzip(source: string, bytes: Uint8Array): Readonly<Record<string, Uint8Array>> {
  try {
    return unzipSync(bytes, { filter: ({ name }) => name.endsWith('.npy') })
  } catch (error) {
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${source}: the archive is damaged or cut short (${messageOf(error)}); copy it again`,
      { cause: error },
    )
  }
}
