import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTable, writeTable } from './files.js'
import { cellText, tableFromColumns, type Table } from './table.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-write-'))
})
afterAll(() => rm(folder, { recursive: true }))

const table = tableFromColumns({
  row: [1, 2, 3],
  score: [0.25, null, 1e-9],
  'a "quoted", name': ['x, y', 'say "hi"\nthere', null],
  when: [new Date(0), new Date('2020-02-29T12:30:00Z'), null],
  flag: [true, false, null],
})

const cells = ({ columns, rowCount }: Table): string[][] =>
  columns.map((column) => [
    column.name,
    ...Array.from({ length: rowCount }, (_, row) => cellText(column, row)),
  ])

describe('writeTable', () => {
  it.each(['csv', 'parquet', 'jsonl'])('writes %s that reads back the same', async (ending) => {
    const path = join(folder, `table.${ending}`)
    await writeTable(table, path)
    expect(cells(await readTable(path))).toEqual(cells(table))
  })

  it('writes whole numbers without a decimal point, and nothing for a missing cell', async () => {
    const path = join(folder, 'plain.csv')
    await writeTable(table, path)
    const lines = (await readFile(path, 'utf8')).split('\n')
    expect(lines[1]).toMatch(/^1,0.25,"x, y",/)
  })

  it('writes many rows', async () => {
    const path = join(folder, 'many.parquet')
    const row = Float64Array.from({ length: 10_000 }, (_, i) => i)
    await writeTable(
      {
        source: 'test',
        rowCount: 10_000,
        notes: [],
        columns: [{ name: 'i', storage: 'number', values: row }],
      },
      path,
    )
    const [column] = (await readTable(path)).columns
    expect(column).toMatchObject({ values: row })
  })

  it('says why it cannot write, and leaves nothing behind', async () => {
    await expect(writeTable(table, join(folder, 'none', 'x.csv'))).rejects.toMatchObject({
      code: 'HG_OUTPUT_UNWRITABLE',
    })
    await expect(writeTable(table, join(folder, 'x.xlsx'))).rejects.toMatchObject({ code: 'HG_USAGE' })
    expect((await readdir(folder)).filter((name) => name.includes('tmp'))).toEqual([])
  })
})
