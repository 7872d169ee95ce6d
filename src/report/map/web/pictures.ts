/** Small images as elements, from bytes: images of rows and what the decoder makes of a place. */
import type { HeaderImages } from '../payload.js'
import type { Images } from './data.js'

/** The bytes of a row's image; undefined for a row without. */
export function imageOfRow(
  { pixels, ofRow, width, height, channels }: Images,
  row: number,
): Uint8Array | undefined {
  const image = ofRow === undefined ? row : ofRow[row]!
  const size = width * height * channels
  return image < 0 ? undefined : pixels.subarray(image * size, (image + 1) * size)
}

/** A canvas with the image, one pixel each; the style sheet gives it its size on the page. */
export function imageElement(
  { width, height, channels }: Pick<HeaderImages, 'width' | 'height' | 'channels'>,
  bytes: Uint8Array,
  name: string,
): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  canvas.className = 'image'
  canvas.setAttribute('role', 'img')
  canvas.setAttribute('aria-label', name)
  const image = new ImageData(width, height)
  for (let i = 0; i < width * height; i++) {
    for (let channel = 0; channel < 3; channel++) {
      image.data[4 * i + channel] = bytes[i * channels + (channels === 3 ? channel : 0)]!
    }
    image.data[4 * i + 3] = 255
  }
  canvas.getContext('2d')?.putImageData(image, 0, 0)
  return canvas
}
