import { describe, expect, it } from 'vitest'
import { readColumns, type ColumnOverrides } from './column-readings.js'
import { selectRows, tableFromColumns, type Cell } from './table.js'

const rows = 200
const column = (of: (row: number) => Cell): Cell[] => Array.from({ length: rows }, (_, row) => of(row))
const reading = (of: (row: number) => Cell, name = 'a', overrides: ColumnOverrides = {}) =>
  readColumns(tableFromColumns({ [name]: column(of), other: column((row) => row % 7) }), overrides)[0]!

describe('readColumns', () => {
  it.each([
    ['measurements that are all different', (row: number) => Math.sin(row), 'numeric'],
    ['whole numbers that repeat', (row: number) => row % 50, 'numeric'],
    ['whole numbers all different, but no count', (row: number) => row * row, 'numeric'],
    ['row numbers', (row: number) => row + 1, 'identifier'],
    ['row numbers, shuffled', (row: number) => (row * 77) % rows, 'identifier'],
    ['row numbers, downwards in tens', (row: number) => 5000 - 10 * row, 'identifier'],
    ['product numbers', (row: number) => `L${47181 + row}`, 'identifier'],
    ['random identifiers', (row: number) => `${(row * 2654435761) % 2 ** 32}-${row}`, 'identifier'],
    ['sentences', (row: number) => `the ${row}th row of a table with words`, 'text'],
    ['few words', (row: number) => ['red', 'green', 'blue'][row % 3]!, 'categorical'],
    ['yes and no', (row: number) => (row % 2 ? 'yes' : 'no'), 'categorical'],
    ['true and false', (row: number) => row % 2 === 0, 'boolean'],
    ['zero and one', (row: number) => row % 2, 'boolean'],
    ['dates', (row: number) => new Date(row * 86_400_000), 'datetime'],
    ['dates as text', (row: number) => `2020-01-${String((row % 28) + 1).padStart(2, '0')}`, 'datetime'],
    ['one value', () => 5, 'constant'],
    ['one word and gaps', (row: number) => (row % 3 ? 'x' : null), 'constant'],
    ['nothing', () => null, 'empty'],
  ] as const)('%s', (_, of, kind) => {
    const used = ['numeric', 'boolean', 'categorical', 'datetime'].includes(kind)
    expect(reading(of)).toMatchObject({ kind, used })
  })

  it('takes whole numbers, all different, for an identifier by their name', () => {
    expect(reading((row) => row * row, 'customer_id').kind).toBe('identifier')
    expect(reading((row) => row * row, 'solid').kind).toBe('numeric')
  })

  it('counts missing cells and different values', () => {
    expect(reading((row) => (row % 4 === 0 ? null : row % 10))).toMatchObject({ missing: 50, distinct: 10 })
    expect(reading((row) => (row % 4 === 0 ? null : `c${row % 3}`))).toMatchObject({
      missing: 50,
      distinct: 3,
    })
    expect(reading((row) => (row % 2 ? 0 : -0)).distinct).toBe(1)
    const many = Float64Array.from({ length: 50_000 }, (_, i) => (i % 20_000) / 7)
    expect(readColumns(tableFromColumns({ many }))[0]!.distinct).toBe(20_000)
  })

  it('counts only categories that some row has', () => {
    const table = selectRows(tableFromColumns({ c: ['x', 'y', 'z', 'x'] }), Int32Array.of(0, 3))
    expect(readColumns(table)[0]).toMatchObject({ kind: 'constant', distinct: 1 })
  })

  it('follows overrides, and refuses impossible ones', () => {
    expect(reading((row) => row % 5, 'a', { a: 'categorical' })).toMatchObject({
      kind: 'categorical',
      used: true,
    })
    expect(reading((row) => row % 5, 'a', { a: 'ignore' })).toMatchObject({
      used: false,
      reason: 'left out on request',
    })
    expect(reading((row) => row + 1, 'a', { a: 'numeric' })).toMatchObject({ kind: 'numeric', used: true })
    const words = (row: number): string => (row === 41 ? 'broken' : String(row))
    expect(() => reading(words, 'a', { a: 'numeric' })).toThrow(
      /"a", row 42: expected a number, got "broken"/,
    )
    expect(() => reading((row) => row, 'a', { a: 'boolean' })).toThrow(/true or false, got "2"/)
    expect(() => reading((row) => row, 'a', { b: 'numeric' })).toThrow(
      expect.objectContaining({ code: 'HG_COLUMN_MISSING' }),
    )
  })
})
