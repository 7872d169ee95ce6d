import { describe, expect, it } from 'vitest'
import { cellText, dropColumns, isMissing, selectRows, tableFromColumns, tableFromRecords } from './table.js'

describe('tables in memory', () => {
  it('types columns of loose cells', () => {
    const table = tableFromColumns({
      numbers: [1, null, 3n],
      typed: Float32Array.of(1, NaN, Infinity),
      text: ['1.5', 'NA', '2'],
      mixed: ['a', 2, true],
      dates: [new Date(0), null, new Date(5)],
      flags: [true, null, false],
    })
    expect(table.columns.map(({ storage }) => storage)).toEqual([
      'number',
      'number',
      'number',
      'string',
      'datetime',
      'boolean',
    ])
    expect(table.columns.map((column) => cellText(column, 2))).toEqual([
      '3',
      '',
      '2',
      'true',
      '1970-01-01T00:00:00.005Z',
      'false',
    ])
    expect(table.columns.map((column) => isMissing(column, 1))).toEqual([true, true, true, false, true, true])
    expect(table.notes).toEqual(['typed: 1 infinite number is taken as missing'])
  })

  it('takes rows as objects, whatever keys each has', () => {
    const table = tableFromRecords([{ a: 1 }, { b: 'x' }])
    expect(table.columns.map((column) => [column.name, cellText(column, 0), cellText(column, 1)])).toEqual([
      ['a', '1', ''],
      ['b', '', 'x'],
    ])
  })

  it('refuses tables without cells and columns of different lengths', () => {
    expect(() => tableFromColumns({})).toThrow(/no cells/)
    expect(() => tableFromRecords([])).toThrow(/no cells/)
    expect(() => tableFromColumns({ a: [1], b: [1, 2] })).toThrow(/"b" has 2 cells, but "a" has 1/)
  })

  it('selects rows and drops columns', () => {
    const table = tableFromColumns({ a: [1, 2, 3], b: ['x', 'y', 'z'] })
    const some = selectRows(table, Int32Array.of(2, 0, 2))
    expect(some.columns.map((column) => [0, 1, 2].map((row) => cellText(column, row)))).toEqual([
      ['3', '1', '3'],
      ['z', 'x', 'z'],
    ])
    expect(dropColumns({ ...table, suggestedLabel: 'b' }, ['b', 'c'])).toEqual({
      ...table,
      columns: [table.columns[0]],
    })
  })
})
