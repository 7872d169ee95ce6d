import { describe, expect, it } from 'vitest'
import { tableFromColumns } from '../data/index.js'
import { evaluate, labelsOf } from './evaluation.js'

describe('evaluate', () => {
  // Values of scikit-learn 1.9's roc_auc_score and average_precision_score.
  it.each([
    [[0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], 0.75, 0.8333333333333333],
    [[1, 1, 1, 1], [0, 1, 0, 1], 0.5, 0.5],
    [[3, 2, 2, 1, 0.5, 0.5], [1, 0, 1, 0, 1, 0], 0.6666666666666666, 0.7222222222222222],
  ])('%j with labels %j', (scores, labels, auroc, averagePrecision) => {
    const result = evaluate(scores, labels)
    expect(result.auroc).toBeCloseTo(auroc, 12)
    expect(result.averagePrecision).toBeCloseTo(averagePrecision, 12)
  })

  it('refuses labels of one class', () => {
    expect(() => evaluate([1, 2], [1, 1])).toThrow(/both 0 and 1/)
  })
})

describe('labelsOf', () => {
  const table = tableFromColumns({
    bad: [0, 1, 2],
    gap: [0, 1, null],
    words: ['yes', 'no', 'yes'],
    one: [0, 0, 0],
    good: [false, true, false],
  })

  it('reads numbers, truth values and words', () => {
    expect([...labelsOf(table, 'good')]).toEqual([0, 1, 0])
    expect([...labelsOf(table, 'words')]).toEqual([1, 0, 1])
  })

  it('says what is wrong', () => {
    expect(() => labelsOf(table, 'nothing')).toThrow(/no column "nothing".*there are: bad, gap/)
    expect(() => labelsOf(table, 'bad')).toThrow(/row 3 has "2"/)
    expect(() => labelsOf(table, 'gap')).toThrow(/row 3 has a missing cell/)
    expect(() => labelsOf(table, 'one')).toThrow(/holds only 0/)
  })
})
