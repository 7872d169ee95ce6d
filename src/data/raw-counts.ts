/**
 * From counts as a file holds them to cells × genes: which axis the cells are on, what their names are, and what else is
 * known of them. Browser-safe; the files are read in read-counts-node.ts and its neighbours.
 */
import { HourglassError } from '../base/index.js'
import { joinedLabels, namingColumn } from './cell-labels.js'
import { canonical, selectPlaces, transpose, type Compressed, type SparseMatrix } from './sparse.js'
import type { Column, Table } from './table.js'

/** Which way round a matrix is: rows by columns. */
export type Orientation = 'cells-by-genes' | 'genes-by-cells'

/** Counts as a file holds them. */
export interface RawCounts {
  readonly source: string
  readonly matrix: Compressed
  /** Whether the lines of `matrix` are the rows or the columns of the file's matrix. */
  readonly linesAre: 'rows' | 'columns'
  readonly rowNames?: readonly string[] | undefined
  readonly columnNames?: readonly string[] | undefined
  /** What kind of thing each row counts, as 10x Genomics says it: `Gene Expression`, `Antibody Capture`, …. */
  readonly rowKinds?: readonly string[] | undefined
  /** What the file says of its rows, or its columns, beside the counts. */
  readonly labels: readonly Column[]
  /** Whether the labels belong to the rows (default) or the columns of the file's matrix. */
  readonly labelsAre?: 'rows' | 'columns'
  readonly suggestedLabel?: string | undefined
  /** What the format, or the files beside it, say of the orientation. */
  readonly evidence?: Evidence | undefined
  readonly notes: readonly string[]
}

/** An orientation, and why. */
export interface Evidence {
  readonly orientation: Orientation
  /** A clause that follows "since". */
  readonly because: string
}

/** What the caller says. */
export interface CellOptions {
  readonly orientation?: Orientation | 'auto' | undefined
  /** A table of the cells. */
  readonly metadata?: Table | undefined
}

/**
 * Turns a file's matrix to cells × genes, names both, joins what is known of the cells, and checks that the entries are
 * counts.
 *
 * @throws HG_COUNTS_INVALID for negative or missing entries, or none at all; HG_TABLE_EMPTY without cells or genes;
 *   HG_TABLE_MALFORMED when the metadata fits neither by name nor by number
 */
export function cellsOf(raw: RawCounts, { orientation = 'auto', metadata }: CellOptions): SparseMatrix {
  const { source, linesAre } = raw
  const notes = [...raw.notes]
  const decided = orientation === 'auto' ? evidenceOf(raw, metadata) : { orientation, because: undefined }
  const upright = decided.orientation === 'cells-by-genes'
  const names = upright
    ? { rowNames: raw.rowNames, columnNames: raw.columnNames }
    : { rowNames: raw.columnNames, columnNames: raw.rowNames }
  const { rowNames } = names
  const turned = (linesAre === 'rows') === upright ? raw.matrix : transpose(raw.matrix)
  const cleaned = canonical(turned)
  const { matrix, columnNames } = genesOnly(
    cleaned.matrix,
    names.columnNames,
    upright ? undefined : raw.rowKinds,
    notes,
  )
  const { lines: rows, width: columns } = matrix
  if (rows === 0 || columns === 0) {
    throw new HourglassError('HG_TABLE_EMPTY', `${source}: the matrix has ${rows} cells and ${columns} genes`)
  }
  const because =
    decided.because === undefined ? '' : `, since ${decided.because} (the option orientation says otherwise)`
  notes.push(
    `read as ${upright ? 'cells × genes' : 'genes × cells'}${because}: ${rows} cells, ${columns} genes, ` +
      `${((100 * matrix.values.length) / (rows * columns)).toPrecision(2)} % filled`,
  )
  if (cleaned.merged > 0)
    notes.push(`${cleaned.merged} entries stand at the place of another and are added to it`)
  const ofCells = ((raw.labelsAre ?? 'rows') === 'rows') === upright
  if (!ofCells && raw.labels.length > 0) {
    notes.push(`left out, as they describe genes: ${raw.labels.map(({ name }) => name).join(', ')}`)
  }
  checkCounts(source, matrix, { rowNames, columnNames }, notes)
  const labels = [
    ...(ofCells ? raw.labels : []),
    ...(metadata ? joinedLabels({ source, rows, rowNames }, metadata, notes) : []),
  ]
  return {
    source,
    rows,
    columns,
    rowStarts: matrix.starts,
    columnIndices: matrix.indices,
    values: matrix.values,
    ...(rowNames && { rowNames: uniqueNames(rowNames, 'cells', notes) }),
    ...(columnNames && { columnNames: uniqueNames(columnNames, 'genes', notes) }),
    labels: distinctColumns(labels),
    ...(ofCells && raw.suggestedLabel !== undefined && { suggestedLabel: raw.suggestedLabel }),
    notes,
  }
}

