/**
 * The compressed file, byte by byte; docs/format.md says the same in words. Numbers without a size are variable-length:
 * seven bits a byte, lowest first, the eighth says that more follow.
 *
 *     signature 8 │ version 1 │ model 8 │ flags 1 │ orientation 1 │ width │ height │ step 2 │ lengths … │ checks 8 + 8
 *     model │ ICC profile │ EXIF │ alpha │ pass 0 of every tile │ pass 1 of every tile │ … │ pass 4 of every tile
 *
 * The lengths are those of all that follows, in its order. The first check is of the header, the second of the rest (each
 * the first 8 bytes of its SHA-256). A file that is cut still shows what it holds, at lower resolution where passes miss.
 *
 * Reading is hostile ground: every number is checked before anything is allocated by it.
 */
import { HourglassError } from '../base/index.js'
import { fromHex, joined, toHex } from './bytes.js'
import { passCount } from './latent-layout.js'
import { tileGrid } from './tiles.js'

/** Version of the format. */
export const formatVersion = 1
/** Most pixels of an image. */
export const mostPixels = 2 ** 27
/** Codes of the step: 2^(code / 32 − 2) levels of a pixel, from a quarter to 512. */
export const mostStepCode = 352

const signature = Uint8Array.of(0x89, 0x48, 0x47, 0x4c, 0x0d, 0x0a, 0x1a, 0x0a)
const [colorFlag, profileFlag, exifFlag, alphaFlag, modelFlag] = [1, 2, 4, 8, 16] as const
const knownFlags = colorFlag | profileFlag | exifFlag | alphaFlag | modelFlag
const checkSize = 8

/** What a file says of its image. */
export interface StreamHeader {
  readonly width: number
  readonly height: number
  /** 1: grey, 3: colour. */
  readonly planes: 1 | 3
  /** The model that wrote it: 16 hexadecimal digits. */
  readonly modelId: string
  /** EXIF orientation, 1 to 8. */
  readonly orientation: number
  readonly stepCode: number
}

/** What a file holds. */
export interface StreamBody {
  /** The file of the model that wrote it, where it is carried along. */
  readonly model?: Uint8Array<ArrayBuffer>
  readonly icc?: Uint8Array
  readonly exif?: Uint8Array
  /** Deflated rows of alpha (alpha.ts). */
  readonly alpha?: Uint8Array
  /** By tile and pass. */
  readonly tiles: readonly (readonly StreamPart[])[]
}

/** Bytes of a part; fewer than there were where the file is cut. */
export interface StreamPart {
  readonly bytes: Uint8Array
  readonly isCut: boolean
}

/** A file that was read. */
export interface ReadStream {
  readonly header: StreamHeader
  readonly body: StreamBody
  /** Bytes that are missing at the end. */
  readonly missingBytes: number
}

/** What a step code stands for, in levels of a pixel. */
export const stepOf = (code: number): number => 2 ** (code / 32 - 2)

/** A whole file. */
export async function writeStream(header: StreamHeader, body: StreamBody): Promise<Uint8Array> {
  const { model, icc, exif, alpha, tiles } = body
  const parts = [
    ...[model, icc, exif, alpha].filter((part) => part !== undefined),
    ...Array.from({ length: passCount }, (_, pass) => tiles.map((passes) => passes[pass]!.bytes)).flat(),
  ]
  const flags =
    (header.planes === 3 ? colorFlag : 0) |
    (icc ? profileFlag : 0) |
    (exif ? exifFlag : 0) |
    (alpha ? alphaFlag : 0) |
    (model ? modelFlag : 0)
  const head = Uint8Array.from([
    ...signature,
    formatVersion,
    ...fromHex(header.modelId),
    flags,
    header.orientation,
    ...varint(header.width),
    ...varint(header.height),
    header.stepCode & 255,
    header.stepCode >> 8,
    ...parts.flatMap((part) => varint(part.length)),
  ])
  const rest = joined(parts)
  return joined([head, await checkOf(head), await checkOf(rest), rest])
}

/**
 * Reads a file, whole or cut.
 *
 * @throws HG_STREAM_CORRUPT for other files, other versions and damage; HG_TABLE_TOO_LARGE beyond 2²⁷ pixels
 */
