/**
 * Sparse matrices: what is not zero, row by row, and the few ways to put one together. Browser-safe. What counts mean
 * (library sizes, normalisation, variable genes) is in counts.ts and variable-genes.ts; files are read in
 * read-counts-node.ts.
 */
import { HourglassError } from '../base/index.js'
import type { Column } from './table.js'

/** A matrix of counts, cells × genes, of which only the non-zero entries are kept (compressed sparse rows). */
export interface SparseMatrix {
  /** Where the counts came from, for people. */
  readonly source: string
  /** Cells. */
  readonly rows: number
  /** Genes. */
  readonly columns: number
  /** `[rows + 1]`: the entries of row r are those from `rowStarts[r]` up to, not including, `rowStarts[r + 1]`. */
  readonly rowStarts: Int32Array | Float64Array
  /** `[entries]`, 0 to columns − 1, ascending within a row and never twice. */
  readonly columnIndices: Int32Array
  /** `[entries]`, none of them zero. */
  readonly values: Float32Array
  /** `[rows]`, unique; absent where the file names no cells. */
  readonly rowNames?: readonly string[]
  /** `[columns]`, unique; absent where the file names no genes. */
  readonly columnNames?: readonly string[]
  /** What is known of each row beside its counts, such as its cell type; `[rows]` cells each. */
  readonly labels: readonly Column[]
  /** The label that the file's format sets apart (`y` of an .npz). */
  readonly suggestedLabel?: string
  /** What the reader decided, one sentence each, for people. */
  readonly notes: readonly string[]
}

/** Entries compressed along one axis, whichever it is: its lines one behind the other. */
export interface Compressed {
  readonly lines: number
  /** Places in a line. */
  readonly width: number
  /** `[lines + 1]` */
  readonly starts: Int32Array
  /** `[entries]`, places within the line. */
  readonly indices: Int32Array
  /** `[entries]` */
  readonly values: Float32Array
}

/** Entries in any order, each with its line and its place in it. */
export interface Coordinates extends Omit<Compressed, 'starts'> {
  /** `[entries]` */
  readonly lineIndices: Int32Array
}

/** Most entries: their positions are 32-bit. Sixteen gigabytes. */
export const mostEntries = 2 ** 31 - 1

/** Most lines of an axis: no organism has as many genes, and no study as many cells. */
const mostLines = 2 ** 27

/** Sorts entries into lines (a counting sort); within a line they keep their order. */
export function compress({ lines, width, lineIndices, indices, values }: Coordinates): Compressed {
  const starts = startsOf(lines, lineIndices)
  const next = starts.slice(0, lines)
  const sortedIndices = new Int32Array(indices.length)
  const sortedValues = new Float32Array(values.length)
  for (let i = 0; i < indices.length; i++) {
    const at = next[lineIndices[i]!]!++
    sortedIndices[at] = indices[i]!
    sortedValues[at] = values[i]!
  }
  return { lines, width, starts, indices: sortedIndices, values: sortedValues }
}

/** The same entries along the other axis; the lines of the result are in ascending order. */
export function transpose({ lines, width, starts, indices, values }: Compressed): Compressed {
  const turned = startsOf(width, indices)
  const next = turned.slice(0, width)
  const lineIndices = new Int32Array(indices.length)
  const turnedValues = new Float32Array(values.length)
  for (let line = 0; line < lines; line++) {
    for (let i = starts[line]!; i < starts[line + 1]!; i++) {
      const at = next[indices[i]!]!++
      lineIndices[at] = line
      turnedValues[at] = values[i]!
    }
  }
  return { lines: width, width: lines, starts: turned, indices: lineIndices, values: turnedValues }
}

/** Where each line starts when entries are sorted by line. */
function startsOf(lines: number, lineIndices: Int32Array): Int32Array {
  const starts = new Int32Array(lines + 1)
  for (const line of lineIndices) starts[line + 1]!++
  for (let line = 0; line < lines; line++) starts[line + 1]! += starts[line]!
  return starts
}

/**
 * The same matrix with ascending places in each line, no place twice (such entries are added, as SciPy does) and no
 * zeros. Works on the arrays it is given.
 *
 * @returns the matrix, and how many entries were added to another
 */
export function canonical(matrix: Compressed): { readonly matrix: Compressed; readonly merged: number } {
  const { lines, starts, indices, values } = matrix
  const cleanStarts = new Int32Array(lines + 1)
  let [kept, merged] = [0, 0]
  for (let line = 0; line < lines; line++) {
    const [from, to] = [starts[line]!, starts[line + 1]!]
    if (!isAscending(indices, from, to)) sortLine(indices, values, from, to)
    const first = kept
    for (let i = from; i < to; i++) {
      if (kept > first && indices[kept - 1] === indices[i]) {
        values[kept - 1]! += values[i]!
        merged++
      } else if (values[i] !== 0) {
        indices[kept] = indices[i]!
        values[kept++] = values[i]!
      }
    }
    cleanStarts[line + 1] = kept
  }
  const unchanged = kept === indices.length
  return {
    merged,
    matrix: {
      ...matrix,
      starts: cleanStarts,
      indices: unchanged ? indices : indices.slice(0, kept),
      values: unchanged ? values : values.slice(0, kept),
    },
  }
}

function isAscending(indices: Int32Array, from: number, to: number): boolean {
  for (let i = from + 1; i < to; i++) if (indices[i - 1]! > indices[i]!) return false
  return true
}

