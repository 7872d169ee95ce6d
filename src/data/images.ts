/**
 * What an image is to the rest of the house: pixels as they are stored in its file, and what the file says about them
 * besides. Reading and writing files of images is in images-node.ts; folders of images as tables in read-images-node.ts.
 */

/** Formats that images are read from. */
export type ImageInputFormat = ImageFormat | 'gif'

/** Formats that images are written in. */
export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'avif' | 'tiff'

/** Channels of an image: grey, grey and alpha, colour (red, green, blue), colour and alpha. */
export type ChannelCount = 1 | 2 | 3 | 4

/** Pixels, and what is carried along with them. Plain data. */
export interface PixelImage {
  /** In pixels as stored; `orientation` says how the image is to be turned when it is looked at. */
  readonly width: number
  readonly height: number
  readonly channels: ChannelCount
  /** `[height, width, channels]`: 0 to 255 in a Uint8Array, 0 to 65535 in a Uint16Array; alpha is not premultiplied. */
  readonly data: Uint8Array | Uint16Array
  /** Bits of each number in `data`. */
  readonly bitDepth: 8 | 16
  /** The ICC profile that the numbers are meant in; sRGB, or its grey, where there is none. */
  readonly icc?: Uint8Array
  /** The EXIF block, from its byte order mark on. */
  readonly exif?: Uint8Array
  /** EXIF orientation, 1 (as stored) to 8. */
  readonly orientation: number
}

/** An image that was read from a file. */
export interface DecodedImage extends PixelImage {
  readonly format: ImageInputFormat
  /** What was changed or left out in reading, in sentences for people. */
  readonly notes: readonly string[]
}

/** Channels that hold colour or grey: all but alpha. */
export const colourChannels = (channels: ChannelCount): 1 | 3 => (channels < 3 ? 1 : 3)

/** Whether the last channel is alpha. */
export const hasAlpha = (channels: ChannelCount): boolean => channels % 2 === 0

/** Pixels, without what a file says besides: what parts of an image have. */
type Raster = Pick<PixelImage, 'width' | 'height' | 'channels' | 'data'>

/** A rectangle of pixels. */
export interface Rectangle {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** A part of an image; the rectangle must lie within it. */
export function cutOut<R extends Raster>(image: R, { left, top, width, height }: Rectangle): R {
  const { channels, data } = image
  const row = width * channels
  const cut = data instanceof Uint16Array ? new Uint16Array(row * height) : new Uint8Array(row * height)
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * channels
    cut.set(data.subarray(from, from + row), y * row)
  }
  return { ...image, width, height, data: cut }
}

const endings: Readonly<Record<string, ImageFormat>> = {
  png: 'png',
  jpg: 'jpeg',
  jpeg: 'jpeg',
  webp: 'webp',
  avif: 'avif',
  tif: 'tiff',
  tiff: 'tiff',
}

/** The format that a file's name asks for, or undefined where its ending is none of an image that is written. */
export function imageFormatOf(path: string): ImageFormat | undefined {
  const ending = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase()
  return ending === undefined || !Object.hasOwn(endings, ending) ? undefined : endings[ending]
}
