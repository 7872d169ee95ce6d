/**
 * `hourglass embed` and `features` from end to end: points of every row, new rows by the model file, the same numbers in
 * Python, maps as files, counts of cells, and clear refusals.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomFor } from '../src/base/index.js'
import { embedResultSchema, featuresResultSchema } from '../src/cli/results.js'
import { readTable, type NumberColumn } from '../src/data/index.js'
import { hourglass } from './cli-io.js'
import { findPython, runPython } from './support/python.js'

const python = findPython('onnxruntime', 'numpy')
const rows = 150

let folder = ''
let data = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-embed-'))
  data = await writeClusters('clusters.csv', 1)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Three clusters in four numbers with some missing cells, a category, and the cluster as a class. */
async function writeClusters(name: string, seed: number, first = 0): Promise<string> {
  const random = randomFor(seed, 'clusters')
  const lines = Array.from({ length: rows }, (_, at) => {
    const i = at + first // classes come in another order where the first row is another
    const numbers = Array.from({ length: 4 }, (__, c) => ((i % 3 === c ? 6 : 0) + random.normal()).toFixed(4))
    if (i % 20 === 7) numbers[3] = ''
    return [...numbers, ['north', 'south'][i % 2]!, `c${i % 3}`].join(',')
  })
  const path = join(folder, name)
  await writeFile(path, ['a,b,c,d,site,class', ...lines].join('\n'))
  return path
}

const quick = [
  '--epochs',
  '120',
  '--hidden',
  '32',
  '--batch-size',
  '64',
  '--threads',
  '1',
  '--label',
  'class',
]

async function pointsIn(path: string): Promise<Record<string, Float64Array>> {
  const table = await readTable(path)
  return Object.fromEntries(table.columns.map((column) => [column.name, (column as NumberColumn).values]))
}

