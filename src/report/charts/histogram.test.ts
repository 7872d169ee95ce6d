import { describe, expect, it } from 'vitest'
import { random } from '../../base/index.js'
import { histogramOf } from './histogram.js'

const total = (bins: readonly { normal: number; anomalous: number }[]) =>
  bins.reduce((sum, bin) => sum + bin.normal + bin.anomalous, 0)

describe('histogramOf', () => {
  const numbers = random(3)
  const values = Float32Array.from({ length: 5000 }, () => Math.exp(1.5 * numbers.normal()))

  it('counts every score once, as a plain count of the same bins does', () => {
    const { bins, isLog } = histogramOf(values, { threshold: 3 })
    expect(isLog).toBe(true)
    expect(total(bins)).toBe(values.length)
    bins.slice(1, -1).forEach(({ low, high, normal }) => {
      expect(values.filter((value) => value > low && value <= high)).toHaveLength(normal)
    })
  })

  it('flags no bin by half: a score at the threshold lies below', () => {
    const threshold = values[17]!
    const { bins } = histogramOf(values, { threshold })
    const flagged = bins.filter(({ low }) => low >= threshold)
    expect(total(flagged)).toBe(values.filter((value) => value > threshold).length)
  })

  it('splits by label', () => {
    const labels = Uint8Array.from(values, (value) => (value > 2 ? 1 : 0))
    const { bins } = histogramOf(values, { threshold: 2, labels })
    expect(bins.reduce((sum, bin) => sum + bin.anomalous, 0)).toBe(
      labels.filter((label) => label === 1).length,
    )
  })

  it('takes a linear axis where no tail is heavy, and where scores are negative', () => {
    expect(histogramOf([1, 2, 3, 4], { threshold: 2.5 }).isLog).toBe(false)
    expect(histogramOf([-1, 0, 0, 0, 900], { threshold: Infinity }).isLog).toBe(false)
  })

  it('counts zeros in the first bin of a logarithmic axis', () => {
    const { bins, isLog } = histogramOf([...Array<number>(50).fill(0), 0.01, 1000], { threshold: Infinity })
    expect(isLog).toBe(true)
    expect(bins[0]!.normal).toBe(51)
  })

  it.each([
    ['no score', [], 0],
    ['none but missing ones', [NaN, Infinity], 2],
  ])('has no bin for %s', (_, scores, unscored) => {
    expect(histogramOf(scores, { threshold: 1 })).toEqual({ bins: [], isLog: false, unscored })
  })

  it.each([0, 7, -3])('has one bin for scores that are all %d', (score) => {
    const { bins } = histogramOf([score, score, NaN], { threshold: score })
    expect(bins).toHaveLength(1)
    expect(bins[0]!.normal).toBe(2)
    expect(bins[0]!.low).toBeLessThan(bins[0]!.high)
  })

  it('takes two million scores in passing', () => {
    const many = Float32Array.from({ length: 2e6 }, (_, i) => (i % 1000) + 1)
    const { bins } = histogramOf(many, { threshold: 990 })
    expect(bins.length).toBeLessThan(64)
    expect(total(bins)).toBe(2e6)
  })
})
