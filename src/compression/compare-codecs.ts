/** Two codecs beside each other on the same images: what one saves at equal fidelity. */
import { progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import { bjontegaardRate } from './bjontegaard.js'
import type { Codec } from './codec.js'
import type { Pixels } from './tiles.js'

/** Qualities that images are compressed at. */
const qualities = [15, 35, 55, 75, 90] as const

/** One codec at one quality: means over the images. */
export interface CodecPoint {
  readonly quality: number
  /** Bits for each pixel, of whole files. */
  readonly bpp: number
  /** In decibels, over red, green and blue. */
  readonly psnr: number
}

/** How two codecs compare. */
export interface CodecComparison {
  readonly images: number
  readonly general: readonly CodecPoint[]
  readonly own: readonly CodecPoint[]
  /** Bjøntegaard rate of the second against the first, per cent: negative where it takes fewer bits. */
  readonly rateDifference: number
}

/** @throws HG_INTERRUPTED */
export async function compareCodecs(
  general: Codec,
  own: Codec,
  images: readonly Pixels[],
  { onProgress, signal }: LongWork = {},
): Promise<CodecComparison> {
  const report = progressOf('comparing on images kept apart', onProgress)
  const curves = { general: qualities.map(blank), own: qualities.map(blank) }
  for (const [i, image] of images.entries()) {
    const pixels = { ...image, bitDepth: 8, orientation: 1 } as const
    for (const [name, codec] of [
      ['general', general],
      ['own', own],
    ] as const)
      for (const point of curves[name]) {
        throwIfAborted(signal, `comparing, image ${i + 1} of ${images.length}`)
        const goal = { quality: point.quality }
        const { bpp, psnr } = await codec.compress(pixels, { goal, measures: true, signal })
        point.bpp += bpp / images.length
        // An image that comes back as it was would make every mean infinite.
        point.psnr += Math.min(psnr!, 99) / images.length
      }
    report((i + 1) / images.length, `image ${i + 1} of ${images.length}`)
  }
  const pairs = (points: readonly CodecPoint[]) => points.map(({ bpp, psnr }) => [bpp, psnr] as const)
  return {
    images: images.length,
    ...curves,
    rateDifference: bjontegaardRate(pairs(curves.general), pairs(curves.own)),
  }
}

const blank = (quality: number) => ({ quality, bpp: 0, psnr: 0 })
