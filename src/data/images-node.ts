/**
 * Image files: pixels as they are stored, with ICC profile, EXIF data and orientation carried along; and back into a file.
 * sharp decodes and encodes. What an image is stands in images.ts, how profiles get into files in png-metadata-node.ts.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Metadata, Sharp } from 'sharp'
import { HourglassError, messageOf } from '../base/index.js'
import { replaceFile } from '../base/node.js'
import {
  hasAlpha,
  imageFormatOf,
  type DecodedImage,
  type ImageFormat,
  type ImageInputFormat,
  type PixelImage,
} from './images.js'
import { withMetadataChunks } from './png-metadata-node.js'

/** Most pixels of an image: 100 megapixels and what cameras call so. */
const mostPixels = 2 ** 27

/** How an image is read. */
export interface ReadImageOptions {
  /** `keep`: 16 bits where the file has more than 8. Default 8: such files are reduced, and a note says so. */
  readonly depth?: 8 | 'keep'
}

/** How an image is written. */
export interface WriteImageOptions {
  /** Default: what the name ends with. */
  readonly format?: ImageFormat
  /** 1 to 100 for JPEG (default 95), WebP (default 95) and AVIF (default 90); PNG and TIFF lose nothing. */
  readonly quality?: number
  /** For WebP and AVIF: loses nothing (default false). */
  readonly lossless?: boolean
}

const decoder = async (): Promise<(typeof import('sharp'))['default']> => (await import('sharp')).default

/**
 * Reads an image: PNG, JPEG, WebP, AVIF, TIFF or GIF. Of an animation or a file of several pages the first is read, CMYK
 * becomes sRGB, other samples than whole numbers of 8 or 16 bits become such; notes say so.
 *
 * @param source a path, or the bytes of a file and the name that errors call it by
 * @throws HG_FILE_MISSING; HG_FILE_UNREADABLE for empty and damaged files, other formats, and more than 2^27 pixels
 * @example
 * const { width, height, data } = await readImage('photo.jpg')
 */
export async function readImage(
  source: string | { readonly name: string; readonly bytes: Uint8Array },
  { depth = 8 }: ReadImageOptions = {},
): Promise<DecodedImage> {
  const name = typeof source === 'string' ? basename(source) || source : source.name
  const bytes = typeof source === 'string' ? await bytesOf(source, name) : source.bytes
  if (bytes.length === 0) throw unreadable(name, 'the file is empty (0 bytes)')
  const sharp = await decoder()
  const settings = { limitInputPixels: mostPixels, failOn: 'error', page: 0 } as const
  try {
    const metadata = await sharp(bytes, settings).metadata()
    const format = formatOf(metadata)
    if (format === undefined) throw unreadable(name, `its format ${metadata.format} is not read`)
    const plan = planOf(metadata, depth)
    // With its profile heeded, sharp would turn the numbers into sRGB: only CMYK and the like need that.
    const pipeline = sharp(bytes, { ...settings, ignoreIcc: !plan.converted }).toColourspace(plan.space)
    const { data, info } = await pipeline
      .raw({ depth: plan.bitDepth === 16 ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true })
    const channels = info.channels === 4 && plan.grey ? 2 : info.channels
    const { icc, exif, orientation = 1 } = metadata
    return {
      width: info.width,
      height: info.height,
      channels,
      data: plan.bitDepth === 16 ? sixteenBits(data) : channels === 2 ? greyAndAlpha(data) : eightBits(data),
      bitDepth: plan.bitDepth,
      ...(icc !== undefined && !plan.converted && { icc }),
      ...(exif !== undefined && { exif: withoutPrefix(exif) }),
      orientation,
      format,
      notes: plan.notes,
    }
  } catch (error) {
    if (error instanceof HourglassError) throw error
    throw unreadable(name, reasonOf(error), error)
  }
}

async function bytesOf(path: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') {
      throw new HourglassError('HG_FILE_MISSING', `${name}: there is no such file at ${path}`, {
        cause: error,
      })
    }
    const reasons: Readonly<Record<string, string>> = {
      EISDIR: 'it is a folder; name an image file in it',
      EACCES: 'no permission to read it',
    }
    throw unreadable(name, reasons[code] ?? `the system says ${messageOf(error)}`, error)
  }
}

const unreadable = (name: string, reason: string, cause?: unknown): HourglassError =>
  new HourglassError(
    'HG_FILE_UNREADABLE',
    `${name}: expected an image (PNG, JPEG, WebP, AVIF, TIFF or GIF): ${reason}`,
    { cause },
  )

