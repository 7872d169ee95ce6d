/** Means with errors, paired differences, and the share of pairs. */
import { describe, expect, it } from 'vitest'
import { randomFor } from '../../../base/index.js'
import { bootstrap, estimate, pairedDifference, placements, shareAbove, standardErrors } from './paired.js'

const normals = (count: number, seed: number, shift = 0): Float64Array => {
  const stream = randomFor(seed, 'normals')
  return Float64Array.from({ length: count }, () => stream.normal() + shift)
}

describe('paired statistics', () => {
  it('give the mean and its standard error', () => {
    const { mean, error, low, high } = estimate([1, 2, 3, 4])
    expect(mean).toBe(2.5)
    expect(error).toBeCloseTo(Math.sqrt(5 / 3 / 4), 12)
    expect(low).toBeCloseTo(2.5 - 1.96 * error, 12)
    expect(high).toBeCloseTo(2.5 + 1.96 * error, 12)
  })

  it('know nothing of one row', () => {
    expect(standardErrors(estimate([3]))).toBe(0)
    expect(estimate([])).toMatchObject({ mean: 0, error: Infinity })
  })

  it('see a small difference between two noisy columns that go together', () => {
    const hard = normals(400, 1)
    const easier = hard.map((value, i) => value - 0.01 - 0.001 * Math.sin(i))
    const difference = pairedDifference(hard, easier)
    expect(difference.mean).toBeCloseTo(0.01, 3)
    expect(standardErrors(difference)).toBeGreaterThan(50)
  })

  it('place values among others, ties counted half', () => {
    expect([...placements([0, 2, 2.5, 9], [1, 2, 3])]).toEqual([0, 0.5, 2 / 3, 1])
  })

  it('say how often one column is above another, with an error that holds', () => {
    // P(X + 1 > Y) of standard normal X and Y is Φ(1/√2) = 0.7602.
    const inside = Array.from({ length: 60 }, (_, i) => {
      const { low, high } = shareAbove(normals(80, 2 * i, 1), normals(120, 2 * i + 1))
      return low < 0.7602 && 0.7602 < high
    })
    const covered = inside.filter(Boolean).length
    expect(covered).toBeGreaterThan(50)
    expect(covered).toBeLessThan(60)
  })

  it('draw rows with replacement, the same ones for the same seed', () => {
    const sums = bootstrap(5, 3, 7, (drawn) => [...drawn].join(','))
    expect(sums).toEqual(bootstrap(5, 3, 7, (drawn) => [...drawn].join(',')))
    expect(new Set(sums).size).toBe(3)
  })
})
