/**
 * NumPy files as tables: `X` becomes the columns x0, x1, …, and `y`, when there, the column y, which the table
 * suggests as its label. The format of an array is numpy.ts's; the archive is opened by fflate.
 */
import { readFile } from 'node:fs/promises'
import { unzipSync } from 'fflate'
import { HourglassError, messageOf, progressOf, throwIfAborted } from '../base/index.js'
import { parseNpy, type NumpyArray } from './numpy.js'
import type { FileToRead } from './read-table-node.js'
import { columnFromStrings, withoutInfinities } from './string-columns.js'
import type { Column, Table } from './table.js'

/** Reads a .npy file. @throws HG_FILE_UNREADABLE, HG_TABLE_EMPTY */
export async function readNpy({ path, source }: FileToRead): Promise<Table> {
  return tableOf(source, { X: parseNpy(await readFile(path), source) })
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
  const named = (name: string): NumpyArray | undefined => {
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
  const table = tableOf(source, { X, ...(y && { y }) })
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

function tableOf(source: string, { X, y }: { X: NumpyArray; y?: NumpyArray }): Table {
  const [rowCount = 1, ...inner] = X.shape
  const width = inner.reduce((product, size) => product * size, 1)
  if (rowCount === 0 || width === 0) {
    throw new HourglassError('HG_TABLE_EMPTY', `${source}: the array has the shape (${X.shape.join(', ')})`)
  }
  const notes =
    inner.length > 1 ? [`the array of shape (${X.shape.join(', ')}) is read as ${width} columns`] : []
  const columns = Array.from({ length: width }, (_, i) =>
    columnOf(`x${i}`, X, { rowCount, width, offset: i }, notes),
  )
  if (!y) return { source, rowCount, columns, notes }
  const labels = y.shape.reduce((product, size) => product * size, 1)
  if (labels !== rowCount) {
    throw new HourglassError('HG_TABLE_MALFORMED', `${source}: X has ${rowCount} rows, but y has ${labels}`)
  }
  const label = columnOf('y', y, { rowCount, width: 1, offset: 0 }, notes)
  return { source, rowCount, columns: [...columns, label], notes, suggestedLabel: 'y' }
}

/** One column out of a row-major array. */
function columnOf(
  name: string,
  { numbers, strings = [], dtype }: NumpyArray,
  { rowCount, width, offset }: { rowCount: number; width: number; offset: number },
  notes: string[],
): Column {
  if (!numbers) {
    return columnFromStrings(
      name,
      Array.from({ length: rowCount }, (_, row) => strings[row * width + offset]!),
      notes,
    )
  }
  const values = new Float64Array(rowCount)
  for (let row = 0; row < rowCount; row++) values[row] = numbers[row * width + offset]!
  return {
    name,
    storage: dtype === 'b1' ? 'boolean' : 'number',
    values: withoutInfinities(name, values, notes),
  }
}
