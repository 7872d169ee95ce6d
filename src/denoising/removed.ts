/** What was taken away from an image: how much it is, and as a picture to look at. */
import { colourChannels, type PixelImage } from '../data/index.js'

/** Root mean square of the difference of two images, in units of an image of 8 bits (0 to 255); alpha does not count. */
export function removedLevel(before: PixelImage, after: PixelImage): number {
  const { channels, bitDepth, data } = before
  const kept = colourChannels(channels)
  let sum = 0
  for (let i = 0; i < data.length; i++) if (i % channels < kept) sum += (data[i]! - after.data[i]!) ** 2
  return (255 / (2 ** bitDepth - 1)) * Math.sqrt(sum / ((data.length / channels) * kept))
}

/** The most that differences are enlarged. */
const mostGain = 16

/** A picture of a difference. */
export interface RemovedPicture {
  /** Of 8 bits, without alpha. */
  readonly image: PixelImage
  /** What differences were multiplied by, a whole number; no difference is middle grey. */
  readonly gain: number
}

/** The difference of two images around middle grey, enlarged so far that three standard deviations of it span the range. */
export function removedPicture(before: PixelImage, after: PixelImage): RemovedPicture {
  const { width, height, channels, bitDepth, orientation } = before
  const level = removedLevel(before, after)
  const gain = Math.max(1, Math.min(mostGain, Math.floor(127 / (3 * Math.max(level, 1e-9)))))
  const kept = colourChannels(channels)
  const scale = (gain * 255) / (2 ** bitDepth - 1)
  const data = new Uint8Array(width * height * kept)
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < kept; channel++) {
      const at = pixel * channels + channel
      const value = 128 + scale * (before.data[at]! - after.data[at]!)
      data[pixel * kept + channel] = Math.max(0, Math.min(255, Math.round(value)))
    }
  }
  return { image: { width, height, channels: kept, data, bitDepth: 8, orientation }, gain }
}
