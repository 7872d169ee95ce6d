import fc from 'fast-check'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { detectDialect, splitRecords } from './csv-dialect.js'
import { readCsv } from './read-csv-node.js'
import { readWideCsv } from './read-wide-csv-node.js'
import { plainText } from './text-file-node.js'

const quoted = (cell: string): string =>
  /[",;\n\r]/.test(cell) || cell === '' ? `"${cell.replaceAll('"', '""')}"` : cell

describe('splitRecords', () => {
  it('undoes printing, for any cells, delimiter and line end', () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom('a"b', ',', ';;', 'two\nlines', '"', 'r\r\nn', ''))
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 20 }),
        fc.constantFrom(',', ';'),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        (rows, delimiter, lineEnd, last) => {
          const text =
            rows.map((row) => row.map(quoted).join(delimiter)).join(lineEnd) + (last ? lineEnd : '')
          expect(splitRecords(text, delimiter).map(({ fields }) => fields)).toEqual(rows)
        },
      ),
    )
  })

  it('knows the line of each record, and leaves out an unfinished one', () => {
    const text = 'a,b\n"x\ny",1\n\nc,"d\n'
    expect(splitRecords(text, ',').map(({ line }) => line)).toEqual([1, 2, 5])
    expect(splitRecords('a,b\n1,2\n3', ',', false).map(({ fields }) => fields)).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ])
    expect(splitRecords('a,\n,b', ',').map(({ fields }) => fields)).toEqual([
      ['a', ''],
      ['', 'b'],
    ])
  })
})

describe('detectDialect', () => {
  const dialect = (text: string) => detectDialect('test', text, true)

  it.each([
    ['name,place\nann,"Bonn, Rhein"\nbob,Ulm\n', ','],
    ['when;what\n2020-01-01;a, b, c\n2020-01-02;d\n', ';'],
    ['1 2.5 3\n4 5.5 6\n', ' '],
    ['text\nsome words here\nand more words here\n', ','],
    ['title|words\na|x, y z\nb|u, v w\n', '|'],
  ])('%j', (text, delimiter) => expect(dialect(text).delimiter).toBe(delimiter))

  it.each([
    ['a,b\n1,2\n', true],
    ['1,2\n3,4\n', false],
    ['a,b\nc,d\ne,f\n', true],
    ['x,north\nx,south\ny,north\nx,north\n', false],
    ['country,1990,1991,1992\nPeru,1,2,3\n', true],
    ['0,1,2,3\n0.5,1,1,7\n', true],
    ['2020-01-01,5\n2020-01-02,6\n', false],
    ['true,5\nfalse,6\n', false],
  ])('%j has a header: %s', (text, header) => expect(dialect(text).header).toBe(header))
})

it('reads the same table with DuckDB and record by record', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hourglass-twin-'))
  const lines = Array.from({ length: 500 }, (_, i) => {
    const cells = [
      i,
      i % 9 ? (i / 7).toFixed(5) : 'NA',
      i === 77 ? '1e400' : `${i}e-3`,
      i % 5 ? `w${i % 3}` : '?',
    ]
    return [
      ...cells,
      i % 2 ? 'true' : 'False',
      `2020-03-${String((i % 31) + 1).padStart(2, '0')}`,
      i % 8 ? '"q, ""z"""' : '',
    ].join(',')
  })
  const path = join(folder, 'twin.csv')
  await writeFile(path, `count,real,small,word,flag,day,"quo,ted"\n${lines.join('\n')}\n`)
  const file = { path, source: 'twin.csv', folder }
  const text = await plainText(path, file)
  const sample = `count,real,small,word,flag,day,"quo,ted"\n${lines.slice(0, 50).join('\n')}\n`
  expect(await readWideCsv(file, text, detectDialect('twin.csv', sample, true))).toEqual(await readCsv(file))
  await rm(folder, { recursive: true })
})
