/** `hourglass compress` and `decompress` from end to end: files, folders, patterns, goals, broken files, batches gone on with. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compressResultSchema, decompressResultSchema, trainCodecResultSchema } from '../src/cli/results.js'
import { readImage } from '../src/data/index.js'
import { hourglass } from './cli-io.js'

let folder: string
const at = (...names: string[]): string => join(folder, ...names)
const [width, height] = [160, 120]

/** A smooth scene with an edge in it. */
const scene = (phase: number, channels: 3 | 4 = 3): Sharp =>
  sharp(
    Buffer.from(
      Uint8Array.from({ length: width * height * channels }, (_, i) => {
        const [x, y, c] = [Math.floor(i / channels) % width, Math.floor(i / channels / width), i % channels]
        if (c === 3) return x < 30 ? 0 : 255
        return 128 + 50 * Math.sin(x / 17 + c + phase) + (x + y > 120 ? 30 : -30)
      }),
    ),
    { raw: { width, height, channels } },
  )

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-compress-'))
  await mkdir(at('photos'))
  await scene(0).withMetadata({ orientation: 6 }).png().toFile(at('a.png'))
  await scene(0, 4).png().toFile(at('clear.png'))
  await scene(1).png().toFile(at('photos', 'one.png'))
  await scene(2).jpeg({ quality: 95 }).toFile(at('photos', 'two.jpg'))
  await writeFile(at('photos', 'broken.png'), (await readFile(at('a.png'))).subarray(0, 300))
  await writeFile(at('photos', 'empty.webp'), '')
  await writeFile(at('photos', 'notes.txt'), 'no image')
})
afterAll(() => rm(folder, { recursive: true }))

