/** Estimates of dimension on clouds whose dimension is known. */
import { describe, expect, it } from 'vitest'
import { randomFor, type Random } from '../base/index.js'
import { nodeEngine } from '../engine/node.js'
import { maximumLikelihoodDimension, twoNearestNeighbors } from './intrinsic-dimension.js'
import { nearestNeighbors, type Neighbors } from './neighbors.js'
import type { Points } from './points.js'

const engine = nodeEngine

function cloud(rows: number, draw: (row: number) => readonly number[]): Points {
  const drawn = Array.from({ length: rows }, (_, row) => draw(row))
  return { rows, width: drawn[0]!.length, values: Float32Array.from(drawn.flat()) }
}

const normals = (count: number, stream: Random): readonly number[] =>
  Array.from({ length: count }, () => stream.normal())

/** A point of the unit sphere around the origin, `count − 1` dimensions. */
function onSphere(count: number, stream: Random): readonly number[] {
  const drawn = normals(count, stream)
  const length = Math.hypot(...drawn)
  return drawn.map((value) => value / length)
}

function inBall(count: number, stream: Random): readonly number[] {
  const radius = stream.uniform() ** (1 / count)
  return onSphere(count, stream).map((value) => value * radius)
}

function swissRoll(stream: Random): readonly number[] {
  const turn = 1.5 * Math.PI * (1 + 2 * stream.uniform())
  return [turn * Math.cos(turn), 21 * stream.uniform(), turn * Math.sin(turn)]
}

const neighborsOf = (points: Points, k = 15): Promise<Neighbors> => nearestNeighbors(points, k, { engine })

describe('intrinsic dimension', () => {
  const stream = randomFor(5, 'dimensions')
  it.each([
    ['a ball', 5, 0.6, cloud(2000, () => inBall(5, stream))],
    ['a sphere in 4 columns', 3, 0.3, cloud(2000, () => onSphere(4, stream))],
    ['a swiss roll', 2, 0.2, cloud(2000, () => swissRoll(stream))],
    [
      'a line in 6 columns',
      1,
      0.1,
      cloud(1500, () =>
        [1, 2, 3, -1, -2, 5].map(
          (
            (x) => (c) =>
              c * x
          )(stream.uniform()),
        ),
      ),
    ],
  ] as const)('of %s is %d', async (_, dimension, within, points) => {
    const neighbors = await neighborsOf(points)
    for (const estimate of [twoNearestNeighbors(neighbors), maximumLikelihoodDimension(neighbors)]) {
      expect(Math.abs(estimate.dimension - dimension)).toBeLessThan(within)
      expect(estimate.standardError).toBeGreaterThan(0)
      expect(estimate.standardError).toBeLessThan(within)
    }
  })

  it('is seen beneath noise at the coarser scale, and is that of the noise at the finest', async () => {
    const noisy = cloud(3000, () => {
      const [x, y] = [stream.uniform(), stream.uniform()]
      return [x, y, 0, 0, 0, 0, 0].map((value) => value + 0.01 * stream.normal())
    })
    const neighbors = await neighborsOf(noisy, 60)
    const fine = twoNearestNeighbors(neighbors).dimension
    const coarse = maximumLikelihoodDimension(neighbors, { fewest: 50 }).dimension
    expect(fine).toBeGreaterThan(coarse + 0.4)
    expect(coarse).toBeLessThan(3.2)
  })

  it('does not change when every row is repeated', async () => {
    const points = cloud(800, () => inBall(3, stream))
    const values = Float32Array.from(
      { length: 3 * points.values.length },
      (_, i) => points.values[i % points.values.length]!,
    )
    const once = await neighborsOf(points, 12)
    const thrice = await neighborsOf({ rows: 2400, width: 3, values }, 38)
    expect(twoNearestNeighbors(thrice).dimension).toBeCloseTo(twoNearestNeighbors(once).dimension, 1)
    expect(maximumLikelihoodDimension(thrice, { fewest: 5, most: 12 }).dimension).toBeCloseTo(
      maximumLikelihoodDimension(once, { fewest: 5 }).dimension,
      9,
    )
  })

  it('is 0 where all rows are in one place', async () => {
    const neighbors = await neighborsOf(cloud(40, () => [1, 2, 3]))
    const nothing = { dimension: 0, standardError: 0 }
    expect(twoNearestNeighbors(neighbors)).toEqual(nothing)
    expect(maximumLikelihoodDimension(neighbors)).toEqual(nothing)
  })

  it('has standard errors of the size of the errors', async () => {
    const estimates = []
    for (let i = 0; i < 30; i++) {
      const neighbors = await neighborsOf(
        cloud(250, () => inBall(2, stream)),
        10,
      )
      estimates.push([twoNearestNeighbors(neighbors), maximumLikelihoodDimension(neighbors)] as const)
    }
    for (const which of [0, 1] as const) {
      const found = estimates.map((pair) => pair[which])
      const mean = found.reduce((sum, { dimension }) => sum + dimension, 0) / 30
      const spread = Math.sqrt(found.reduce((sum, { dimension }) => sum + (dimension - mean) ** 2, 0) / 29)
      const stated = found.reduce((sum, { standardError }) => sum + standardError, 0) / 30
      expect(stated / spread).toBeGreaterThan(0.65) // 30 samples tell a spread within about a quarter
      expect(stated / spread).toBeLessThan(1.5)
    }
  })

  it('refuses neighbours that are too few', async () => {
    const neighbors = await neighborsOf(
      cloud(40, () => normals(2, stream)),
      4,
    )
    const one = await neighborsOf(
      cloud(40, () => normals(2, stream)),
      1,
    )
    const code = expect.objectContaining({ code: 'HG_USAGE' }) as Error
    expect(() => twoNearestNeighbors(one)).toThrow(code)
    expect(() => twoNearestNeighbors(neighbors, { discarded: 1 })).toThrow(code)
    expect(() => maximumLikelihoodDimension(neighbors, { most: 5 })).toThrow(code)
    expect(() => maximumLikelihoodDimension(neighbors, { fewest: 1 })).toThrow(code)
    expect(() => maximumLikelihoodDimension(neighbors, { fewest: 4, most: 3 })).toThrow(code)
  })
})
