import { mkdtemp, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Progress } from '../base/index.js'
import { sqlText, withDuckDB } from './duckdb-node.js'
import { readTable, type ReadOptions } from './read-table-node.js'
import { cellText, type Table } from './table.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-read-'))
})
afterAll(() => rm(folder, { recursive: true }))

let files = 0
async function file(content: string | Uint8Array, ending = 'csv'): Promise<string> {
  const path = join(folder, `file${files++}.${ending}`)
  await writeFile(path, content)
  return path
}

const read = async (content: string | Uint8Array, ending?: string, options?: ReadOptions): Promise<Table> =>
  readTable(await file(content, ending), options)

/** Names with their storage and cells, as text: what a reader of the table would see. */
const shown = ({ columns, rowCount }: Table): Record<string, string> =>
  Object.fromEntries(
    columns.map((column) => [
      `${column.name}: ${column.storage}`,
      Array.from({ length: rowCount }, (_, row) => cellText(column, row)).join(' '),
    ]),
  )

describe('delimited text', () => {
  it('types columns, and knows missing cells however they are written', async () => {
    const table = await read(
      'n,s,d,b,e\n1,a,2020-01-31,true,\nNA,?,2020-02-01 10:30:00,false,null\n?,None,,TRUE,NaN\n-2.5e3, a ,N/A,nan,NULL\n',
    )
    expect(shown(table)).toEqual({
      'n: number': '1   -2500',
      's: string': 'a   a',
      'd: datetime': '2020-01-31T00:00:00.000Z 2020-02-01T10:30:00.000Z  ',
      'b: boolean': 'true false true ',
      'e: number': '   ',
    })
  })

  it.each([
    ['tabs', 'a\tb\n1\tx, y\n2\tz\n'],
    ['semicolons and a byte-order mark', '\uFEFFa;b\n1;"x, y"\n2;z\n'],
    ['bars, carriage returns', 'a|b\r\n1|x, y\r\n2|z\r\n'],
    ['no line end at the end', 'a,b\n1,"x, y"\n2,z'],
    ['old Macintosh line ends', 'a;b\r1;x, y\r2;z\r'],
  ])('reads %s', async (_, text) => {
    expect(shown(await read(text))).toEqual({ 'a: number': '1 2', 'b: string': 'x, y z' })
  })

  it('reads quoted delimiters, quotes and line ends', async () => {
    const table = await read('a,"b ""c"""\n1,"x\ny"\n2,"say ""hi"", twice"\n')
    expect(shown(table)).toEqual({ 'a: number': '1 2', 'b "c": string': 'x\ny say "hi", twice' })
  })

  it('takes a delimiter it is given, and one character only', async () => {
    expect(shown(await read('a~b\n1~2\n', 'txt', { delimiter: '~' }))).toEqual({
      'a: number': '1',
      'b: number': '2',
    })
    await expect(read('a,b\n1,2\n', 'csv', { delimiter: '::' })).rejects.toMatchObject({ code: 'HG_USAGE' })
  })

  it('reads decimal commas', async () => {
    expect(shown(await read('a;b\n1,5;x\n-2;y\n'))).toEqual({ 'a: number': '1.5 -2', 'b: string': 'x y' })
  })

  it('sees that there is no header', async () => {
    const table = await read('0,tcp,http\n1,udp,dns\n2,tcp,http\n')
    expect(table.columns.map(({ name }) => name)).toEqual(['c0', 'c1', 'c2'])
    expect(table.notes).toEqual(['no header: columns are named c0 to c2'])
    expect((await read('a,b\nb,c\na,c\na,b\nb,b\n')).rowCount).toBe(5)
  })

  it('sees a header of numbers, and names what has no name', async () => {
    const table = await read(',0,1,2,ok?\n5,1.5,2.5,3.5,1\n6,1,2,3,0\n')
    expect(table.columns.map(({ name }) => name)).toEqual(['index', '0', '1', '2', 'ok?'])
  })

  it('reads the row names of R, which have no header', async () => {
    expect(shown(await read('"a","b"\n"r1",1,2\n"r2",3,4\n'))).toEqual({
      'index: string': 'r1 r2',
      'a: number': '1 3',
      'b: number': '2 4',
    })
  })

  it('keeps names apart that differ in case only', async () => {
    expect(shown(await read('a,A\n1,2\n'))).toEqual({ 'a: number': '1', 'A: number': '2' })
  })

  it('takes infinite numbers for missing and says how many', async () => {
    const table = await read('a,b\n1,1e400\n2,-inf\n3,7\n')
    expect(shown(table)).toEqual({ 'a: number': '1 2 3', 'b: number': '  7' })
    expect(table.notes).toEqual(['b: 2 infinite numbers are taken as missing'])
  })

  it('reads a column that turns out to be text after twenty thousand numbers', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => `${i},${i === 29_990 ? 'broken' : i}`)
    const { columns } = await read(`a,b\n${rows.join('\n')}\n`)
    expect(columns.map(({ storage }) => storage)).toEqual(['number', 'string'])
    expect(cellText(columns[1]!, 29_990)).toBe('broken')
  })

  it('rounds whole numbers beyond 2^53 and says so', async () => {
    const table = await read('a,b\n9007199254740993,1\n12345678901234567890123,2\n')
    expect(table.columns[0]).toMatchObject({ storage: 'number' })
    expect((await read('a\n9007199254740993\n')).notes.join()).toContain('beyond 2^53')
  })

  it('reads one row, one column, and ten thousand columns', async () => {
    expect(shown(await read('a,b\n1,x\n'))).toEqual({ 'a: number': '1', 'b: string': 'x' })
    expect(shown(await read('a\n1\n2\n'))).toEqual({ 'a: number': '1 2' })
    const names = Array.from({ length: 10_000 }, (_, i) => `column${i}`)
    const row = names.map((_, i) => i / 4).join(',')
    const wide = await read(`${names.join(',')}\n${row}\n${row}\n${row}\n`)
    expect([wide.rowCount, wide.columns.length]).toEqual([3, 10_000])
    expect(cellText(wide.columns[9999]!, 2)).toBe('2499.75')
  })

  it('reports progress and stops on request', async () => {
    const seen: Progress[] = []
    const text = `a,b\n${'1,2\n'.repeat(50_000)}`
    await read(text, 'csv', { onProgress: (progress) => seen.push(progress) })
    expect(seen.at(-1)).toMatchObject({ phase: 'reading', fraction: 1 })
    const stop = AbortSignal.abort()
    await expect(read(text, 'csv', { signal: stop })).rejects.toMatchObject({ code: 'HG_INTERRUPTED' })
  })
})

