/** The curve of held-out error against width, and its knee. */
import { describe, expect, it } from 'vitest'
import { manifoldTable, patientOf } from '../../../test/support/planted-manifold.js'
import { randomFor } from '../../base/index.js'
import { bottleneckCurve, kneeOf, widestCode, widthsUpTo } from './bottleneck-curve.js'

/** Errors of 200 rows at each width, around given means. */
function rowsAround(means: readonly number[]): readonly Float64Array[] {
  const stream = randomFor(2, 'rows')
  const hardness = Float64Array.from({ length: 200 }, () => 0.5 + stream.uniform())
  return means.map((mean) => hardness.map((hard) => mean * hard * (1 + 0.02 * stream.normal())))
}

describe('knee', () => {
  it('looks at every width up to 8, then at four for each doubling', () => {
    expect(widthsUpTo(5)).toEqual([1, 2, 3, 4, 5])
    expect(widthsUpTo(21)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 21])
  })

  it('is where units begin to copy noise that is alike in all directions', () => {
    // Ten numbers, three of them structure; noise of 0.05 in each: k units leave (10 − k) of them.
    const widths = [0, 1, 2, 3, 4, 5, 6, 7]
    const structure = [0.5, 0.3, 0.12, 0, 0, 0, 0, 0]
    const errors = widths.map((width, i) => structure[i]! + (0.05 * (10 - width)) / 10)
    const { width, low, high, beyond } = kneeOf(widths, rowsAround(errors), 10, 0)
    expect({ width, beyond }).toEqual({ width: 3, beyond: false })
    expect(low).toBeGreaterThanOrEqual(2)
    expect(high).toBeLessThanOrEqual(4)
  })

  it('is nowhere where the columns tell nothing of each other', () => {
    const widths = [0, 1, 2, 3, 4, 5, 6]
    const errors = widths.map((width) => (0.5 * (10 - width)) / 10)
    expect(kneeOf(widths, rowsAround(errors), 10, 0)).toMatchObject({ width: 0, beyond: false })
  })

  it('lies beyond the widest code while the error still falls', () => {
    const widths = [0, 1, 2, 3]
    expect(kneeOf(widths, rowsAround([0.5, 0.4, 0.3, 0.2]), 40, 0)).toMatchObject({ width: 3, beyond: true })
  })
})

describe('bottleneck curve', () => {
  it.each([
    [2, 10],
    [4, 16],
  ])('finds the dimension of a surface of dimension %d in %d columns', async (dimension, columns) => {
    const patient = await patientOf(manifoldTable({ dimension, columns, rows: 1000 }))
    const { knee, errors, widths, numbers } = await bottleneckCurve(patient, { steps: 700, threads: 1 })
    expect(numbers).toBe(columns)
    expect(widths.at(-1)).toBe(widestCode(patient.preprocessing.layout))
    expect(knee.width).toBeGreaterThanOrEqual(dimension)
    expect(knee.width).toBeLessThanOrEqual(dimension + 1)
    expect(knee.low).toBeLessThanOrEqual(knee.width)
    // One unit fewer leaves a multiple of the error.
    const at = (width: number): number => errors[widths.indexOf(width)]!.mean
    expect(at(dimension - 1)).toBeGreaterThan(1.5 * at(dimension + 1))
  })
})