/** sharp's words, first line only, where they are for people. */
function reasonOf(error: unknown): string {
  const line = messageOf(error).split('\n')[0]!.slice(0, 160)
  if (/unsupported image format/i.test(line)) return 'it is none of these, or its beginning is damaged'
  if (/pixel limit/i.test(line)) return `it has more than ${mostPixels} pixels, the most that are read`
  return `it is damaged or cut short: ${line}`
}

function formatOf({ format, compression }: Metadata): ImageInputFormat | undefined {
  if (format === 'heif') return compression === 'av1' ? 'avif' : undefined
  const known: readonly string[] = ['png', 'jpeg', 'webp', 'tiff', 'gif']
  return known.includes(format) ? (format as ImageInputFormat) : undefined
}

/** Colour spaces whose numbers are taken as they are. */
const plainSpaces: readonly string[] = ['srgb', 'rgb', 'rgb16', 'b-w', 'grey16', 'multiband']

/** What becomes of an image's numbers, and what is said about it. */
function planOf({ space, depth: stored, channels, pages = 1, bitsPerSample }: Metadata, depth: 8 | 'keep') {
  const converted = !plainSpaces.includes(space)
  const notes: string[] = []
  const deep = stored !== 'uchar'
  const bitDepth: 8 | 16 = deep && depth === 'keep' ? 16 : 8
  const grey = !converted && channels < 3
  if (pages > 1) notes.push(`of ${pages} frames or pages, the first is read`)
  if (converted) notes.push(`${space === 'cmyk' ? 'CMYK' : space} is converted to sRGB`)
  if (deep && stored !== 'ushort') notes.push(`samples of type ${stored} are read as ${bitDepth} bits`)
  else if (deep && bitDepth === 8) notes.push(`${bitsPerSample ?? 16} bits a channel are reduced to 8`)
  // Of grey and alpha in 8 bits, sharp gives the grey alone: such images take the way of colour (greyAndAlpha).
  const asColour = grey && channels === 2 && bitDepth === 8
  return { converted, notes, bitDepth, grey, space: spaceOf(grey && !asColour, bitDepth) }
}

const sixteenBits = ({ buffer, byteOffset, length }: Uint8Array): Uint16Array =>
  new Uint16Array(buffer, byteOffset, length / 2)

/** Plain numbers: `slice` of Node's Buffer would not copy them. */
const eightBits = ({ buffer, byteOffset, length }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, length)

/** The first and the last of every four numbers. */
function greyAndAlpha(data: Uint8Array): Uint8Array {
  const packed = new Uint8Array(data.length / 2)
  for (let i = 0; i < packed.length; i += 2) {
    packed[i] = data[2 * i]!
    packed[i + 1] = data[2 * i + 3]!
  }
  return packed
}

/** libvips' name of a plain colour space. */
const spaceOf = (grey: boolean, bitDepth: 8 | 16): 'b-w' | 'grey16' | 'srgb' | 'rgb16' =>
  bitDepth === 16 ? (grey ? 'grey16' : 'rgb16') : grey ? 'b-w' : 'srgb'

/** EXIF data of JPEG and WebP come with the six bytes that their segment begins with. */
function withoutPrefix(exif: Uint8Array): Uint8Array {
  const marked = [0x45, 0x78, 0x69, 0x66, 0, 0].every((byte, i) => exif[i] === byte)
  return marked ? exif.subarray(6) : exif
}

/** Most pixels along a side, by what the formats' headers and their encoders take. */
const longestSides: Readonly<Record<ImageFormat, number>> = {
  png: 2 ** 31 - 1,
  jpeg: 65_500,
  webp: 16_383,
  avif: 16_384,
  tiff: 2 ** 31 - 1,
}

/**
 * The bytes of an image file, with ICC profile, EXIF data and orientation in it. AVIF has no orientation that readers heed:
 * there the pixels are turned.
 *
 * @returns the file, and notes on what the format could not hold
 * @throws HG_USAGE for a quality outside 1 to 100, and for an image that is longer than the format can say
 */
export async function encodeImage(
  image: PixelImage,
  format: ImageFormat,
  options: WriteImageOptions = {},
): Promise<{ readonly bytes: Uint8Array; readonly notes: readonly string[] }> {
  const { pipeline, notes } = await encoding(image, format, options)
  return { bytes: await pipeline.toBuffer(), notes }
}

