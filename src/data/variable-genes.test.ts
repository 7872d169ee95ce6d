import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loess } from './loess.js'
import { readCounts } from './read-counts-node.js'
import type { SparseMatrix } from './sparse.js'
import { geneVariability, highlyVariableGenes, type VariableGenesMethod } from './variable-genes.js'

// Written by Scanpy and scikit-misc; golden/counts.py makes the file.
const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'golden/counts.json'), 'utf8')) as {
  many: string
} & Record<VariableGenesMethod, { scores: (number | null)[]; genes: number[] }>

let folder = ''
let counts: SparseMatrix
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-genes-'))
  const path = join(folder, 'many.npz')
  await writeFile(path, gunzipSync(Buffer.from(golden.many, 'base64')))
  counts = await readCounts(path)
})
afterAll(() => rm(folder, { recursive: true }))

// Scanpy normalises in single precision before it takes dispersions.
describe.each([
  ['seurat_v3', 1e-7],
  ['dispersion', 1e-5],
] as const)('variable genes by %s', (method, tolerance) => {
  it('have the scores that Scanpy gives', () => {
    const scores = geneVariability(counts, method)
    golden[method].scores.forEach((score, gene) => {
      // Scanpy gives a constant gene the variance 0.
      if (score === null || scores[gene] === undefined || Number.isNaN(scores[gene])) {
        expect([score ?? 0, scores[gene]]).toEqual([0, NaN])
      } else expect(Math.abs(scores[gene] - score) / Math.max(1, Math.abs(score))).toBeLessThan(tolerance)
    })
  })

  it('are those that Scanpy takes, ascending', () => {
    expect([...highlyVariableGenes(counts, 40, method)]).toEqual(golden[method].genes)
    expect(highlyVariableGenes(counts, 10_000, method).length).toBe(counts.columns)
    expect(() => highlyVariableGenes(counts, 0, method)).toThrow(
      expect.objectContaining({ code: 'HG_USAGE' }),
    )
  })
})

describe('LOESS', () => {
  it('reproduces a parabola, in whatever order the points come', () => {
    const x = Float64Array.from({ length: 90 }, (_, i) => ((i * 37) % 90) / 30)
    const y = x.map((value) => 2 - 3 * value + value * value)
    loess(x, y, { span: 0.3 }).forEach((value, i) => expect(value).toBeCloseTo(y[i]!, 9))
  })

  it('is defined where points coincide or are few', () => {
    const same = new Float64Array(20).fill(1)
    const y = Float64Array.from({ length: 20 }, (_, i) => i)
    expect(loess(same, y, { span: 0.5 }).every(Number.isFinite)).toBe(true)
    expect(loess(Float64Array.of(1, 2), Float64Array.of(3, 5), { span: 0.3 }).every(Number.isFinite)).toBe(
      true,
    )
    expect([...loess(Float64Array.of(1), Float64Array.of(3), { span: 0.3 })]).toEqual([3])
  })
})
