/**
 * idx files (MNIST and its relatives) as tables; the format is idx.ts's. The labels that lie beside a file of images
 * (train-labels-idx1-ubyte beside train-images-idx3-ubyte) are read with it.
 */
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { HourglassError, messageOf, progressOf, throwIfAborted } from '../base/index.js'
import { tableOfArray, type PlainArray } from './array-table.js'
import { parseIdx } from './idx.js'
import type { FileToRead } from './read-table-node.js'
import type { Table } from './table.js'

/**
 * Reads an idx file. Labels beside it become the column `label`, which the table suggests as its label; labels that do not
 * fit are left out with a note.
 *
 * @throws HG_FILE_UNREADABLE when it is damaged or cut short, HG_TABLE_EMPTY
 */
export async function readIdx({ path, source, original, signal, onProgress }: FileToRead): Promise<Table> {
  const report = progressOf('reading', onProgress)
  const X = parseIdx(await readFile(path), source)
  throwIfAborted(signal, 'reading')
  report(0.5)
  const notes: string[] = []
  const y =
    X.shape.length > 1 && original !== undefined
      ? await labelsBeside(original, X.shape[0]!, notes)
      : undefined
  const table = tableOfArray(source, { X, ...(y && { y, label: 'label' }) })
  report(1)
  return { ...table, notes: [...table.notes, ...notes] }
}

/** The labels of a file of images, by the names that MNIST gave them. */
async function labelsBeside(images: string, rows: number, notes: string[]): Promise<PlainArray | undefined> {
  const name = basename(images)
  const plain = name
    .replace(/\.gz$/i, '')
    .replace(/images/i, 'labels')
    .replace(/idx\d/i, 'idx1')
  if (!/images/i.test(name)) return undefined
  for (const candidate of [plain, `${plain}.gz`]) {
    const bytes = await readFile(join(dirname(images), candidate)).catch(() => undefined)
    if (!bytes) continue
    try {
      const labels = parseIdx(bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes, candidate)
      if (labels.shape.length === 1 && labels.shape[0] === rows) {
        notes.push(`labels are read from ${candidate}`)
        return labels
      }
      notes.push(`${candidate} is left out: it holds (${labels.shape.join(', ')}) labels for ${rows} images`)
    } catch (error) {
      const why = error instanceof HourglassError ? error.message : `${candidate}: ${messageOf(error)}`
      notes.push(`the labels beside the images are left out (${why})`)
    }
    return undefined
  }
  return undefined
}
