/**
 * What is done with counts of cells × genes before a network sees them: library sizes, normalisation, and parts of the
 * matrix. Nothing here makes it dense but `denseRows` and `asTable`, which say how much. Browser-safe. Which genes are
 * worth keeping is decided in variable-genes.ts.
 */
import { HourglassError } from '../base/index.js'
import { selectPlaces, type SparseMatrix } from './sparse.js'
import { selectRows, type Column, type StringColumn, type Table } from './table.js'

/** Sum of the counts of each cell, `[rows]`. */
export function librarySizes({ rows, rowStarts, values }: SparseMatrix): Float64Array {
  const sizes = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (let i = rowStarts[row]!; i < rowStarts[row + 1]!; i++) sum += values[i]!
    sizes[row] = sum
  }
  return sizes
}

/** Options of `normalizeCounts`. */
export interface NormalizeOptions {
  /** What the counts of each cell add up to; default the median library size of the cells that have counts. */
  readonly target?: number | undefined
  /** Whether ln(1 + x) is taken afterwards (default true). */
  readonly log1p?: boolean | undefined
}

/**
 * Counts made comparable between cells: x = counts · target / library size, then ln(1 + x). Cells without counts stay
 * zero, and a note says how many there are. Needs 4 bytes an entry: the positions are shared with the matrix given.
 *
 * @throws HG_USAGE when the target is not positive
 */
export function normalizeCounts(matrix: SparseMatrix, options: NormalizeOptions = {}): SparseMatrix {
  const { rows, rowStarts } = matrix
  const sizes = librarySizes(matrix)
  const filled = sizes.filter((size) => size > 0)
  const { target = filled.length > 0 ? medianOf(filled) : 1, log1p = true } = options
  if (!(target > 0) || !Number.isFinite(target)) {
    throw new HourglassError('HG_USAGE', `normalizeCounts: target must be a number above 0, got ${target}`)
  }
  const values = new Float32Array(matrix.values.length)
  for (let row = 0; row < rows; row++) {
    const factor = target / sizes[row]!
    for (let i = rowStarts[row]!; i < rowStarts[row + 1]!; i++) {
      const value = matrix.values[i]! * factor
      values[i] = log1p ? Math.log1p(value) : value
    }
  }
  const notes = [
    ...matrix.notes,
    `counts are scaled to ${Number(target.toPrecision(6))} a cell${log1p ? ', then ln(1 + x)' : ''}`,
  ]
  if (filled.length < rows) notes.push(`${cells(rows - filled.length)} without counts stay zero`)
  return { ...matrix, values, notes }
}

const cells = (count: number): string => (count === 1 ? '1 cell' : `${count} cells`)

