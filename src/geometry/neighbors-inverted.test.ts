/** Search by cells: how many of the exact neighbours it finds, and that what it finds is right. */
import { describe, expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { nodeEngine } from '../engine/node.js'
import { invertedNeighbors } from './neighbors-inverted.js'
import { nearestNeighbors, type Neighbors } from './neighbors.js'
import type { Points } from './points.js'

const engine = nodeEngine

/** Clusters in a surface of six dimensions, seen in 24. */
function clustered(rows: number): Points {
  const stream = randomFor(3, 'clusters')
  const centres = Array.from({ length: 12 * 6 }, () => 3 * stream.normal())
  const turn = Array.from({ length: 6 * 24 }, () => stream.normal())
  const values = new Float32Array(rows * 24)
  for (let row = 0; row < rows; row++) {
    const cluster = stream.below(12)
    for (let d = 0; d < 6; d++) {
      const inner = centres[cluster * 6 + d]! + stream.normal()
      for (let c = 0; c < 24; c++) values[row * 24 + c]! += inner * turn[d * 24 + c]!
    }
  }
  return { rows, width: 24, values }
}

/** Share of the neighbours of `exact` that `found` has. */
function recall(found: Neighbors, exact: Neighbors): number {
  const { k, rows } = exact
  let kept = 0
  for (let row = 0; row < rows; row++) {
    const known = new Set(found.indices.subarray(row * k, (row + 1) * k))
    for (const index of exact.indices.subarray(row * k, (row + 1) * k)) kept += known.has(index) ? 1 : 0
  }
  return kept / exact.indices.length
}

describe('invertedNeighbors', () => {
  const points = clustered(3000)

  it('finds at least 98 of 100 neighbours, nearest first', async () => {
    const exact = await nearestNeighbors(points, 10, { engine })
    const found = await nearestNeighbors(points, 10, { engine, exact: false })
    expect(recall(found, exact)).toBeGreaterThan(0.98)
    expect(recall(found, exact)).toBeLessThan(1) // or it is not what this test believes it is
    expect(found.distances.every((far, i) => i % 10 === 0 || far >= found.distances[i - 1]!)).toBe(true)
    expect(found.indices.every((index, i) => index !== Math.floor(i / 10))).toBe(true)
  })

  it('is exact when all cells are probed, also for other rows', async () => {
    const small = clustered(800)
    const queries = { ...points, rows: 90, values: points.values.slice(0, 90 * 24) }
    const options = { engine, queries, cells: 20, probes: 20 }
    expect(await invertedNeighbors(small, 7, options)).toEqual(
      await nearestNeighbors(small, 7, { engine, queries }),
    )
  })

  it('searches everything for rows whose cells hold too few, the same way each time', async () => {
    const small = clustered(300)
    const options = { engine, cells: 100, probes: 1 }
    const found = await invertedNeighbors(small, 12, options)
    expect(await invertedNeighbors(small, 12, options)).toEqual(found)
    expect(found.indices.every((index) => index >= 0)).toBe(true)
    expect(recall(found, await nearestNeighbors(small, 12, { engine }))).toBeGreaterThan(0.9)
  })
})
