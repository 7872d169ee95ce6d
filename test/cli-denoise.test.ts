/** `hourglass denoise` from end to end: images with the weights that are shipped and without, batches, pages, tables, and what is refused. */
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { denoiseResultSchema, denoiseTableResultSchema } from '../src/cli/results.js'
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

/** A wave with noise of 1 in two columns, one of the rows missing a cell, and what is no measurement. */
function tableText(): string {
  const stream = randomFor(0, 'table')
  const rows = Array.from({ length: 200 }, (_, t) => {
    const [one, other] = [0, 1].map((k) => (5 * Math.sin(t / 9 + k) + stream.normal()).toFixed(2))
    return `0${t};${t % 2 === 0 ? 'on' : 'off'};${t === 50 ? '' : one!};${other!}`
  })
  return ['name;state;left;right', ...rows, ''].join('\n')
}

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
  const whole = Uint8Array.from(clean, (value) => Math.max(0, Math.min(255, Math.round(value))))
  await writeImage({ ...image, data: whole }, at('reference.png'))
  await writeFile(at('broken.png'), (await readFile(at('noisy.png'))).subarray(0, 900))
  await writeFile(at('empty.png'), '')
  await writeFile(at('header.csv'), 'a,b\n')
  await writeFile(at('row.csv'), 'a,b\n1.5,2.5\n')
  await writeFile(at('table.csv'), tableText())
  await sharp(at('noisy.png')).resize(20, 10).png().toFile(at('small.png'))
})
afterAll(() => rm(folder, { recursive: true }))

const filesOf = (stdout: string) => denoiseResultSchema.parse(JSON.parse(stdout)).files

it('estimates the noise, removes most of it, and says so', async () => {
  const { stdout, status } = await hourglass(['denoise', at('noisy.png'), '-o', at('clean.png'), '--json'])
  expect(status).toBe(0)
  const [result] = filesOf(stdout)
  expect(Math.abs(result!.estimatedLevel! - level)).toBeLessThan(4)
  expect(result!.strength).toBe(result!.estimatedLevel)
  const image = await readImage(at('clean.png'))
  expect([image.width, image.height, image.orientation]).toEqual([width, height, 6])
  expect(rootMeanSquare(image.data)).toBeLessThan(level / 3)
  expect(result!.sizeBytes).toBe((await readFile(at('clean.png'))).length)
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
  const [result] = filesOf(stdout)
  expect([result!.strength, result!.estimatedLevel, result!.bitDepth, result!.channels]).toEqual([
    12.5,
    null,
    16,
    1,
  ])
  expect((await readImage(at('grey.tiff'), { depth: 'keep' })).bitDepth).toBe(16)
  const said = await hourglass(['denoise', at('grey.png'), '-o', at('grey.webp')])
  expect(said.stdout).toMatch(
    /noise of .* of 255 .*, in .*\n {2}note: WebP has 8 bits a channel: 16 are reduced to them/,
  )
})