/** What makes a file of an image, not yet run. */
async function encoding(
  image: PixelImage,
  format: ImageFormat,
  { quality, lossless = false }: WriteImageOptions,
): Promise<{ readonly pipeline: Sharp; readonly notes: readonly string[] }> {
  if (quality !== undefined && !(Number.isInteger(quality) && quality >= 1 && quality <= 100)) {
    throw new HourglassError('HG_USAGE', `quality: expected a whole number from 1 to 100, got ${quality}`)
  }
  const longest = Math.max(image.width, image.height)
  const limit = longestSides[format]
  if (longest > limit) {
    throw new HourglassError(
      'HG_USAGE',
      `${format}: an image has at most ${limit} pixels along a side in this format, this one has ${longest}; write PNG or TIFF`,
    )
  }
  const notes: string[] = []
  const deep = image.bitDepth === 16
  let pipeline = await pipelineOf(image)
  if (format === 'avif' && image.orientation !== 1) pipeline = pipeline.autoOrient()
  if (format === 'jpeg' && hasAlpha(image.channels)) {
    notes.push('JPEG has no transparency: the image is laid on white')
    pipeline = pipeline.flatten({ background: '#ffffff' })
  }
  if (deep && (format === 'jpeg' || format === 'webp')) {
    notes.push(`${format === 'jpeg' ? 'JPEG' : 'WebP'} has 8 bits a channel: 16 are reduced to them`)
    pipeline = pipeline.toColourspace('srgb')
  }
  if (deep && format === 'avif') notes.push('AVIF has at most 12 bits a channel: 16 are reduced to them')
  return { pipeline: inFormat(pipeline, format, { quality, lossless, deep }), notes }
}

/** Pixels in sharp's hands, with what is carried along. */
async function pipelineOf(image: PixelImage): Promise<Sharp> {
  const sharp = await decoder()
  const { width, height, channels, data, icc, exif, orientation, bitDepth } = image
  const space = spaceOf(channels < 3, bitDepth)
  const pixels = sharp(data, {
    raw: { width, height, channels },
    limitInputPixels: mostPixels,
  }).toColourspace(space)
  if (icc === undefined && exif === undefined && orientation === 1) return pixels
  const png = await pixels.png({ compressionLevel: 0, adaptiveFiltering: false }).toBuffer()
  return sharp(withMetadataChunks(png, image), { limitInputPixels: mostPixels })
    .toColourspace(space)
    .keepIccProfile()
    .keepExif()
}

function inFormat(
  pipeline: Sharp,
  format: ImageFormat,
  options: { readonly quality: number | undefined; readonly lossless: boolean; readonly deep: boolean },
): Sharp {
  const { quality, lossless, deep } = options
  switch (format) {
    case 'png':
      return pipeline.png()
    case 'jpeg':
      return pipeline.jpeg({ quality: quality ?? 95, chromaSubsampling: '4:4:4' })
    case 'webp':
      return pipeline.webp(lossless ? { lossless } : { quality: quality ?? 95 })
    case 'avif':
      return pipeline.avif({
        ...(lossless ? { lossless } : { quality: quality ?? 90 }),
        bitdepth: deep ? 12 : 8,
      })

    case 'tiff':
      return pipeline.tiff({ compression: 'deflate', predictor: 'horizontal' })
  }
}

/**
 * Writes an image, whole or not at all.
 *
 * @returns the size of the file, and notes on what the format could not hold
 * @throws HG_USAGE when the name ends with no format that is written; HG_OUTPUT_UNWRITABLE
 */
export async function writeImage(
  image: PixelImage,
  path: string,
  options: WriteImageOptions = {},
): Promise<{ readonly sizeBytes: number; readonly notes: readonly string[] }> {
  const format = options.format ?? imageFormatOf(path)
  if (format === undefined) {
    throw new HourglassError(
      'HG_USAGE',
      `${basename(path)}: expected a name that ends with .png, .jpg, .webp, .avif or .tiff`,
    )
  }
  const { pipeline, notes } = await encoding(image, format, options)
  let sizeBytes = 0
  await replaceFile(path, async (temporary) => {
    // An empty file first: what the system has against it is known by its code. Then straight into it, as a large image's
    // file would be another hundred megabytes in memory.
    await writeFile(temporary, '', { flag: 'wx' })
    sizeBytes = (await pipeline.toFile(temporary)).size
  })
  return { sizeBytes, notes }
}
