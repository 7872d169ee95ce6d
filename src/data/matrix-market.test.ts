import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matrixMarketParser, matrixMarketText } from './matrix-market.js'
import { canonical, compress, type Coordinates } from './sparse.js'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

function parse(text: string, pieces: readonly number[] = []): Coordinates {
  const parser = matrixMarketParser('m.mtx')
  const bytes = encode(text)
  const cuts = [0, ...pieces.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  cuts.slice(1).forEach((cut, i) => parser.feed(bytes.subarray(cuts[i], cut)))
  return parser.done()
}

const header = '%%MatrixMarket matrix coordinate integer general\n'

/** Any matrix of few rows and columns, as a list of lists. */
const dense = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
  .chain(([rows, columns]) =>
    fc.array(
      fc.array(
        fc.oneof(
          fc.constant(0),
          fc.nat(3),
          fc.nat(16_777_216),
          fc.float({ noNaN: true, noDefaultInfinity: true }),
        ),
        { minLength: columns, maxLength: columns },
      ),
      { minLength: rows, maxLength: rows },
    ),
  )

const sparseOf = (lists: readonly (readonly number[])[]) => {
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
  return { rows: lists.length, columns: lists[0]!.length, rowStarts: starts, columnIndices: indices, values }
}

describe('Matrix Market', () => {
  it('reads back what is printed, in pieces cut anywhere', () => {
    fc.assert(
      fc.property(dense, fc.array(fc.nat(), { maxLength: 5 }), (lists, pieces) => {
        const matrix = sparseOf(lists)
        const { matrix: read } = canonical(compress(parse([...matrixMarketText(matrix)].join(''), pieces)))
        expect([read.lines, read.width]).toEqual([matrix.rows, matrix.columns])
        expect([read.starts, read.indices, read.values]).toEqual([
          matrix.rowStarts,
          matrix.columnIndices,
          matrix.values,
        ])
      }),
    )
  })

  it('never takes altered text for a matrix of other sizes, nor fails but by an error of ours', () => {
    const text = `${header}3 2 3\n1 1 5\n3 2 1\n2 1 7\n`
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('', '9', '-', ' ', '\n', 'x', '.'), (at, put) => {
        try {
          const { lines, width, lineIndices, indices } = parse(text.slice(0, at) + put + text.slice(at + 1))
          expect(lineIndices.every((line) => line < lines) && indices.every((index) => index < width)).toBe(
            true,
          )
        } catch (error) {
          expect(error).toMatchObject({
            code: expect.stringMatching(/^HG_(FILE_UNREADABLE|TABLE_)/) as string,
          })
        }
      }),
      { numRuns: 300 },
    )
  })

  it('reads reals, patterns, comments, blank lines, tabs and Windows line ends', () => {
    const real = parse(
      `%%matrixmarket MATRIX coordinate real general\r\n% made by R\r\n\r\n2\t2 2\r\n\r\n1 1 1.5e1\r\n% x\r\n2\t2  .25\r\n`,
    )
    expect([...real.values]).toEqual([15, 0.25])
    const pattern = parse('%%MatrixMarket matrix coordinate pattern general\n2 2 2\n1 2\n2 1')
    expect([[...pattern.lineIndices], [...pattern.indices], [...pattern.values]]).toEqual([
      [0, 1],
      [1, 0],
      [1, 1],
    ])
    expect(parse(`${header}2 3 0\n`)).toMatchObject({ lines: 2, width: 3 })
    expect([...parse(`${header}1 1 1\n1 1 nan\n`).values]).toEqual([NaN])
  })

  it.each([
    ['', 'HG_FILE_UNREADABLE', /the file is empty/],
    ['1,2\n', 'HG_FILE_UNREADABLE', /line 1: expected "%%MatrixMarket.*got "1,2"/],
    ['%%MatrixMarket matrix array real general\n2 2\n', 'HG_FILE_UNREADABLE', /save the matrix as sparse/],
    ['%%MatrixMarket matrix coordinate complex general\n', 'HG_FILE_UNREADABLE', /line 1/],
    ['%%MatrixMarket matrix coordinate integer symmetric\n', 'HG_FILE_UNREADABLE', /got ".*symmetric"/],
    [header, 'HG_FILE_UNREADABLE', /line of the sizes is missing/],
    [`${header}2 2\n`, 'HG_FILE_UNREADABLE', /line 2: expected rows, columns and entries, got "2 2"/],
    [`${header}2 2 5\n`, 'HG_TABLE_MALFORMED', /5 entries do not fit in 2 × 2/],
    [`${header}2 2 1\n3 1 1\n`, 'HG_TABLE_MALFORMED', /line 3: entry \(3, 1\) lies outside of 2 × 2/],
    [`${header}2 2 1\n0 1 1\n`, 'HG_TABLE_MALFORMED', /line 3: entry \(0, 1\)/],
    [`${header}2 2 2\n1 1 1\n`, 'HG_TABLE_MALFORMED', /ends after 1 of 2 entries/],
    [`${header}2 2 1\n1 1 1\n2 2 1\n`, 'HG_TABLE_MALFORMED', /line 4: more entries than the 1/],
    [`${header}2 2 1\n1 1 x\n`, 'HG_FILE_UNREADABLE', /line 3: expected row, column and value, got "1 1 x"/],
    [`${header}2 2 1\n1 1\n`, 'HG_FILE_UNREADABLE', /line 3/],
    [`${header}2 2 1\n1 1 1 1\n`, 'HG_FILE_UNREADABLE', /line 3/],
    [`${header}2000000000 2 1\n`, 'HG_TABLE_TOO_LARGE', /beyond the limit/],
    [`${header}9999999 9999999 99999999999\n`, 'HG_TABLE_TOO_LARGE', /split the cells/],
  ])('refuses %j', (text, code, words) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code }))
    expect(() => parse(text)).toThrow(words)
  })
})
