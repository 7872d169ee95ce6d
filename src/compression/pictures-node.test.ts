/** Pictures to learn from: parts of large images, grey as grey, files kept apart, files that are none. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPictures } from './pictures-node.js'

let folder: string
const at = (name: string): string => join(folder, name)

/** A slope from left to right, of 0 to 255. */
const slope = (width: number, height: number, channels: 1 | 2 | 3) =>
  sharp(
    Uint8Array.from({ length: width * height * channels }, (_, i) => {
      const isAlpha = channels === 2 && i % 2 === 1
      return isAlpha ? 128 : (255 * (Math.floor(i / channels) % width)) / width
    }),
    { raw: { width, height, channels } },
  )

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-pictures-'))
  await slope(1600, 900, 1).toColourspace('b-w').png().toFile(at('grey.png'))
  await slope(700, 90, 3).png().toFile(at('wide.png'))
  await slope(40, 30, 2).toColourspace('b-w').png().toFile(at('small.png'))
  await writeFile(at('broken.png'), 'no image')
})
afterAll(() => rm(folder, { recursive: true }))

describe('readPictures', () => {
  it('takes parts of large images as they are and reduced, grey as grey', async () => {
    const { parts } = await readPictures([at('grey.png')], { seed: 0 })
    expect(parts.map(({ width, height, channels }) => [width, height, channels])).toEqual([
      [512, 512, 1],
      [512, 512, 1],
      [512, 512, 1],
    ])
    for (const { width, height, channels, data } of parts) {
      expect(data.length).toBe(width * height * channels)
      // The slope is still one: every line rises, and all lines are alike.
      expect(data[width - 1]! - data[0]!).toBeGreaterThan(60)
      for (let x = 0; x < width; x += 37)
        expect(Math.abs(data[x]! - data[width * (height - 1) + x]!)).toBeLessThan(3)
    }
  })

  it('takes small images whole, without their transparency', async () => {
    const { parts } = await readPictures([at('small.png'), at('wide.png')], { seed: 0 })
    expect(parts.map(({ width, height, channels }) => [width, height, channels])).toEqual([
      [40, 30, 1],
      [512, 90, 3],
      [512, 90, 3],
    ])
    expect(Math.max(...parts[0]!.data)).toBeGreaterThan(240)
  })

  it('keeps files apart, the same for a seed, and lists those that are none', async () => {
    const files = ['grey.png', 'wide.png', 'small.png', 'broken.png'].map(at)
    const { heldOut, failed, parts } = await readPictures(files, { seed: 0, heldOutShare: 0.25 })
    expect(heldOut.length + failed.filter(({ file }) => file === at('broken.png')).length).toBeGreaterThan(0)
    const again = await readPictures(files, { seed: 0, heldOutShare: 0.25 })
    expect(again.heldOut).toEqual(heldOut)
    expect(again.parts).toEqual(parts)
    await expect(readPictures([at('broken.png')], { seed: 0 })).rejects.toMatchObject({
      code: 'HG_FILE_UNREADABLE',
    })
  })
})
