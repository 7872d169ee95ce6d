/** Tables to features: the preprocessing graph run over many rows, in pieces. */
import { progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import { preprocessingGraph, tableFeeds, type Table, type TablePreprocessing } from '../data/index.js'
import type { Engine } from '../engine/index.js'
import { graph } from '../graph/index.js'

/** Most rows in one run of a graph, and most features of all passes over them: some dozens of megabytes. */
const mostRows = 4096
const mostFeatures = 2 ** 25

/** Rows in one run of a graph over rows of `width` features: fewer for wide tables, whose passes take memory. */
export function chunkRowsFor(width: number): number {
  return Math.max(8, Math.min(mostRows, Math.floor(mostFeatures / (16 * width))))
}

/** Features and masks of a table; see `TrainingData`. */
export interface Features {
  /** `[rows, width]` */
  readonly features: Float32Array
  /** `[rows, columns]`, absent when no used cell is missing. */
  readonly mask?: Float32Array
}

/** Runs the preprocessing of every row. */
export async function featuresOf(
  table: Table,
  preprocessing: TablePreprocessing,
  engine: Engine,
  work: LongWork,
): Promise<Features> {
  const parts = preprocessingGraph(preprocessing)
  const program = await engine.compile(
    graph({ features: parts.features, mask: parts.mask }, { name: 'preprocessing', inputs: parts.inputs }),
  )
  const { width, columns } = preprocessing.layout
  const features = new Float32Array(table.rowCount * width)
  const mask = new Float32Array(table.rowCount * columns.length)
  const chunkRows = chunkRowsFor(width)
  const report = progressOf('preparing', work.onProgress)
  try {
    for (let start = 0; start < table.rowCount; start += chunkRows) {
      throwIfAborted(work.signal, 'preparing rows')
      const end = Math.min(start + chunkRows, table.rowCount)
      const outputs = await program.run(tableFeeds(table, preprocessing, start, end).feeds)
      features.set(outputs['features']!.data as Float32Array, start * width)
      mask.set(outputs['mask']!.data as Float32Array, start * columns.length)
      report(end / table.rowCount)
    }
  } finally {
    await program.dispose()
  }
  return mask.includes(0) ? { features, mask } : { features }
}
