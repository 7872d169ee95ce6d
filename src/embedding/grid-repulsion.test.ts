/** The grid against all pairs, on clusters, duplicates and lines, in the sizes that a layout goes through. */
import { expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { allPairs } from './all-pairs.js'
import { gridRepulsion } from './grid-repulsion.js'

type Shape = (i: number, normal: () => number) => readonly [number, number]

const shapes: Readonly<Record<string, Shape>> = {
  clusters: (i, normal) => [20 * (i % 5) + 3 * normal(), 15 * (i % 3) + 3 * normal()],
  'a wide cloud': (_, normal) => [30 * normal(), 8 * normal()],
  'a cloud as wide as the kernel': (_, normal) => [normal(), normal()],
  'the first places of a layout': (_, normal) => [1e-4 * normal(), 1e-5 * normal()],
  duplicates: (i) => [i % 7, i % 3],
  'a line': (i) => [i / 10, 3],
}

function cloud(n: number, shape: Shape): Float64Array {
  const random = randomFor(0, 'places')
  const places = new Float64Array(2 * n)
  for (let i = 0; i < n; i++)
    places.set(
      shape(i, () => random.normal()),
      2 * i,
    )
  return places
}

const size = (values: Float64Array): number => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0))

it.each(Object.entries(shapes))('gives the forces of all pairs: %s', (_, shape) => {
  const n = 2000
  const places = cloud(n, shape)
  const [exact, forces] = [new Float64Array(2 * n), new Float64Array(2 * n)]
  const exactTotal = allPairs(places, exact)
  const total = gridRepulsion(n)(places, forces)
  expect(Math.abs(total - exactTotal)).toBeLessThanOrEqual(2e-3 * exactTotal)
  expect(size(forces.map((x, i) => x - exact[i]!))).toBeLessThanOrEqual(0.04 * size(exact))
})

it('gives the same for places that have grown and shrunk in between', () => {
  const n = 500
  const shape = shapes['clusters']!
  const [once, again] = [new Float64Array(2 * n), new Float64Array(2 * n)]
  const places = cloud(n, shape)
  const total = gridRepulsion(n)(places, once)
  const repulsion = gridRepulsion(n)
  for (const scale of [1e-3, 1, 2, 1e-3, 1]) {
    const found = repulsion(
      places.map((x) => x * scale),
      again,
    )
    if (scale === 1) expect(found).toBeCloseTo(total, 0)
  }
  expect(size(once.map((x, i) => x - again[i]!))).toBeLessThan(1e-6 * size(once))
})

it('takes longer steps where points are far apart', () => {
  const places = Float64Array.of(0, 0, 2000, 0, 2000, 1500)
  const [exact, forces] = [new Float64Array(6), new Float64Array(6)]
  allPairs(places, exact)
  gridRepulsion(3)(places, forces)
  expect(size(forces.map((x, i) => x - exact[i]!))).toBeLessThan(0.01)
})

it('bears points in one place', () => {
  const forces = new Float64Array(20)
  expect(gridRepulsion(10)(new Float64Array(20).fill(4), forces)).toBeCloseTo(90, 6)
  expect(size(forces)).toBeLessThan(1e-6)
})
