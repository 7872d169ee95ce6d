/** Nearest neighbours against a plain double loop, in float64, on clouds that rounding and ties make hard. */
import { describe, expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { nodeEngine } from '../engine/node.js'
import { exactNeighbors } from './neighbors-exact.js'
import { sweepNeighbors } from './neighbors-sweep.js'
import { nearestNeighbors, type Neighbors } from './neighbors.js'
import { squaredDistance, type Points } from './points.js'

const engine = nodeEngine

/** The truth: all distances, sorted by distance and then by index. */
function plainNeighbors(points: Points, k: number, queries?: Points): Neighbors {
  const asked = queries ?? points
  const indices: number[] = []
  const distances: number[] = []
  for (let row = 0; row < asked.rows; row++) {
    const all = Array.from({ length: points.rows }, (_, index) => ({
      index,
      square: squaredDistance(asked, row, points, index),
    }))
      .filter(({ index }) => queries !== undefined || index !== row)
      .sort((a, b) => a.square - b.square || a.index - b.index)
    for (const { index, square } of all.slice(0, k)) {
      indices.push(index)
      distances.push(Math.sqrt(square))
    }
  }
  return { k, rows: asked.rows, indices: Int32Array.from(indices), distances: Float32Array.from(distances) }
}

function cloud(rows: number, width: number, draw: (row: number, column: number) => number): Points {
  return {
    rows,
    width,
    values: Float32Array.from({ length: rows * width }, (_, i) => draw(Math.floor(i / width), i % width)),
  }
}

const stream = randomFor(1, 'clouds')
const gaussian = cloud(700, 20, () => stream.normal())
const clouds: Readonly<Record<string, Points>> = {
  gaussian,
  'far from the origin': cloud(500, 6, () => 1e6 + stream.normal()),
  'two tiny clusters far apart': cloud(400, 5, (row) => (row % 2) * 1e4 + 1e-3 * stream.normal()),
  'whole numbers with many ties': cloud(500, 6, () => stream.below(3)),
  'bits with many ties': cloud(400, 30, () => stream.below(2)),
  'every point three times': cloud(
    300,
    5,
    (row, c) => Math.sin(1 + (row % 100) * (c + 1) * 12.9898) * 43.5453,
  ),
  'all in one place': cloud(100, 7, () => 3.3),
  'numbers near the largest': cloud(200, 5, () => 1e38 * (2 * stream.uniform() - 1)),
  'numbers near the smallest': cloud(200, 5, () => 1e-38 * stream.normal()),
}

describe('nearestNeighbors', () => {
  it.each(Object.entries(clouds))('is exact: %s', async (_, points) => {
    const expected = plainNeighbors(points, 9)
    expect(await nearestNeighbors(points, 9, { engine })).toEqual(expected)
    expect(sweepNeighbors(points, 9)).toEqual(expected)
  })

  it('is exact beside a point so far out that nothing else is left of the numbers in float32', async () => {
    const points = cloud(300, 8, (row) => (row === 299 ? 1e20 : stream.normal()))
    const [found, expected] = [await nearestNeighbors(points, 5, { engine }), plainNeighbors(points, 5)]
    // From there all others are equally far in float64, but not in truth: which of them it lists is left open.
    expect(found.indices.subarray(0, 299 * 5)).toEqual(expected.indices.subarray(0, 299 * 5))
    expect(found.distances).toEqual(expected.distances)
  })

  it.each([1, 2, 3])('is exact in %i dimensions, by both routines', async (width) => {
    const points = cloud(600, width, (row) => (row % 3 === 0 ? stream.below(4) : stream.normal()))
    const expected = plainNeighbors(points, 5)
    expect(await nearestNeighbors(points, 5, { engine })).toEqual(expected)
    expect(await exactNeighbors(points, 5, { engine })).toEqual(expected)
  })

  it('answers for other rows than the points, which may be fewer than a block', async () => {
    const queries = cloud(37, 20, () => stream.normal())
    expect(await nearestNeighbors(gaussian, 15, { engine, queries })).toEqual(
      plainNeighbors(gaussian, 15, queries),
    )
    const few = cloud(4, 20, () => stream.normal())
    expect(await nearestNeighbors(few, 4, { engine, queries })).toEqual(plainNeighbors(few, 4, queries))
    const none = await nearestNeighbors(gaussian, 3, {
      engine,
      queries: { ...gaussian, rows: 0, values: new Float32Array(0) },
    })
    expect(none.indices).toHaveLength(0)
  })

  it('finds all the others when as many are asked for', async () => {
    const points = cloud(12, 6, () => stream.normal())
    expect(await nearestNeighbors(points, 11, { engine })).toEqual(plainNeighbors(points, 11))
  })

  it('crosses blocks of points and of queries', async () => {
    const points = cloud(9000, 5, () => stream.normal())
    const { indices } = await nearestNeighbors(points, 3, { engine })
    const some = { ...points, rows: 40, values: points.values.slice(8190 * 5, 8230 * 5) }
    const expected = plainNeighbors(points, 4, some).indices.filter((_, i) => i % 4 !== 0)
    expect(indices.slice(8190 * 3, 8230 * 3)).toEqual(expected)
  })

  it('reports progress to the end, and stops on request', async () => {
    const fractions: (number | undefined)[] = []
    await nearestNeighbors(gaussian, 3, { engine, onProgress: ({ fraction }) => fractions.push(fraction) })
    expect(fractions.at(-1)).toBe(1)
    const signal = AbortSignal.abort()
    await expect(nearestNeighbors(gaussian, 3, { engine, signal })).rejects.toMatchObject({
      code: 'HG_INTERRUPTED',
    })
  })

  it('refuses what has no answer', async () => {
    const search = (points: Points, k: number, queries?: Points) =>
      nearestNeighbors(points, k, { engine, ...(queries && { queries }) })
    const small = cloud(5, 2, () => 1)
    await expect(search(small, 5)).rejects.toMatchObject({
      code: 'HG_TABLE_TOO_SMALL',
      message:
        'nearest neighbours: 5 neighbours need at least 6 points, got 5; ask for fewer neighbours or give more rows',
    })
    await expect(search(small, 0)).rejects.toMatchObject({ code: 'HG_USAGE' })
    await expect(search(small, 1.5)).rejects.toMatchObject({ code: 'HG_USAGE' })
    await expect(search(small, 1, gaussian)).rejects.toMatchObject({ code: 'HG_USAGE' })
    const holed = cloud(5, 2, (row, c) => (row === 3 && c === 1 ? NaN : 1))
    await expect(search(holed, 1)).rejects.toMatchObject({
      code: 'HG_USAGE',
      message: expect.stringContaining('NaN in row 3, column 1') as string,
    })
    await expect(search(small, 1, holed)).rejects.toMatchObject({ code: 'HG_USAGE' })
  })
})
