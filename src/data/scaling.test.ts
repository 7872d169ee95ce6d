import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { random } from '../base/index.js'
import { fitScaling, scale, unscale } from './scaling.js'

const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
const ordinary = fc.double({ noNaN: true, min: -1e12, max: 1e12 })

function normals(count: number, bend: (x: number) => number = (x) => x): Float64Array {
  const stream = random(1)
  return Float64Array.from({ length: count }, () => bend(stream.normal()))
}

describe('fitScaling', () => {
  it('leaves normal, uniform, two-humped and skewed columns to mean and deviation', () => {
    const stream = random(2)
    expect(fitScaling(normals(5000)).method).toBe('standard')
    expect(fitScaling(normals(5000, (x) => x + (x > 0 ? 10 : -10))).method).toBe('standard')
    expect(fitScaling(Float64Array.from({ length: 5000 }, () => stream.uniform())).method).toBe('standard')
    expect(
      fitScaling(Float64Array.from({ length: 5000 }, () => -Math.log(1 - stream.uniform()))).method,
    ).toBe('standard')
  })

  it('bends heavy tails and columns with far outliers, and keeps their order and distance', () => {
    expect(fitScaling(normals(5000, (x) => Math.exp(2 * x))).method).toBe('asinh')
    const scaling = fitScaling(Float64Array.of(...normals(500), 1e6))
    expect(scaling.method).toBe('asinh')
    expect(scale(1e6, scaling)).toBeGreaterThan(scale(1e5, scaling) + 1)
  })

  it('gives mean 0 and deviation 1', () => {
    for (const values of [normals(1000, (x) => 50 + 3 * x), normals(1000, (x) => Math.exp(3 * x))]) {
      const scaled = values.map((x) => scale(x, fitScaling(values)))
      const mean = scaled.reduce((sum, z) => sum + z, 0) / scaled.length
      expect(mean).toBeCloseTo(0, 9)
      expect(scaled.reduce((sum, z) => sum + (z - mean) ** 2, 0) / scaled.length).toBeCloseTo(1, 9)
    }
  })

  it('survives columns without spread', () => {
    const mostlyZero = Float64Array.from({ length: 1000 }, (_, i) => (i < 10 ? i * 1000 : 0))
    for (const values of [
      Float64Array.of(7),
      Float64Array.of(0, 0),
      Float64Array.of(1e9, 1e9 + 1e-7),
      mostlyZero,
    ]) {
      const scaling = fitScaling(values)
      for (const x of [...values, 0, 1e300, -1e300]) expect(Number.isFinite(scale(x, scaling))).toBe(true)
      expect(JSON.parse(JSON.stringify(scaling))).toEqual(scaling)
    }
  })

  it('has a plain record of finite numbers for any values, however large or small', () => {
    fc.assert(
      fc.property(
        fc.float64Array({ noNaN: true, noDefaultInfinity: true, minLength: 1, maxLength: 60 }),
        finite,
        (values, x) => {
          const scaling = fitScaling(values)
          const { center, unit, mean, deviation } = scaling
          expect([center, unit, mean, deviation].every(Number.isFinite)).toBe(true)
          expect(unit > 0 && deviation > 0).toBe(true)
          expect(Number.isFinite(scale(x, scaling))).toBe(true)
          expect(Number.isFinite(unscale(scale(x, scaling), scaling))).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('is undone by unscale', () => {
    fc.assert(
      fc.property(fc.array(ordinary, { minLength: 3, maxLength: 50 }), fc.nat(), (values, place) => {
        const scaling = fitScaling(Float64Array.from(values))
        const x = values[place % values.length]!
        const largest = Math.max(...values.map(Math.abs), scaling.unit)
        expect(Math.abs(unscale(scale(x, scaling), scaling) - x)).toBeLessThanOrEqual(1e-9 * largest)
      }),
      { numRuns: 500 },
    )
  })

  it('never changes the order of two values', () => {
    fc.assert(
      fc.property(fc.array(ordinary, { minLength: 3, maxLength: 50 }), ordinary, ordinary, (values, a, b) => {
        const scaling = fitScaling(Float64Array.from(values))
        if (a < b) expect(scale(a, scaling)).toBeLessThanOrEqual(scale(b, scaling))
      }),
    )
  })
})
