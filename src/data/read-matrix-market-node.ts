/**
 * Matrix Market files and what lies beside them: the names of genes and cells, as 10x Genomics writes them
 * (matrix.mtx.gz with features.tsv.gz or genes.tsv, and barcodes.tsv.gz). The format itself is matrix-market.ts.
 *
 * @see https://www.10xgenomics.com/support/software/cell-ranger, "Feature-barcode matrices"
 */
import { createReadStream } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createGunzip, gunzipSync } from 'node:zlib'
import { HourglassError, messageOf, progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import { matrixMarketParser } from './matrix-market.js'
import type { Evidence, RawCounts } from './raw-counts.js'
import { compress, type Coordinates } from './sparse.js'

/**
 * The one matrix in a folder.
 *
 * @throws HG_FILE_UNREADABLE when there is none or more than one
 */
export async function matrixIn(folder: string): Promise<string> {
  const matrices = (await readdir(folder)).filter((name) => /\.mtx(\.gz)?$/i.test(name)).sort()
  const [first] = matrices
  if (first !== undefined && matrices.length === 1) return join(folder, first)
  const found = matrices.length === 0 ? 'none' : matrices.slice(0, 5).join(', ')
  throw new HourglassError(
    'HG_FILE_UNREADABLE',
    `${folder}: expected one matrix (.mtx or .mtx.gz) in this folder, got ${found}; name the file itself`,
  )
}

/** Reads a matrix and the names beside it. @throws what `matrixMarketParser` throws, HG_TABLE_MALFORMED for names of another number */
export async function readMatrixMarket(path: string, work: LongWork): Promise<RawCounts> {
  const source = basename(path)
  const entries = await parsed(path, source, work)
  const notes: string[] = []
  const names = await namesBeside(path, entries, notes)
  // Cells are what is read line by line, so they are compressed at once, whichever axis they are on.
  const byColumn = names.evidence?.orientation === 'genes-by-cells'
  const { lines, width, lineIndices, indices, values } = entries
  const matrix = byColumn
    ? compress({ lines: width, width: lines, lineIndices: indices, indices: lineIndices, values })
    : compress(entries)
  const linesAre = byColumn ? 'columns' : 'rows'
  const raw = { source, matrix, linesAre, labels: [], notes, ...names } as const
  return names.evidence ? raw : { ...raw, evidence: customary }
}

const customary: Evidence = {
  orientation: 'genes-by-cells',
  because: 'Matrix Market files of counts usually are, and no barcodes.tsv and features.tsv lie beside it',
}

async function parsed(path: string, source: string, { signal, onProgress }: LongWork): Promise<Coordinates> {
  const report = progressOf('reading', onProgress)
  const parser = matrixMarketParser(source)
  const bytes = createReadStream(path, { highWaterMark: 1 << 20 })
  const plain =
    /\.gz$/i.test(path) || (await isGzip(path)) ? bytes.pipe(createGunzip({ chunkSize: 1 << 20 })) : bytes
  bytes.on('error', (error) => plain.destroy(error))
  try {
    for await (const piece of plain as AsyncIterable<Buffer>) {
      throwIfAborted(signal, 'reading')
      parser.feed(piece)
      const [read, expected] = parser.progress()
      report(expected > 0 ? Math.min(0.999, read / expected) : undefined, `${read} entries`)
    }
  } catch (error) {
    if (error instanceof HourglassError) throw error
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${source}: the data is damaged or cut short (${messageOf(error)}); copy it again`,
      { cause: error },
    )
  }
  report(1)
  return parser.done()
}

/** Names of both axes, and which of them the cells are on. */
interface Names {
  readonly rowNames?: readonly string[]
  readonly columnNames?: readonly string[]
  readonly rowKinds?: readonly string[]
  readonly evidence?: Evidence
}

const geneFiles = /^(?:features|genes|gene_names)\.(?:tsv|txt)(?:\.gz)?$/i
const cellFiles = /^(?:barcodes|cells|cell_names)\.(?:tsv|txt)(?:\.gz)?$/i

/** Reads the files of names that belong to a matrix: those with its prefix or name, as in
 * GSM1_matrix.mtx and GSM1_genes.tsv, or sample.mtx and sample_genes.tsv. */
async function namesBeside(path: string, { lines, width }: Coordinates, notes: string[]): Promise<Names> {
  const stem = basename(path).replace(/\.mtx(\.gz)?$/i, '')
  const prefixes = [/^(?:|.*[._-])(?=matrix$)/.exec(stem)?.[0] ?? '', `${stem}_`, `${stem}.`]
  const siblings = (await readdir(dirname(path))).sort()
  const pick = (pattern: RegExp): string | undefined =>
    prefixes
      .flatMap((prefix) =>
        siblings.filter((name) => name.startsWith(prefix) && pattern.test(name.slice(prefix.length))),
      )
      .at(0)
  const [geneFile, cellFile] = [pick(geneFiles), pick(cellFiles)]
  const genes = geneFile === undefined ? undefined : await namesIn(join(dirname(path), geneFile), 'gene')
  const cells = cellFile === undefined ? undefined : await namesIn(join(dirname(path), cellFile), 'cell')
  if (!genes && !cells) return {}
  const fits = (names: Lines | undefined, size: number): boolean =>
    names === undefined || namesFor(names, size) !== undefined
  const found = [geneFile, cellFile].filter((name) => name !== undefined).join(' and ')
  const as = (orientation: Evidence['orientation']): Evidence => ({
    orientation,
    because: `the names in ${found} are as many`,
  })
  notes.push(`names are read from ${found}`)
  if (fits(genes, lines) && fits(cells, width)) {
    const kinds = genes?.kinds.slice(-lines)
    const named = namesOf(namesFor(genes, lines), namesFor(cells, width), as('genes-by-cells'))
    return { ...named, ...(kinds && { rowKinds: kinds }) }
  }
  if (fits(cells, lines) && fits(genes, width)) {
    return namesOf(namesFor(cells, lines), namesFor(genes, width), as('cells-by-genes'))
  }
  const counts = [
    genes && `${genes.names.length} in ${geneFile!}`,
    cells && `${cells.names.length} in ${cellFile!}`,
  ]
  throw new HourglassError(
    'HG_TABLE_MALFORMED',
    `${basename(path)}: the matrix is ${lines} × ${width}, but there are ${counts.filter(Boolean).join(' and ')}; ` +
      'give the files that belong together, or move the others away',
  )
}

function namesOf(
  rowNames: readonly string[] | undefined,
  columnNames: readonly string[] | undefined,
  evidence: Evidence,
): Names {
  return { evidence, ...(rowNames && { rowNames }), ...(columnNames && { columnNames }) }
}

/** The names of a file, one a line. */
interface Lines {
  readonly names: readonly string[]
  /** The third field, where there is one: what kind of thing is counted. */
  readonly kinds: readonly string[]
}

/** The names when there are `size` of them, or one more because of a header; else undefined. */
function namesFor(lines: Lines | undefined, size: number): readonly string[] | undefined {
  if (lines?.names.length === size) return lines.names
  return lines?.names.length === size + 1 ? lines.names.slice(1) : undefined
}

/** Genes stand as identifier, symbol, kind: the symbol is what people know. Cells stand alone. */
async function namesIn(path: string, what: 'gene' | 'cell'): Promise<Lines> {
  const bytes = await readFile(path)
  const text = new TextDecoder().decode(bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzip(path, bytes) : bytes)
  const rows = text
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => line.split('\t').map((field) => field.replace(/^"(.*)"$/, '$1')))
  return {
    names: rows.map(([first = '', second]) => (what === 'gene' && second ? second : first)),
    kinds: rows.map(([, , kind = '']) => kind),
  }
}

function gunzip(path: string, bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes)
  } catch (error) {
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${basename(path)}: the gzip data is damaged or cut short (${messageOf(error)})`,
      { cause: error },
    )
  }
}

async function isGzip(path: string): Promise<boolean> {
  const start = createReadStream(path, { start: 0, end: 1 })
  for await (const piece of start as AsyncIterable<Buffer>) return piece[0] === 0x1f && piece[1] === 0x8b
  return false
}
