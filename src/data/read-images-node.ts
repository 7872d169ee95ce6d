/**
 * Folders of images as tables: a row an image, a column a pixel and channel, the names of its file and subfolder beside it.
 * sharp decodes, turns by the EXIF orientation and resizes; the way into a table is array-table.ts's.
 */
import { readdir, readFile } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { HourglassError, messageOf, progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import { tableOfArray } from './array-table.js'
import { allocate } from './sparse.js'
import type { Column, Table } from './table.js'

/** Pixels of an image. */
export interface ImageSize {
  readonly width: number
  readonly height: number
}

/** What `readImageFolder` heeds of the options of `readTable`. */
export interface ImageOptions extends LongWork {
  readonly imageSize?: ImageSize | undefined
}

/** Files that are taken for images; AVIF, GIF (its first frame), JPEG, PNG, TIFF (its first page), WebP. */
const imageEnding = /\.(?:avif|gif|jpe?g|png|tiff?|webp)$/i

/** Images that are decoded at once: enough to keep the decoder's threads busy. */
const atOnce = 8

/** Most bytes of the table: eight for each number, and what each column costs beside its numbers. */
const [mostBytes, columnBytes] = [2 ** 31, 200]

/** An image before it is decoded. */
interface FoundImage {
  /** Path within the folder, with `/`. */
  readonly file: string
  /** As it is seen, turned by its EXIF orientation. */
  readonly size: ImageSize
  readonly frames: number
  readonly transparent: boolean
}

/**
 * Reads the images of a folder and its subfolders, in the order of their names. Pixels are 0 to 255; they are grey (one
 * channel) when every image is, else red, green, blue. Subfolders become the label column `folder`, names the column `file`.
 *
 * @throws HG_FILE_UNREADABLE when there is no image, or none can be decoded; HG_TABLE_TOO_LARGE beyond 2^31 bytes; HG_USAGE
 */
export async function readImageFolder(folder: string, options: ImageOptions): Promise<Table> {
  const { imageSize, signal } = options
  checkSize(imageSize)
  const source = basename(folder) || folder
  const names = await imagesIn(folder, source)
  const notes: string[] = []
  const broken: string[] = []
  const found = await surveyed(folder, names, broken, options)
  const size = imageSize ?? sizeFor(found, notes)
  checkMemory(source, found.length, size, 1)
  const { images, pixels } = await decoded(folder, found, size, broken, options)
  throwIfAborted(signal, 'reading')
  if (images.length === 0) {
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${source}: none of ${names.length} images can be decoded: ${broken[0]!}`,
    )
  }
  notes.push(...notesOn(images, size, broken))
  const grey = isGrey(pixels)
  checkMemory(source, images.length, size, grey ? 1 : 3)
  const table = tableOfArray(source, {
    X: grey
      ? { shape: [images.length, size.height, size.width], numbers: firstChannel(pixels) }
      : { shape: [images.length, size.height, size.width, 3], numbers: pixels },
  })
  return { ...table, ...besides(table.columns, images), notes: [...table.notes, ...notes] }
}

/** @throws HG_USAGE */
function checkSize(size: ImageSize | undefined): void {
  if (!size) return
  const { width, height } = size
  if ([width, height].every((length) => Number.isInteger(length) && length >= 1 && length <= 65_535)) return
  throw new HourglassError(
    'HG_USAGE',
    `imageSize: width and height must be whole numbers from 1 to 65535, got ${width} and ${height}`,
  )
}

/** Paths of the images within a folder, sorted. @throws HG_FILE_UNREADABLE when there is none */
async function imagesIn(folder: string, source: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    // Hidden files, and the resource forks that macOS leaves in archives, are no images whatever their ending.
    .filter((file) => !file.split('/').some((part) => part.startsWith('.') || part === '__MACOSX'))
  const images = files.filter((file) => imageEnding.test(file)).sort()
  if (images.length > 0) return images
  const matrix = files.some((file) => /\.mtx(?:\.gz)?$/i.test(file))
    ? '; its matrix is read as counts (readCounts)'
    : ''
  throw new HourglassError(
    'HG_FILE_UNREADABLE',
    `${source}: this is a directory without images (PNG, JPEG, WebP, AVIF, GIF, TIFF); name a file in it${matrix}`,
  )
}

/** Runs work on every item, some at a time, in order. */
async function inTurns<T, R>(
  items: readonly T[],
  options: LongWork,
  phase: string,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const report = progressOf(phase, options.onProgress)
  const results: R[] = []
  for (let start = 0; start < items.length; start += atOnce) {
    throwIfAborted(options.signal, 'reading images')
    results.push(...(await Promise.all(items.slice(start, start + atOnce).map(work))))
    report(results.length / items.length, `${results.length} images`)
  }
  return results
}

/** Looks at the headers of all images; those that have none that can be read are named in `broken`. */
async function surveyed(
  folder: string,
  names: readonly string[],
  broken: string[],
  options: LongWork,
): Promise<FoundImage[]> {
  const sharp = await decoder()
  const found = await inTurns(names, options, 'looking at images', async (file) => {
    try {
      const { autoOrient, pages = 1, hasAlpha } = await sharp(await readFile(join(folder, file))).metadata()
      return { file, size: autoOrient, frames: pages, transparent: hasAlpha }
    } catch (error) {
      broken.push(`${file} (${firstLine(error)})`)
      return undefined
    }
  })
  return found.filter((image) => image !== undefined)
}

const decoder = async (): Promise<(typeof import('sharp'))['default']> => (await import('sharp')).default

const firstLine = (error: unknown): string => messageOf(error).split('\n')[0]!.slice(0, 120)

/** The size that all images have, else the median width and height. */
function sizeFor(images: readonly FoundImage[], notes: string[]): ImageSize {
  const [width, height] = [
    median(images.map(({ size }) => size.width)),
    median(images.map(({ size }) => size.height)),
  ]
  if (images.some(({ size }) => size.width !== width || size.height !== height)) {
    notes.push(`the images have different sizes: the median, ${width}×${height} (width × height), is taken`)
  }
  return { width, height }
}

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? 1

/** @throws HG_TABLE_TOO_LARGE */
function checkMemory(source: string, rows: number, { width, height }: ImageSize, channels: number): void {
  const pixelBytes = channels * (rows * 8 + columnBytes)
  const bytes = width * height * pixelBytes
  if (bytes <= mostBytes) return
  const side = Math.floor(Math.sqrt(mostBytes / pixelBytes))
  throw new HourglassError(
    'HG_TABLE_TOO_LARGE',
    `${source}: ${rows} images of ${width}×${height} pixels${channels === 1 ? '' : ' in colour'} need ${(bytes / 1e9).toFixed(1)} GB ` +
      `as a table, the limit is ${(mostBytes / 1e9).toFixed(1)}; read them smaller (imageSize, up to ${side}×${side}) or fewer of them`,
  )
}

/** Images of one size, red, green and blue one behind the other. */
interface Decoded {
  readonly images: readonly FoundImage[]
  /** `[images, height, width, 3]`, 0 to 255 */
  readonly pixels: Uint8Array
}

async function decoded(
  folder: string,
  found: readonly FoundImage[],
  { width, height }: ImageSize,
  broken: string[],
  options: LongWork,
): Promise<Decoded> {
  const sharp = await decoder()
  const length = width * height * 3
  const pixels = allocate(
    basename(folder),
    found.length * length,
    () => new Uint8Array(found.length * length),
  )
  const rows = new Map(found.map((image, row) => [image, row]))
  const images = await inTurns(found, options, 'reading', async (image) => {
    try {
      const { data, info } = await sharp(await readFile(join(folder, image.file)))
        .autoOrient()
        .resize({ width, height, fit: 'fill' })
        .flatten({ background: '#ffffff' })
        .toColourspace('srgb')
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true })
      copyPixels(
        data,
        info.channels,
        pixels.subarray(rows.get(image)! * length, (rows.get(image)! + 1) * length),
      )
      return image
    } catch (error) {
      broken.push(`${image.file} (${firstLine(error)})`)
      return undefined
    }
  })
  const whole = images.filter((image) => image !== undefined)
  if (whole.length === found.length) return { images: whole, pixels }
  const kept = new Uint8Array(whole.length * length)
  whole.forEach((image, row) => {
    const from = rows.get(image)! * length
    kept.set(pixels.subarray(from, from + length), row * length)
  })
  return { images: whole, pixels: kept }
}

/** Grey images come with one channel. */
function copyPixels(data: Uint8Array, channels: number, target: Uint8Array): void {
  for (let pixel = 0; pixel * 3 < target.length; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      target[pixel * 3 + channel] = data[pixel * channels + (channels < 3 ? 0 : channel)]!
    }
  }
}

/** Whether red, green and blue agree in every pixel of every image. */
function isGrey(pixels: Uint8Array): boolean {
  for (let i = 0; i < pixels.length; i += 3) {
    if (pixels[i] !== pixels[i + 1] || pixels[i] !== pixels[i + 2]) return false
  }
  return true
}

function firstChannel(pixels: Uint8Array): Uint8Array {
  const first = new Uint8Array(pixels.length / 3)
  for (let i = 0; i < first.length; i++) first[i] = pixels[3 * i]!
  return first
}

/** What is said of the images. */
function notesOn(images: readonly FoundImage[], size: ImageSize, broken: readonly string[]): string[] {
  const resized = images.filter(
    (image) => image.size.width !== size.width || image.size.height !== size.height,
  ).length
  const animated = images.filter(({ frames }) => frames > 1).length
  const transparent = images.filter((image) => image.transparent).length
  const shown = broken.slice(0, 5).join(', ') + (broken.length > 5 ? ', …' : '')
  return [
    ...(resized > 0
      ? [
          `${counted(resized)} of another size ${resized === 1 ? 'is' : 'are'} resized to ${size.width}×${size.height}, stretched where the proportions differ`,
        ]
      : []),
    ...(animated > 0 ? [`of ${counted(animated)} with several frames or pages, the first is read`] : []),
    ...(transparent > 0
      ? [`${counted(transparent)} with an alpha channel ${transparent === 1 ? 'is' : 'are'} laid on white`]
      : []),
    ...(broken.length > 0 ? [`${counted(broken.length)} left out, as they cannot be decoded: ${shown}`] : []),
  ]
}

const counted = (count: number): string => (count === 1 ? '1 image' : `${count} images`)

/** The columns that stand beside the pixels: the subfolder, where there are any, and the file. */
function besides(
  pixels: readonly Column[],
  images: readonly FoundImage[],
): Pick<Table, 'columns' | 'suggestedLabel'> {
  const file = textColumn(
    'file',
    images.map((image) => image.file),
  )
  const folders = images.map((image) => image.file.split('/').slice(0, -1).join('/') || '.')
  if (folders.every((folder) => folder === '.')) return { columns: [...pixels, file] }
  return { columns: [...pixels, textColumn('folder', folders), file], suggestedLabel: 'folder' }
}

/** Texts as they are: a folder called NA or 7 is still a name. */
function textColumn(name: string, texts: readonly string[]): Column {
  const categories = [...new Set(texts)]
  const codes = new Map(categories.map((text, code) => [text, code]))
  return { name, storage: 'string', categories, codes: Int32Array.from(texts, (text) => codes.get(text)!) }
}
