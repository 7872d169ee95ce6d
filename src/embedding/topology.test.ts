/** The spanning trees that a graph finds, against Kruskal's; the regulariser against sums over them, and its slope. */
import { expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { interpret } from '../engine/index.js'
import * as g from '../graph/index.js'
import { expectSlopes } from '../../test/support/slopes.js'
import { spanningTree, topologicalLoss } from './topology.js'

function points(rows: number, width: number, stream: string): Float32Array {
  const random = randomFor(0, stream)
  return Float32Array.from({ length: rows * width }, () => random.normal())
}

function distancesOf(values: Float32Array, rows: number): number[][] {
  const width = values.length / rows
  const between = (i: number, j: number): number =>
    Math.hypot(...Array.from({ length: width }, (_, c) => values[i * width + c]! - values[j * width + c]!))
  const all = Array.from({ length: rows }, (_, i) => Array.from({ length: rows }, (__, j) => between(i, j)))
  const mean = all.flat().reduce((sum, d) => sum + d, 0) / (rows * rows)
  return all.map((row) => row.map((d) => d / mean))
}

/** Edges of the minimum spanning tree by Kruskal's algorithm. */
function kruskal(all: readonly (readonly number[])[]): [number, number][] {
  const parent = all.map((_, i) => i)
  const root = (i: number): number => (parent[i] === i ? i : root(parent[i]!))
  const edges = all.flatMap((row, i) => row.slice(0, i).map((d, j) => ({ d, i, j })))
  return edges
    .sort((a, b) => a.d - b.d)
    .filter(({ i, j }) => {
      const [a, b] = [root(i), root(j)]
      parent[a] = b
      return a !== b
    })
    .map(({ i, j }) => [i, j])
}

it('finds the minimum spanning tree', () => {
  const rows = 20
  const all = distancesOf(points(rows, 3, 'tree'), rows)
  const matrix = g.input('d', 'float32', [rows, rows])
  const { tree } = interpret(g.graph({ tree: spanningTree(matrix) }), {
    d: g.floats(all.flat(), [rows, rows]),
  })
  const expected = new Float32Array(rows * rows)
  for (const [i, j] of kruskal(all)) expected[i * rows + j] = expected[j * rows + i] = 1
  expect(Array.from(tree!.data as Float32Array)).toEqual(Array.from(expected))
})

it('sums over the trees of the data and of the map, of the first rows alone', () => {
  const [treeRows, rows] = [16, 21]
  const [x, z] = [points(rows, 4, 'data'), points(rows, 2, 'map')]
  const data = g.input('x', 'float32', ['batch', 4])
  const map = g.input('z', 'float32', ['batch', 2])
  const feeds = { x: g.floats(x, [rows, 4]), z: g.floats(z, [rows, 2]) }
  const { loss } = interpret(g.graph({ loss: topologicalLoss(data, map, treeRows) }), feeds)
  const [a, b] = [
    distancesOf(x.subarray(0, 4 * treeRows), treeRows),
    distancesOf(z.subarray(0, 2 * treeRows), treeRows),
  ]
  const along = (edges: readonly (readonly [number, number])[]): number =>
    edges.reduce((sum, [i, j]) => sum + (a[i]![j]! - b[i]![j]!) ** 2, 0)
  expect(loss!.data[0]).toBeCloseTo((along(kruskal(a)) + along(kruskal(b))) / 2, 4)
})

it('is nothing for a map that is the data, however large, also of a small batch', () => {
  const rows = 12
  const x = points(rows, 2, 'data')
  const [data, map] = [g.input('x', 'float32', ['batch', 2]), g.input('z', 'float32', ['batch', 2])]
  const feeds = {
    x: g.floats(x, [rows, 2]),
    z: g.floats(
      x.map((value) => 7 * value),
      [rows, 2],
    ),
  }
  const { loss } = interpret(g.graph({ loss: topologicalLoss(data, map, 16) }), feeds)
  expect(Number(loss!.data[0])).toBeLessThan(1e-9)
})

it('has slopes that agree with finite differences', () => {
  const rows = 8
  const [data, map] = [g.input('x', 'float32', ['batch', 3]), g.input('z', 'float32', ['batch', 2])]
  expectSlopes(topologicalLoss(data, map, rows), [map], {
    x: g.floats(points(rows, 3, 'data'), [rows, 3]),
    z: g.floats(points(rows, 2, 'map'), [rows, 2]),
  })
})
