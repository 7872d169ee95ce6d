/** What the count kind is told of its rows, against plain sums. */
import { describe, expect, it } from 'vitest'
import { countFacts } from './count-facts.js'

const spaceOf = (width: number) => ({
  width,
  numericCount: width,
  columns: Array.from({ length: width }, (_, i) => ({ name: `gene ${i}`, start: i, width: 1 })),
})
const none = new Int32Array(0)

describe('facts of counts', () => {
  // Totals 4, 40 and 8, which is the median; the last row is not learned from.
  const features = Float32Array.from([4, 0, 20, 20, 2, 6, 1000, 0])
  const data = { rows: 4, features, training: Int32Array.of(0, 1, 2), validation: none }
  const logs = [
    [Math.log1p(8), 0],
    [Math.log1p(4), Math.log1p(4)],
    [Math.log1p(2), Math.log1p(6)],
  ]
  const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length

  it('are the median total, means of logarithms, and one deviation of all columns', () => {
    const { typicalTotal, means, deviations } = countFacts(spaceOf(2), data)
    const middle = [0, 1].map((column) => mean(logs.map((row) => row[column]!)))
    const spread = Math.sqrt(mean(logs.flatMap((row) => row.map((x, column) => (x - middle[column]!) ** 2))))
    expect(typicalTotal).toBe(8)
    middle.forEach((value, column) => expect(means![column]).toBeCloseTo(value, 10))
    deviations!.forEach((value) => expect(value).toBeCloseTo(spread, 10))
  })

  it('leave missing cells out, and stand for rows that are all alike or empty', () => {
    const mask = Float32Array.from([1, 0, 1, 1, 1, 1, 1, 1])
    const { means } = countFacts(spaceOf(2), { ...data, mask })
    expect(means![1]).toBeCloseTo(mean([logs[1]![1]!, logs[2]![1]!]), 10)
    const empty = { rows: 2, features: new Float32Array(4), training: Int32Array.of(0, 1), validation: none }
    expect(countFacts(spaceOf(2), empty)).toEqual({ typicalTotal: 1, means: [0, 0], deviations: [1, 1] })
  })
})
