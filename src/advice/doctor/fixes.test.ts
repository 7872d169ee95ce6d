/** Fixes change a copy of the table, and say what they changed. */
import { describe, expect, it } from 'vitest'
import { cellText, tableFromColumns, type Table } from '../../data/index.js'
import type { Fix } from './diagnosis.js'
import { applyFixes } from './fixes.js'

const table = tableFromColumns({
  x: [1, 2, 3, 4],
  day: ['2021-01-01', '2021-02-30', '2021-03-01', '2021-04-01'],
  site: ['a b', 'A B', 'a b', 'c'],
  note: ['1', '2', 'n.d.', '4'],
})

const cells = ({ columns, rowCount }: Table, name: string): readonly string[] => {
  const column = columns.find((candidate) => candidate.name === name)!
  return Array.from({ length: rowCount }, (_, row) => cellText(column, row))
}
const fixed = (...fixes: Fix[]) => applyFixes(table, { kind: 'denoising' }, fixes)

describe('applyFixes', () => {
  it('clears and rescales cells, and reads dates and numbers again', () => {
    const { table: mended, changes } = fixed(
      { kind: 'clear-cells', column: 'x', rows: [0] },
      { kind: 'rescale-cells', column: 'x', rows: [1, 3], factor: 10, offset: 1 },
      { kind: 'clear-cells', column: 'day', rows: [1] },
      { kind: 'read-as-numbers', column: 'note' },
      { kind: 'rename-categories', column: 'site', names: [['A B', 'a b']] },
    )
    expect(cells(mended, 'x')).toEqual(['', '21', '3', '41'])
    expect(mended.columns[1]!.storage).toBe('datetime')
    expect(cells(mended, 'note')).toEqual(['1', '2', '', '4'])
    expect(cells(mended, 'site')).toEqual(['a b', 'a b', 'a b', 'c'])
    expect(changes).toHaveLength(5)
    expect(cells(table, 'x')).toEqual(['1', '2', '3', '4']) // the given table stays as it was
  })

  it('drops rows last, whatever the order, so that rows keep their numbers', () => {
    const { table: mended } = fixed(
      { kind: 'drop-rows', rows: [0, 2] },
      { kind: 'clear-cells', column: 'x', rows: [3] },
    )
    expect(cells(mended, 'x')).toEqual(['2', ''])
    expect(cells(mended, 'note')).toEqual(['2', '4'])
  })

  it('changes options of learning, and leaves dropped columns alone', () => {
    const {
      table: mended,
      learning,
      changes,
    } = fixed(
      { kind: 'options', options: { latent: 3 } },
      { kind: 'drop-columns', columns: ['x', 'gone'] },
      { kind: 'clear-cells', column: 'x', rows: [1] },
    )
    expect(learning).toMatchObject({ kind: 'denoising', latent: 3 })
    expect(mended.columns.map(({ name }) => name)).toEqual(['day', 'site', 'note'])
    expect(changes).toEqual(['learning: latent 3', 'dropped column x'])
  })

  it('refuses to leave nothing', () => {
    expect(() => fixed({ kind: 'drop-rows', rows: [0, 1, 2, 3] })).toThrow('nothing of memory would be left')
  })
})
