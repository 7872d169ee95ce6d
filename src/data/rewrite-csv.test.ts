/** A text table written anew with some of its cells changed: all else stays as it is in the file. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { decimalsOf, numberText, rounded } from './decimals.js'
import { readTable, writeTableLike } from './files.js'
import type { Table } from './table.js'

let folder: string
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'rewrite-'))))
afterAll(() => rm(folder, { recursive: true }))
const at = (name: string): string => join(folder, name)

/** The table with 0.25 added to the numbers of a column. */
const shifted = (table: Table, name: string): Table => ({
  ...table,
  columns: table.columns.map((column) =>
    column.name === name && column.storage === 'number'
      ? { ...column, values: column.values.map((value) => value + 0.25) }
      : column,
  ),
})

async function rewritten(name: string, text: string, column: string): Promise<string> {
  await writeFile(at(name), text)
  const table = await readTable(at(name))
  await writeTableLike(shifted(table, column), at('out.csv'), { source: at(name), changed: [column] })
  return readFile(at('out.csv'), 'utf8')
}

it('keeps delimiter, decimal comma, line ends, quotes and other cells', async () => {
  const text =
    'id;when;wert;"a;b"\r\n007;2020-01-01T10:00:00Z;1,50;"x;""y"""\r\n008;NA;2,75;z\r\n009;;NA;z\r\n010;;3,00;z\r\n'
  expect(await rewritten('a.csv', text, 'wert')).toBe(
    text
      .replace('1,50', '1,75')
      .replace('2,75', '3,00')
      .replace('3,00;z\r\n009', '3,00;z\r\n009')
      .replace('010;;3,00', '010;;3,25'),
  )
})

it('knows tables without a header, and those of tabs', async () => {
  expect(await rewritten('b.tsv', '1.25\tx\n2.50\ty\n3.00\tx\n4.00\ty\n', 'c0')).toBe(
    '1.50\tx\n2.75\ty\n3.25\tx\n4.25\ty\n',
  )
})

it('writes other formats as every table', async () => {
  await writeFile(at('c.csv'), 'a,b\n1.5,2\n2.5,3\n')
  const table = await readTable(at('c.csv'))
  await writeTableLike(shifted(table, 'a'), at('c.jsonl'), { source: at('c.csv'), changed: ['a'] })
  expect(await readFile(at('c.jsonl'), 'utf8')).toBe('{"a":1.75,"b":2}\n{"a":2.75,"b":3}\n')
})

it('sees when the file has changed meanwhile', async () => {
  await writeFile(at('d.csv'), 'a,b\n1.5,2\n2.5,3\n')
  const table = await readTable(at('d.csv'))
  await writeFile(at('d.csv'), 'a,b\n1.5,2\n')
  await expect(
    writeTableLike(table, at('e.csv'), { source: at('d.csv'), changed: ['a'] }),
  ).rejects.toMatchObject({ code: 'HG_FILE_UNREADABLE' })
})

it('writes numbers with the decimals of their column', () => {
  expect(decimalsOf(Float64Array.of(1, 2.5, NaN, 3.125))).toBe(3)
  expect(decimalsOf(Float64Array.of(1, 2))).toBe(0)
  expect(decimalsOf(Float64Array.of(1 / 3))).toBeUndefined()
  expect([numberText(-0.2, 0), numberText(1.005, 1), numberText(1 / 3, undefined)]).toEqual([
    '0',
    '1.0',
    '0.333333333333',
  ])
  expect(rounded(2.345, 1)).toBe(2.3)
})