describe('encodings', () => {
  const text = 'name,x\nZürich,1\nGenève,2\n'
  const expected = { 'name: string': 'Zürich Genève', 'x: number': '1 2' }

  it('reads UTF-16 with and without a byte-order mark', async () => {
    const little = Buffer.from(`\uFEFF${text}`, 'utf16le')
    expect(shown(await read(little))).toEqual(expected)
    expect(shown(await read(little.subarray(2)))).toEqual(expected)
    expect(shown(await read(Buffer.from(little).swap16()))).toEqual(expected)
  })

  it('reads Latin-1 with a note', async () => {
    const table = await read(Buffer.from(text, 'latin1'))
    expect(shown(table)).toEqual(expected)
    expect(table.notes.join()).toMatch(/line 2 is not UTF-8.*windows-1252/)
  })

  it('takes an encoding it is given, and refuses one that does not fit or does not exist', async () => {
    const shiftJis = Buffer.from([0x61, 0x2c, 0x62, 10, 0x93, 0xfa, 0x2c, 0x31, 10])
    expect(shown(await read(shiftJis, 'csv', { encoding: 'shift_jis' }))).toEqual({
      'a: string': '日',
      'b: number': '1',
    })
    const latin = Buffer.from(text, 'latin1')
    await expect(read(latin, 'csv', { encoding: 'utf-8' })).rejects.toThrow(
      /line 2 is not UTF-8; pass its encoding/,
    )
    await expect(read(latin, 'csv', { encoding: 'klingon' })).rejects.toMatchObject({ code: 'HG_ENCODING' })
  })

  it('unpacks gzip', async () => {
    expect(shown(await read(gzipSync(text), 'csv.gz'))).toEqual(expected)
  })
})

describe('JSON', () => {
  it('reads an array of objects, and one object a line', async () => {
    const rows = [
      { a: 1, b: 'x', when: '2020-01-31', nested: { deep: 1 } },
      { a: 'NA', b: 12, when: null, list: [1, 2] },
      { a: 2.5, b: null },
    ]
    const expected = {
      'a: number': '1  2.5',
      'b: string': 'x 12 ',
      'when: datetime': '2020-01-31T00:00:00.000Z  ',
    }
    const table = await read(JSON.stringify(rows, null, 1), 'json')
    expect(shown(table)).toEqual(expected)
    expect(table.notes).toEqual([
      'nested: left out, it holds nested values',
      'list: left out, it holds a list in each cell',
    ])
    expect(shown(await read(rows.map((row) => JSON.stringify(row)).join('\n'), 'jsonl'))).toEqual(expected)
  })

  it.each([
    ['[1, 2]', 'HG_TABLE_MALFORMED'],
    ['[]', 'HG_TABLE_EMPTY'],
    ['[{"a": 1}, {"a": ', 'HG_TABLE_MALFORMED'],
    ['{"rows": [\n{"a": 1}]}', 'HG_TABLE_MALFORMED'],
    ['[{"a": {"b": 1}}]', 'HG_TABLE_EMPTY'],
  ])('refuses %s', async (text, code) => {
    await expect(read(text, 'json')).rejects.toMatchObject({ code })
  })
})

