/** Principal components against scikit-learn, and each way of finding them against the others. */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { nodeEngine } from '../engine/node.js'
import { dominantEigenpairs, largestEigenpairs, wholeEigenpairs } from './eigenpairs.js'
import type { Points } from './points.js'
import { principalComponents, project, type PrincipalComponents } from './principal-components.js'
import { productsOn, type Products } from './products.js'

interface Golden {
  readonly points: readonly (readonly number[])[]
  readonly mean: readonly number[]
  readonly components: readonly (readonly number[])[]
  readonly variances: readonly number[]
  readonly total: number
  readonly projected: readonly (readonly number[])[]
}

const file = new URL('golden/geometry.json', import.meta.url)
const golden = (
  JSON.parse(readFileSync(file, 'utf8')) as { principalComponents: Readonly<Record<string, Golden>> }
).principalComponents
const engine = nodeEngine

const cloudOf = (rows: readonly (readonly number[])[]): Points => ({
  rows: rows.length,
  width: rows[0]!.length,
  values: Float32Array.from(rows.flat()),
})

/** Points with standard deviation `spread(c)` in column c. */
function stretched(rows: number, width: number, spread: (column: number) => number): Points {
  const stream = randomFor(2, 'stretched')
  const values = Float32Array.from({ length: rows * width }, (_, i) => spread(i % width) * stream.normal())
  return { rows, width, values }
}

const largestGap = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce(
    (most, value, i) => Math.max(most, Math.abs(value - b[i]!)),
    a.length === b.length ? 0 : Infinity,
  )

/** Largest departure of the rows from orthonormality. */
function slant({ components, mean }: PrincipalComponents): number {
  const width = mean.length
  const count = components.length / width
  let most = 0
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let inner = 0
      for (let c = 0; c < width; c++) inner += components[i * width + c]! * components[j * width + c]!
      most = Math.max(most, Math.abs(inner - (i === j ? 1 : 0)))
    }
  }
  return most
}

