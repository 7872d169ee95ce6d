import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asTable, denseRows, normalizeCounts, selectColumns } from './counts.js'
import { sqlText, withDuckDB } from './duckdb-node.js'
import { readCounts, type ReadCountsOptions } from './read-counts-node.js'
import { readTable } from './read-table-node.js'
import type { SparseMatrix } from './sparse.js'
import { cellText } from './table.js'
import { highlyVariableGenes } from './variable-genes.js'

// Written by AnnData, SciPy and h5py; golden/counts.py makes the file.
const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'golden/counts.json'), 'utf8')) as {
  counts: number[][]
  cells: string[]
  genes: string[]
  h5ad: Record<string, string>
  npz: Record<string, string>
  matrixMarket: string
}
const { counts, cells, genes } = golden

/** The second gene of a name is called NAME-1, as AnnData does it. */
const uniqueGenes = genes.map((name, i) => (genes.indexOf(name) < i ? `${name}-1` : name))

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-counts-'))
})
afterAll(() => rm(folder, { recursive: true }))

let files = 0
async function file(content: string | Uint8Array, ending: string): Promise<string> {
  const path = join(folder, `file${files++}.${ending}`)
  await writeFile(path, content)
  return path
}

const unpack = (content: string): Buffer => gunzipSync(Buffer.from(content, 'base64'))
const h5ad = async (name: string, options?: ReadCountsOptions): Promise<SparseMatrix> =>
  readCounts(await file(unpack(golden.h5ad[name]!), 'h5ad'), options)
const npz = async (name: string, options?: ReadCountsOptions): Promise<SparseMatrix> =>
  readCounts(await file(unpack(golden.npz[name]!), 'npz'), options)
const text = async (content: string, ending = 'csv', options?: ReadCountsOptions): Promise<SparseMatrix> =>
  readCounts(await file(content, ending), options)

function lists(matrix: SparseMatrix): number[][] {
  const { rows, columns } = matrix
  const target = new Float32Array(rows * columns)
  denseRows(matrix, 0, rows, target)
  return Array.from({ length: rows }, (_, row) => [...target.subarray(row * columns, (row + 1) * columns)])
}

/** Labels by name, as text. */
const labelsOf = ({ labels, rows }: SparseMatrix): Record<string, string> =>
  Object.fromEntries(
    labels.map((column) => [
      `${column.name}: ${column.storage}`,
      Array.from({ length: rows }, (_, row) => cellText(column, row)).join(' '),
    ]),
  )

const lines = (rows: readonly (readonly (string | number)[])[], separator = ','): string =>
  rows.map((row) => row.join(separator)).join('\n') + '\n'

const turned = counts[0]!.map((_, gene) => counts.map((row) => row[gene]!))

