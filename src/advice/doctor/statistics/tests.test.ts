/** Distributions and tests against SciPy 1.17, and tails against what their theory says. */
import { describe, expect, it } from 'vitest'
import { random } from '../../../base/index.js'
import { binomialTail, chiSquareTail, kolmogorovTail, normalTail } from './distributions.js'
import { benjaminiHochberg } from './multiplicity.js'
import { correlation, ranksOf } from './order.js'
import { hill, widestGap } from './tails.js'
import { chiSquare, kolmogorovSmirnov, mannWhitney } from './two-sample.js'

const near = (value: number, expected: number, relative: number): void =>
  expect(Math.abs(value / expected - 1), `${value} for ${expected}`).toBeLessThan(relative)

describe('tails of distributions, as SciPy has them', () => {
  it('normal', () => {
    near(normalTail(0.5), 0.3085375387259869, 1e-6)
    near(normalTail(5), 2.866515718791933e-7, 1e-6)
    near(normalTail(8), 6.22096057427174e-16, 1e-6)
    near(normalTail(-2), 1 - 0.022750131948179195, 1e-6)
  })

  it('chi-square', () => {
    near(chiSquareTail(3.84, 1), 0.05004352124870519, 1e-6)
    near(chiSquareTail(10, 3), 0.01856613546304325, 0.1)
    near(chiSquareTail(30, 10), 0.000856641210775301, 0.1)
    near(chiSquareTail(60, 20), 7.121750862815593e-6, 0.2)
  })

  it('Kolmogorov and binomial', () => {
    near(kolmogorovTail(0.5), 0.9639452436648751, 1e-9)
    near(kolmogorovTail(2.5), 7.453306344157342e-6, 1e-9)
    near(binomialTail(3, 10, 0.1), 0.0701908264, 1e-6)
    near(binomialTail(30, 1000, 0.01), 2.059988850971949e-7, 1e-6)
  })
})

describe('tests of two samples, as SciPy has them', () => {
  const a = Float64Array.of(1, 2, 2, 3, 5, 8, 9)
  const b = Float64Array.of(2, 4, 6, 8, 10, 12)

  it('Kolmogorov–Smirnov and Mann–Whitney, with ties', () => {
    near(kolmogorovSmirnov(a, b).effect, 0.40476190476190477, 1e-12)
    const { effect, pValue } = mannWhitney(a, b)
    near(effect + 0.5, 0.7261904761904762, 1e-12)
    near(pValue, 0.17176293819212018, 1e-6)
  })

  it('chi-square of two rows of counts', () => {
    const { effect, pValue } = chiSquare([30, 20, 50], [45, 25, 30])
    near(pValue, 0.013873457762527509, 1e-9)
    expect(effect).toBeLessThan(0.2) // the distance is 0.2, and chance gives some of it
    expect(chiSquare([0, 0], [1, 2])).toEqual({ effect: 0, pValue: 1 })
  })

  it('Benjamini–Hochberg, ranks, correlation', () => {
    const adjusted = benjaminiHochberg([0.01, 0.04, 0.03, 0.005])
    ;[0.02, 0.04, 0.04, 0.02].forEach((expected, i) => near(adjusted[i]!, expected, 1e-12))
    expect([...ranksOf([3, 1, 3, 2])]).toEqual([3.5, 1, 3.5, 2])
    near(correlation([1, 2, 3, 5], [2, 4, 6, 10]), 1, 1e-12)
    expect(correlation([1, 1, 1], [1, 2, 3])).toBe(0)
  })
})

describe('tails of columns', () => {
  const stream = random(3)
  const sample = (n: number, draw: () => number): Float64Array =>
    Float64Array.from({ length: n }, draw).sort().reverse()

  it("finds the exponent of a power law within Hill's interval", () => {
    const { index, low, high } = hill(
      sample(5000, () => (1 - stream.uniform()) ** -0.5),
      500,
    )
    expect(low).toBeLessThan(0.5)
    expect(high).toBeGreaterThan(0.5)
    near(index, 0.5, 0.15)
  })

  it('sees a gap that no tail leaves, and none in tails as they are', () => {
    const normal = sample(1000, () => Math.abs(stream.normal()))
    expect(widestGap(Float64Array.from([30, 28, 25, ...normal]), 30)).toMatchObject({ count: 3 })
    expect(widestGap(Float64Array.from([30, 28, 25, ...normal]), 30)!.pValue).toBeLessThan(1e-6)
    let found = 0
    for (let i = 0; i < 100; i++) {
      const draw = [
        () => Math.abs(stream.normal()),
        () => Math.exp(1.5 * stream.normal()),
        () => (1 - stream.uniform()) ** -1,
      ][i % 3]!
      if ((widestGap(sample(500, draw), 15)?.pValue ?? 1) < 1e-2) found++
    }
    expect(found).toBeLessThanOrEqual(4) // at most one in a hundred is to be expected
  })
})
