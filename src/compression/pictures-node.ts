/** Pictures that a codec learns from: parts of image files, in grey or colour, and some files kept apart for a judgement. */
import { basename } from 'node:path'
import { HourglassError, progressOf, randomFor, throwIfAborted, type LongWork } from '../base/index.js'
import { colourChannels, cutOut, hasAlpha, readImage, type PixelImage } from '../data/index.js'
import type { Pixels } from './tiles.js'

/** Most pixels of a part along either axis: one that is larger gives several parts. */
const partSide = 512
/** Places of parts along the diagonal of a large image, and how far it is reduced before: things are of all sizes. */
const partsOfLarge = [
  { reduced: 1, along: 0.25 },
  { reduced: 0.6, along: 0.5 },
  { reduced: 0.35, along: 0.4 },
  { reduced: 1, along: 0.75 },
] as const
/** Most pixels of all parts together; of more, parts are left out evenly. */
const mostPixels = 24e6
/** Most images that are kept apart. */
const mostHeldOut = 24

/** Pictures, read. */
export interface Pictures {
  readonly parts: readonly Pixels[]
  /** Images kept apart, cut to 1,024 × 1,024 pixels at most. */
  readonly heldOut: readonly Pixels[]
  /** Files that could not be read, and why. */
  readonly failed: readonly { readonly file: string; readonly message: string }[]
}

/**
 * @param files image files
 * @param options.heldOutShare share of the files that is kept apart, drawn by the seed (default 0)
 * @throws HG_FILE_UNREADABLE when no image can be learned from; HG_INTERRUPTED
 */
export async function readPictures(
  files: readonly string[],
  { heldOutShare = 0, seed, signal, onProgress }: { heldOutShare?: number; seed: number } & LongWork,
): Promise<Pictures> {
  const report = progressOf('reading images', onProgress)
  const apart = drawn(files, heldOutShare, seed)
  const [parts, heldOut, failed]: [Pixels[], Pixels[], Pictures['failed'][number][]] = [[], [], []]
  for (const [i, file] of files.entries()) {
    throwIfAborted(signal, 'reading images')
    try {
      const pixels = withoutAlpha(await readImage(file))
      if (apart.has(file)) heldOut.push(cut(pixels, 1024, 0.5))
      else parts.push(...(await partsOf(pixels)))
    } catch (error) {
      if (!(error instanceof HourglassError)) throw error
      failed.push({ file, message: error.message })
    }
    report((i + 1) / files.length, basename(file))
  }
  if (parts.length === 0)
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `expected images to learn from, and none of ${files.length} could be used${failed[0] ? ` (${failed[0].message})` : ''}`,
    )
  return { parts: evenly(parts), heldOut, failed }
}

/** Files kept apart; one at least of each, when there are two. */
function drawn(files: readonly string[], share: number, seed: number): Set<string> {
  if (share === 0 || files.length < 2) return new Set()
  const count = Math.max(1, Math.min(mostHeldOut, Math.round(share * files.length), files.length - 1))
  const left = [...files]
  const random = randomFor(seed, 'images kept apart')
  return new Set(Array.from({ length: count }, () => left.splice(random.below(left.length), 1)[0]!))
}

function withoutAlpha({ width, height, channels, data }: PixelImage): Pixels {
  const kept = colourChannels(channels)
  if (!hasAlpha(channels)) return { width, height, channels: kept, data: data as Uint8Array }
  const pixels = new Uint8Array(width * height * kept)
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < kept; c++) pixels[i * kept + c] = data[i * channels + c]!
  return { width, height, channels: kept, data: pixels }
}

async function partsOf(pixels: Pixels): Promise<Pixels[]> {
  if (Math.max(pixels.width, pixels.height) <= partSide) return [pixels]
  const parts: Pixels[] = []
  for (const { reduced, along } of partsOfLarge) {
    const smaller = await reducedBy(pixels, reduced)
    if (reduced === 1 || Math.min(smaller.width, smaller.height) >= partSide)
      parts.push(cut(smaller, partSide, along))
  }
  return parts
}

async function reducedBy(pixels: Pixels, factor: number): Promise<Pixels> {
  if (factor === 1) return pixels
  const [width, height] = [pixels.width, pixels.height].map((size) => Math.round(size * factor))
  const { default: sharp } = await import('sharp')
  const data = await sharp(pixels.data, {
    raw: { width: pixels.width, height: pixels.height, channels: pixels.channels },
  })
    .resize({ width: width!, height: height!, fit: 'fill', kernel: 'lanczos3' })
    // Grey comes out as three channels otherwise.
    .toColourspace(pixels.channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer()
  return { width: width!, height: height!, channels: pixels.channels, data: new Uint8Array(data) }
}

/** At most a square of a side, at a place along the diagonal. */
function cut(pixels: Pixels, side: number, along: number): Pixels {
  const [width, height] = [Math.min(pixels.width, side), Math.min(pixels.height, side)]
  const [left, top] = [(pixels.width - width) * along, (pixels.height - height) * along].map(Math.floor)
  return cutOut(pixels, { left: left!, top: top!, width, height })
}

function evenly(parts: readonly Pixels[]): Pixels[] {
  const pixels = parts.reduce((sum, { width, height }) => sum + width * height, 0)
  const share = Math.min(1, mostPixels / pixels)
  return parts.filter((_, i) => Math.floor((i + 1) * share) > Math.floor(i * share))
}
