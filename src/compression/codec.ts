/**
 * Images to files and back: what other rooms call. Joins the transforms, the entropy coder, the search for a step and the
 * file format.
 */
import { HourglassError, type LongWork } from '../base/index.js'
import type { PixelImage } from '../data/index.js'
import type { Engine, WasmModule } from '../engine/index.js'
import { decodeAlpha, encodeAlpha } from './alpha.js'
import type { CodecModel } from './codec-model.js'
import { coefficientCoder } from './coefficient-coder.js'
import { msSsim, psnr } from './distortion.js'
import { defaultLambda } from './fit-codec.js'
import { decodeTiles, imageEncoder, type CodedImage } from './image-coder.js'
import { codeFor, type Goal } from './rate-control.js'
import { readStream, stepOf, writeStream, type StreamHeader } from './stream.js'
import { tileCoder } from './tile-coder.js'
import { codersHere, type TileCoders } from './tile-coders.js'
import { planesOf, tileGrid } from './tiles.js'

/** How an image is compressed. */
export interface CompressOptions extends LongWork {
  /** What the file is to meet (default quality 75). */
  readonly goal?: Goal
  /**
   * 0 to 10: times that values are chosen anew for what the decoder makes of them (default 1); more than the first bring
   * little. Images beyond 16 megapixels have none.
   */
  readonly effort?: number
  /** Whether the file carries its codec's model along, so that it can be read without it (default false). */
  readonly carriesModel?: boolean
  /** Whether fidelity is measured (default false): the image is decoded for that. */
  readonly measures?: boolean
}

/** A compressed image. */
export interface Compressed {
  readonly bytes: Uint8Array
  /** Bits for each pixel, of the whole file. */
  readonly bpp: number
  /** What one whole number in the file stands for, in levels of a pixel. */
  readonly step: number
  /** In decibels; infinite for an image that comes back as it was. */
  readonly psnr?: number
  /** 0 to 1; missing for images below 11 pixels. */
  readonly msssim?: number
}

/** A decompressed image. */
export interface Decompressed {
  readonly image: PixelImage
  /** What the file did not hold any more, in sentences for people. */
  readonly notes: readonly string[]
}

/** Compresses and decompresses with one model. */
export interface Codec {
  /** The model's, in 16 hexadecimal digits. */
  readonly id: string
  /**
   * @param image of 8 bits
   * @throws HG_USAGE for a goal that cannot be met; HG_INTERRUPTED
   */
  compress(image: PixelImage, options?: CompressOptions): Promise<Compressed>
  /** @throws HG_STREAM_CORRUPT, HG_CODEC_UNKNOWN, HG_INTERRUPTED */
  decompress(bytes: Uint8Array<ArrayBuffer>, work?: LongWork): Promise<Decompressed>
  dispose(): Promise<void>
}

/** What a codec runs on. */
export interface CodecParts {
  readonly engine: Engine
  readonly code: WasmModule
  readonly model: CodecModel
  /** Threads of the engine when it decodes (default 1). */
  readonly threads?: number
  /** Where the tiles of images that have several are coded; called when one comes (default: in this thread). */
  readonly coders?: () => TileCoders
}

export function codecOf({ engine, code, model, threads = 1, coders }: CodecParts): Codec {
  const transform = tileCoder({ engine, coder: undefined, weights: model.weights, threads })
  const here = codersHere(coefficientCoder(code, model.entropy))
  const partsFor = ({ width, height }: { width: number; height: number }) => {
    const { across, down } = tileGrid(width, height)
    return { transform, coders: across * down > 1 ? (coders?.() ?? here) : here }
  }
  const decode = (header: StreamHeader, body: Pick<CodedImage, 'tiles' | 'hasAlpha'>, work?: LongWork) =>
    decodeTiles(partsFor(header), { ...header, ...body, step: stepOf(header.stepCode) }, work)

  return {
    id: model.id,
    async compress(image, { goal = {}, effort = 1, carriesModel = false, measures = false, ...work } = {}) {
      if (image.bitDepth !== 8)
        throw new HourglassError('HG_USAGE', 'compress: expected an image of 8 bits a channel, got 16')
      const given = { ...image, data: image.data as Uint8Array }
      const encoder = imageEncoder(partsFor(image), given)
      const extras = {
        ...(carriesModel && { model: new Uint8Array(model.file) }),
        ...(image.icc && { icc: image.icc }),
        ...(image.exif && { exif: image.exif }),
        ...(image.channels % 2 === 0 && { alpha: encodeAlpha(given) }),
      }
      const attempt = async (stepCode: number, isMeasured: boolean) => {
        const passes = await encoder.encode(
          { step: stepOf(stepCode), lambda: defaultLambda, rounds: effort },
          work,
        )
        const tiles = passes.map((tile) => tile.map((bytes) => ({ bytes, isCut: false })))
        const header = {
          width: image.width,
          height: image.height,
          planes: planesOf(given),
          modelId: model.id,
          orientation: image.orientation,
          stepCode,
        }
        const bytes = await writeStream(header, { ...extras, tiles })
        const back = isMeasured ? await decode(header, { tiles }, work) : undefined
        return { file: bytes, bytes: bytes.length, back, ...(back && { psnr: psnr(given, back) }) }
      }
      const pixels = image.width * image.height
      const stepCode = await codeFor(goal, pixels, attempt)
      const { file, back, psnr: fidelity } = await attempt(stepCode, measures)
      const similarity = back && msSsim(given, back)
      return {
        bytes: file,
        bpp: (8 * file.length) / pixels,
        step: stepOf(stepCode),
        ...(fidelity !== undefined && { psnr: fidelity }),
        ...(similarity !== undefined && { msssim: similarity }),
      }
    },
    async decompress(bytes, work) {
      const { header, body, missingBytes } = await readStream(bytes)
      if (header.modelId !== model.id) {
        throw new HourglassError(
          'HG_CODEC_UNKNOWN',
          `compressed image: model ${header.modelId} wrote it, this one is ${model.id}; decompress with the model that wrote it`,
        )
      }
      const { icc, exif, alpha, tiles } = body
      const whole = await decode(header, { tiles, hasAlpha: alpha !== undefined }, work)
      if (alpha !== undefined) decodeAlpha(alpha, whole)
      return {
        image: {
          ...whole,
          bitDepth: 8,
          orientation: header.orientation,
          ...(icc && { icc }),
          ...(exif && { exif }),
        },
        notes:
          missingBytes > 0
            ? [`the file is cut: ${missingBytes} bytes are missing, the image shows what is there`]
            : [],
      }
    },
    dispose: () => transform.dispose(),
  }
}
