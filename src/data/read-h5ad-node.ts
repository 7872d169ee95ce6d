/**
 * AnnData files (.h5ad) and the HDF5 matrices of 10x Genomics as counts. Frames of names and labels are read in
 * anndata-frames-node.ts, HDF5 itself in hdf5-node.ts.
 *
 * @see https://anndata.readthedocs.io/en/latest/fileformat-prose.html
 */
import { HourglassError, progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import { readFrame, type Frame } from './anndata-frames-node.js'
import {
  datasetAt,
  eachSlice,
  groupAt,
  nodeAt,
  numbersAttribute,
  numbersOf,
  textAttribute,
  textsOf,
  withHdf5,
  type Dataset,
  type Group,
} from './hdf5-node.js'
import type { RawCounts } from './raw-counts.js'
import { checkedCompressed, checkSize, entryList, type Compressed } from './sparse.js'

interface H5adFile extends LongWork {
  readonly path: string
  readonly source: string
}

/**
 * Reads an .h5ad. Of X, its layers and `raw`, the first that holds counts is taken.
 *
 * @throws HG_FILE_UNREADABLE when it is damaged or cut short, or holds no matrix; HG_TABLE_MALFORMED, HG_TABLE_TOO_LARGE
 */
export async function readH5ad({ path, source, ...work }: H5adFile): Promise<RawCounts> {
  return withHdf5(path, source, async (root) => {
    const report = progressOf('reading', work.onProgress)
    const tenX = groupAt(root, 'matrix')
    if (tenX && datasetAt(tenX, 'barcodes')) return readTenX(source, tenX, work)
    const notes: string[] = []
    const place = await chosenMatrix(source, root, notes, work)
    const stored = await storedMatrix({ source, node: place.node, ...work })
    report(0.9)
    const [cells, genes] = [
      frameAt(root, 'obs', root, notes),
      frameAt(place.genesIn, place.genes, root, notes),
    ]
    report(1)
    const { matrix, linesAre } = stored
    const [rows, columns] = linesAre === 'rows' ? [matrix.lines, matrix.width] : [matrix.width, matrix.lines]
    checkLength(source, 'obs', cells, rows)
    checkLength(source, place.genes, genes, columns)
    return {
      source,
      matrix,
      linesAre,
      rowNames: cells?.names,
      columnNames: genes?.names,
      labels: cells?.columns ?? [],
      evidence: { orientation: 'cells-by-genes', because: 'an .h5ad keeps cells in obs' },
      notes,
    }
  })
}

/** A matrix in the file, and the frame of its genes. */
interface MatrixPlace {
  readonly name: string
  readonly node: Group | Dataset
  readonly genesIn: Group
  readonly genes: string
}

/** Every place that may hold counts, X first. */
function placesIn(root: Group): MatrixPlace[] {
  const places: MatrixPlace[] = []
  const add = (name: string, parent: Group | undefined, key: string, genesIn = root, genes = 'var'): void => {
    const node = parent && nodeAt(parent, key)
    if (node) places.push({ name, node, genesIn, genes })
  }
  const [layers, raw] = [groupAt(root, 'layers'), groupAt(root, 'raw')]
  add('X', root, 'X')
  add('layers/counts', layers, 'counts')
  if (raw) add('raw/X', raw, 'X', raw)
  add('raw.X', root, 'raw.X', root, 'raw.var') // before AnnData 0.7
  for (const name of ['raw_counts', 'raw', 'umi']) add(`layers/${name}`, layers, name)
  return places
}

/**
 * X when it holds counts, else the first other place that does, else X all the same; said in a note.
 *
 * @throws HG_FILE_UNREADABLE when there is no matrix
 */
async function chosenMatrix(
  source: string,
  root: Group,
  notes: string[],
  work: LongWork,
): Promise<MatrixPlace> {
  const places = placesIn(root)
  const [first] = places
  if (!first) {
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${source}: expected an .h5ad with a matrix X; this HDF5 file has ${root.keys().slice(0, 10).join(', ') || 'nothing in it'}`,
    )
  }
  for (const place of places) {
    if (!(await holdsCounts({ source, node: place.node, ...work }))) continue
    if (place.name !== 'X') {
      const why = first.name === 'X' ? 'X holds no counts' : 'there is no X'
      notes.push(`${why}: counts are read from ${place.name}`)
    }
    return place
  }
  if (places.length > 1)
    notes.push(`none of ${places.map(({ name }) => name).join(', ')} holds counts: ${first.name} is read`)
  return first
}

/** Where a matrix is stored, and what is passed down to read it. */
interface MatrixNode extends LongWork {
  readonly source: string
  readonly node: Group | Dataset
}

/** Numbers that are looked at to tell counts from other numbers. */
const probed = 1 << 20

/** Whether the first numbers are whole, none is negative, and not all are zero. */
async function holdsCounts({ source, node, signal }: MatrixNode): Promise<boolean> {
  const dataset = 'slice' in node ? node : datasetAt(node, 'data')
  if (!dataset) return false
  let [whole, filled] = [true, false]
  const look = (numbers: ArrayLike<number>): void => {
    for (let i = 0; i < numbers.length && whole; i++) {
      const value = numbers[i]!
      whole = value >= 0 && Number.isInteger(value)
      filled ||= value > 0
    }
  }
  await eachSlice({ source, dataset, signal }, look, probed)
  return whole && filled
}

type Stored = Pick<RawCounts, 'matrix' | 'linesAre'>

/** A dense array, or the group of a sparse one. */
async function storedMatrix({ node, ...place }: MatrixNode): Promise<Stored> {
  if ('slice' in node) return { matrix: await denseMatrix(place, node), linesAre: 'rows' }
  const format = textAttribute(node, 'encoding-type') ?? textAttribute(node, 'h5sparse_format') ?? ''
  const shape = ['shape', 'h5sparse_shape']
    .map((name) => numbersAttribute(node, name))
    .find(({ length }) => length === 2)
  const kind = /^cs([rc])(?:_matrix)?$/.exec(format)?.[1]
  if (kind === undefined || !shape) {
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${place.source}: ${node.path} is stored as "${format}"; expected a dense array, csr_matrix or csc_matrix`,
    )
  }
  const [rows, columns] = shape as [number, number]
  return kind === 'r'
    ? { matrix: await sparseMatrix(place, node, rows, columns), linesAre: 'rows' }
    : { matrix: await sparseMatrix(place, node, columns, rows), linesAre: 'columns' }
}

