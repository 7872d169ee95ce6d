import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  asTable,
  denseRows,
  filterCells,
  geneNames,
  librarySizes,
  normalizeCounts,
  selectCells,
  selectColumns,
} from './counts.js'
import { compress, type SparseMatrix } from './sparse.js'
import { readColumns, type ColumnOverrides } from './column-readings.js'
import { cellText, isNumeric, type Table } from './table.js'

// Written by Scanpy; golden/counts.py makes the file.
const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'golden/counts.json'), 'utf8')) as {
  counts: number[][]
  normalised: number[][]
}

/** A matrix of counts from lists. */
export function countsOf(
  lists: readonly (readonly number[])[],
  more: Partial<SparseMatrix> = {},
): SparseMatrix {
  const places = lists.flatMap((row, i) =>
    row.flatMap((value, j) => (value === 0 ? [] : [[i, j, value] as const])),
  )
  const { starts, indices, values } = compress({
    lines: lists.length,
    width: lists[0]!.length,
    lineIndices: Int32Array.from(places, ([row]) => row),
    indices: Int32Array.from(places, ([, column]) => column),
    values: Float32Array.from(places, ([, , value]) => value),
  })
  return {
    source: 'memory',
    rows: lists.length,
    columns: lists[0]!.length,
    rowStarts: starts,
    columnIndices: indices,
    values,
    labels: [],
    notes: [],
    ...more,
  }
}

function lists(matrix: SparseMatrix): number[][] {
  const target = new Float32Array(matrix.rows * matrix.columns)
  denseRows(matrix, 0, matrix.rows, target)
  return Array.from({ length: matrix.rows }, (_, row) => [
    ...target.subarray(row * matrix.columns, (row + 1) * matrix.columns),
  ])
}

const small = countsOf(
  [
    [1, 0, 3],
    [0, 0, 0],
    [2, 2, 0],
  ],
  {
    rowNames: ['a', 'b', 'c'],
    columnNames: ['g', 'h', 'type'],
    labels: [{ name: 'type', storage: 'string', categories: ['T', 'B'], codes: Int32Array.of(0, -1, 1) }],
    suggestedLabel: 'type',
  },
)

describe('normalisation', () => {
  it('is what Scanpy makes of the same counts', () => {
    const ours = lists(normalizeCounts(countsOf(golden.counts)))
    ours.forEach((row, i) =>
      row.forEach((value, j) => expect(value).toBeCloseTo(golden.normalised[i]![j]!, 5)),
    )
  })

  it('makes library sizes equal, to the median or a target, and keeps empty cells', () => {
    expect([...librarySizes(small)]).toEqual([4, 0, 4])
    const plain = normalizeCounts(small, { target: 100, log1p: false })
    expect(lists(plain)).toEqual([
      [25, 0, 75],
      [0, 0, 0],
      [50, 50, 0],
    ])
    expect(plain.notes).toEqual(['counts are scaled to 100 a cell', '1 cell without counts stay zero'])
    expect(plain.columnIndices).toBe(small.columnIndices)
    expect(() => normalizeCounts(small, { target: 0 })).toThrow(expect.objectContaining({ code: 'HG_USAGE' }))
    expect(lists(normalizeCounts(countsOf([[0, 0]])))).toEqual([[0, 0]])
  })
})

describe('parts of the matrix', () => {
  it('are cells and genes in any order, the same as of lists', () => {
    const rows = fc.array(fc.array(fc.nat(2), { minLength: 4, maxLength: 4 }), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(
        rows,
        fc.shuffledSubarray([0, 1, 2]),
        fc.shuffledSubarray([0, 1, 2, 3]),
        (table, cells, genes) => {
          const part = selectColumns(
            selectCells(countsOf(table), Int32Array.from(cells)),
            Int32Array.from(genes),
          )
          expect(lists(part)).toEqual(cells.map((row) => genes.map((column) => table[row]![column]!)))
        },
      ),
    )
    const part = selectColumns(selectCells(small, Int32Array.of(2, 0)), Int32Array.of(2, 0))
    expect([part.rowNames, part.columnNames]).toEqual([
      ['c', 'a'],
      ['type', 'g'],
    ])
    expect(cellText(part.labels[0]!, 0)).toBe('B')
  })

  it('without cells of few counts, which are named', () => {
    const { matrix, kept, dropped } = filterCells(small)
    expect([[...kept], [...dropped], matrix.rowNames]).toEqual([[0, 2], [1], ['a', 'c']])
    expect(matrix.notes).toEqual(['1 cell of 3 left out, with fewer than 1 counts or 1 genes: b'])
    expect(filterCells(matrix).matrix).toBe(matrix)
    expect(() => filterCells(small, { minGenes: 3 })).toThrow(
      expect.objectContaining({ code: 'HG_TABLE_EMPTY' }),
    )
  })
})

describe('plain numbers', () => {
  it('of some rows overwrite the target, which must fit', () => {
    const target = new Float32Array(6).fill(9)
    denseRows(small, 1, 3, target)
    expect([...target]).toEqual([0, 0, 0, 2, 2, 0])
    expect(() => denseRows(small, 0, 3, target)).toThrow(
      expect.objectContaining({ code: 'HG_SHAPE_MISMATCH' }),
    )
  })

  it('as a table, with labels and names beside them', () => {
    const table = asTable(small)
    expect(table.columns.map(({ name }) => name)).toEqual(['g', 'h', 'type', 'type (label)', 'cell'])
    expect(table.suggestedLabel).toBe('type (label)')
    const numbers = table.columns.filter(isNumeric).map(({ values }) => [...values])
    expect(numbers).toEqual([
      [1, 0, 2],
      [0, 0, 2],
      [3, 0, 0],
    ])
    expect([0, 1, 2].map((row) => cellText(table.columns[4]!, row))).toEqual(['a', 'b', 'c'])
    expect(geneNames(countsOf([[1, 2]]))).toEqual(['g0', 'g1'])
    const used = (overrides: ColumnOverrides = {}): string[] =>
      readColumns(table, overrides).flatMap(({ name, used: isUsed }) => (isUsed ? [name] : []))
    expect(used()).toEqual(['g', 'h', 'type'])
    expect(used({ 'type (label)': 'categorical' })).toContain('type (label)')
    // Whatever its counts are, a gene is a number: no truth value, no identifier.
    const bits: Table = {
      ...table,
      columns: [{ name: 'g', storage: 'number', values: Float64Array.of(0, 1, 1) }],
    }
    expect(readColumns(bits)[0]).toMatchObject({ kind: 'numeric', used: true, reason: 'numbers' })
    const large = { ...small, rows: 100_000, columns: 30_000 }
    expect(() => asTable(large)).toThrow(/24\.0 GB; keep fewer genes/)
  })
})
