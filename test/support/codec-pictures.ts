/**
 * Pictures to try the codec on: crops of photographs where a folder of them is named by HOURGLASS_PHOTOS, else texture by
 * formula (noise of several octaves, edges, flat parts). All channels, odd sizes from one pixel on, some of several tiles.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { randomFor, type Random } from '../../src/base/index.js'
import type { ChannelCount, PixelImage } from '../../src/data/index.js'

/** A picture, and the quality that it is to be compressed with. */
export interface Sample {
  readonly image: PixelImage
  readonly quality: number
}

const photos = process.env['HOURGLASS_PHOTOS']
const files = photos === undefined ? [] : readdirSync(photos).map((name) => join(photos, name))

/** The sample of a number; every number has its own. */
export async function codecSample(number: number): Promise<Sample> {
  const random = randomFor(number, 'codec pictures')
  const [width, height] = sizeOf(number, random)
  const channels = ([3, 3, 1, 4, 3, 2] as const)[number % 6]!
  const quality = 1 + random.below(100)
  const data =
    files.length > 0
      ? await crop(files[number % files.length]!, width, height, channels)
      : texture(width, height, channels, random)
  return { image: { width, height, channels, data, bitDepth: 8, orientation: 1 }, quality }
}

function sizeOf(number: number, random: Random): [number, number] {
  if (number === 0) return [1, 1]
  switch (number % 12) {
    case 11:
      return [1 + random.below(200), 1030 + random.below(300)]
    case 5:
      return [300 + random.below(500), 200 + random.below(300)]
    case 3:
      return [1 + random.below(17), 1 + random.below(400)]
    default:
      return [1 + random.below(160), 1 + random.below(160)]
  }
}

/** Part of a photograph; alpha is its green turned round. */
async function crop(
  file: string,
  width: number,
  height: number,
  channels: ChannelCount,
): Promise<Uint8Array> {
  const { data } = await sharp(file)
    .removeAlpha()
    .resize({ width: Math.max(width, 900), height: Math.max(height, 900), fit: 'cover' })
    .extract({ left: 0, top: 0, width, height })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  return inChannels(width * height, channels, (pixel, channel) => data[3 * pixel + channel]!)
}

function texture(width: number, height: number, channels: ChannelCount, random: Random): Uint8Array {
  const octaves = [32, 16, 8, 4, 2, 1].map((size) => ({
    size,
    strength: 4 * Math.sqrt(size) * random.uniform(),
    noise: Float64Array.from({ length: 4096 }, () => random.normal()),
  }))
  const [slope, edge] = [4 * random.uniform() - 2, 60 * random.normal()]
  return inChannels(width * height, channels, (pixel, channel) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    if ((x >> 6) % 4 === 3) return 40 * channel + 50
    let value = 128 + (x * slope > y ? edge : 0)
    for (const { size, strength, noise } of octaves)
      value += strength * between(noise, x / size, y / size, channel)
    return Math.max(0, Math.min(255, Math.round(value)))
  })
}

/** Noise between whole places, bilinear. */
function between(noise: Float64Array, x: number, y: number, channel: number): number {
  const at = (column: number, row: number): number => noise[(column * 73 + row * 1021 + channel * 7) % 4096]!
  const [left, top] = [Math.floor(x), Math.floor(y)]
  const [right, down] = [x - left, y - top]
  const upper = (1 - right) * at(left, top) + right * at(left + 1, top)
  const lower = (1 - right) * at(left, top + 1) + right * at(left + 1, top + 1)
  return (1 - down) * upper + down * lower
}

/** Grey is the green of a colour, alpha what is left of it to white. */
function inChannels(
  pixels: number,
  channels: ChannelCount,
  colour: (pixel: number, channel: number) => number,
): Uint8Array {
  return Uint8Array.from({ length: pixels * channels }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / channels), i % channels]
    if (channels % 2 === 0 && channel === channels - 1) return 255 - colour(pixel, 1)
    return colour(pixel, channels < 3 ? 1 : channel)
  })
}