async function denseMatrix(
  { source, signal, onProgress }: Omit<MatrixNode, 'node'>,
  dataset: Dataset,
): Promise<Compressed> {
  const [lines = 0, width = 0, ...more] = dataset.shape ?? []
  if (more.length > 0 || dataset.shape?.length !== 2) {
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${source}: ${dataset.path} has the shape (${(dataset.shape ?? []).join(', ')}); expected cells × genes`,
    )
  }
  const report = progressOf('reading', onProgress)
  const entries = entryList(source)
  await eachSlice({ source, dataset, signal }, (numbers, firstLine) => {
    for (let start = 0; start < numbers.length; start += width) {
      for (let place = 0; place < width; place++) entries.add(place, numbers[start + place]!)
      entries.endLine()
    }
    report(Math.min(0.9, firstLine / lines))
  })
  return entries.done(width)
}

async function sparseMatrix(
  { source, signal }: Omit<MatrixNode, 'node'>,
  group: Group,
  lines: number,
  width: number,
): Promise<Compressed> {
  const part = (name: string): Dataset => {
    const dataset = datasetAt(group, name)
    if (dataset) return dataset
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${source}: ${group.path} lacks ${name}, which a sparse matrix has`,
    )
  }
  const [data, places, starts] = [part('data'), part('indices'), part('indptr')]
  checkSize(source, { lines, width, entries: data.shape?.[0] ?? 0 })
  const whole = (dataset: Dataset): Promise<Int32Array> =>
    numbersOf({ source, dataset, signal }, (length) => new Int32Array(length))
  const values = await numbersOf({ source, dataset: data, signal }, (length) => new Float32Array(length))
  return checkedCompressed(source, {
    lines,
    width,
    starts: await whole(starts),
    indices: await whole(places),
    values,
  })
}

function frameAt(parent: Group, name: string, root: Group, notes: string[]): Frame | undefined {
  const node = nodeAt(parent, name)
  return node && readFrame(node, root, notes)
}

function checkLength(source: string, name: string, frame: Frame | undefined, expected: number): void {
  if (!frame?.names || frame.names.length === expected) return
  throw new HourglassError(
    'HG_TABLE_MALFORMED',
    `${source}: ${name} names ${frame.names.length}, but the matrix has ${expected}; write the file again`,
  )
}

/** The matrix of 10x Genomics' HDF5 files: a column for each barcode. */
async function readTenX(source: string, group: Group, { signal }: LongWork): Promise<RawCounts> {
  throwIfAborted(signal, 'reading')
  const shape = datasetAt(group, 'shape')
  const [genes = 0, cells = 0] = shape
    ? await numbersOf({ source, dataset: shape, signal }, (length) => new Float64Array(length))
    : []
  const features = groupAt(group, 'features')
  const texts = (parent: Group | undefined, name: string): readonly string[] | undefined => {
    const dataset = parent && datasetAt(parent, name)
    return dataset && textsOf(dataset)
  }
  return {
    source,
    matrix: await sparseMatrix({ source, signal }, group, cells, genes),
    linesAre: 'columns',
    rowNames: texts(features, 'name') ?? texts(group, 'gene_names'),
    columnNames: texts(group, 'barcodes'),
    rowKinds: texts(features, 'feature_type'),
    labels: [],
    evidence: { orientation: 'genes-by-cells', because: 'the file has the layout of 10x Genomics' },
    notes: [],
  }
}
