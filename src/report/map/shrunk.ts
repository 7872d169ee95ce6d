/** Images no larger than a page shows them: what is above a longest side is averaged down. */
import type { MapImages } from '../map-report.js'

/**
 * @param mostSide longest side in pixels
 * @returns the same images where they fit, else each pixel the mean of a block of pixels
 */
export function shrunk(images: MapImages, mostSide: number): MapImages {
  const { width, height, channels, pixels } = images
  const every = Math.ceil(Math.max(width, height) / mostSide)
  if (every <= 1) return images
  const [w, h] = [Math.ceil(width / every), Math.ceil(height / every)]
  const [from, to] = [width * height * channels, w * h * channels]
  const count = pixels.length / from
  const small = new Uint8Array(count * to)
  const sums = new Float64Array(to)
  const blocks = blockSizes(width, height, every)
  for (let image = 0; image < count; image++) {
    sums.fill(0)
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = image * from + (y * width + x) * channels
        const into = (Math.floor(y / every) * w + Math.floor(x / every)) * channels
        for (let channel = 0; channel < channels; channel++) sums[into + channel]! += pixels[at + channel]!
      }
    }
    for (let i = 0; i < to; i++)
      small[image * to + i] = Math.round(sums[i]! / blocks[Math.floor(i / channels)]!)
  }
  return { width: w, height: h, channels, pixels: small }
}

/** How many pixels each block has; those at the right and at the bottom may have fewer. */
function blockSizes(width: number, height: number, every: number): Float64Array {
  const w = Math.ceil(width / every)
  const sizes = new Float64Array(w * Math.ceil(height / every))
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) sizes[Math.floor(y / every) * w + Math.floor(x / every)]!++
  }
  return sizes
}
