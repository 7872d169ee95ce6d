/**
 * Counts of cells and genes as a table for a map: the most variable genes are kept, library sizes evened out and
 * logarithms taken. The kind `count` wants the counts themselves.
 */
import { HourglassError } from '../base/index.js'
import {
  asTable,
  geneNames,
  highlyVariableGenes,
  normalizeCounts,
  readCounts,
  selectColumns,
  type SparseMatrix,
  type Table,
} from '../data/index.js'
import type { MapReadingOptions } from './embed-options.js'
import type { Session } from './session.js'

/** Genes kept when none are asked for, and the sum that every cell's counts are scaled to. */
const defaultGenes = 2000
const librarySize = 10_000

/** How counts become a table. */
export interface CountsWanted {
  /** Whether counts stay as they are. */
  readonly raw: boolean
  /** Genes that a model reads, by name; the most variable ones when absent. */
  readonly genes?: readonly string[]
}

/** Whether a path says by itself that it holds counts. */
export const holdsCounts = (path: string): boolean => /\.(h5ad|mtx|mtx\.gz)$/i.test(path)

/** Reads counts as a table of cells. @throws HG_USAGE, HG_COLUMN_MISSING, and what reading throws */
export async function readCountsTable(
  { signal, onProgress }: Session,
  path: string,
  options: MapReadingOptions,
  wanted: CountsWanted,
): Promise<Table> {
  const { orientation, metadata, delimiter, encoding, genes = defaultGenes } = options
  const read = await readCounts(path, { orientation, metadata, delimiter, encoding, signal, onProgress })
  const matrix = { ...read, columnNames: geneNames(read) } // genes without names keep theirs when some are selected
  const chosen =
    wanted.genes === undefined
      ? highlyVariableGenes(matrix, Math.min(genes, matrix.columns), 'seurat_v3')
      : placesOf(matrix, wanted.genes)
  const even = wanted.raw ? matrix : normalizeCounts(matrix, { target: librarySize, log1p: true })
  const table = asTable(selectColumns(even, chosen))
  const kept = `${chosen.length} of ${matrix.columns} genes are kept${wanted.genes === undefined ? ', the most variable ones' : ', those of the model'}`
  return { ...table, notes: [...table.notes, kept] }
}

/** Where the genes of a model stand. */
function placesOf(
  matrix: Pick<SparseMatrix, 'source'> & { readonly columnNames: readonly string[] },
  genes: readonly string[],
): Int32Array {
  const places = new Map(matrix.columnNames.map((name, i) => [name, i]))
  const absent = genes.filter((name) => !places.has(name))
  if (absent.length > 0) {
    throw new HourglassError(
      'HG_COLUMN_MISSING',
      `${matrix.source}: the model needs ${absent.length} genes that are not there: ${absent.slice(0, 10).join(', ')}${absent.length > 10 ? ', …' : ''}; give counts of the same genes`,
    )
  }
  return Int32Array.from(genes, (name) => places.get(name)!)
}
