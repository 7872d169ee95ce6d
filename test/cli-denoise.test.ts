/** `hourglass denoise` from end to end, with the weights that are shipped: files in, files out, and what is refused. */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { denoiseResultSchema } from '../src/cli/results.js'
import { randomFor } from '../src/base/index.js'
import { readImage, writeImage, type PixelImage } from '../src/data/index.js'
import { hourglass } from './cli-io.js'

let folder: string
const at = (name: string): string => join(folder, name)
const [width, height, level] = [96, 64, 25]

/** A smooth scene with an edge in it, 0 to 255. */
const clean = Float64Array.from({ length: width * height * 3 }, (_, i) => {
  const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3]
  return 128 + 50 * Math.sin(x / 17 + c) + (x + y > 80 ? 30 : -30)
})
const rootMeanSquare = (data: ArrayLike<number>): number =>
  Math.sqrt(clean.reduce((sum, value, i) => sum + (value - data[i]!) ** 2, 0) / clean.length)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-denoise-'))
  const stream = randomFor(0, 'noise')
  const noisy = clean.map((value) => value + level * stream.normal())
  const image: PixelImage = {
    width,
    height,
    channels: 3,
    data: Uint8Array.from(noisy, (value) => Math.max(0, Math.min(255, Math.round(value)))),
    bitDepth: 8,
    orientation: 6,
  }
  await writeImage(image, at('noisy.png'))
  await writeFile(at('broken.png'), (await readFile(at('noisy.png'))).subarray(0, 900))
  await writeFile(at('empty.png'), '')
})
afterAll(() => rm(folder, { recursive: true }))

it('estimates the noise, removes most of it, and says so', async () => {
  const { stdout, status } = await hourglass(['denoise', at('noisy.png'), '-o', at('clean.png'), '--json'])
  expect(status).toBe(0)
  const result = denoiseResultSchema.parse(JSON.parse(stdout))
  expect(Math.abs(result.estimatedLevel! - level)).toBeLessThan(4)
  expect(result.strength).toBe(result.estimatedLevel)
  const image = await readImage(at('clean.png'))
  expect([image.width, image.height, image.orientation]).toEqual([width, height, 6])
  expect(rootMeanSquare(image.data)).toBeLessThan(level / 3)
  expect(result.sizeBytes).toBe((await readFile(at('clean.png'))).length)
})

it('takes a strength, other formats, and grey of 16 bits', async () => {
  const grey = await sharp(at('noisy.png')).toColourspace('grey16').png().toBuffer()
  await writeFile(at('grey.png'), grey)
  const { stdout } = await hourglass([
    'denoise',
    at('grey.png'),
    '--strength',
    '12.5',
    '--out',
    at('grey.tiff'),
    '--json',
  ])
  const result = denoiseResultSchema.parse(JSON.parse(stdout))
  expect([result.strength, result.estimatedLevel, result.bitDepth, result.channels]).toEqual([
    12.5,
    null,
    16,
    1,
  ])
  expect((await readImage(at('grey.tiff'), { depth: 'keep' })).bitDepth).toBe(16)
  const said = await hourglass(['denoise', at('grey.png'), '-o', at('grey.webp')])
  expect(said.stdout).toMatch(
    /noise of .* of 255 .*\nnote: WebP has 8 bits a channel: 16 are reduced to them\nwritten: /,
  )
})

it.each([
  [
    'a file that exists',
    ['noisy.png', '-o', 'grey.png'],
    /the file exists; name another, or add --overwrite/,
    6,
  ],
  ['the input as output', ['noisy.png', '-o', 'noisy.png', '--overwrite'], /is taken by an input/, 2],
  ['another ending', ['noisy.png', '-o', 'clean.bmp'], /expected a name that ends in \.png/, 2],
  ['no output', ['noisy.png'], /--out/, 2],
  [
    'a strength of 101',
    ['noisy.png', '-o', 'x.png', '--strength', '101'],
    /auto, or a number from 0 to 100/,
    2,
  ],
  ['a broken image', ['broken.png', '-o', 'x.png'], /broken\.png: .*damaged or cut short/, 3],
  ['an empty image', ['empty.png', '-o', 'x.png'], /empty\.png: .*empty \(0 bytes\)/, 3],
  ['a missing image', ['none.png', '-o', 'x.png'], /none\.png: there is no such file/, 3],
])('refuses %s', async (_, words, message, expected) => {
  const placed = words.map((word) => (/\.\w+$/.test(word) ? at(word) : word))
  const { status, stderr } = await hourglass(['denoise', ...placed])
  expect(stderr).toMatch(message)
  expect(status).toBe(expected)
  expect(existsSync(at('x.png'))).toBe(false)
})
