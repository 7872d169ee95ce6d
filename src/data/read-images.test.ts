import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTable } from './read-table-node.js'
import { cellText, isNumeric, type Table } from './table.js'

let folder = ''
let folders = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-images-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** An image from its pixels, row by row. */
const image = (width: number, height: number, channels: 1 | 3 | 4, pixels: readonly number[]) =>
  sharp(Uint8Array.from(pixels), { raw: { width, height, channels } })

/** A folder of files. */
async function folderOf(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const path = join(folder, `set${folders++}`)
  await mkdir(path)
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), content)
  }
  return path
}

/** The numbers of one row. */
const row = ({ columns }: Table, at: number): number[] =>
  columns.filter(isNumeric).map(({ values }) => values[at]!)
const textOf = ({ columns, rowCount }: Table, name: string): string[] =>
  Array.from({ length: rowCount }, (_, at) =>
    cellText(
      columns.find((column) => column.name === name)!,
      at,
    ),
  )

describe('a folder of images', () => {
  it('becomes a row an image, grey when every one is, in every format', async () => {
    const grey = [0, 50, 100, 150, 200, 255]
    const path = await folderOf({
      'a.png': await image(3, 2, 1, grey).png().toBuffer(),
      'b.PNG': await image(
        3,
        2,
        3,
        grey.flatMap((value) => [value, value, value]),
      )
        .png()
        .toBuffer(),
      'c.webp': await image(3, 2, 1, grey).webp({ lossless: true }).toBuffer(),
      'd.tif': await image(3, 2, 1, grey).tiff({ compression: 'none' }).toBuffer(),
      'e.gif': await image(3, 2, 1, grey).gif().toBuffer(),
      'notes.txt': 'no image',
      '.hidden.png': 'no image',
    })
    const table = await readTable(path)
    expect(table).toMatchObject({ rowCount: 5, grid: { kind: 'image', height: 2, width: 3, channels: 1 } })
    for (let at = 0; at < 5; at++) expect(row(table, at)).toEqual(grey)
    expect(textOf(table, 'file')).toEqual(['a.png', 'b.PNG', 'c.webp', 'd.tif', 'e.gif'])
    expect(table.columns.length).toBe(7)
    expect(table.suggestedLabel).toBeUndefined()
  })

  it('keeps colours in the order red, green, blue, and subfolders as labels', async () => {
    const path = await folderOf({
      'cats/1.png': await image(2, 1, 3, [255, 0, 0, 0, 255, 0]).png().toBuffer(),
      'dogs/1.png': await image(2, 1, 3, [0, 0, 255, 9, 8, 7]).png().toBuffer(),
      'dogs/old/NA.png': await image(2, 1, 1, [4, 5]).png().toBuffer(),
    })
    const table = await readTable(path)
    expect(table.grid).toEqual({ kind: 'image', height: 1, width: 2, channels: 3 })
    expect([0, 1, 2].map((at) => row(table, at))).toEqual([
      [255, 0, 0, 0, 255, 0],
      [0, 0, 255, 9, 8, 7],
      [4, 4, 4, 5, 5, 5],
    ])
    expect([table.suggestedLabel, textOf(table, 'folder')]).toEqual(['folder', ['cats', 'dogs', 'dogs/old']])
    expect(textOf(table, 'file').at(-1)).toBe('dogs/old/NA.png')
  })

  it('turns images by their EXIF orientation, and lays transparent ones on white', async () => {
    const upright = image(3, 1, 1, [10, 20, 30])
    const path = await folderOf({
      'a.tiff': await upright
        .clone()
        .withMetadata({ orientation: 6 })
        .tiff({ compression: 'none' })
        .toBuffer(),
      'b.png': await image(1, 3, 4, [9, 9, 9, 255, 0, 0, 0, 0, 7, 7, 7, 255]).png().toBuffer(),
    })
    const table = await readTable(path)
    expect(table.grid).toEqual({ kind: 'image', height: 3, width: 1, channels: 1 })
    expect([row(table, 0), row(table, 1)]).toEqual([
      [10, 20, 30],
      [9, 255, 7],
    ])
    expect(table.notes.join()).toContain('1 image with an alpha channel is laid on white')
  })

  it('takes the median size, or the one asked for, and counts what it resized', async () => {
    const flat = (width: number, height: number) =>
      image(width, height, 1, new Array<number>(width * height).fill(80))
        .png()
        .toBuffer()
    const path = await folderOf({
      'a.png': await flat(4, 4),
      'b.png': await flat(4, 6),
      'c.png': await flat(9, 6),
    })
    const table = await readTable(path)
    expect(table.grid).toMatchObject({ height: 6, width: 4 })
    expect(table.notes.join('\n')).toMatch(
      /different sizes: the median, 4×6[^]*2 images of another size are resized to 4×6/,
    )
    expect(row(table, 2)).toEqual(new Array<number>(24).fill(80))
    const asked = await readTable(path, { imageSize: { width: 2, height: 3 } })
    expect(asked.grid).toMatchObject({ height: 3, width: 2 })
    expect(asked.notes.join()).toContain('3 images of another size are resized to 2×3')
    await expect(readTable(path, { imageSize: { width: 0, height: 3 } })).rejects.toMatchObject({
      code: 'HG_USAGE',
    })
    await expect(readTable(path, { imageSize: { width: 20_000, height: 20_000 } })).rejects.toThrow(
      /3 images of 20000×20000 pixels need 89.6 GB as a table.*imageSize, up to 3096×3096/,
    )
  })

  it('leaves out what is broken, by name, and stops when nothing is left', async () => {
    const whole = await image(
      40,
      40,
      1,
      Array.from({ length: 1600 }, (_, i) => (i * 7919) % 256),
    )
      .png()
      .toBuffer()
    const path = await folderOf({ 'a.png': whole, 'b.png': whole.subarray(0, 500), 'c.jpg': 'no image' })
    const table = await readTable(path)
    expect(textOf(table, 'file')).toEqual(['a.png'])
    expect(table.notes.join()).toMatch(/2 images left out, as they cannot be decoded: c.jpg \(.*\), b.png \(/)
    await expect(readTable(await folderOf({ 'c.jpg': 'no image' }))).rejects.toThrow(
      /none of 1 images can be decoded: c.jpg/,
    )
    await expect(readTable(path, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'HG_INTERRUPTED',
    })
  })

  it('is not one image, nor a folder without any', async () => {
    const path = await folderOf({ 'a.webp': await image(1, 1, 1, [3]).webp().toBuffer(), 'b.csv': 'a\n1\n' })
    await expect(readTable(join(path, 'a.webp'))).rejects.toThrow(
      /this is one image; name a folder of images/,
    )
    await expect(readTable(await folderOf({ 'b.csv': 'a\n1\n' }))).rejects.toThrow(
      /is a directory without images.*name a file in it/,
    )
  })
})