describe('hourglass embed', () => {
  it('places every row, and new rows with the model file, the same in Python', async () => {
    const [model, out, again] = ['m.onnx', 'points.parquet', 'again.csv'].map((name) => join(folder, name))
    const fitted = await hourglass(['embed', data, ...quick, '--model', model!, '--out', out!, '--json'])
    expect(fitted.stderr).not.toMatch(/internal/)
    expect(fitted.status).toBe(0)
    const result = embedResultSchema.parse(JSON.parse(fitted.stdout))
    expect(result).toMatchObject({ kind: 'neighbors', dims: 2, rows, trainingRows: 135, measuredRows: 15 })
    for (const name of ['trustworthiness', 'continuity', 'knnAccuracy'] as const)
      expect(result[name]).toBeGreaterThan(0.5)
    const points = await pointsIn(out!)
    expect(Object.keys(points)).toEqual(['z0', 'z1'])
    expect(points['z0']).toHaveLength(rows)

    const placed = await hourglass([
      'embed',
      data,
      '--with',
      model!,
      '--out',
      again!,
      '--label',
      'class',
      '--json',
    ])
    expect(embedResultSchema.parse(JSON.parse(placed.stdout)).measuredRows).toBe(rows)
    expect(await pointsIn(again!)).toEqual(points)

    if (python.command === undefined) return
    const table = await readTable(data)
    const cells = Object.fromEntries(
      table.columns.map((column) => [
        column.name,
        column.storage === 'string'
          ? Array.from(column.codes, (code) => column.categories[code] ?? '')
          : Array.from(column.values, (value) => (Number.isNaN(value) ? null : value)),
      ]),
    )
    const feeds = join(folder, 'cells.json')
    await writeFile(feeds, JSON.stringify(cells))
    const found = JSON.parse(runPython(python.command, 'place_rows.py', model!, feeds)) as number[]
    found.forEach((value, i) => {
      const ours = points[`z${i % 2}`]![Math.floor(i / 2)]!
      expect(Math.abs(value - ours)).toBeLessThan(1e-4 * Math.max(1, Math.abs(ours)))
    })
  })

  it('measures rows of another table against the ones it learned from', async () => {
    const other = await writeClusters('others.csv', 2, 1)
    const words = ['--train', data, '--kind', 'pca', '--label', 'class', '--json']
    const { stdout, status, stderr } = await hourglass(['embed', other, ...words])
    expect(status, stderr).toBe(0)
    const result = embedResultSchema.parse(JSON.parse(stdout))
    expect(result).toMatchObject({
      data: 'others.csv',
      learnedFrom: 'clusters.csv',
      rows,
      measuredRows: rows,
    })
    expect(result.knnAccuracy).toBeGreaterThan(0.9)
  })

  it('draws the map', async () => {
    const paths = ['map.html', 'map.svg', 'map.png'].map((name) => join(folder, name))
    for (const path of paths) {
      const { status, stderr } = await hourglass([
        'embed',
        data,
        '--kind',
        'pca',
        '--label',
        'class',
        '--plot',
        path,
      ])
      expect(status, stderr).toBe(0)
    }
    const [page, svg, png] = await Promise.all(paths.map((path) => readFile(path)))
    expect(page!.toString()).toContain('clusters.csv')
    expect(svg!.toString()).toMatch(/^<svg|^<\?xml/)
    expect(png!.subarray(1, 4).toString()).toBe('PNG')
  })

  it('takes counts of cells', async () => {
    const random = randomFor(4, 'counts')
    const entries: string[] = []
    for (let cell = 1; cell <= 60; cell++) {
      for (let gene = 1; gene <= 30; gene++) {
        const rate = (gene - 1) % 3 === cell % 3 ? 8 : 1
        const count = Math.floor(rate * 2 * random.uniform())
        if (count > 0) entries.push(`${gene} ${cell} ${count}`)
      }
    }
    const path = join(folder, 'counts.mtx')
    const header = `%%MatrixMarket matrix coordinate integer general\n30 60 ${entries.length}\n`
    await writeFile(path, header + entries.join('\n'))
    const [model, out] = [join(folder, 'cells.onnx'), join(folder, 'cells.csv')]
    const asked = ['--orientation', 'genes-by-cells', '--genes', '20', '--kind', 'pca', '--dims', '3']
    const { status, stderr } = await hourglass(['embed', path, ...asked, '--model', model, '--out', out])
    expect(status, stderr).toBe(0)
    expect(Object.keys(await pointsIn(out))).toEqual(['z0', 'z1', 'z2'])
    const again = join(folder, 'cells-again.csv')
    expect(
      (await hourglass(['embed', path, '--orientation', 'genes-by-cells', '--with', model, '--out', again]))
        .status,
    ).toBe(0)
    expect(await pointsIn(again)).toEqual(await pointsIn(out))
    // What is known of the cells is for looking at: the points are those of the genes alone.
    const metadata = join(folder, 'metadata.csv')
    const known = Array.from({ length: 60 }, (_, i) => `c${(i + 1) % 3},t${(i + 1) % 3},${i * i}`)
    await writeFile(metadata, ['type,also type,depth', ...known].join('\n'))
    const beside = ['--metadata', metadata, '--label', 'type', '--json', '--out', again]
    const { stdout } = await hourglass(['embed', path, ...asked, ...beside])
    const result = embedResultSchema.parse(JSON.parse(stdout))
    expect(result.columns.filter(({ used }) => used)).toHaveLength(20)
    expect(result.knnAccuracy).toBeGreaterThan(0.5)
    expect(await pointsIn(again)).toEqual(await pointsIn(out))
  })

  const refusals: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['a plot of three dimensions', ['--dims', '3', '--plot', 'x.html'], /a map has two dimensions/],
    ['more dimensions than features', ['--dims', '50', '--kind', 'pca'], /at most/],
    ['learning with a model given', ['--with', 'm.onnx', '--dims', '2'], /nothing is learned/],
    ['epochs of what is not trained', ['--kind', 'pca', '--epochs', '3'], /not trained/],
    ['genes of a table', ['--genes', '100'], /--counts/],
    ['a plot of a format there is not', ['--plot', 'x.gif'], /\.html, \.svg or \.png/],
  ]
  it.each(refusals)('refuses %s', async (_, words, said) => {
    const { status, stderr } = await hourglass(['embed', data, ...words])
    expect(status).toBe(2)
    expect(stderr).toMatch(said)
  })

  it('refuses an .h5ad that is none', async () => {
    const path = join(folder, 'x.h5ad')
    await writeFile(path, 'not an hdf5')
    const { status, stderr } = await hourglass(['embed', path])
    expect(status).toBe(3)
    expect(stderr).toMatch(/x\.h5ad: expected an HDF5 file/)
  })

  it('refuses a model of another use', async () => {
    const model = join(folder, 'detector.onnx')
    await hourglass(['train', data, '--epochs', '1', '--threads', '1', '--model', model])
    const { status, stderr } = await hourglass(['embed', data, '--with', model])
    expect(status).toBe(4)
    expect(stderr).toMatch(/HG_MODEL_FOREIGN/)
  })
})

describe('hourglass features', () => {
  it('writes the code of every row, and probes it', async () => {
    const [model, out] = [join(folder, 'f.onnx'), join(folder, 'f.csv')]
    const words = ['--dims', '16', '--epochs', '30', '--threads', '1', '--label', 'class']
    const { status, stdout, stderr } = await hourglass([
      'features',
      data,
      ...words,
      '--model',
      model,
      '--out',
      out,
      '--json',
    ])
    expect(status, stderr).toBe(0)
    const result = featuresResultSchema.parse(JSON.parse(stdout))
    expect(result).toMatchObject({ kind: 'sparse', dims: 16, rows, label: 'class' })
    expect(result.probe!.columns.accuracy).toBeGreaterThan(0.8)
    expect(Object.keys(await pointsIn(out))).toHaveLength(16)
  })
})