function sortLine(indices: Int32Array, values: Float32Array, from: number, to: number): void {
  const order = Int32Array.from({ length: to - from }, (_, i) => from + i).sort(
    (a, b) => indices[a]! - indices[b]! || a - b,
  )
  const sorted = order.map((i) => indices[i]!)
  values.set(
    Float32Array.from(order, (i) => values[i]!),
    from,
  )
  indices.set(sorted, from)
}

/** The matrix of some of its places, in the order given. @param kept each 0 to width − 1, none twice */
export function selectPlaces(matrix: Compressed, kept: ArrayLike<number>): Compressed {
  const { lines, width, starts, indices, values } = matrix
  const places = new Int32Array(width).fill(-1)
  for (let place = 0; place < kept.length; place++) places[kept[place]!] = place
  const count = indices.reduce((sum, index) => sum + (places[index]! >= 0 ? 1 : 0), 0)
  const [keptIndices, keptValues] = [new Int32Array(count), new Float32Array(count)]
  const keptStarts = new Int32Array(lines + 1)
  let at = 0
  for (let line = 0; line < lines; line++) {
    for (let i = starts[line]!; i < starts[line + 1]!; i++) {
      const place = places[indices[i]!]!
      if (place < 0) continue
      keptIndices[at] = place
      keptValues[at++] = values[i]!
    }
    keptStarts[line + 1] = at
  }
  return canonical({
    lines,
    width: kept.length,
    starts: keptStarts,
    indices: keptIndices,
    values: keptValues,
  }).matrix
}

/** Gathers a matrix line by line when the number of its entries is not known. */
export interface EntryList {
  /** Adds an entry to the present line; zeros are not kept. */
  add(index: number, value: number): void
  /** Ends the present line and begins the next. */
  endLine(): void
  /** The lines so far. */
  readonly lines: () => number
  done(width: number): Compressed
}

/** @param source for messages @throws HG_TABLE_TOO_LARGE, when it is added to, beyond the limit or the memory there is */
export function entryList(source: string): EntryList {
  let [indices, values] = [new Int32Array(1 << 16), new Float32Array(1 << 16)]
  let count = 0
  const starts = [0]
  const grow = (): void => {
    checkSize(source, { lines: 0, width: 0, entries: count + 1 })
    const room = Math.min(mostEntries, count * 2)
    indices = larger(source, indices, room)
    values = larger(source, values, room)
  }
  return {
    add: (index, value) => {
      if (value === 0) return
      if (count === indices.length) grow()
      indices[count] = index
      values[count++] = value
    },
    endLine: () => void starts.push(count),
    lines: () => starts.length - 1,
    done: (width) => ({
      lines: starts.length - 1,
      width,
      starts: Int32Array.from(starts),
      indices: indices.slice(0, count),
      values: values.slice(0, count),
    }),
  }
}

/** A copy with more room. @throws HG_TABLE_TOO_LARGE when there is no memory for it */
export function larger<A extends Int32Array | Float32Array>(source: string, array: A, length: number): A {
  const grown = allocate(source, length * array.BYTES_PER_ELEMENT, () => {
    return new (array.constructor as new (length: number) => A)(length)
  })
  grown.set(array)
  return grown
}

/** What `make` gives. @throws HG_TABLE_TOO_LARGE when there is no memory for it */
export function allocate<T>(source: string, bytes: number, make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new HourglassError(
      'HG_TABLE_TOO_LARGE',
      `${source}: needs ${(bytes / 1e9).toFixed(1)} GB at once, which this machine does not give; take fewer cells or genes`,
      { cause: error },
    )
  }
}

/**
 * Refuses sizes that no matrix of counts has, before anything is allocated for them.
 *
 * @throws HG_TABLE_TOO_LARGE beyond 2^31 − 1 entries or 2^27 lines of an axis
 */
export function checkSize(
  source: string,
  { lines, width, entries }: { lines: number; width: number; entries: number },
): void {
  if (entries <= mostEntries && Math.max(lines, width) <= mostLines) return
  throw new HourglassError(
    'HG_TABLE_TOO_LARGE',
    `${source}: ${lines} × ${width} with ${entries} entries is beyond the limit of ${mostEntries} entries and ` +
      `${mostLines} rows or columns; split the cells over several files`,
  )
}

/**
 * A matrix in compressed lines as a file holds it, checked before anything follows its indices.
 *
 * @throws HG_TABLE_MALFORMED when starts do not ascend to the number of entries, or an index lies outside
 */
export function checkedCompressed(source: string, matrix: Compressed): Compressed {
  const { lines, width, starts, indices, values } = matrix
  const broken = (what: string): HourglassError =>
    new HourglassError(
      'HG_TABLE_MALFORMED',
      `${source}: the sparse matrix is damaged: ${what}; write it again`,
    )
  if (starts.length !== lines + 1) throw broken(`indptr has ${starts.length} numbers, expected ${lines + 1}`)
  if (indices.length !== values.length) {
    throw broken(`${indices.length} indices, but ${values.length} values`)
  }
  if (starts[0] !== 0 || starts[lines] !== indices.length) {
    throw broken(`indptr runs from ${starts[0]!} to ${starts[lines]!}, expected 0 to ${indices.length}`)
  }
  const falls = starts.findIndex((start, i) => i > 0 && start < starts[i - 1]!)
  if (falls > 0) throw broken(`indptr falls at ${falls}`)
  const outside = indices.findIndex((index) => index < 0 || index >= width)
  if (outside >= 0) throw broken(`index ${indices[outside]!} at ${outside} lies outside of 0 to ${width - 1}`)
  return matrix
}
