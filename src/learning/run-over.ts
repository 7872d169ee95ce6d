/** A program over the rows of a table, and columns gathered from what it gives. */
import { progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import { tableFeeds, type Column, type Table, type TablePreprocessing, type UsedKind } from '../data/index.js'
import type { Program } from '../engine/index.js'
import type { Tensor } from '../graph/index.js'
import { chunkRowsFor } from './features.js'

/** Options of `runOver`. */
export interface RunOverOptions extends LongWork {
  readonly phase?: string
  /** Features of a row in the widest step of the program (default: those of the table). */
  readonly width?: number
}

/**
 * Runs a program over all rows of a table, in order, some thousands at a time.
 *
 * @param take is given the outputs for the rows from `start`
 * @returns the notes of the feeds, each once
 * @throws HG_INTERRUPTED, HG_COLUMN_MISSING, HG_COLUMN_TYPE
 */
export async function runOver(
  table: Table,
  preprocessing: TablePreprocessing,
  program: Program,
  take: (result: Readonly<Record<string, Tensor>>, start: number) => void,
  { phase = 'scoring', width = preprocessing.layout.width, ...work }: RunOverOptions = {},
): Promise<readonly string[]> {
  const notes = new Set<string>()
  const chunkRows = chunkRowsFor(width)
  const report = progressOf(phase, work.onProgress)
  for (let start = 0; start < table.rowCount; start += chunkRows) {
    throwIfAborted(work.signal, `${phase}, row ${start + 1} of ${table.rowCount}`)
    const end = Math.min(start + chunkRows, table.rowCount)
    const { feeds, notes: said } = tableFeeds(table, preprocessing, start, end)
    said.forEach((note) => notes.add(note))
    take(await program.run(feeds), start)
    report(end / table.rowCount)
  }
  return [...notes]
}

/** A float output by name. */
export const floatsOf = (result: Readonly<Record<string, Tensor>>, name: string): Float32Array =>
  result[name]!.data as Float32Array

/** Gathers one expected column, piece by piece. */
export interface ColumnSink {
  take(tensor: Tensor, start: number): void
  done(): Column
}

/** A sink for what a model expects in a column: `[rows, 1]` tensors in, a column out. */
export function columnSink(name: string, kind: UsedKind, rowCount: number): ColumnSink {
  if (kind !== 'categorical') {
    const values = new Float64Array(rowCount)
    const storage = kind === 'numeric' ? 'number' : kind
    return {
      take: (tensor, start) => values.set(tensor.data as Float64Array, start),
      done: () => ({ name, storage, values }),
    }
  }
  const codes = new Int32Array(rowCount)
  const codeOf = new Map<string, number>()
  return {
    take: (tensor, start) => {
      ;(tensor.data as readonly string[]).forEach((category, i) => {
        const code = codeOf.get(category) ?? codeOf.size
        codeOf.set(category, code)
        codes[start + i] = code
      })
    },
    done: () => ({ name, storage: 'string', categories: [...codeOf.keys()], codes }),
  }
}