export async function readStream(bytes: Uint8Array<ArrayBuffer>): Promise<ReadStream> {
  const reader = headReader(bytes)
  reader.expectSignature()
  const modelId = toHex(reader.take(8))
  const flags = reader.byte()
  const orientation = reader.byte()
  if (flags & ~knownFlags) throw corrupt(`flags ${flags} are not of this version`)
  if (orientation < 1 || orientation > 8) throw corrupt(`orientation ${orientation} is none`)
  const [width, height] = [reader.varint(), reader.varint()]
  const stepCode = reader.byte() + 256 * reader.byte()
  if (width < 1 || height < 1) throw corrupt(`an image of ${width} × ${height} pixels is none`)
  if (width * height > mostPixels) {
    throw new HourglassError(
      'HG_TABLE_TOO_LARGE',
      `compressed image: ${width} × ${height} pixels are more than ${mostPixels}, the most that are read`,
    )
  }
  if (stepCode > mostStepCode) throw corrupt(`step ${stepCode} is beyond ${mostStepCode}`)
  const planes = flags & colorFlag ? 3 : 1
  const { across, down } = tileGrid(width, height)
  const tileCount = across * down
  const extras = [modelFlag, profileFlag, exifFlag, alphaFlag].filter((flag) => flags & flag).length
  // A length has one byte at least: a short file cannot announce more tiles than it could list.
  if (tileCount * passCount > reader.left())
    throw corrupt('it is cut within its header; nothing can be shown')
  const lengths = Array.from({ length: extras + tileCount * passCount }, () => reader.varint())
  await reader.expectCheck()
  // The lowest pass ends with a bit that is 0, which takes a byte: an image cannot be larger than its file accounts for.
  if (lengths.slice(extras, extras + tileCount).includes(0)) throw corrupt('a tile of it is empty')
  const check = reader.take(checkSize)
  const rest = bytes.subarray(reader.at())
  const size = lengths.reduce((sum, length) => sum + length, 0)
  if (rest.length > size) throw corrupt(`${rest.length - size} bytes follow its end`)
  if (rest.length === size && !isEqual(await checkOf(rest), check))
    throw corrupt('its bytes were altered after it was written')

  const before = lengths.slice(0, extras).reduce((sum, length) => sum + length, 0)
  if (rest.length <= before) throw corrupt('it is cut before its first pixels; nothing can be shown')

  const next = partReader(rest, lengths)
  const extra = (flag: number): Uint8Array | undefined => {
    const part = flags & flag ? next() : undefined
    return part === undefined || part.isCut ? undefined : part.bytes
  }
  const [model, icc, exif, alpha] = [modelFlag, profileFlag, exifFlag, alphaFlag].map(extra)
  const passes = Array.from({ length: passCount }, () => Array.from({ length: tileCount }, next))
  const tiles = Array.from({ length: tileCount }, (_, tile) => passes.map((pass) => pass[tile]!))
  return {
    header: { width, height, planes, modelId, orientation, stepCode },
    body: {
      tiles,
      ...(model && { model: new Uint8Array(model) }),
      ...(icc && { icc }),
      ...(exif && { exif }),
      ...(alpha && { alpha }),
    },
    missingBytes: size - rest.length,
  }
}

const corrupt = (what: string): HourglassError =>
  new HourglassError('HG_STREAM_CORRUPT', `compressed image: ${what}; get the file again from where it came`)

/** Reads the header's numbers. */
function headReader(bytes: Uint8Array<ArrayBuffer>) {
  let at = 0
  const take = (count: number): Uint8Array<ArrayBuffer> => {
    if (at + count > bytes.length) throw corrupt('it is cut within its header; nothing can be shown')
    return bytes.subarray(at, (at += count))
  }
  const byte = (): number => take(1)[0]!
  const varint = (): number => {
    let [value, scale] = [0, 1]
    for (let i = 0; i < 5; i++) {
      const next = byte()
      value += (next & 127) * scale
      if (next < 128) return value
      scale *= 128
    }
    throw corrupt('a number in its header is too long')
  }
  return {
    take,
    byte,
    varint,
    at: () => at,
    left: () => bytes.length - at,
    expectSignature() {
      if (bytes.length === 0) throw corrupt('the file is empty (0 bytes)')
      if (!isEqual(bytes.subarray(0, signature.length), signature))
        throw corrupt('expected a file of hourglass compress (.hgl), got another')
      at = signature.length
      const version = byte()
      if (version !== formatVersion)
        throw corrupt(`it is of version ${version}, and this program reads version ${formatVersion}`)
    },
    async expectCheck() {
      const header = bytes.subarray(0, at)
      if (!isEqual(await checkOf(header), take(checkSize))) throw corrupt('its header is damaged')
    },
  }
}

/** Parts one after the other, as far as there are bytes. */
function partReader(bytes: Uint8Array, lengths: readonly number[]) {
  let [at, part] = [0, 0]
  return (): StreamPart => {
    const length = lengths[part++]!
    const piece = bytes.subarray(Math.min(at, bytes.length), Math.min(at + length, bytes.length))
    at += length
    return { bytes: piece, isCut: piece.length < length }
  }
}

async function checkOf(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).subarray(0, checkSize)
}

function varint(value: number): number[] {
  const bytes: number[] = []
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128)
  return [...bytes, value]
}

const isEqual = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i])
