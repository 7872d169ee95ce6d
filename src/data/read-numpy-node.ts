/**
 * NumPy files as tables: `X` becomes the columns x0, x1, …, and `y`, when there, the column y, which the table
 * suggests as its label. The format of an array is numpy.ts's, its way into a table array-table.ts's; the archive is
 * opened by fflate.
 */
import { readFile } from 'node:fs/promises'
import { unzipSync } from 'fflate'
import { HourglassError, messageOf, progressOf, throwIfAborted } from '../base/index.js'
import { tableOfArray, type PlainArray } from './array-table.js'
import { parseNpy } from './numpy.js'
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
export async function readNpz({ path, source, signal, onProgress }: FileToRead): Promise<Table> {
  const report = progressOf('reading', onProgress)
  const files = unzip(source, await readFile(path))
  throwIfAborted(signal, 'reading')
  report(0.5)
  const named = (name: string): PlainArray | undefined => {
    const bytes = files[`${name}.npy`]
    return bytes && parseNpy(bytes, `${source}, array ${name}`)
  }
  const names = Object.keys(files).map((name) => name.replace(/\.npy$/, ''))
  const only = names.filter((name) => name !== 'y')
  const X = named('X') ?? (only.length === 1 ? named(only[0]!) : undefined)
  if (!X) {
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${source}: expected an array X (and perhaps y); the archive has ${names.join(', ') || 'none'}`,
    )
  }
  const y = named('y')
  const table = tableOfArray(source, { X, ...(y && { y }) })
  report(1)
  return table
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
