/** Groups against scikit-learn, and where groups are hard to find. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { nodeEngine } from '../engine/node.js'
import { adjustedRandIndex } from './clustering-agreement.js'
import { kMeans } from './k-means.js'
import type { Points } from './points.js'

const golden = JSON.parse(readFileSync(new URL('golden/geometry.json', import.meta.url), 'utf8')) as {
  readonly kMeans: {
    readonly points: readonly (readonly number[])[]
    readonly centers: readonly (readonly number[])[]
    readonly labels: readonly number[]
    readonly inertia: number
  }
}
const engine = nodeEngine

const cloudOf = (rows: readonly (readonly number[])[]): Points => ({
  rows: rows.length,
  width: rows[0]!.length,
  values: Float32Array.from(rows.flat()),
})

const codeOf = (promise: Promise<unknown>) =>
  promise.catch((error: unknown) => (error as { code: string }).code)

describe('kMeans', () => {
  const points = cloudOf(golden.kMeans.points)

  it('finds the groups of scikit-learn', async () => {
    const { centers, labels, inertia } = await kMeans(points, 4, { seed: 1, engine })
    expect(adjustedRandIndex(labels, Int32Array.from(golden.kMeans.labels))).toBe(1)
    expect(inertia / golden.kMeans.inertia).toBeCloseTo(1, 6)
    const sorted = (rows: readonly (readonly number[])[]) =>
      rows.map((row) => row[0]! + 10 * row[1]! + 100 * row[2]!).sort()
    const found = Array.from({ length: 4 }, (_, c) => [...centers.values.subarray(3 * c, 3 * c + 3)])
    sorted(found).forEach((value, i) => expect(value).toBeCloseTo(sorted(golden.kMeans.centers)[i]!, 3))
  })

  it('is the same for the same seed, and no worse for more starts', async () => {
    const stream = randomFor(6, 'groups')
    const even = cloudOf(Array.from({ length: 400 }, () => [stream.uniform(), stream.uniform()]))
    const one = await kMeans(even, 9, { seed: 3, engine, restarts: 1 })
    expect(await kMeans(even, 9, { seed: 3, engine, restarts: 1 })).toEqual(one)
    const many = await kMeans(even, 9, { seed: 3, engine, restarts: 12 })
    expect(many.inertia).toBeLessThan(one.inertia)
  })

  it('finds groups that are far from the origin and close together', async () => {
    const stream = randomFor(7, 'groups')
    const far = cloudOf(
      Array.from({ length: 90 }, (_, row) => [1e6 + 8 * (row % 3) + stream.uniform(), -1e6]),
    )
    const { labels } = await kMeans(far, 3, { seed: 0, engine })
    expect(
      adjustedRandIndex(
        labels,
        labels.map((_, row) => row % 3),
      ),
    ).toBe(1)
  })

  it('divides fewer places than groups, and every row on its own', async () => {
    const places = cloudOf([[0], [0], [0], [5], [5], [9]])
    const { labels, inertia } = await kMeans(places, 5, { seed: 0, engine })
    expect(inertia).toBe(0)
    expect(new Set(labels).size).toBe(3)
    expect((await kMeans(cloudOf([[1], [2], [4]]), 3, { seed: 0, engine })).inertia).toBe(0)
    const { centers } = await kMeans(places, 1, { seed: 0, engine })
    expect(centers.values[0]).toBeCloseTo(19 / 6, 6)
  })

  it('refuses what cannot be divided', async () => {
    expect(await codeOf(kMeans(cloudOf([[1], [2]]), 3, { seed: 0, engine }))).toBe('HG_USAGE')
    expect(await codeOf(kMeans(cloudOf([[1], [2]]), 0, { seed: 0, engine }))).toBe('HG_USAGE')
    expect(await codeOf(kMeans(cloudOf([[1], [NaN]]), 1, { seed: 0, engine }))).toBe('HG_USAGE')
    const signal = AbortSignal.abort()
    expect(await codeOf(kMeans(points, 2, { seed: 0, engine, signal }))).toBe('HG_INTERRUPTED')
  })
})
