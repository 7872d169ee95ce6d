import fc from 'fast-check'
import { expect, it } from 'vitest'
import { highest } from './ranking.js'

it('agrees with sorting everything', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 })), fc.nat(12), (values, count) => {
      const expected = values
        .map((_, i) => i)
        .sort((a, b) => values[b]! - values[a]! || a - b)
        .slice(0, count)
      expect([...highest(Float32Array.from(values), count)]).toEqual(expected)
    }),
  )
})

it('never ranks a score that is not a number', () => {
  expect([...highest(Float32Array.of(NaN, 1, NaN, 2), 4)]).toEqual([3, 1])
  expect([...highest(Float32Array.of(NaN), 1)]).toEqual([])
})