/** Gene expression alone, where a file counts other things (antibodies, guides) beside it. */
function genesOnly(
  matrix: Compressed,
  columnNames: readonly string[] | undefined,
  kinds: readonly string[] | undefined,
  notes: string[],
): { readonly matrix: Compressed; readonly columnNames: readonly string[] | undefined } {
  const others = new Set(kinds?.filter((kind) => kind !== geneExpression))
  if (!kinds?.includes(geneExpression) || others.size === 0) return { matrix, columnNames }
  const kept = Int32Array.from(kinds.keys()).filter((i) => kinds[i] === geneExpression)
  notes.push(
    `left out, as they are no genes: ${kinds.length - kept.length} rows of ${[...others].join(', ')}`,
  )
  return {
    matrix: selectPlaces(matrix, kept),
    columnNames: columnNames && Array.from(kept, (column) => columnNames[column]!),
  }
}

const geneExpression = 'Gene Expression'

/** What tells cells from genes, the surest first. */
function evidenceOf(raw: RawCounts, metadata: Table | undefined): Evidence {
  const { rowNames, columnNames } = raw
  const named = (orientation: Orientation, because: string): Evidence => ({ orientation, because })
  if (metadata) {
    const [inRows, inColumns] = [namingColumn(rowNames, metadata), namingColumn(columnNames, metadata)]
    if (inRows && inRows.matched > (inColumns?.matched ?? 0)) {
      return named('cells-by-genes', `"${inRows.column.name}" of the metadata names the rows`)
    }
    if (inColumns)
      return named('genes-by-cells', `"${inColumns.column.name}" of the metadata names the columns`)
  }
  if (raw.evidence) return raw.evidence
  const [rowGenes, columnGenes] = [looksLikeGenes(rowNames), looksLikeGenes(columnNames)]
  if (rowGenes !== columnGenes) {
    return rowGenes
      ? named('genes-by-cells', 'the rows have names of genes')
      : named('cells-by-genes', 'the columns have names of genes')
  }
  const [rowCells, columnCells] = [looksLikeBarcodes(rowNames), looksLikeBarcodes(columnNames)]
  if (rowCells !== columnCells) {
    return rowCells
      ? named('cells-by-genes', 'the rows are named by barcodes')
      : named('genes-by-cells', 'the columns are named by barcodes')
  }
  if (raw.labels.length > 0 && raw.labelsAre !== 'columns') {
    return named(
      'cells-by-genes',
      `the column "${raw.labels[0]!.name}" holds no counts, but tells of the rows`,
    )
  }
  const { lines, width } = raw.matrix
  const [rows, columns] = raw.linesAre === 'rows' ? [lines, width] : [width, lines]
  if (metadata && rows !== columns) {
    if (metadata.rowCount === rows) return named('cells-by-genes', 'the metadata has as many rows')
    if (metadata.rowCount === columns)
      return named('genes-by-cells', 'the metadata has as many rows as there are columns')
  }
  return rows > columns
    ? named('genes-by-cells', `there are more rows (${rows}) than columns (${columns})`)
    : named('cells-by-genes', `there are no more rows (${rows}) than columns (${columns})`)
}

