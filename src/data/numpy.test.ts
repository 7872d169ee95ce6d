import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { float16, parseNpy } from './numpy.js'
import { readTable } from './read-table-node.js'
import { cellText } from './table.js'

// Written by NumPy itself; golden/numpy-arrays.py makes the file.
const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'golden/numpy-arrays.json'), 'utf8')) as {
  arrays: Record<string, string>
  archives: Record<string, string>
}
const bytesOf = (name: string): Uint8Array => Buffer.from(golden.arrays[name]!, 'base64')
const parse = (name: string) => parseNpy(bytesOf(name), name)

describe('arrays that NumPy wrote', () => {
  const types = ['i1', 'u1', '<i2', '>i2', '<u2', '<i4', '>i4', '<u4', '<i8', '>i8', '<u8']
  it.each([...types, '<f2', '>f2', '<f4', '>f4', '<f8', '>f8', 'fortran'])('%s', (name) => {
    const { shape, numbers } = parse(name)
    expect(shape).toEqual([2, 3])
    expect([...numbers!]).toEqual([0, 1, 2, 3, 100, 7])
  })

  it('truth values, three dimensions in Fortran order, a scalar, text', () => {
    expect([...parse('?').numbers!]).toEqual([0, 1, 1, 1, 1, 1])
    expect(parse('cube').shape).toEqual([2, 3, 4])
    expect([...parse('cube').numbers!]).toEqual(Array.from({ length: 24 }, (_, i) => i))
    expect(parse('scalar')).toMatchObject({ shape: [], numbers: Float64Array.of(5) })
    expect(parse('text').strings).toEqual(['ok', 'Zürich', ''])
    expect(parse('bytes').strings).toEqual(['ok', 'no'])
  })

  it('half precision to its edges', () => {
    const [largest, smallest, tiny, nan, third] = parse('half extremes').numbers!
    expect([largest, smallest, tiny, nan, third]).toEqual([65504, -65504, 2 ** -24, NaN, 0.333251953125])
    expect([float16(0x7c00), float16(0xfc00), float16(0x8000)]).toEqual([Infinity, -Infinity, -0])
  })

  it.each([
    ['complex', /complex numbers/],
    ['records', /records or objects/],
    ['objects', /Python objects/],
  ])('refuses %s', (name, words) => expect(() => parse(name)).toThrow(words))

  it('refuses what is cut short, at every length', () => {
    const whole = bytesOf('<i4')
    for (let length = 0; length < whole.length; length++) {
      expect(() => parseNpy(whole.subarray(0, length), 'cut')).toThrow(
        expect.objectContaining({ code: 'HG_FILE_UNREADABLE' }),
      )
    }
  })
})

describe('archives that NumPy wrote', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hourglass-numpy-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function archive(name: string, length?: number): Promise<string> {
    const path = join(folder, `${name}.npz`)
    await writeFile(path, Buffer.from(golden.archives[name]!, 'base64').subarray(0, length))
    return path
  }

  it.each(['plain', 'compressed'])('reads X and y of a %s one', async (name) => {
    const table = await readTable(await archive(name))
    expect(table.suggestedLabel).toBe('y')
    expect(table.notes).toEqual(['x1: 1 infinite number is taken as missing'])
    expect(
      table.columns.map((column) => [column.name, ...[0, 1, 2].map((row) => cellText(column, row))]),
    ).toEqual([
      ['x0', '1.5', '3', '5'],
      ['x1', '2', '', '6'],
      ['y', '0', '1', '0'],
    ])
  })

  it('says which arrays there are when X is not, and refuses a cut archive', async () => {
    await expect(readTable(await archive('other'))).rejects.toThrow(/expected an array X.*has a, b/)
    for (const length of [100, 300, 500]) {
      await expect(readTable(await archive('plain', length))).rejects.toMatchObject({
        code: 'HG_FILE_UNREADABLE',
      })
    }
  })
})
