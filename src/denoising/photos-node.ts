/** Photographs of a folder for training: decoded once, each also reduced to several sizes, so that structures of all sizes occur. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { HourglassError, progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import { imageFormatOf, readImage } from '../data/index.js'
import type { Photo } from './crops.js'

/** Sizes that each photograph is reduced to, as shares of its own. */
const scales = [1, 0.84, 0.71, 0.6, 0.5]

/**
 * The photographs of a folder, in the order of their names, and each reduced.
 *
 * @param least pixels along either axis that a photograph must have, reduced or not, to be taken
 * @throws HG_FILE_UNREADABLE when a photograph cannot be read or none is large enough
 */
export async function readPhotos(
  folder: string,
  least: number,
  work: LongWork = {},
): Promise<readonly Photo[]> {
  const names = (await readdir(folder)).filter((name) => imageFormatOf(name) !== undefined).sort()
  const report = progressOf('reading photographs', work.onProgress)
  const photos: Photo[] = []
  for (const [i, name] of names.entries()) {
    throwIfAborted(work.signal, 'reading photographs')
    photos.push(...(await atAllScales(join(folder, name))))
    report((i + 1) / names.length, name)
  }
  const large = photos.filter(({ width, height }) => Math.min(width, height) >= least)
  if (large.length > 0) return large
  throw new HourglassError(
    'HG_FILE_UNREADABLE',
    `${folder}: expected photographs (PNG, JPEG, WebP, AVIF, TIFF) of at least ${least}×${least} pixels, found ${names.length} images, none so large`,
  )
}

async function atAllScales(path: string): Promise<Photo[]> {
  const { default: sharp } = await import('sharp')
  const { width, height, channels, data } = await readImage(path)
  return Promise.all(
    scales.map(async (scale) => {
      const size = { width: Math.round(width * scale), height: Math.round(height * scale) }
      const pixels = await sharp(data, { raw: { width, height, channels } })
        .removeAlpha()
        .toColourspace('srgb')
        .resize({ ...size, fit: 'fill', kernel: 'lanczos3' })
        .raw()
        .toBuffer()
      return { ...size, data: pixels }
    }),
  )
}
