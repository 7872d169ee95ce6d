import { describe, expect, it } from 'vitest'
import { fitPreprocessing } from './preprocessing.js'
import { readColumns } from './column-readings.js'
import { tableFromColumns, type NumberColumn } from './table.js'
import { windowOptionsOf, windowsOf } from './windows.js'

const rows = 30
const of = <T>(cell: (row: number) => T): T[] => Array.from({ length: rows }, (_, row) => cell(row))
const series = tableFromColumns({
  time: of((row) => new Date(row * 1000)),
  row: of((row) => row),
  value: of((row) => (row === 4 ? null : Math.sin(row))),
  state: of((row) => ['on', 'off'][row % 2]!),
  level: of((row) => row % 7),
  flag: of((row) => row % 3 === 0),
  still: of(() => 5),
})
const numbers = (column: unknown): Float64Array => (column as NumberColumn).values

describe('windowsOf', () => {
  it('holds the last steps of every channel in each row, step by step', () => {
    const windows = windowsOf(series, { window: 3 })
    expect(windows.rowCount).toBe(rows)
    expect(windows.grid).toEqual({ kind: 'series', steps: 3, channels: 3 })
    expect(windows.columns.map(({ name }) => name)).toEqual(
      [-2, -1, 0].flatMap((step) => ['value', 'level', 'flag'].map((name) => `${name}[${step}]`)),
    )
    const [value, level] = [numbers(series.columns[2]), numbers(series.columns[4])]
    for (let step = 0; step < 3; step++) {
      for (let row = 0; row < rows; row++) {
        const at = row + step - 2
        expect(numbers(windows.columns[3 * step])[row]).toBe(at < 0 ? NaN : value[at])
        expect(numbers(windows.columns[3 * step + 1])[row]).toBe(at < 0 ? NaN : level[at])
      }
    }
  })

  it('says what it leaves out, and why', () => {
    expect(windowsOf(series, { window: 3 }).notes).toEqual([
      'time: left out of the windows, as it is datetime (dates)',
      'row: left out of the windows, as it is identifier (it counts the rows)',
      'state: left out of the windows, as it is categorical (2 categories)',
      'still: left out of the windows, as it is constant (every known cell is 5)',
      'each row holds the last 3 time steps of value, level, flag',
    ])
  })

  it('takes the channels it is given, constant or not, and leaves out what it is told to', () => {
    expect(
      windowsOf(series, { window: 2, columns: ['still', 'row'] }).columns.map(({ name }) => name),
    ).toEqual(['still[-1]', 'row[-1]', 'still[0]', 'row[0]'])
    expect(windowsOf(series, { window: 2, ignore: ['level', 'flag'] }).grid).toMatchObject({ channels: 1 })
  })

  it('keeps the label beside the windows, and out of them', () => {
    const windows = windowsOf({ ...series, suggestedLabel: 'flag' }, { window: 4 })
    expect(windows.grid).toMatchObject({ steps: 4, channels: 2 })
    expect(windows.columns.at(-1)).toBe(series.columns[5])
    expect(windows.suggestedLabel).toBe('flag')
    const readings = readColumns(windows, {}, windows.grid)
    expect(readings.filter(({ used }) => used)).toHaveLength(8)
    expect(readings.at(-1)).toMatchObject({ name: 'flag', used: false, reason: 'left out: the label' })
  })

  it('gives a new table the windows that a model was trained on', () => {
    const windows = windowsOf(series, { window: 5 })
    const { layout } = fitPreprocessing(windows, readColumns(windows, {}, windows.grid), {
      grid: windows.grid,
    })
    expect(windowOptionsOf(layout)).toEqual({ window: 5, columns: ['value', 'level', 'flag'] })
    const calm = tableFromColumns({ flag: [1, 1], level: [2, 2], value: [0, 0], other: [1, 2] })
    const few = { ...calm, columns: calm.columns }
    expect(() => windowsOf(few, windowOptionsOf(layout)!)).toThrow(/from 2 to the 2 rows of memory, got 5/)
    const grid = { kind: 'series', steps: 2, channels: 2 } as const
    expect(windowOptionsOf({ grid, columns: ['a', 'b', 'c', 'd'].map((name) => ({ name })) })).toBeUndefined()
    expect(windowOptionsOf({ columns: layout.columns })).toBeUndefined()
  })

  it.each([
    [{ window: 1 }, 'HG_USAGE'],
    [{ window: 2.5 }, 'HG_USAGE'],
    [{ window: 31 }, 'HG_USAGE'],
    [{ window: 3, columns: ['none'] }, 'HG_COLUMN_MISSING'],
    [{ window: 3, ignore: ['none'] }, 'HG_COLUMN_MISSING'],
    [{ window: 3, columns: ['state'] }, 'HG_COLUMN_TYPE'],
    [{ window: 3, columns: [] }, 'HG_TABLE_TOO_SMALL'],
    [{ window: 3, ignore: ['value', 'level', 'flag'] }, 'HG_TABLE_TOO_SMALL'],
  ])('refuses %j', (options, code) => {
    expect(() => windowsOf(series, options)).toThrow(expect.objectContaining({ code }))
  })
})
