import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  canonical,
  checkedCompressed,
  compress,
  entryList,
  selectPlaces,
  transpose,
  type Compressed,
} from './sparse.js'

/** Entries of any matrix, some of them zero, some at the same place. */
const entries = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
  .chain(([lines, width]) =>
    fc
      .array(fc.tuple(fc.nat(lines - 1), fc.nat(width - 1), fc.integer({ min: -2, max: 3 })), {
        maxLength: 20,
      })
      .map((places) => ({ lines, width, places })),
  )

type Places = readonly (readonly [number, number, number])[]

const compressed = ({ lines, width, places }: { lines: number; width: number; places: Places }): Compressed =>
  compress({
    lines,
    width,
    lineIndices: Int32Array.from(places, ([line]) => line),
    indices: Int32Array.from(places, ([, place]) => place),
    values: Float32Array.from(places, ([, , value]) => value),
  })

/** The plain twin: a matrix as lists, entries of one place added. */
function lists({ lines, width, starts, indices, values }: Compressed): number[][] {
  const rows = Array.from({ length: lines }, () => new Array<number>(width).fill(0))
  for (let line = 0; line < lines; line++) {
    for (let i = starts[line]!; i < starts[line + 1]!; i++) rows[line]![indices[i]!]! += values[i]!
  }
  return rows
}

describe('compressed lines', () => {
  it('hold what they were made of, and turn over', () => {
    fc.assert(
      fc.property(entries, (given) => {
        const expected = Array.from({ length: given.lines }, () => new Array<number>(given.width).fill(0))
        for (const [line, place, value] of given.places) expected[line]![place]! += value
        const matrix = compressed(given)
        expect(lists(matrix)).toEqual(expected)
        expect(lists(transpose(matrix))).toEqual(expected[0]!.map((_, i) => expected.map((row) => row[i]!)))
      }),
    )
  })

  it('become canonical: ascending, without repeats, and the same matrix', () => {
    fc.assert(
      fc.property(entries, (given) => {
        const expected = lists(compressed(given))
        const { matrix } = canonical(compressed(given))
        expect(lists(matrix)).toEqual(expected)
        for (let line = 0; line < matrix.lines; line++) {
          const places = [...matrix.indices.subarray(matrix.starts[line], matrix.starts[line + 1])]
          expect(places).toEqual([...new Set(places)].sort((a, b) => a - b))
        }
      }),
    )
  })

  it('give some of their places, in any order', () => {
    const matrix = canonical(
      compressed({
        lines: 2,
        width: 4,
        places: [
          [0, 1, 5],
          [0, 3, 7],
          [1, 0, 2],
          [1, 3, 1],
        ],
      }),
    ).matrix
    expect(lists(selectPlaces(matrix, [3, 0]))).toEqual([
      [7, 0],
      [1, 2],
    ])
    expect(selectPlaces(matrix, [3, 0]).indices).toEqual(Int32Array.of(0, 0, 1))
    expect(selectPlaces(matrix, []).values.length).toBe(0)
  })

  it('can be gathered without knowing how many there will be', () => {
    const list = entryList('a')
    const count = 200_000
    for (let i = 0; i < count; i++) list.add(i % 7, i % 2)
    list.endLine()
    list.endLine()
    const matrix = list.done(7)
    expect([matrix.lines, matrix.values.length, [...matrix.starts]]).toEqual([
      2,
      count / 2,
      [0, count / 2, count / 2],
    ])
  })

  it.each([
    [{ starts: Int32Array.of(0, 1) }, /indptr has 2 numbers, expected 3/],
    [{ starts: Int32Array.of(0, 1, 3) }, /runs from 0 to 3, expected 0 to 2/],
    [{ starts: Int32Array.of(0, 5, 2) }, /falls at 2/],
    [{ indices: Int32Array.of(0, 3) }, /index 3 at 1 lies outside of 0 to 2/],
    [{ indices: Int32Array.of(0, -1) }, /index -1/],
    [{ values: Float32Array.of(1) }, /2 indices, but 1 values/],
  ])('are checked: %#', (broken, words) => {
    const whole = {
      lines: 2,
      width: 3,
      starts: Int32Array.of(0, 1, 2),
      indices: Int32Array.of(0, 2),
      values: Float32Array.of(1, 2),
    }
    expect(checkedCompressed('a', whole)).toBe(whole)
    expect(() => checkedCompressed('a', { ...whole, ...broken })).toThrow(words)
  })
})