describe('.h5ad files that AnnData wrote', () => {
  it.each(['csr', 'csc', 'dense', 'layer', 'layer only', 'seventh', 'sixth', 'half'])('%s', async (name) => {
    const matrix = await h5ad(name)
    expect(lists(matrix)).toEqual(counts)
    if (name === 'half') return
    expect(matrix.rowNames).toEqual(cells)
    expect(matrix.columnNames).toEqual(uniqueGenes)
    expect(labelsOf(matrix)).toMatchObject({ 'type: string': 'T B T  NK B' })
  })

  it('give labels of every kind', async () => {
    expect(labelsOf(await h5ad('csr'))).toEqual({
      'type: string': 'T B T  NK B',
      'cluster: string': '0 1 0 1 1 0',
      'batch: string': 'one two one two one two',
      'depth: number': '1.5 2  4 5 6',
      'good: boolean': 'true false true true false true',
      'age: number': '1  3 4 5 6',
    })
    expect(labelsOf(await h5ad('sixth'))).toEqual({
      'type: string': 'T B T  NK B',
      'depth: number': '1.5 2  4 5 6',
    })
  })

  it('say where the counts were when X holds none', async () => {
    const raw = await h5ad('raw')
    expect(lists(raw)).toEqual(counts)
    expect(raw.columnNames).toEqual(uniqueGenes)
    expect(raw.notes).toContain('X holds no counts: counts are read from raw/X')
    expect((await h5ad('layer')).notes).toContain('X holds no counts: counts are read from layers/counts')
    expect((await h5ad('layer only')).notes).toContain('there is no X: counts are read from layers/counts')
    const logged = await h5ad('logged')
    expect(logged.notes.join()).toMatch(/entries are no whole numbers.*normalised already/)
  })

  it('of 10x Genomics give cells, and genes alone', async () => {
    const matrix = await h5ad('10x')
    expect(lists(matrix)).toEqual(counts.map((row) => row.slice(0, 4)))
    expect([matrix.rowNames, matrix.columnNames]).toEqual([cells, uniqueGenes.slice(0, 4)])
    expect(matrix.notes).toContain('left out, as they are no genes: 1 rows of Antibody Capture')
  })

  it.each([
    ['scaled', 'HG_COUNTS_INVALID', /cell cell0, gene GAPDH: the entry is negative.*give the raw counts/],
    ['without X', 'HG_FILE_UNREADABLE', /expected an .h5ad with a matrix X; this HDF5 file has obs, other/],
    ['lzf', 'HG_FILE_UNREADABLE', /X is compressed by lzf; write the file with compression="gzip"/],
  ])('%s are refused', async (name, code, words) => {
    await expect(h5ad(name)).rejects.toMatchObject({ code })
    await expect(h5ad(name)).rejects.toThrow(words)
  })

  it('are refused when cut short, wherever', async () => {
    const whole = unpack(golden.h5ad['csr']!)
    for (const share of [0.01, 0.3, 0.6, 0.99]) {
      const path = await file(whole.subarray(0, Math.floor(whole.length * share)), 'h5ad')
      await expect(readCounts(path)).rejects.toThrow(
        /HDF5 file is damaged or cut short \(.*truncated|damaged/,
      )
    }
    expect(lists(await h5ad('csr'))).toEqual(counts)
  })
})

describe('archives', () => {
  it.each(['csr', 'csc'])('that SciPy wrote: %s', async (name) => {
    const matrix = await npz(name)
    expect(lists(matrix)).toEqual(counts)
    expect(matrix.notes.join()).toContain('read as cells × genes, since an archive of NumPy usually is')
  })

  it('of X and y, with names of genes', async () => {
    const matrix = await npz('dense')
    expect(lists(matrix)).toEqual(counts)
    expect(matrix).toMatchObject({ suggestedLabel: 'y', columnNames: uniqueGenes })
    expect(labelsOf(matrix)).toEqual({ 'y: string': 'a b a a c c' })
  })

  it('of genes × cells, when y has a label a column', async () => {
    const matrix = await npz('sideways')
    expect(lists(matrix)).toEqual(counts)
    expect(labelsOf(matrix)).toEqual({ 'y: number': '0 1 2 3 4 5' })
  })

  it('are refused when y has labels for neither, or the format is another', async () => {
    await expect(npz('mislabelled')).rejects.toThrow(/y has 4 labels, but the matrix is 5 × 6/)
    await expect(npz('coo')).rejects.toThrow(/format csr or csc.*got "coo"; convert it with .tocsr\(\)/)
    await expect(readTable(await file(unpack(golden.npz['csr']!), 'npz'))).rejects.toThrow(/read as counts/)
  })
})

describe('Matrix Market with what lies beside it', () => {
  async function tenX(names: Record<string, string>, matrix = golden.matrixMarket): Promise<string> {
    const path = join(folder, `tenx${files++}`)
    await mkdir(path)
    await writeFile(join(path, 'matrix.mtx.gz'), gzipSync(matrix))
    for (const [name, content] of Object.entries(names)) {
      await writeFile(join(path, name), name.endsWith('.gz') ? gzipSync(content) : content)
    }
    return path
  }
  const barcodes = cells.join('\n')
  const features = lines(
    genes.map((name, i) => [`ENSG0000000000${i}`, name, 'Gene Expression']),
    '\t',
  )

  it('reads a folder as 10x Genomics writes it, old and new', async () => {
    const expected = { rowNames: cells, columnNames: uniqueGenes }
    for (const names of [
      { 'barcodes.tsv.gz': barcodes, 'features.tsv.gz': features },
      { 'barcodes.tsv': `${barcodes}\n`, 'genes.tsv': features },
    ]) {
      const path = await tenX(names)
      const matrix = await readCounts(path)
      expect(lists(matrix)).toEqual(counts)
      expect(matrix).toMatchObject(expected)
      expect(await readCounts(join(path, 'matrix.mtx.gz'))).toEqual(matrix)
    }
  })

  it('finds names by the prefix or the name of the matrix, before those of another', async () => {
    const path = await tenX({
      'barcodes.tsv': 'another\n',
      'GSM1_barcodes.tsv': barcodes,
      'b_genes.tsv': features,
    })
    for (const name of ['GSM1_matrix.mtx', 'b.mtx']) await writeFile(join(path, name), golden.matrixMarket)
    expect((await readCounts(join(path, 'GSM1_matrix.mtx'))).rowNames).toEqual(cells)
    await rm(join(path, 'barcodes.tsv'))
    expect((await readCounts(join(path, 'b.mtx'))).columnNames).toEqual(uniqueGenes)
  })

  it('reads the text alone as genes × cells, unless told otherwise', async () => {
    const matrix = await text(golden.matrixMarket, 'mtx')
    expect(lists(matrix)).toEqual(counts)
    expect(matrix.notes.join()).toContain('Matrix Market files of counts usually are')
    expect(lists(await text(golden.matrixMarket, 'mtx', { orientation: 'cells-by-genes' }))).toEqual(turned)
  })

  it('finds the orientation by the numbers of names, and skips a header', async () => {
    const upright = `%%MatrixMarket matrix coordinate integer general\n6 5 1\n6 5 3\n`
    const matrix = await readCounts(
      await tenX({ 'barcodes.tsv': `x\n${barcodes}\n`, 'genes.tsv': features }, upright),
    )
    expect(matrix).toMatchObject({ rows: 6, columns: 5, rowNames: cells })
    expect([...matrix.rowStarts]).toEqual([0, 0, 0, 0, 0, 0, 1])
  })

  it('says which names do not fit, and that a folder has no or several matrices', async () => {
    await expect(readCounts(await tenX({ 'barcodes.tsv': 'a\nb\n' }))).rejects.toThrow(
      /the matrix is 5 × 6, but there are 2 in barcodes.tsv; give the files that belong together/,
    )
    const path = await tenX({ 'other.mtx': golden.matrixMarket })
    await expect(readCounts(path)).rejects.toThrow(/expected one matrix.*got matrix.mtx.gz, other.mtx/)
    await mkdir(join(folder, 'bare'), { recursive: true })
    await expect(readCounts(join(folder, 'bare'))).rejects.toThrow(/got none; name the file itself/)
    await expect(readTable(path)).rejects.toThrow(/its matrix is read as counts/)
  })

  it('adds entries of one place, and refuses damaged gzip data', async () => {
    const twice = '%%MatrixMarket matrix coordinate integer general\n2 2 3\n1 1 2\n1 1 3\n2 2 1\n'
    const matrix = await text(twice, 'mtx')
    expect(lists(matrix)).toEqual([
      [5, 0],
      [0, 1],
    ])
    expect(matrix.notes.join()).toContain('1 entries stand at the place of another')
    const packed = gzipSync(golden.matrixMarket)
    await expect(
      readCounts(await file(packed.subarray(0, packed.length - 20), 'mtx.gz')),
    ).rejects.toMatchObject({
      code: 'HG_FILE_UNREADABLE',
    })
  })
})

describe('tables', () => {
  const upright = [['cell', ...uniqueGenes], ...counts.map((row, i) => [cells[i]!, ...row])]
  const sideways = [['', ...cells], ...turned.map((row, i) => [uniqueGenes[i]!, ...row])]

  it('are turned by the names of genes, in text and in R’s way', async () => {
    const short = lines([cells, ...sideways.slice(1)], '\t')
    for (const matrix of [
      await text(lines(upright)),
      await text(lines(sideways)),
      await text(short, 'tsv'),
    ]) {
      expect(lists(matrix)).toEqual(counts)
      expect([matrix.rowNames, matrix.columnNames]).toEqual([cells, uniqueGenes])
    }
    expect((await text(lines(sideways))).notes.join()).toContain(
      'read as genes × cells, since the rows have names of genes',
    )
    expect(lists(await text(lines(upright), 'csv', { orientation: 'genes-by-cells' }))).toEqual(turned)
  })

  it('are turned by barcodes, else by which side is longer', async () => {
    const barcode = (i: number): string => `ACGTACGTACG${'ACGT'[i % 4]!}-1`
    const named = [
      ['', ...[0, 1, 2, 3].map(barcode)],
      ['x', 1, 2, 3, 4],
      ['y', 0, 0, 0, 1],
    ]
    expect((await text(lines(named))).rowNames).toEqual([0, 1, 2, 3].map(barcode))
    const long = await text(
      lines([
        ['n', 'a', 'b'],
        ['p', 1, 0],
        ['q', 1, 1],
        ['r', 2, 3],
      ]),
    )
    expect(long).toMatchObject({ rows: 2, columns: 3, rowNames: ['a', 'b'] })
    expect(long.notes.join()).toContain('there are more rows (3) than columns (2)')
  })

  it('keep columns of text as labels, wherever the text begins', async () => {
    const table = [
      ['cell', 'g', 'kind', 'h'],
      ['a', 1, '7', 0],
      ['b', 0, 'x', 2],
    ]
    const matrix = await text(lines(table))
    expect(lists(matrix)).toEqual([
      [1, 0],
      [0, 2],
    ])
    expect(labelsOf(matrix)).toEqual({ 'kind: string': '7 x' })
    expect(matrix.columnNames).toEqual(['g', 'h'])
  })

  it('take the metadata of the cells by name, and turn by it', async () => {
    const metadata = await file(
      lines([
        ['id', 'line', 'cell'],
        [1, 'H1975', 'c3'],
        [2, 'H2228', 'c1'],
        [3, 'A549', 'c9'],
      ]),
      'csv',
    )
    const sidewards = lines([
      ['', 'c1', 'c2', 'c3'],
      ['x', 1, 2, 3],
      ['y', 0, 0, 4],
    ])
    const matrix = await text(sidewards, 'csv', { metadata })
    expect(labelsOf(matrix)).toEqual({ 'id: number': '2  1', 'line: string': 'H2228  H1975' })
    expect(lists(matrix)).toEqual([
      [1, 0],
      [2, 0],
      [3, 4],
    ])
    expect(matrix.notes.join('\n')).toMatch(
      /"cell" of the metadata names the columns[^]*names 2 of 3 cells[^]*1 rows of .* name no cell/,
    )
  })

  it('take metadata in order when nothing names the cells, and only if it is as long', async () => {
    const metadata = await file('line\nA\nB\nA\n', 'csv')
    const sidewards = lines([
      ['', 'c1', 'c2', 'c3'],
      ['x', 1, 2, 3],
      ['y', 0, 0, 4],
    ])
    const matrix = await text(sidewards, 'csv', { metadata })
    expect(labelsOf(matrix)).toEqual({ 'line: string': 'A B A' })
    expect(matrix.notes.join()).toContain('joined in order')
    const longer = await file('line\nA\nB\nA\nB\n', 'csv')
    await expect(text(sidewards, 'csv', { metadata: longer })).rejects.toThrow(
      /expected a column that names the cells of .* such as x, y, or 2 rows in their order; got 4 rows and the columns line/,
    )
    const twice = await file('cell,line\nc1,A\nc1,B\nc2,A\nc3,A\n', 'csv')
    await expect(text(sidewards, 'csv', { metadata: twice })).rejects.toThrow(
      /rows 1 and 2 are both of the cell "c1"/,
    )
  })

  it('of Parquet are read some columns at a time', async () => {
    const path = join(folder, 'counts.parquet')
    const values = counts.map(
      (row, i) => `(${[sqlText(cells[i]!), ...row, sqlText(i % 2 ? 'B' : 'T')].join(', ')})`,
    )
    const names = ['cell', ...uniqueGenes.map((name) => `"${name}"`), 'kind']
    await withDuckDB((connection) =>
      connection.run(
        `COPY (SELECT * FROM (VALUES ${values.join(', ')}) AS t(${names.join(', ')})) TO ${sqlText(path)} (FORMAT parquet)`,
      ),
    )
    const matrix = await readCounts(path)
    expect(lists(matrix)).toEqual(counts)
    expect(matrix).toMatchObject({ rowNames: cells, columnNames: uniqueGenes })
    expect(labelsOf(matrix)).toEqual({ 'kind: string': 'T B T B T B' })
  })

  it('of any size need memory for their entries alone', async () => {
    // As plain numbers this would be twelve gigabytes.
    const [rows, columns] = [30_000, 100_000]
    const entries = Array.from(
      { length: 100_000 },
      (_, i) => `${((i * 7) % rows) + 1} ${i + 1} ${(i % 3) + 1}`,
    )
    const header = `%%MatrixMarket matrix coordinate integer general\n${rows} ${columns} ${entries.length}\n`
    const before = process.memoryUsage().arrayBuffers
    const matrix = await text(header + entries.join('\n'), 'mtx')
    const normal = normalizeCounts(matrix)
    const variable = selectColumns(normal, highlyVariableGenes(matrix, 100))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e8)
    expect([variable.rows, variable.columns, normal.values.length]).toEqual([columns, 100, 100_000])
    expect(() => asTable(normal)).toThrow(expect.objectContaining({ code: 'HG_TABLE_TOO_LARGE' }))
  })

  it.each([
    [
      'cell,g,h\na,1,-2\nb,0,1\nc,1,1\n',
      'HG_COUNTS_INVALID',
      /cell b|cell [ah], gene [ah]: the entry is negative \(-2\)/,
    ],
    ['cell,g,h\na,1,NA\nb,0,1\n', 'HG_COUNTS_INVALID', /cell a, gene h: the entry is missing/],
    ['cell,g,h\na,0,0\nb,0,0\n', 'HG_COUNTS_INVALID', /every entry is zero/],
    ['cell,g,h\na,x,y\nb,z,w\n', 'HG_COUNTS_INVALID', /3 of 3 columns hold text/],
    ['cell,g,h\na,1\nb,0,1\n', 'HG_TABLE_MALFORMED', /line 2 has 2 fields/],
    ['', 'HG_TABLE_EMPTY', /the file is empty/],
  ])('refuse %j', async (content, code, words) => {
    await expect(text(content)).rejects.toMatchObject({ code })
    await expect(text(content)).rejects.toThrow(words)
  })

  it('report non-integers in a note, and stop on request', async () => {
    const matrix = await text('cell,g,h\na,1.5,0\nb,0,1\n')
    expect(matrix.notes.join()).toContain('1 of 2 entries are no whole numbers (such as 1.5)')
    await expect(text('a,b\n1,2\n', 'csv', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'HG_INTERRUPTED',
    })
    await expect(text('a,b\n', 'csv', { orientation: 'upside-down' as 'auto' })).rejects.toMatchObject({
      code: 'HG_USAGE',
    })
    await expect(readCounts(join(folder, 'none.mtx'))).rejects.toMatchObject({ code: 'HG_FILE_MISSING' })
  })
})
