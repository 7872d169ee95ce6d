/** Layouts: neighbours stay neighbours, the same each time, and they stop on request. */
import { expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { nodeEngine } from '../engine/node.js'
import { nearestNeighbors } from '../geometry/index.js'
import { layout, symmetricEdges } from './layout.js'

const [rows, width, clusters] = [240, 6, 4]
const random = randomFor(0, 'points')
const values = Float32Array.from({ length: rows * width }, (_, i) => {
  const [row, column] = [Math.floor(i / width), i % width]
  return (row % clusters === column ? 6 : 0) + random.normal()
})
const start = Float32Array.from({ length: 2 * rows }, (_, i) => values[Math.floor(i / 2) * width + (i % 2)]!)
const graph = await nearestNeighbors({ rows, width, values }, 10, { engine: nodeEngine })

it('knows every edge from both of its ends', () => {
  const neighbors = { rows: 3, k: 1, indices: Int32Array.of(1, 0, 0), distances: new Float32Array(3) }
  const { starts, ends, weight } = symmetricEdges(neighbors)
  expect(Array.from(starts)).toEqual([0, 3, 5, 6])
  expect(Array.from(ends.subarray(0, 3)).sort()).toEqual([1, 1, 2])
  expect(ends.length * weight).toBeCloseTo(1, 12)
})

it('keeps clusters apart and is the same each time', async () => {
  const places = await layout(graph, { start, iterations: 250 })
  expect(await layout(graph, { start, iterations: 250 })).toEqual(places)
  const map = { rows, width: 2, values: places }
  const near = await nearestNeighbors(map, 5, { engine: nodeEngine })
  const same = near.indices.filter((other, i) => other % clusters === Math.floor(i / 5) % clusters).length
  expect(same / near.indices.length).toBeGreaterThan(0.97)
})

it('stops on request', async () => {
  const stop = new AbortController()
  const onProgress = (): void => stop.abort()
  await expect(layout(graph, { start, onProgress, signal: stop.signal })).rejects.toMatchObject({
    code: 'HG_INTERRUPTED',
  })
})
