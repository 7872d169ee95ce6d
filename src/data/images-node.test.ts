/** Image files: what goes in comes out, what is carried along stays, and bad files are named. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeImage, readImage, writeImage } from './images-node.js'
import { imageFormatOf, type ChannelCount, type PixelImage } from './images.js'

let folder: string
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'images-'))))
afterAll(() => rm(folder, { recursive: true }))

const [width, height] = [13, 7]

function imageOf(channels: ChannelCount, bitDepth: 8 | 16 = 8, beside: Partial<PixelImage> = {}): PixelImage {
  const count = width * height * channels
  const data = bitDepth === 8 ? new Uint8Array(count) : new Uint16Array(count)
  // Smooth, so that formats with losses keep it nearly as it is.
  for (let i = 0; i < count; i++) {
    const [pixel, channel] = [Math.floor(i / channels), i % channels]
    const level = 40 + 8 * (pixel % width) + 5 * Math.floor(pixel / width) + 7 * channel
    data[i] = bitDepth === 8 ? level : level * 256 + ((i * 31) % 256)
  }
  return { width, height, channels, data, bitDepth, orientation: 1, ...beside }
}

const read = async (image: PixelImage, format: 'png' | 'jpeg' | 'webp' | 'avif' | 'tiff', depth?: 'keep') => {
  const { bytes } = await encodeImage(image, format, { lossless: format === 'webp' || format === 'avif' })
  return readImage({ name: `it.${format}`, bytes }, depth === undefined ? {} : { depth })
}

it('gives plain numbers, whose slices are copies', async () => {
  for (const channels of [1, 2, 3, 4] as const) {
    const { data } = await read(imageOf(channels), 'png')
    data.slice().fill(0)
    expect(data).toEqual(imageOf(channels).data)
  }
})

describe('round trips', () => {
  it.each(
    ([1, 2, 3, 4] as const).flatMap((channels) =>
      (['png', 'tiff'] as const).flatMap((format) => [
        { channels, format, bits: 8 as const },
        { channels, format, bits: 16 as const },
      ]),
    ),
  )('$channels channels of $bits bits in $format, exactly', async ({ channels, format, bits }) => {
    const image = imageOf(channels, bits)
    const back = await read(image, format, 'keep')
    expect(back.channels).toBe(channels)
    expect(back.bitDepth).toBe(bits)
    expect([...back.data]).toEqual([...image.data])
    expect(back.notes).toEqual([])
  })

  it.each(['webp', 'avif'] as const)('%s without loss', async (format) => {
    const image = imageOf(4)
    expect([...(await read(image, format)).data]).toEqual([...image.data])
  })

  it('comes near in JPEG, and loses transparency with a note', async () => {
    const back = await read(imageOf(3), 'jpeg')
    expect(Math.max(...back.data.map((value, i) => Math.abs(value - imageOf(3).data[i]!)))).toBeLessThan(12)
    const { notes } = await encodeImage(imageOf(4), 'jpeg')
    expect(notes).toEqual([expect.stringContaining('laid on white')])
  })
})

describe('what is carried along', () => {
  it.each(['png', 'jpeg', 'webp', 'tiff'] as const)('profile and orientation in %s', async (format) => {
    const icc = (
      await sharp({ create: { width: 1, height: 1, channels: 3, background: '#888' } })
        .withIccProfile('p3')
        .png()
        .toBuffer()
        .then((bytes) => sharp(bytes).metadata())
    ).icc!
    const image = imageOf(3, 8, { icc, orientation: 6 })
    const back = await read(image, format)
    expect(Buffer.compare(back.icc!, icc)).toBe(0)
    expect(back.orientation).toBe(6)
    if (format !== 'jpeg') expect([...back.data]).toEqual([...image.data])
  })

  it('turns the pixels in AVIF, whose readers heed no EXIF orientation', async () => {
    const back = await read(imageOf(3, 8, { orientation: 6 }), 'avif')
    expect([back.width, back.height, back.orientation]).toEqual([height, width, 1])
  })

  it('EXIF data as they came, and profiles without touching 16-bit samples', async () => {
    const bytes = await sharp(imageOf(3).data, { raw: { width, height, channels: 3 } })
      .withIccProfile('p3')
      .withExif({ IFD0: { Copyright: 'somebody' } })
      .jpeg()
      .toBuffer()
    const jpeg = await readImage({ name: 'it.jpg', bytes })
    const deep = { ...imageOf(3, 16), icc: jpeg.icc!, exif: jpeg.exif! }
    const back = await read(deep, 'png', 'keep')
    expect(Buffer.from(back.exif!).includes('somebody')).toBe(true)
    expect([...back.data]).toEqual([...deep.data])
  })
})

describe('what is changed', () => {
  it('reduces 16 bits to 8 unless asked, and says so', async () => {
    const back = await read(imageOf(3, 16), 'png')
    expect(back.bitDepth).toBe(8)
    expect([...back.data]).toEqual([...imageOf(3).data])
    expect(back.notes).toEqual(['16 bits a channel are reduced to 8'])
  })

  it('converts CMYK to sRGB', async () => {
    const bytes = await sharp(imageOf(3).data, { raw: { width, height, channels: 3 } })
      .toColourspace('cmyk')
      .jpeg()
      .toBuffer()
    const back = await readImage({ name: 'it.jpg', bytes })
    expect(back.channels).toBe(3)
    expect(back.icc).toBeUndefined()
    expect(back.notes).toEqual(['CMYK is converted to sRGB'])
    expect(Math.abs(back.data[0]! - imageOf(3).data[0]!)).toBeLessThan(40)
  })

  it('reads the first frame of an animation', async () => {
    const frames = await Promise.all(
      ['#ff0000', '#0000ff'].map((background) =>
        sharp({ create: { width, height, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    )
    const bytes = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer()
    const back = await readImage({ name: 'it.gif', bytes })
    expect([back.width, back.height, back.data[0], back.data[2]]).toEqual([width, height, 255, 0])
    expect(back.notes).toEqual(['of 2 frames or pages, the first is read'])
  })
})

describe('bad files', () => {
  it.each([
    ['empty', new Uint8Array(), 'the file is empty'],
    ['text', new TextEncoder().encode('a,b\n1,2\n'), 'none of these'],
    [
      'svg',
      new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      'svg',
    ],
  ])('%s', async (_, bytes, words) => {
    await expect(readImage({ name: 'bad.png', bytes })).rejects.toMatchObject({
      code: 'HG_FILE_UNREADABLE',
      message: expect.stringMatching(new RegExp(`^bad.png: .*${words}`)) as string,
    })
  })

  it.each(['png', 'jpeg', 'webp', 'tiff', 'avif'] as const)('%s cut in half', async (format) => {
    const { bytes } = await encodeImage(imageOf(3), format)
    const cut = { name: 'cut', bytes: bytes.subarray(0, bytes.length >> 1) }
    await expect(readImage(cut)).rejects.toMatchObject({ code: 'HG_FILE_UNREADABLE' })
  })

  it('files that are missing or folders, and names that say no format', async () => {
    await expect(readImage(join(folder, 'none.png'))).rejects.toMatchObject({ code: 'HG_FILE_MISSING' })
    await expect(readImage(folder)).rejects.toMatchObject({ code: 'HG_FILE_UNREADABLE' })
    await expect(writeImage(imageOf(1), join(folder, 'it.bmp'))).rejects.toMatchObject({ code: 'HG_USAGE' })
    expect(imageFormatOf('a/b.constructor')).toBeUndefined()
  })

  it('images that are longer than a format takes', async () => {
    const line = (length: number): PixelImage => ({
      ...{ width: 1, height: length, channels: 1, bitDepth: 8, orientation: 1 },
      data: new Uint8Array(length),
    })
    for (const [format, longest] of [
      ['jpeg', 65_500],
      ['webp', 16_383],
      ['avif', 16_384],
    ] as const) {
      await expect(encodeImage(line(longest + 1), format)).rejects.toThrow(/write PNG or TIFF/)
      expect((await encodeImage(line(longest), format)).bytes.length).toBeGreaterThan(100)
    }
    for (const format of ['png', 'tiff'] as const)
      expect((await read(line(1_100_000), format)).height).toBe(1_100_000)
  })

  it('writes whole files', async () => {
    const path = join(folder, 'it.png')
    await writeFile(path, 'old')
    const { sizeBytes } = await writeImage(imageOf(3), path)
    expect((await readFile(path)).length).toBe(sizeBytes)
    expect([...(await readImage(path)).data]).toEqual([...imageOf(3).data])
  })
})