describe('Parquet', () => {
  it('reads every plain type and leaves nested ones out', async () => {
    const path = join(folder, 'types.parquet')
    await withDuckDB((connection) =>
      connection.run(
        `COPY (SELECT 7::UTINYINT AS tiny, 170141183460469231731687303715884105727::HUGEINT AS huge, 12.345::DECIMAL(18,3) AS price,
          true AS yes, DATE '2020-02-29' AS day, TIMESTAMP '2020-02-29 12:00:00' AS at, TIMESTAMPTZ '2020-02-29 12:00:00+02' AS zoned,
          TIME '01:00:30' AS clock, 'b'::ENUM('a', 'b') AS choice, uuid() AS id, [1, 2] AS list, {'x': 1} AS struct, 'x'::BLOB AS bytes,
          NULL::DOUBLE AS nothing, 'inf'::DOUBLE AS endless) TO ${sqlText(path)} (FORMAT parquet)`,
      ),
    )
    const table = await readTable(path)
    expect(shown(table)).toMatchObject({
      'tiny: number': '7',
      'huge: number': '1.7014118346046923e+38',
      'price: number': '12.345',
      'yes: boolean': 'true',
      'day: datetime': '2020-02-29T00:00:00.000Z',
      'at: datetime': '2020-02-29T12:00:00.000Z',
      'zoned: datetime': '2020-02-29T10:00:00.000Z',
      'clock: number': '3630',
      'choice: string': 'b',
      'nothing: number': '',
      'endless: number': '',
    })
    expect(table.columns.map(({ name }) => name)).not.toContain('list')
    expect(table.notes.join('; ')).toMatch(/list: left out.*struct: left out.*bytes: left out/)
  })
})

describe('bad files', () => {
  it.each([
    ['an empty file', '', 'HG_TABLE_EMPTY', /is empty/],
    ['blank lines', '\n\n\n', 'HG_TABLE_EMPTY', /no rows/],
    ['a header alone', 'alpha,beta\n', 'HG_TABLE_EMPTY', /header \(alpha, beta.*no rows/],
    ['duplicate names', 'a,b,a\n1,2,3\n', 'HG_TABLE_MALFORMED', /columns 1 and 3 are both named "a"/],
    ['a short row', 'a,b\n1,2\n3\n4,5\n', 'HG_TABLE_MALFORMED', /line 3 has 1 fields/],
    ['a long row', 'a,b\n1,2\n3,4\n"x\ny",5\n6,7,8\n', 'HG_TABLE_MALFORMED', /line 6 has 3 fields/],
    ['a quote never closed', 'a,b\n1,2\n3,"x\n4,5\n6,7\n', 'HG_TABLE_MALFORMED', /never closed/],
    [
      'an Excel workbook',
      zipSync({ '[Content_Types].xml': new Uint8Array(4) }),
      'HG_FILE_UNREADABLE',
      /Excel/,
    ],
    ['an HDF5 file', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10), 'HG_FILE_UNREADABLE', /HDF5/],
    [
      'binary',
      Uint8Array.from({ length: 900 }, (_, i) => (i * 7919) % 256),
      'HG_FILE_UNREADABLE',
      /not text/,
    ],
    ['gzip cut short', gzipSync('a,b\n1,2\n'.repeat(99)).subarray(0, 30), 'HG_FILE_UNREADABLE', /cut short/],
  ])('%s', async (_, content, code, words) => {
    const path = await file(content)
    await expect(readTable(path)).rejects.toMatchObject({ code })
    await expect(readTable(path)).rejects.toThrow(words)
  })

  it('a late row of another length, in a large file', async () => {
    const path = await file(`a,b\n${'1,2\n'.repeat(60_000)}3\n${'1,2\n'.repeat(10)}`)
    await expect(readTable(path)).rejects.toThrow(/line 60002 has 1 fields/)
  })

  it('a missing file, a folder, a Parquet file cut short or scrambled', async () => {
    await expect(readTable(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'HG_FILE_MISSING' })
    await mkdir(join(folder, 'sub'), { recursive: true })
    await expect(readTable(join(folder, 'sub'))).rejects.toThrow(/is a directory/)
    await expect(read(`PAR1${'x'.repeat(200)}`, 'parquet')).rejects.toMatchObject({
      code: 'HG_FILE_UNREADABLE',
    })
  })

  it('leaves no temporary folder behind', async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('hourglass-')).length
    await expect(read('a,b\n1\n')).rejects.toThrow()
    await read(gzipSync('a,b\n1,2\n'), 'gz')
    const after = (await readdir(tmpdir())).filter((name) => name.startsWith('hourglass-')).length
    expect(after).toBeLessThanOrEqual(before + 1)
  })
})
