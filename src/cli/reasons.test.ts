import { describe, expect, it } from 'vitest'
import type { DetectorRecord, Explanations } from '../anomaly/index.js'
import type { Table } from '../data/index.js'
import { cellExplainer, reasonsFor, type ExplainedCell } from './reasons.js'

const cell = (fields: Partial<ExplainedCell>): ExplainedCell => ({
  column: 'Worldwide Gross',
  kind: 'numeric',
  value: 2.788e9,
  expected: 310e6,
  contribution: 1,
  ...fields,
})

describe('sentences', () => {
  it.each([
    [cell({}), 'Worldwide Gross is 2.79 G, expected about 310 M given the other columns'],
    [
      cell({ column: 'Genre', kind: 'categorical', value: 'Musical', expected: 'Action' }),
      'Genre is "Musical", expected "Action" given the other columns',
    ],
    [
      cell({ column: 'Director', kind: 'categorical', value: 'Sam Raimi', expected: '(other)' }),
      'Director is "Sam Raimi", expected one of the rare values given the other columns',
    ],
    [
      cell({ column: 'paid', kind: 'boolean', value: false, expected: true }),
      'paid is false, expected true given the other columns',
    ],
    [
      cell({
        column: 'when',
        kind: 'datetime',
        value: Date.UTC(2009, 1, 3, 4),
        expected: Date.UTC(2001, 5, 6, 7),
      }),
      'when is 2009-02-03, expected about 2001-06-06 given the other columns',
    ],
    [
      cell({
        column: 'when',
        kind: 'datetime',
        value: Date.UTC(2009, 1, 3, 4),
        expected: Date.UTC(2009, 1, 3, 7, 30),
      }),
      'when is 2009-02-03 04:00, expected about 2009-02-03 07:30 given the other columns',
    ],
  ])('words %o', (found, text) => expect(reasonsFor([found], 1)[0]?.text).toBe(text))

  it('names the strongest three at most, none below a tenth of the score, none that is as expected', () => {
    const cells = [0.5, 0.2, 0.2, 0.1].map((contribution, i) => cell({ contribution, column: `c${i}` }))
    expect(reasonsFor(cells, 1).map(({ column }) => column)).toEqual(['c0', 'c1', 'c2'])
    expect(reasonsFor([cell({ contribution: 0.05 })], 1)).toEqual([])
    expect(reasonsFor([cell({ value: 5, expected: 5 })], 1)).toEqual([])
  })
})

it('blames known cells only, the largest contribution first', () => {
  const table: Table = {
    source: 'made here',
    rowCount: 2,
    notes: [],
    columns: [
      { name: 'size', storage: 'number', values: Float64Array.of(1, NaN) },
      { name: 'colour', storage: 'string', categories: ['red', 'blue'], codes: Int32Array.of(1, 0) },
    ],
  }
  const explanations = {
    columns: ['size', 'colour', 'absent'],
    contributions: Float32Array.of(0.2, 0.8, 0.1, 0, 1, 0),
    expected: [
      { name: 'size', storage: 'number', values: Float64Array.of(3, 4) },
      { name: 'colour', storage: 'string', categories: ['red'], codes: Int32Array.of(0, 0) },
      { name: 'absent', storage: 'number', values: Float64Array.of(0, 0) },
    ],
  } as unknown as Explanations
  const record = {
    columns: [
      { name: 'size', kind: 'numeric', usual: [0, 9] },
      { name: 'colour', kind: 'categorical' },
      { name: 'absent', kind: 'numeric' },
    ],
  } as unknown as DetectorRecord
  const cellsOf = cellExplainer(table, explanations, record)
  expect(cellsOf(0).map(({ column, value }) => [column, value])).toEqual([
    ['colour', 'blue'],
    ['size', 1],
  ])
  expect(cellsOf(1).map(({ column }) => column)).toEqual(['colour'])
})
