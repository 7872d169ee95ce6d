// Images of a folder with noise planted in them, as files hold it: whole numbers of 0 to 255.
import { readdirSync } from 'node:fs'
import { imageFormatOf, readImage } from '../../dist/data/index.js'

/** Names of images of a folder, evenly taken, and how many there are. */
export function chosenImages(folder, most) {
  const names = readdirSync(folder)
    .filter((name) => imageFormatOf(name) !== undefined)
    .sort()
  const count = Math.min(names.length, most)
  return {
    names: Array.from({ length: count }, (_, i) => names[Math.floor((i * names.length) / count)]),
    all: names.length,
  }
}

/** Luma of a colour image, by BT.601. */
export function greyOf(image) {
  const data = new Uint8Array(image.width * image.height)
  for (let i = 0; i < data.length; i++)
    data[i] = Math.round(
      0.299 * image.data[3 * i] + 0.587 * image.data[3 * i + 1] + 0.114 * image.data[3 * i + 2],
    )
  return { ...image, channels: 1, data }
}

const spoilt = (image, change) => ({
  ...image,
  data: Uint8Array.from(image.data, (value, i) => Math.max(0, Math.min(255, Math.round(change(value, i))))),
})

export const gaussian = (level) => (image, stream) =>
  spoilt(image, (value) => value + level * stream.normal())

/** Poisson by its normal approximation, exact enough where a pixel counts a dozen photons and more. */
export const poissonGaussian = (photons, level) => (image, stream) =>
  spoilt(
    image,
    (value) => value + Math.sqrt((value * 255) / photons) * stream.normal() + level * stream.normal(),
  )

export const saltAndPepper = (share) => (image, stream) => {
  const { channels } = image
  const hits = Array.from({ length: image.data.length / channels }, () => stream.uniform())
  return spoilt(image, (value, i) => {
    const hit = hits[Math.floor(i / channels)]
    return hit < share / 2 ? 0 : hit < share ? 255 : value
  })
}

export const jpeg = (quality) => async (image) => {
  const { default: sharp } = await import('sharp')
  const { width, height, channels } = image
  const bytes = await sharp(image.data, { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .jpeg({ quality })
    .toBuffer()
  const { data } = await readImage({ name: 'it.jpg', bytes })
  return { ...image, data }
}

export const meanSquare = (a, b) => a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length
export const psnr = (a, b) => 10 * Math.log10(255 ** 2 / meanSquare(a.data, b.data))
export const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length