describe('principalComponents', () => {
  it.each(Object.entries(golden))('agrees with scikit-learn: %s', async (_, expected) => {
    const points = cloudOf(expected.points)
    const count = expected.components.length
    const found = await principalComponents(points, count, { engine })
    expect(largestGap(found.mean, expected.mean)).toBeLessThan(1e-5)
    expect(largestGap(found.components, expected.components.flat())).toBeLessThan(1e-6)
    expect(largestGap(found.variances, expected.variances)).toBeLessThan(1e-9 * expected.variances[0]!)
    expect(found.total).toBeCloseTo(expected.total, 8)
    const projected = project(points, found)
    expect([projected.rows, projected.width]).toEqual([points.rows, count])
    expect(largestGap(projected.values, expected.projected.flat())).toBeLessThan(1e-4)
  })

  it('finds the same by the subspace as by the whole decomposition', async () => {
    const points = stretched(450, 390, (c) => 3 * 0.93 ** c)
    const few = await principalComponents(points, 8, { engine })
    const many = await principalComponents(points, 200, { engine })
    expect(largestGap(few.components, many.components.subarray(0, 8 * 390))).toBeLessThan(1e-5)
    expect(largestGap(few.variances, many.variances.subarray(0, 8))).toBeLessThan(1e-9)
    expect(slant(few)).toBeLessThan(1e-6)
    expect(slant(many)).toBeLessThan(1e-6)
  })

  it('finds the same in a cloud and in its transpose-shaped parts: fewer rows than columns', async () => {
    const points = stretched(60, 500, (c) => 2 * 0.99 ** c)
    const found = await principalComponents(points, 59, { engine })
    expect(slant(found)).toBeLessThan(1e-6)
    const explained = found.variances.reduce((a, b) => a + b)
    expect(explained).toBeCloseTo(found.total, 6) // 59 directions hold all of 60 points
    const back = project(points, found).values.reduce((sum, value) => sum + value * value, 0) / 59
    expect(back / found.total).toBeCloseTo(1, 5)
  })

  it('learns from the rows it is told to', async () => {
    const points = stretched(50, 5, (c) => c + 1)
    const rows = Int32Array.from({ length: 20 }, (_, i) => 2 * i)
    const values = Float32Array.from(
      Array.from(rows).flatMap((row) => [...points.values.subarray(row * 5, row * 5 + 5)]),
    )
    expect(await principalComponents(points, 3, { engine, rows })).toEqual(
      await principalComponents({ rows: 20, width: 5, values }, 3, { engine }),
    )
  })

  it('gives orthonormal directions where points do not vary', async () => {
    const line = { rows: 6, width: 4, values: Float32Array.from({ length: 24 }, (_, i) => Math.floor(i / 4)) }
    const found = await principalComponents(line, 4, { engine })
    expect(found.components.subarray(0, 4)).toEqual(Float32Array.of(0.5, 0.5, 0.5, 0.5))
    expect(found.variances[0]).toBeCloseTo(14)
    expect(found.variances[1]).toBeCloseTo(0)
    expect(slant(found)).toBeLessThan(1e-6)
    const alike = { rows: 5, width: 30, values: new Float32Array(150).fill(2) }
    const none = await principalComponents(alike, 4, { engine })
    expect(slant(none)).toBeLessThan(1e-6)
    expect([...none.variances, none.total]).toEqual([0, 0, 0, 0, 0])
  })

  it('refuses what has no answer', async () => {
    const points = stretched(10, 4, () => 1)
    const code = (promise: Promise<unknown>) =>
      promise.catch((error: unknown) => (error as { code: string }).code)
    expect(await code(principalComponents(points, 5, { engine }))).toBe('HG_USAGE')
    expect(await code(principalComponents(points, 0, { engine }))).toBe('HG_USAGE')
    expect(
      await code(
        principalComponents({ ...points, rows: 1, values: points.values.slice(0, 4) }, 1, { engine }),
      ),
    ).toBe('HG_TABLE_TOO_SMALL')
    expect(
      await code(principalComponents({ ...points, values: points.values.map(() => NaN) }, 1, { engine })),
    ).toBe('HG_USAGE')
    expect(await code(principalComponents(points, 2, { engine, signal: AbortSignal.abort() }))).toBe(
      'HG_INTERRUPTED',
    )
    const found = await principalComponents(points, 2, { engine })
    expect(() =>
      project(
        stretched(3, 5, () => 1),
        found,
      ),
    ).toThrow('expected rows of 4 numbers')
  })
})

describe('dominantEigenpairs', () => {
  let products: Products
  beforeAll(async () => {
    products = await productsOn(engine)
    return () => products.dispose()
  })

  /** A covariance of a cloud of the given rank. */
  async function covariance(size: number, rank: number) {
    const { values } = stretched(rank, size, (c) => 0.93 ** c)
    const rows = { rows: rank, columns: size, data: Float64Array.from(values) }
    return products.multiplyTransposed(rows, rows)
  }

  it('agrees with the whole decomposition, and needs no matrix', async () => {
    const matrix = await covariance(390, 390)
    const whole = wholeEigenpairs(matrix, 6)
    const found = await largestEigenpairs(matrix, 6, products)
    expect(largestGap(found.values, whole.values)).toBeLessThan(1e-8 * whole.values[0]!)
    for (let i = 0; i < 6; i++) {
      let inner = 0
      for (let c = 0; c < 390; c++) inner += found.vectors[i * 390 + c]! * whole.vectors[i * 390 + c]!
      expect(Math.abs(inner)).toBeCloseTo(1, 9)
    }
  })

  it('comes to an end at the rank of the operator', async () => {
    const matrix = await covariance(390, 5)
    const { values, vectors } = await dominantEigenpairs(
      (v) => products.multiply(matrix, v),
      390,
      9,
      products,
      50,
    )
    const whole = wholeEigenpairs(matrix, 9)
    expect(largestGap(values, whole.values)).toBeLessThan(1e-9 * whole.values[0]!)
    expect(vectors.every(Number.isFinite)).toBe(true)
  })
})