describe('compress', () => {
  it('makes a small file that comes back close to what it was, turned as it was', async () => {
    const { stdout, status } = await hourglass(['compress', at('a.png'), '-o', at('a.hgl'), '--json'])
    expect(status).toBe(0)
    const result = compressResultSchema.parse(JSON.parse(stdout))
    expect(result.bytes).toBe((await stat(at('a.hgl'))).size)
    expect(result.bpp).toBeCloseTo((8 * result.bytes) / (width * height), 10)
    expect(result.psnr).toBeGreaterThan(35)
    expect(result.msssim).toBeGreaterThan(0.97)
    const back = await hourglass(['decompress', at('a.hgl'), '-o', at('back.png'), '--json'])
    expect(decompressResultSchema.parse(JSON.parse(back.stdout)).files[0]).toMatchObject({
      width,
      height,
      channels: 3,
    })
    const [before, after] = [await readImage(at('a.png')), await readImage(at('back.png'))]
    expect(after.orientation).toBe(6)
    const errors = Float64Array.from(before.data, (value, i) => (value - after.data[i]!) ** 2)
    const error = errors.reduce((sum, value) => sum + value, 0) / errors.length
    expect(10 * Math.log10(255 ** 2 / error)).toBeCloseTo(result.psnr!, 6)
  })

  it('keeps transparency, writes other formats, and a page that compares', async () => {
    const made = await hourglass([
      'compress',
      at('clear.png'),
      '-o',
      at('clear.hgl'),
      '--size',
      '2k',
      '--compare',
      at('page.html'),
    ])
    expect(made).toMatchObject({ status: 0, stderr: '' })
    expect((await stat(at('clear.hgl'))).size).toBeLessThanOrEqual(2000)
    expect(await readFile(at('page.html'), 'utf8')).toContain('clear.png, before and after')
    expect((await hourglass(['decompress', at('clear.hgl'), '-o', at('clear.webp')])).status).toBe(0)
    expect(await readImage(at('clear.webp'))).toMatchObject({ channels: 4, format: 'webp' })
  })

  it('does the good files of a folder, lists the broken ones, and goes on where it was', async () => {
    const words = ['compress', at('photos'), '-o', at('small'), '--json']
    const { stdout, status, stderr } = await hourglass(words)
    expect(status).toBe(3)
    const result = compressResultSchema.parse(JSON.parse(stdout))
    expect(result.files.map(({ file }) => file)).toEqual([at('photos', 'one.png'), at('photos', 'two.jpg')])
    expect(result.failed.map(({ file, code }) => [file, code])).toEqual([
      [at('photos', 'broken.png'), 'HG_FILE_UNREADABLE'],
      [at('photos', 'empty.webp'), 'HG_FILE_UNREADABLE'],
    ])
    expect(stderr).toContain('0 bytes')
    const again = compressResultSchema.parse(JSON.parse((await hourglass(words)).stdout))
    expect(again).toMatchObject({ files: [], skipped: [at('photos', 'one.png'), at('photos', 'two.jpg')] })
    const back = await hourglass(['decompress', at('small'), '-o', at('back'), '--format', 'jpeg'])
    expect(back.status).toBe(0)
    expect(existsSync(at('back', 'two.jpg'))).toBe(true)
  })

  it('takes patterns', async () => {
    const { stdout, status } = await hourglass([
      'compress',
      at('photos', '*.jpg'),
      '-o',
      at('few/'),
      '--quality',
      '30',
    ])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^two\.jpg: .* bits a pixel\)/)
  })

  it('says that a file is cut and shows what is there', async () => {
    await hourglass(['compress', at('a.png'), '-o', at('whole.hgl')])
    const bytes = await readFile(at('whole.hgl'))
    await writeFile(at('cut.hgl'), bytes.subarray(0, Math.round(0.7 * bytes.length)))
    const { stdout, status } = await hourglass(['decompress', at('cut.hgl'), '-o', at('cut.png')])
    expect(status).toBe(0)
    expect(stdout).toContain('the file is cut')
  })

  it('takes images of other kinds, and says what became of them', async () => {
    const gradient = Uint8Array.from({ length: 60 * 40 * 3 }, (_, i) => (i * 7) % 256)
    const small = () => sharp(gradient, { raw: { width: 60, height: 40, channels: 3 } })
    await small().toColourspace('cmyk').jpeg().toFile(at('ink.jpg'))
    await small().toColourspace('rgb16').png().toFile(at('deep.png'))
    const frames = [small(), small().negate()].map((frame) => frame.png().toBuffer())
    const animation = () => sharp(framesOf, { join: { animated: true } })
    const framesOf = await Promise.all(frames)
    await animation().gif().toFile(at('moving.gif'))
    await animation().webp().toFile(at('moving.webp'))
    for (const [name, note] of [
      ['ink.jpg', /CMYK is converted to sRGB/],
      ['deep.png', /16 bits a channel are reduced to 8/],
      ['moving.gif', /of 2 frames or pages, the first is read/],
      ['moving.webp', /of 2 frames or pages, the first is read/],
    ] as const) {
      const { stdout, status } = await hourglass(['compress', at(name), '-o', at(`${name}.hgl`)])
      expect(status).toBe(0)
      expect(stdout).toMatch(note)
      await hourglass(['decompress', at(`${name}.hgl`), '-o', at(`${name}.back.png`)])
      expect(await readImage(at(`${name}.back.png`))).toMatchObject({ width: 60, height: 40 })
    }
  })

  it('refuses files without a byte, and files that are cut short', async () => {
    await writeFile(at('void.hgl'), '')
    for (const words of [
      ['compress', at('photos', 'empty.webp')],
      ['compress', at('photos', 'broken.png')],
      ['decompress', at('void.hgl')],
    ])
      expect(await hourglass([...words, '-o', at('never')])).toMatchObject({ status: 3 })
  })

  it.each([
    ['a file that exists', ['compress', 'a.png', '-o', 'clear.png'], 6, /the file exists/],
    ['the input as output', ['compress', 'a.png', '-o', 'a.png'], 2, /is the input/],
    ['two goals', ['compress', 'a.png', '-o', 'x.hgl', '--bpp', '1', '--psnr', '30'], 2, /--bpp and --psnr/],
    ['a size that cannot be had', ['compress', 'a.png', '-o', 'x.hgl', '--size', '30'], 2, /at least/],
    ['a quality of 0', ['compress', 'a.png', '--quality', '0'], 2, /1 to 100/],
    ['a missing image', ['compress', 'none.png'], 3, /no such file/],
    ['a pattern without files', ['compress', '*.bmp'], 3, /no file matches/],
    ['a folder without images', ['decompress', 'photos'], 3, /no file that ends in .hgl/],
    [
      'no compressed file',
      ['decompress', 'a.png', '-o', 'y.png'],
      3,
      /expected a file of hourglass compress/,
    ],
    ['one file for several', ['compress', 'a.png', 'clear.png', '-o', 'x.hgl'], 2, /name a folder/],
  ])('refuses %s', async (_, words, status, message) => {
    const [command, ...rest] = words as [string, ...string[]]
    const placed = rest.map((word) => (/^[-\d]/.test(word) ? word : at(word)))
    const outcome = await hourglass([command, ...placed])
    expect(outcome.status).toBe(status)
    expect(outcome.stderr).toMatch(message)
  })
})