it.each([
  [
    'a file that exists',
    ['noisy.png', '-o', 'grey.png'],
    /the file exists; name another, or add --overwrite/,
    6,
  ],
  ['the input as output', ['noisy.png', '-o', 'noisy.png', '--overwrite'], /is the input of this command/, 2],
  ['another ending', ['noisy.png', '-o', 'clean.bmp'], /expected a name that ends in \.png, .*"/, 2],
  ['no output', ['noisy.png'], /--out/, 2],
  [
    'a strength of 101',
    ['noisy.png', '-o', 'x.png', '--strength', '101'],
    /auto, or a number from 0 to 100/,
    2,
  ],
  ['a strength with --self', ['noisy.png', '-o', 'x.png', '--self', '--strength', '5'], /needs none/, 2],
  ['steps without --self', ['noisy.png', '-o', 'x.png', '--steps', '5'], /goes with --self/, 2],
  [
    'an option of tables',
    ['noisy.png', '-o', 'x.png', '--group', 'a'],
    /--group: has no meaning for images/,
    2,
  ],
  ['an option of images', ['table.csv', '-o', 'x.csv', '--self'], /--self: has no meaning for a table/, 2],
  ['images and a table', ['noisy.png', 'table.csv', '-o', 'x.csv'], /one table/, 2],
  [
    'a reference of another size',
    ['noisy.png', '-o', 'x.png', '--reference', 'small.png'],
    /expected 96×64/,
    2,
  ],
  ['a table of a header', ['header.csv', '-o', 'x.csv'], /header .* and no rows/, 3],
  ['a table of one row', ['row.csv', '-o', 'x.csv'], /20 rows or more/, 3],
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

describe('several images', () => {
  beforeAll(async () => {
    await mkdir(at('photos'))
    for (const name of ['a.png', 'b.png']) await copyFile(at('noisy.png'), join(at('photos'), name))
    await copyFile(at('broken.png'), join(at('photos'), 'broken.png'))
  })

  it('are done but for a broken one, and not again', async () => {
    const words = ['denoise', at('photos'), '-o', at('clean'), '--compare', at('page.html'), '--json']
    const { stdout, status } = await hourglass(words)
    expect(status).toBe(3)
    const result = denoiseResultSchema.parse(JSON.parse(stdout))
    expect(result.files.map(({ outFile }) => outFile)).toEqual(
      ['a.png', 'b.png'].map((name) => join(at('clean'), name)),
    )
    expect(result.failed.map(({ file }) => file)).toEqual([join(at('photos'), 'broken.png')])
    const page = await readFile(at('page.html'), 'utf8')
    expect(page.match(/<h2>/g)).toHaveLength(2)
    expect(page).toMatch(/Noise found.*What was taken away/s)
    const again = denoiseResultSchema.parse(
      JSON.parse((await hourglass(words.slice(0, 4).concat('--json'))).stdout),
    )
    expect([again.files, again.skipped.length]).toEqual([[], 2])
    const same = await hourglass(['denoise', at('photos'), '-o', at('photos'), '--overwrite'])
    expect([same.status, same.stderr]).toEqual([2, expect.stringMatching(/is an input of this command/)])
  })

  it('are learnt from together with --self, and measured by a reference', async () => {
    const words = ['denoise', at('photos'), '-o', at('taught'), '--self', '--steps', '3', '--threads', '1']
    const { stdout } = await hourglass([...words, '--reference', at('reference.png'), '--json'])
    const result = denoiseResultSchema.parse(JSON.parse(stdout))
    expect(result.self).toMatchObject({ images: 2, seed: 0, steps: 3 })
    const [file] = result.files
    expect([file!.strength, file!.estimatedLevel]).toEqual([null, null])
    expect(file!.psnrBefore).toBeCloseTo(20 * Math.log10(255 / level), 0)
    expect(file!.psnr).toBeGreaterThan(10)
  })
})

describe('a table', () => {
  const words = ['denoise', 'table.csv', '--steps', '40', '--threads', '1'].map((word) => word)
  const run = (...more: string[]) =>
    hourglass(words.map((word) => (word === 'table.csv' ? at(word) : word)).concat(more))

  it('keeps its form, its other columns and its missing cells', async () => {
    const { stdout, status } = await run('-o', at('out.csv'), '--json')
    expect(status).toBe(0)
    const result = denoiseTableResultSchema.parse(JSON.parse(stdout))
    expect([result.order, result.rows, result.columns.map(({ name }) => name)]).toEqual([
      'time',
      200,
      ['left', 'right'],
    ])
    const [before, after] = [tableText(), await readFile(at('out.csv'), 'utf8')].map((text) =>
      text.split('\n').map((line) => line.split(';')),
    )
    expect(after!.map((cells) => cells.slice(0, 2))).toEqual(before!.map((cells) => cells.slice(0, 2)))
    expect(
      after!.every((cells) => cells.slice(2).every((cell) => /^(|left|right|-?\d+\.\d\d)$/.test(cell))),
    ).toBe(true)
    expect(after![51]![2]).toBe('')
    expect(after![100]![2]).not.toBe(before![100]![2])
    expect((await run('-o', at('out.csv'))).stderr).toMatch(/the file exists/)
  })

  it('goes to standard output, filled where it is asked for, and says what was found to standard error', async () => {
    const { stdout, stderr } = await run('-o', '-', '--missing', 'fill', '--strength', 'left=1,right=0')
    const lines = stdout.split('\n')
    expect(lines[51]!.split(';')[2]).toMatch(/^-?\d+\.\d\d$/)
    expect(lines[100]!.split(';')[3]).toBe(tableText().split('\n')[100]!.split(';')[3])
    expect(stderr).toMatch(/steps of time of 1 series[^]*noise up to[^]*left +1 /)
  })
})
