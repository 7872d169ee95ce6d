/** Bjøntegaard rates of curves whose answer is known. */
import { describe, expect, it } from 'vitest'
import { bjontegaardRate, type RatePoint } from './bjontegaard.js'

const curve: readonly RatePoint[] = [
  [0.1, 25],
  [0.25, 28.1],
  [0.5, 31],
  [1, 34.2],
  [2, 39],
]
const shifted = (factor: number): RatePoint[] => curve.map(([rate, fidelity]) => [rate * factor, fidelity])

describe('bjontegaardRate', () => {
  it('is the factor between curves of one shape', () => {
    expect(bjontegaardRate(curve, curve)).toBeCloseTo(0, 9)
    expect(bjontegaardRate(curve, shifted(0.8))).toBeCloseTo(-20, 9)
    expect(bjontegaardRate(curve, shifted(1.5))).toBeCloseTo(50, 9)
  })

  it('does not depend on the order of points, and takes two', () => {
    expect(bjontegaardRate(curve.toReversed(), shifted(0.8))).toBeCloseTo(-20, 9)
    expect(bjontegaardRate(curve.slice(0, 2), shifted(0.5).slice(0, 2))).toBeCloseTo(-50, 9)
  })

  it('compares where both reach, and nothing where they do not meet', () => {
    const half = curve.map(([rate, fidelity]) => [rate, fidelity + 6] as const)
    expect(bjontegaardRate(curve, half)).toBeLessThan(-50)
    expect(
      bjontegaardRate(
        curve,
        curve.map(([rate, fidelity]) => [rate, fidelity + 60] as const),
      ),
    ).toBeNaN()
  })
})
