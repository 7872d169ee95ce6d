/** Agreement of groups against scikit-learn. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { adjustedRandIndex, normalizedMutualInformation } from './clustering-agreement.js'

interface Golden {
  readonly a: readonly number[]
  readonly b: readonly number[]
  readonly adjustedRand: number
  readonly normalizedMutualInformation: number
}

const golden = JSON.parse(readFileSync(new URL('golden/geometry.json', import.meta.url), 'utf8')) as {
  readonly agreement: Readonly<Record<string, Golden>>
}

describe('clustering agreement', () => {
  it.each(Object.entries(golden.agreement))('agrees with scikit-learn: %s', (_, expected) => {
    const [a, b] = [Int32Array.from(expected.a), Int32Array.from(expected.b)]
    expect(adjustedRandIndex(a, b)).toBeCloseTo(expected.adjustedRand, 12)
    expect(adjustedRandIndex(b, a)).toBeCloseTo(expected.adjustedRand, 12)
    expect(normalizedMutualInformation(a, b)).toBeCloseTo(expected.normalizedMutualInformation, 12)
    expect(normalizedMutualInformation(b, a)).toBeCloseTo(expected.normalizedMutualInformation, 12)
  })

  it('takes any integers for names', () => {
    const a = Int32Array.of(-1, -1, 7, 7, 2_000_000_000)
    expect(adjustedRandIndex(a, Int32Array.of(0, 0, 1, 1, 2))).toBe(1)
  })

  it('refuses lists that are not of the same rows', () => {
    const code = expect.objectContaining({ code: 'HG_USAGE' }) as Error
    for (const measure of [adjustedRandIndex, normalizedMutualInformation]) {
      expect(() => measure(Int32Array.of(1, 2), Int32Array.of(1))).toThrow(code)
      expect(() => measure(new Int32Array(0), new Int32Array(0))).toThrow(code)
    }
  })
})