describe('train-codec', () => {
  const codec = (): string => at('waves.hgcodec')

  beforeAll(async () => {
    await mkdir(at('waves'))
    for (let i = 0; i < 6; i++)
      await scene(i / 3)
        .png()
        .toFile(at('waves', `${i}.png`))
    await writeFile(at('waves', 'broken.png'), 'no image')
  })

  it('learns a codec, says what it saves on images kept apart, and goes on with nothing half done', async () => {
    const { stdout, stderr, status } = await hourglass(['train-codec', at('waves'), '-o', codec(), '--json'])
    expect(status).toBe(0)
    const result = trainCodecResultSchema.parse(JSON.parse(stdout))
    expect(result).toMatchObject({ images: 7, learnedFrom: 5, heldOut: 1 })
    expect(result.failed.map(({ file }) => file)).toEqual([at('waves', 'broken.png')])
    expect(stderr).toContain('5 images to learn from, 1 kept apart')
    expect(result.comparison!.rateDifference).toBeLessThan(0)
    expect(result.sizeBytes).toBe((await stat(codec())).size)
    expect(existsSync(`${codec()}.training`)).toBe(false)
    const again = await hourglass([
      'train-codec',
      at('waves'),
      '-o',
      at('again.hgcodec'),
      '--held-out',
      '0.2',
    ])
    expect(again.status).toBe(0)
    expect(await readFile(at('again.hgcodec'))).toEqual(await readFile(codec()))
  })

  it('writes images that are read with the codec beside them, given, or inside of them, and no other way', async () => {
    await mkdir(at('apart'))
    const source = at('waves', '0.png')
    await hourglass(['compress', source, '-o', at('beside.hgl'), '--codec', codec()])
    expect((await hourglass(['decompress', at('beside.hgl'), '-o', at('beside.png')])).status).toBe(0)
    await writeFile(at('apart', 'alone.hgl'), await readFile(at('beside.hgl')))
    const alone = await hourglass(['decompress', at('apart', 'alone.hgl'), '-o', at('alone.png')])
    expect(alone.status).not.toBe(0)
    expect(alone.stderr).toContain('--codec')
    const given = ['decompress', at('apart', 'alone.hgl'), '-o', at('alone.png'), '--codec', codec()]
    expect((await hourglass(given)).status).toBe(0)
    await hourglass(['compress', source, '-o', at('apart', 'inside.hgl'), '--codec', codec(), '--embed'])
    expect((await hourglass(['decompress', at('apart', 'inside.hgl'), '-o', at('inside.png')])).status).toBe(
      0,
    )
    expect(await readFile(at('inside.png'))).toEqual(await readFile(at('beside.png')))
  })

  it('names a codec beside the image that cannot be read', async () => {
    await mkdir(at('damaged'))
    await writeFile(at('damaged', 'cut.hgcodec'), (await readFile(codec())).subarray(0, 5000))
    await writeFile(at('damaged', 'a.hgl'), await readFile(at('beside.hgl')))
    const { status, stderr } = await hourglass(['decompress', at('damaged', 'a.hgl'), '-o', at('none.png')])
    expect(status).not.toBe(0)
    expect(stderr).toContain('cut.hgcodec cannot be read')
    const given = ['decompress', at('damaged', 'a.hgl'), '-o', at('none.png')]
    const asked = await hourglass([...given, '--codec', at('damaged', 'cut.hgcodec')])
    expect(asked.status).not.toBe(0)
    expect(asked.stderr).toContain('it is cut')
    expect(existsSync(at('none.png'))).toBe(false)
  })

  it('refuses other names, and a restoration without images that are large enough', async () => {
    const named = await hourglass(['train-codec', at('waves'), '-o', at('waves.bin')])
    expect(named.status).not.toBe(0)
    expect(named.stderr).toContain('.hgcodec')
    await mkdir(at('tiny'))
    for (let i = 0; i < 3; i++)
      await scene(i)
        .resize(30, 20)
        .png()
        .toFile(at('tiny', `${i}.png`))
    const tiny = ['train-codec', at('tiny'), '-o', at('tiny.hgcodec'), '--restoration', '10']
    const small = await hourglass(tiny)
    expect(small.status).not.toBe(0)
    expect(small.stderr).toContain('64×64')
    expect((await hourglass(tiny.slice(0, 4))).status).toBe(0)
  })

  it('refuses to replace a codec, and a folder without images', async () => {
    const taken = await hourglass(['train-codec', at('waves'), '-o', codec()])
    expect(taken.status).not.toBe(0)
    expect(taken.stderr).toContain('--overwrite')
    const none = await hourglass(['train-codec', at('apart'), '-o', at('none.hgcodec')])
    expect(none.status).not.toBe(0)
    expect(none.stderr).toContain('holds no file')
  })
})
