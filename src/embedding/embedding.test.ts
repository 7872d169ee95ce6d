/** Embeddings from tables: what comes out, what is kept in the file, and what is refused. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { tableFromColumns, type Table } from '../data/index.js'
import type { EmbeddingKind, EmbeddingOptions } from './embedding-types.js'
import { Embedding } from './node.js'

const rows = 160

/** Three clusters in five numbers, a category that goes with them, and some missing cells. */
function clusters(missing = true): Table {
  const random = randomFor(3, 'clusters')
  const cells = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: 5 }, (__, c) => (row % 3 === c ? 5 : 0) + random.normal()),
  )
  const numbers = Array.from({ length: 5 }, (_, c) => [
    `x${c}`,
    cells.map((row, i) => (missing && c === 4 && i % 17 === 0 ? null : row[c]!)),
  ])
  return tableFromColumns({
    ...(Object.fromEntries(numbers) as Record<string, (number | null)[]>),
    colour: cells.map((_, i) => ['red', 'green', 'blue'][i % 3]!),
    class: cells.map((_, i) => `c${i % 3}`),
  })
}

const quick: EmbeddingOptions = { label: 'class', epochs: 20, hidden: [32], threads: 1, batchSize: 64 }

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-embedding-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const kinds: readonly (readonly [EmbeddingKind, number, EmbeddingOptions])[] = [
  ['neighbors', 2, {}],
  ['neighbors', 2, { encoder: 'network' }],
  ['neighbors', 2, { topology: 0.5 }],
  ['neighbors', 3, {}],
  ['pca', 2, {}],
  ['undercomplete', 2, {}],
  ['variational', 3, {}],
]

describe.each(kinds)('%s to %d dimensions %j', (kind, dims, more) => {
  it('places rows, decodes places, and is the same from its file', async () => {
    const table = clusters()
    const options = kind === 'pca' ? { label: 'class' } : { ...quick, ...more }
    const embedding = await Embedding.fit(table, { ...options, kind, dims })
    const { record } = embedding
    expect(record).toMatchObject({
      kind,
      dims,
      label: 'class',
      rows: { total: rows, training: 144, heldOut: 16 },
    })
    expect(record.columns.map(({ name }) => name)).not.toContain('class')
    const points = await embedding.transform(table)
    expect(points.values).toHaveLength(rows * dims)
    expect(points.values.every(Number.isFinite) && points.error.every(Number.isFinite)).toBe(true)
    const decoded = await embedding.inverse(points.values)
    expect(decoded.map(({ name }) => name)).toEqual(['x0', 'x1', 'x2', 'x3', 'x4', 'colour'])
    expect(decoded[5]).toMatchObject({ storage: 'string' })

    const path = join(folder, `${kind}-${dims}.onnx`)
    await embedding.save(path)
    const again = await Embedding.load(path)
    expect(again.record).toEqual(JSON.parse(JSON.stringify(record)))
    expect((await again.transform(table)).values).toEqual(points.values)
    expect(await again.inverse(points.values)).toEqual(decoded)
    await embedding.dispose()
    await again.dispose()
  })
})

it('keeps the clusters of rows that it has not seen, and gives them back', async () => {
  const table = clusters(false)
  const embedding = await Embedding.fit(table, { ...quick, epochs: 150, holdOut: 0.2 })
  const { quality } = embedding.record
  expect(quality!.knnAccuracy).toBeGreaterThan(0.9)
  expect(quality!.trustworthiness).toBeGreaterThan(0.7)
  const [x0] = await embedding.inverse((await embedding.transform(table)).values)
  const mean = (remainder: number): number => {
    const values = (x0 as { values: Float64Array }).values.filter((_, i) => i % 3 === remainder)
    return values.reduce((sum, value) => sum + value, 0) / values.length
  }
  expect(mean(0) - mean(1)).toBeGreaterThan(1.5)
})

it('is the same for the same seed', async () => {
  const of = async (seed: number): Promise<Float32Array> => {
    const embedding = await Embedding.fit(clusters(), { ...quick, epochs: 3, seed })
    return (await embedding.transform(clusters())).values
  }
  expect(await of(1)).toEqual(await of(1))
  expect(await of(1)).not.toEqual(await of(2))
})

describe('refuses', () => {
  const refused: readonly (readonly [string, () => Table, EmbeddingOptions, string])[] = [
    ['more dimensions than features', clusters, { dims: 40, kind: 'pca' }, 'HG_USAGE'],
    ['half a dimension', clusters, { dims: 1.5 }, 'HG_USAGE'],
    ['options of another kind', clusters, { kind: 'pca', neighbors: 5 }, 'HG_USAGE'],
    ['a memory for three dimensions', clusters, { dims: 3, encoder: 'memory' }, 'HG_USAGE'],
    ['a memory that topology is to shape', clusters, { encoder: 'memory', topology: 1 }, 'HG_USAGE'],
    ['a label that is not there', clusters, { label: 'species' }, 'HG_COLUMN_MISSING'],
    [
      'classes that are all one',
      () => tableFromColumns({ a: ramp(30), b: ramp(30, 2), y: ramp(30, 0).map(() => 'same') }),
      { label: 'y' },
      'HG_LABEL_INVALID',
    ],
    ['few rows', () => tableFromColumns({ a: ramp(5), b: ramp(5) }), {}, 'HG_TABLE_TOO_SMALL'],
    [
      'rows that are all the same',
      () => tableFromColumns({ a: ramp(30, 0).map(() => 1), b: ramp(30, 0).map(() => 2) }),
      { columns: { a: 'numeric', b: 'numeric' } },
      'HG_TABLE_TOO_SMALL',
    ],
  ]
  it.each(refused)('%s', async (_, table, options, code) => {
    await expect(Embedding.fit(table(), options)).rejects.toMatchObject({ code })
  })

  it('places of another width', async () => {
    const embedding = await Embedding.fit(clusters(), { kind: 'pca', dims: 2 })
    await expect(embedding.inverse(new Float32Array(3))).rejects.toMatchObject({ code: 'HG_SHAPE_MISMATCH' })
  })
})

function ramp(length: number, slope = 1): number[] {
  return Array.from({ length }, (_, i) => slope * i + Math.sin(i))
}