/** The median of at least one number. */
function medianOf(numbers: Float64Array): number {
  const sorted = numbers.slice().sort()
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** Options of `filterCells`. */
export interface FilterOptions {
  /** Least sum of counts of a cell that is kept (default 1: cells without counts go). */
  readonly minCounts?: number | undefined
  /** Least number of genes with counts of a cell that is kept (default 1). */
  readonly minGenes?: number | undefined
}

/** What `filterCells` kept, and what not. */
export interface FilteredCells {
  readonly matrix: SparseMatrix
  /** Rows of the matrix given that are kept, ascending. */
  readonly kept: Int32Array
  /** Rows that are left out, ascending. */
  readonly dropped: Int32Array
}

/**
 * Leaves out cells of few counts; a note names them.
 *
 * @throws HG_TABLE_EMPTY when no cell is left
 */
export function filterCells(matrix: SparseMatrix, options: FilterOptions = {}): FilteredCells {
  const { minCounts = 1, minGenes = 1 } = options
  const sizes = librarySizes(matrix)
  const keeps = (row: number): boolean =>
    sizes[row]! >= minCounts && matrix.rowStarts[row + 1]! - matrix.rowStarts[row]! >= minGenes
  const rows = Int32Array.from(sizes.keys())
  const kept = rows.filter(keeps)
  const dropped = rows.filter((row) => !keeps(row))
  if (dropped.length === 0) return { matrix, kept, dropped }
  const limits = `fewer than ${minCounts} counts or ${minGenes} genes`
  if (kept.length === 0) {
    throw new HourglassError('HG_TABLE_EMPTY', `${matrix.source}: every cell has ${limits}; lower the limits`)
  }
  const named = Array.from(dropped.subarray(0, 5), (row) => matrix.rowNames?.[row] ?? `row ${row}`).join(', ')
  const note = `${cells(dropped.length)} of ${matrix.rows} left out, with ${limits}: ${named}${dropped.length > 5 ? ', …' : ''}`
  const selected = selectCells(matrix, kept)
  return { matrix: { ...selected, notes: [...selected.notes, note] }, kept, dropped }
}

/** The rows at the given positions, in that order, with their names and labels. @param rows each 0 to rows − 1, none twice */
export function selectCells(matrix: SparseMatrix, rows: Int32Array): SparseMatrix {
  const { rowStarts, columnIndices, values, rowNames, labels, source } = matrix
  const starts = new Int32Array(rows.length + 1)
  rows.forEach((row, i) => (starts[i + 1] = starts[i]! + rowStarts[row + 1]! - rowStarts[row]!))
  const selectedIndices = new Int32Array(starts[rows.length]!)
  const selectedValues = new Float32Array(starts[rows.length]!)
  rows.forEach((row, i) => {
    selectedIndices.set(columnIndices.subarray(rowStarts[row], rowStarts[row + 1]), starts[i])
    selectedValues.set(values.subarray(rowStarts[row], rowStarts[row + 1]), starts[i])
  })
  return {
    ...matrix,
    rows: rows.length,
    rowStarts: starts,
    columnIndices: selectedIndices,
    values: selectedValues,
    ...(rowNames && { rowNames: Array.from(rows, (row) => rowNames[row]!) }),
    labels: selectRows({ source, rowCount: matrix.rows, columns: labels, notes: [] }, rows).columns,
  }
}

/** The genes at the given positions, in that order. @param columns each 0 to columns − 1, none twice */
export function selectColumns(matrix: SparseMatrix, columns: Int32Array): SparseMatrix {
  const { rows: lines, columns: width, columnNames, columnIndices: indices, values } = matrix
  const starts = Int32Array.from(matrix.rowStarts)
  const selected = selectPlaces({ lines, width, starts, indices, values }, columns)
  return {
    ...matrix,
    columns: columns.length,
    rowStarts: selected.starts,
    columnIndices: selected.indices,
    values: selected.values,
    ...(columnNames && { columnNames: Array.from(columns, (column) => columnNames[column]!) }),
  }
}

/**
 * Rows as plain numbers, zeros and all.
 *
 * @param start first row, and `end` the one behind the last
 * @param target `[end − start, columns]`, row-major, overwritten
 * @throws HG_SHAPE_MISMATCH when the target has another size
 */
export function denseRows(matrix: SparseMatrix, start: number, end: number, target: Float32Array): void {
  const { columns, rowStarts, columnIndices, values } = matrix
  if (target.length !== (end - start) * columns || start < 0 || end > matrix.rows) {
    throw new HourglassError(
      'HG_SHAPE_MISMATCH',
      `denseRows: rows ${start} to ${end} of ${matrix.rows} need [${end - start}, ${columns}], the target holds ${target.length}`,
    )
  }
  target.fill(0)
  for (let row = start; row < end; row++) {
    const offset = (row - start) * columns
    for (let i = rowStarts[row]!; i < rowStarts[row + 1]!; i++)
      target[offset + columnIndices[i]!] = values[i]!
  }
}

/** The names of the genes, `[columns]`; g0, g1, … where the file names none. */
export function geneNames({ columns, columnNames }: SparseMatrix): readonly string[] {
  return columnNames ?? Array.from({ length: columns }, (_, column) => `g${column}`)
}

/** Most bytes of numbers that `asTable` makes. */
const mostTableBytes = 2 ** 31

/**
 * The matrix as a table: a column of float64 for each gene, then the labels, then the cells' names as `cell`. For
 * matrices of selected genes. A label of the same name as a gene has `(label)` added to it. Genes are read as numbers,
 * whatever their counts are, and labels are not learned from unless someone asks for it.
 *
 * @throws HG_TABLE_TOO_LARGE beyond 2^31 bytes (rows · columns · 8)
 */
export function asTable(matrix: SparseMatrix): Table {
  const { source, rows, columns, rowStarts, columnIndices, values, rowNames, suggestedLabel, notes } = matrix
  if (rows * columns * 8 > mostTableBytes) {
    throw new HourglassError(
      'HG_TABLE_TOO_LARGE',
      `${source}: as a table, ${rows} cells × ${columns} genes need ${((rows * columns * 8) / 1e9).toFixed(1)} GB; ` +
        `keep fewer genes, at most ${Math.floor(mostTableBytes / 8 / rows)} of so many cells (--genes), or take fewer cells`,
    )
  }
  const genes = Array.from({ length: columns }, () => new Float64Array(rows))
  for (let row = 0; row < rows; row++) {
    for (let i = rowStarts[row]!; i < rowStarts[row + 1]!; i++) genes[columnIndices[i]!]![row] = values[i]!
  }
  const taken = new Set<string>()
  const named = (name: string): string => {
    let free = name
    while (taken.has(free)) free += ' (label)'
    taken.add(free)
    return free
  }
  const names = geneNames(matrix)
  const columnsOfGenes = genes.map((numbers, i): Column => {
    return { name: named(names[i]!), storage: 'number', values: numbers }
  })
  const labels = matrix.labels.map((column) => ({ ...column, name: named(column.name) }))
  const suggested = labels[matrix.labels.findIndex(({ name }) => name === suggestedLabel)]?.name
  const genesAre = columnsOfGenes.map(({ name }) => [name, 'numeric'] as const)
  const known = [...labels, ...(rowNames ? [namesAs(named('cell'), rowNames)] : [])]
  const knownAre = known.map(({ name }) => [name, 'ignore'] as const)
  return {
    source,
    rowCount: rows,
    notes,
    columns: [...columnsOfGenes, ...known],
    readAs: Object.fromEntries([...genesAre, ...knownAre]),
    ...(suggested !== undefined && { suggestedLabel: suggested }),
  }
}

/** Unique names as a column. */
function namesAs(name: string, names: readonly string[]): StringColumn {
  return { name, storage: 'string', categories: names, codes: Int32Array.from(names.keys()) }
}
