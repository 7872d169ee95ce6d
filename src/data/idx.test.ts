import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tableOfArray } from './array-table.js'
import { parseIdx } from './idx.js'
import { readTable } from './read-table-node.js'
import { dropColumns, type NumberColumn, type Table } from './table.js'

/** An idx file: type, sizes, and the bytes of the numbers. */
function idx(type: number, shape: readonly number[], data: readonly number[] | Uint8Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * shape.length))
  header.setUint8(2, type)
  header.setUint8(3, shape.length)
  shape.forEach((size, axis) => header.setUint32(4 + 4 * axis, size))
  return Uint8Array.from([...new Uint8Array(header.buffer), ...data])
}

const cells = ({ columns }: Table): number[][] =>
  columns.map((column) => [...(column as NumberColumn).values])

describe('idx arrays', () => {
  it('reads bytes, and every other type in big-endian order', () => {
    expect(parseIdx(idx(8, [2, 2], [0, 1, 254, 255]), 'a')).toEqual({
      shape: [2, 2],
      numbers: Uint8Array.of(0, 1, 254, 255),
    })
    expect([...Array.from(parseIdx(idx(9, [2], [255, 127]), 'a').numbers!)]).toEqual([-1, 127])
    expect([...Array.from(parseIdx(idx(0x0b, [2], [1, 2, 255, 254]), 'a').numbers!)]).toEqual([258, -2])
    expect([...Array.from(parseIdx(idx(0x0c, [1], [0, 1, 0, 2]), 'a').numbers!)]).toEqual([65538])
    expect([...Array.from(parseIdx(idx(0x0d, [1], [0x3f, 0xc0, 0, 0]), 'a').numbers!)]).toEqual([1.5])
    expect([...Array.from(parseIdx(idx(0x0e, [1], [0xc0, 4, 0, 0, 0, 0, 0, 0]), 'a').numbers!)]).toEqual([
      -2.5,
    ])
  })

  it('refuses what is cut short, at every length, and what is too long', () => {
    const whole = idx(8, [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8])
    for (const bytes of [...whole.keys()]
      .map((length) => whole.subarray(0, length))
      .concat(idx(8, [1], [1, 2]))) {
      expect(() => parseIdx(bytes, 'cut')).toThrow(expect.objectContaining({ code: 'HG_FILE_UNREADABLE' }))
    }
  })
})

describe('arrays as tables', () => {
  it('remembers images, and puts channels last', () => {
    const numbers = Array.from({ length: 2 * 3 * 5 * 6 }, (_, i) => i)
    expect(tableOfArray('a', { X: { shape: [2, 3, 30], numbers } }).grid).toEqual({
      kind: 'image',
      height: 3,
      width: 30,
      channels: 1,
    })
    const last = tableOfArray('a', { X: { shape: [2, 5, 6, 3], numbers } })
    const first = tableOfArray('a', { X: { shape: [2, 3, 5, 6], numbers } })
    const grid = { kind: 'image', height: 5, width: 6, channels: 3 }
    expect([last.grid, first.grid]).toEqual([grid, grid])
    expect(
      cells(last)
        .slice(0, 4)
        .map((x) => x[0]),
    ).toEqual([0, 1, 2, 3])
    expect(
      cells(first)
        .slice(0, 4)
        .map((x) => x[1]),
    ).toEqual([90, 120, 150, 91])
    expect(first.notes.join()).toContain('images of 5×6 pixels and 3 channels, channels first in the file')
  })

  it('knows no images in plain rows, nor in more axes than an image has', () => {
    const numbers = new Float64Array(48)
    expect(tableOfArray('a', { X: { shape: [4, 12], numbers } }).grid).toBeUndefined()
    const deep = tableOfArray('a', { X: { shape: [2, 2, 3, 2, 2], numbers } })
    expect([deep.grid, deep.notes]).toEqual([
      undefined,
      ['the array of shape (2, 2, 3, 2, 2) is read as 24 columns'],
    ])
  })
})

describe('idx files', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hourglass-idx-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('are read, also inside gzip, as images whose size is known', async () => {
    const path = join(folder, 'images-idx3-ubyte.gz')
    await writeFile(path, gzipSync(idx(8, [2, 2, 3], [0, 1, 2, 3, 4, 5, 255, 0, 0, 0, 0, 9])))
    const table = await readTable(path)
    expect(table).toMatchObject({
      source: 'images-idx3-ubyte.gz',
      rowCount: 2,
      grid: { kind: 'image', height: 2, width: 3, channels: 1 },
      notes: ['the array of shape (2, 2, 3) is read as images of 2×3 pixels: 6 columns'],
    })
    expect(cells(table)).toEqual([
      [0, 255],
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 0],
      [5, 9],
    ])
  })

  it('keep the size beside labels of an .npz, until a pixel is dropped', async () => {
    const npy = (shape: string, data: readonly number[]): Uint8Array => {
      const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape}), }\n`
      return Uint8Array.from([
        0x93,
        ...Buffer.from('NUMPY'),
        1,
        0,
        header.length,
        0,
        ...Buffer.from(header),
        ...data,
      ])
    }
    const path = join(folder, 'labelled.npz')
    await writeFile(
      path,
      zipSync({ 'X.npy': npy('2, 2, 2', [1, 2, 3, 4, 5, 6, 7, 8]), 'y.npy': npy('2,', [0, 1]) }),
    )
    const table = await readTable(path)
    expect(table.grid).toEqual({ kind: 'image', height: 2, width: 2, channels: 1 })
    expect(dropColumns(table, ['y']).grid).toEqual(table.grid)
    expect(dropColumns(table, ['x3']).grid).toBeUndefined()
  })

  it('of images have the labels that lie beside them, when these fit', async () => {
    const images = gzipSync(idx(8, [3, 1, 2], [0, 1, 2, 3, 4, 5]))
    const path = join(folder, 'test-images-idx3-ubyte.gz')
    await writeFile(path, images)
    await writeFile(join(folder, 'test-labels-idx1-ubyte'), idx(8, [3], [7, 0, 7]))
    const table = await readTable(path)
    expect(table).toMatchObject({ suggestedLabel: 'label', grid: { width: 2 } })
    expect(cells(table).at(-1)).toEqual([7, 0, 7])
    expect(table.notes.at(-1)).toBe('labels are read from test-labels-idx1-ubyte')
    const other = join(folder, 'other-images-idx3-ubyte.gz')
    await writeFile(other, images)
    await writeFile(join(folder, 'other-labels-idx1-ubyte.gz'), gzipSync(idx(8, [2], [7, 0])))
    const unlabelled = await readTable(other)
    expect(unlabelled.columns.length).toBe(2)
    expect(unlabelled.notes.at(-1)).toBe(
      'other-labels-idx1-ubyte.gz is left out: it holds (2) labels for 3 images',
    )
  })

  it('that are cut short say so', async () => {
    const path = join(folder, 'cut-idx3-ubyte')
    await writeFile(path, idx(8, [2, 2, 3], [0, 1, 2]))
    await expect(readTable(path)).rejects.toThrow(/needs 12 bytes, there are 3/)
  })
})
