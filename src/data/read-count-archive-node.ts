/**
 * NumPy archives of counts: a sparse matrix as SciPy's save_npz writes it, or a dense array X with labels y, of which only
 * the non-zero entries are kept. The arrays are numpy.ts's.
 *
 * @see https://docs.scipy.org/doc/scipy/reference/generated/scipy.sparse.save_npz.html
 */
import { HourglassError, progressOf, throwIfAborted } from '../base/index.js'
import type { PlainArray } from './array-table.js'
import type { OpenNumpyArray } from './numpy.js'
import type { RawCounts } from './raw-counts.js'
import { readArchive, type Archive } from './read-numpy-node.js'
import type { FileToRead } from './read-table-node.js'
import { allocate, checkedCompressed, checkSize, entryList, type Compressed } from './sparse.js'
import { columnFromStrings, withoutInfinities } from './string-columns.js'
import type { Column } from './table.js'

/**
 * Reads a .npz of counts.
 *
 * @throws HG_FILE_UNREADABLE when it is damaged or holds neither layout, HG_TABLE_MALFORMED, HG_TABLE_TOO_LARGE
 */
export async function readCountArchive(file: FileToRead): Promise<RawCounts> {
  const { source, signal, onProgress } = file
  const report = progressOf('reading', onProgress)
  const archive = await readArchive(file)
  throwIfAborted(signal, 'reading')
  report(0.5)
  const isSparse = archive.has('format') && archive.has('data')
  const matrix = isSparse ? sparseMatrix(source, archive) : denseMatrix(source, archive)
  const [rows, columns] =
    matrix.linesAre === 'rows' ? sizesOf(matrix.matrix) : [...sizesOf(matrix.matrix)].reverse()
  const notes: string[] = []
  report(1)
  return {
    source,
    ...matrix,
    rowNames: namesIn(archive, ['cells', 'cell_names', 'barcodes', 'obs_names', 'row_names'], rows!),
    columnNames: namesIn(archive, ['genes', 'gene_names', 'var_names', 'features', 'columns'], columns!),
    ...labelsIn(archive, { rows: rows!, columns: columns! }, notes),
    notes,
  }
}

type Stored = Pick<RawCounts, 'matrix' | 'linesAre'>

const sizesOf = ({ lines, width }: Compressed): [number, number] => [lines, width]

/** SciPy's layout: data, indices, indptr, shape, format. */
function sparseMatrix(source: string, archive: Archive): Stored {
  const format = archive.parse('format')?.strings?.[0]
  const shape = archive.parse('shape')?.numbers
  if ((format !== 'csr' && format !== 'csc') || shape?.length !== 2) {
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${source}: expected a sparse matrix of format csr or csc and two axes, got "${format ?? ''}"; convert it with .tocsr()`,
    )
  }
  const [rows, columns] = [shape[0]!, shape[1]!]
  const [lines, width] = format === 'csr' ? [rows, columns] : [columns, rows]
  const [data, places, starts] = ['data', 'indices', 'indptr'].map((name) => archive.open(name)!) as [
    OpenNumpyArray,
    OpenNumpyArray,
    OpenNumpyArray,
  ]
  checkSize(source, { lines, width, entries: data.count })
  const whole = (array: OpenNumpyArray): Int32Array =>
    filled(
      array,
      source,
      allocate(source, array.count * 4, () => new Int32Array(array.count)),
    )
  const matrix = checkedCompressed(source, {
    lines,
    width,
    starts: whole(starts),
    indices: whole(places),
    values: filled(
      data,
      source,
      allocate(source, data.count * 4, () => new Float32Array(data.count)),
    ),
  })
  return { matrix, linesAre: format === 'csr' ? 'rows' : 'columns' }
}

function filled<A extends Int32Array | Float32Array>(
  { numberAt, dtype }: OpenNumpyArray,
  source: string,
  target: A,
): A {
  if (!numberAt)
    throw new HourglassError('HG_FILE_UNREADABLE', `${source}: elements of type ${dtype} are no counts`)
  for (let i = 0; i < target.length; i++) target[i] = numberAt(i)
  return target
}

/** X, or the only array of two axes. */
function denseMatrix(source: string, archive: Archive): Stored {
  const flat = archive.names.filter((name) => archive.open(name)!.shape.length === 2)
  const name = archive.has('X') ? 'X' : flat.length === 1 ? flat[0]! : undefined
  const array = name === undefined ? undefined : archive.open(name)
  if (array?.shape.length !== 2 || !array.numberAt) {
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${source}: expected data, indices, indptr, shape and format (scipy.sparse.save_npz), or an array X of cells × genes; ` +
        `the archive has ${archive.names.join(', ') || 'none'}`,
    )
  }
  const [lines, width] = array.shape as readonly [number, number]
  const entries = entryList(source)
  for (let line = 0, at = 0; line < lines; line++) {
    for (let place = 0; place < width; place++) entries.add(place, array.numberAt(at++))
    entries.endLine()
  }
  return { matrix: entries.done(width), linesAre: 'rows' }
}

/** The first array of names of the right number. */
function namesIn(
  archive: Archive,
  candidates: readonly string[],
  size: number,
): readonly string[] | undefined {
  for (const name of candidates) {
    const { strings } = archive.has(name) ? archive.parse(name)! : {}
    if (strings?.length === size) return strings
  }
  return undefined
}

/** The label y, and which way round the matrix is by it; without one, as NumPy's users have it: cells are rows. */
function labelsIn(
  archive: Archive,
  { rows, columns }: { rows: number; columns: number },
  notes: string[],
): Pick<RawCounts, 'labels' | 'labelsAre' | 'suggestedLabel' | 'evidence'> {
  const y = archive.parse('y')
  if (!y) {
    return {
      labels: [],
      evidence: { orientation: 'cells-by-genes', because: 'an archive of NumPy usually is' },
    }
  }
  const count = y.strings?.length ?? y.numbers?.length ?? 0
  const labelsAre = count === rows ? 'rows' : 'columns'
  if (count !== rows && count !== columns) {
    throw new HourglassError(
      'HG_TABLE_MALFORMED',
      `${archive.source}: y has ${count} labels, but the matrix is ${rows} × ${columns}; expected one for each cell`,
    )
  }
  return {
    labels: [labelColumn('y', y, notes)],
    labelsAre,
    suggestedLabel: 'y',
    evidence: {
      orientation: labelsAre === 'rows' ? 'cells-by-genes' : 'genes-by-cells',
      because: `y has a label for each of the ${count} ${labelsAre}`,
    },
  }
}

function labelColumn(name: string, { numbers, strings = [] }: PlainArray, notes: string[]): Column {
  return numbers
    ? { name, storage: 'number', values: withoutInfinities(name, Float64Array.from(numbers), notes) }
    : columnFromStrings(name, strings, notes)
}