/** Identifiers of Ensembl, WormBase, FlyBase, TAIR and SGD, spike-ins, mitochondrial and ribosomal genes. */
const geneNames =
  /^(?:ENS[A-Z]{0,6}G\d{11}(?:\.\d+)?|WBGene\d{8}|FBgn\d{7}|AT[1-5CM]G\d{5}|Y[A-P][LR]\d{3}[WC](?:-[A-Z])?|ERCC-\d{5}|MT-[A-Z0-9]+|RP[LS]P?\d+[A-Z]*\d*)$/i

/** Genes that nearly every single-cell study of people or mice counts. */
const commonGenes = new Set([
  'ACTB',
  'GAPDH',
  'B2M',
  'MALAT1',
  'EEF1A1',
  'TMSB4X',
  'FTH1',
  'UBC',
  'TPT1',
  'HSP90AB1',
])

function looksLikeGenes(names: readonly string[] | undefined): boolean {
  if (!names) return false
  const identified = names.filter((name) => geneNames.test(name)).length
  const common = names.filter((name) => commonGenes.has(name.toUpperCase())).length
  return identified > names.length / 5 || common >= 3
}

/** Cell barcodes are runs of bases, perhaps with the sample before or behind them. */
function looksLikeBarcodes(names: readonly string[] | undefined): boolean {
  if (!names) return false
  return names.filter((name) => /(?:^|[_.:-])[ACGT]{8,}(?:$|[_.:-])/.test(name)).length > names.length / 2
}

/** @throws HG_COUNTS_INVALID naming the first entry that is no count */
function checkCounts(
  source: string,
  { lines, starts, indices, values }: Compressed,
  names: {
    readonly rowNames?: readonly string[] | undefined
    readonly columnNames?: readonly string[] | undefined
  },
  notes: string[],
): void {
  if (values.length === 0) {
    throw new HourglassError(
      'HG_COUNTS_INVALID',
      `${source}: every entry is zero; check that this is the matrix you mean`,
    )
  }
  let [broken, example] = [0, NaN]
  for (let line = 0; line < lines; line++) {
    for (let i = starts[line]!; i < starts[line + 1]!; i++) {
      const value = values[i]!
      if (!(value >= 0) || value === Infinity)
        throw noCount(source, value, { line, index: indices[i]!, ...names })
      if (Number.isInteger(value)) continue
      if (broken++ === 0) example = value
    }
  }
  if (broken === 0) return
  notes.push(
    `${broken} of ${values.length} entries are no whole numbers (such as ${Number(example.toPrecision(4))}): ` +
      'these seem to be normalised already, and what expects counts may mislead',
  )
}

function noCount(
  source: string,
  value: number,
  at: {
    readonly line: number
    readonly index: number
    readonly rowNames?: readonly string[] | undefined
    readonly columnNames?: readonly string[] | undefined
  },
): HourglassError {
  const [cell, gene] = [at.rowNames?.[at.line] ?? at.line, at.columnNames?.[at.index] ?? at.index]
  const what = Number.isNaN(value) ? 'missing' : value < 0 ? `negative (${value})` : 'infinite'
  return new HourglassError(
    'HG_COUNTS_INVALID',
    `${source}: cell ${cell}, gene ${gene}: the entry is ${what}; counts are 0 or more: give the raw counts, not scaled ones`,
  )
}

/** Names made unique: the second X becomes X-1, the third X-2, as AnnData does it. */
function uniqueNames(names: readonly string[], what: string, notes: string[]): readonly string[] {
  const taken = new Set(names)
  if (taken.size === names.length) return names
  const seen = new Set<string>()
  let [renamed, repeated] = [0, '']
  const unique = names.map((name) => {
    let free = name
    for (let i = 1; seen.has(free) || (free !== name && taken.has(free)); i++) free = `${name}-${i}`
    if (free !== name && renamed++ === 0) repeated = name
    seen.add(free)
    return free
  })
  notes.push(
    `${renamed} ${what} have the name of another, such as ${repeated}: they are called ${repeated}-1 and so on`,
  )
  return unique
}

/** Labels from two places may share a name: the later one is kept as NAME_2. */
function distinctColumns(columns: readonly Column[]): readonly Column[] {
  const seen = new Set<string>()
  return columns.map((column) => {
    let name = column.name
    for (let i = 2; seen.has(name); i++) name = `${column.name}_${i}`
    seen.add(name)
    return { ...column, name }
  })
}
