/** The quadtree against all pairs, on clusters, duplicates and lines. */
import { expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { quadtree } from './quadtree.js'

function allPairs(places: Float64Array) {
  const n = places.length / 2
  const forces = new Float64Array(2 * n)
  let total = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      if (i === j) continue
      const [dx, dy] = [places[2 * i]! - places[2 * j]!, places[2 * i + 1]! - places[2 * j + 1]!]
      const q = 1 / (1 + dx * dx + dy * dy)
      total += q
      forces[2 * i]! += q * q * dx
      forces[2 * i + 1]! += q * q * dy
    }
  }
  return { forces, total }
}

const shapes: Readonly<Record<string, (i: number, normal: () => number) => readonly [number, number]>> = {
  clusters: (i, normal) => [20 * (i % 5) + normal(), 15 * (i % 3) + normal()],
  'a tiny cloud': (_, normal) => [1e-4 * normal(), 1e-4 * normal()],
  duplicates: (i) => [i % 7, i % 3],
  'a line': (i) => [i / 10, 3],
  'one place': () => [4, -4],
}

it.each(Object.entries(shapes))('gives the forces of all pairs: %s', (_, place) => {
  const random = randomFor(0, 'places')
  const n = 300
  const places = new Float64Array(2 * n)
  for (let i = 0; i < n; i++)
    places.set(
      place(i, () => random.normal()),
      2 * i,
    )
  const exact = allPairs(places)
  for (const [theta, tolerance] of [
    [1e-6, 1e-9],
    [0.5, 0.04],
  ] as const) {
    const forces = new Float64Array(2 * n)
    const tree = quadtree(n)
    tree.repulsion(places, theta, forces)
    const total = tree.repulsion(places, theta, forces) // the tree is used again
    expect(Math.abs(total - exact.total)).toBeLessThanOrEqual(tolerance * exact.total)
    const size = Math.sqrt(exact.forces.reduce((sum, x) => sum + x * x, 0) / (2 * n))
    const error = Math.sqrt(forces.reduce((sum, x, i) => sum + (x - exact.forces[i]!) ** 2, 0) / (2 * n))
    expect(error).toBeLessThanOrEqual(tolerance * Math.max(size, 1e-6))
  }
})
