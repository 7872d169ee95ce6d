/**
 * Images of any size in, images without their noise out: salt and pepper are filled (impulses.ts), the level of what is left
 * is estimated where it is not given, and the image goes through the network tile by tile, so that memory is bounded. The networks are in network.ts and estimator-network.ts, how
 * tiles are cut in tiles.ts.
 */
import { HourglassError, progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import { colourChannels, type PixelImage } from '../data/index.js'
import type { Engine, Program } from '../engine/index.js'
import { tensor } from '../graph/index.js'
import { estimatorWindow } from './estimator-network.js'
import { denoisingGraph, estimatingGraph, type DenoiserParts, type DenoiserTraining } from './file.js'
import { alignment, colours, denoiserNetwork } from './network.js'
import { repairImpulses } from './impulses.js'
import { mirroredRange, spansOf, type Range, type Span } from './tiles.js'

/** Options of `denoise`. */
export interface DenoiseOptions extends LongWork {
  /**
   * How much noise to remove: its standard deviation, 0 to 100 in units of an image of 8 bits (0 to 255), or `auto` (default),
   * which estimates it. 0 leaves the image as it is.
   */
  readonly strength?: number | 'auto'
  /** Threads of the engine (default: all cores). */
  readonly threads?: number
  /** Most pixels of a tile's core along either axis, 4 or more (default 896); the result is the same. */
  readonly tileSize?: number
}

/** A denoised image, and what was done to it. */
export interface Denoised {
  /** Of the same size, channels and depth; alpha, profile, EXIF data and orientation as they were. */
  readonly image: PixelImage
  /** The strength that was used. */
  readonly strength: number
  /** The level that was estimated; absent when the strength was given. */
  readonly estimatedLevel?: number
  /** Share of the pixels that were taken for salt and pepper, and filled before anything else; mostly 0. */
  readonly impulseShare: number
  readonly tiles: number
}

/** Removes noise from images. */
export interface Denoiser {
  /** How its networks were trained. */
  readonly training: DenoiserTraining
  /** The standard deviation of an image's noise, 0 to 75 or so, in units of an image of 8 bits (0 to 255). */
  readonly estimateLevel: (image: PixelImage, options?: Pick<DenoiseOptions, 'threads'>) => Promise<number>
  /** @throws HG_USAGE for a strength outside 0 to 100, HG_INTERRUPTED */
  readonly denoise: (image: PixelImage, options?: DenoiseOptions) => Promise<Denoised>
}

/** What the denoiser runs on. */
export interface DenoiserMachine {
  readonly engine: Engine
  readonly threads: number
}

/** The level up to which the network was trained; stronger noise is made smaller together with the image's contrast. */
const mostLevel = 75

/** Mirrored pixels at the edges of an image. */
const border = 8

/** Most pieces of an image that the level is estimated from, and their size along either axis. */
const [mostPieces, pieceSize] = [16, 256]

/** A denoiser of its parts. */
export function denoiserOf(parts: DenoiserParts, machine: DenoiserMachine): Denoiser {
  const estimateLevel: Denoiser['estimateLevel'] = (image, { threads = machine.threads } = {}) =>
    estimate(image, parts, { ...machine, threads })
  return {
    training: parts.training,
    estimateLevel,
    denoise: async (image, options = {}) => {
      const { strength = 'auto', threads = machine.threads } = options
      checkOptions(options)
      const repaired = strength === 0 ? { image, share: 0 } : repairImpulses(image)
      const level = strength === 'auto' ? await estimateLevel(repaired.image, { threads }) : strength
      const work = { ...options, engine: machine.engine, threads, level }
      const done =
        level === 0 ? { data: image.data, tiles: 0 } : await throughTiles(repaired.image, parts, work)
      return {
        image: { ...image, data: done.data },
        strength: level,
        ...(strength === 'auto' && { estimatedLevel: level }),
        impulseShare: repaired.share,
        tiles: done.tiles,
      }
    },
  }
}

/** @throws HG_USAGE */
function checkOptions({ strength = 'auto', tileSize = 4 }: DenoiseOptions): void {
  if (strength !== 'auto' && !(strength >= 0 && strength <= 100))
    throw new HourglassError('HG_USAGE', `denoise: expected a strength of auto or 0 to 100, got ${strength}`)
  if (!(Number.isInteger(tileSize) && tileSize >= alignment))
    throw new HourglassError('HG_USAGE', `denoise: expected a whole tile size of at least 4, got ${tileSize}`)
}

/** The level's estimate: the votes of pieces that are spread over the image, together. */
async function estimate(
  image: PixelImage,
  { weights }: DenoiserParts,
  { engine, threads }: DenoiserMachine,
): Promise<number> {
  const sizeOf = (length: number): number => Math.max(estimatorWindow, Math.min(length, pieceSize))
  const [height, width] = [sizeOf(image.height), sizeOf(image.width)]
  const program = await engine.compile(estimatingGraph(weights, [height, width]), { threads })
  const buffer = new Float32Array(colours * height * width)
  const noisy = tensor('float32', [1, colours, height, width], buffer)
  let [weighted, weight] = [0, 0]
  try {
    for (const { top, left } of piecesOf(image, height, width)) {
      const place = { rows: { start: top, end: top + height }, columns: { start: left, end: left + width } }
      fillTile(image, place, buffer)
      const votes = await program.run({ noisy })
      weighted += Number(votes['weighted']!.data[0])
      weight += Number(votes['weight']!.data[0])
    }
  } finally {
    await program.dispose()
  }
  return (255 * weighted) / weight
}

/** Places of pieces: a grid over the image, of all pieces that fit side by side or of as many as are enough. */
function piecesOf(image: PixelImage, height: number, width: number): { top: number; left: number }[] {
  const counts = [Math.ceil(image.height / height), Math.ceil(image.width / width)]
  while (counts[0]! * counts[1]! > mostPieces) counts[counts[0]! >= counts[1]! ? 0 : 1]!--
  const at = (i: number, count: number, room: number): number =>
    count === 1 ? Math.floor(room / 2) : Math.floor((room * i) / (count - 1))
  return Array.from({ length: counts[0]! * counts[1]! }, (_, i) => ({
    top: at(Math.floor(i / counts[1]!), counts[0]!, Math.max(0, image.height - height)),
    left: at(i % counts[1]!, counts[1]!, Math.max(0, image.width - width)),
  }))
}

interface TileWork extends LongWork, DenoiserMachine {
  readonly level: number
  readonly tileSize?: number
}

async function throughTiles(
  image: PixelImage,
  { shape, weights }: DenoiserParts,
  { level, engine, threads, tileSize = 896, onProgress, signal }: TileWork,
): Promise<{ readonly data: PixelImage['data']; readonly tiles: number }> {
  const tiling = { core: tileSize, reach: denoiserNetwork(shape).reach, border, alignment }
  const [rows, columns] = [spansOf(image.height, tiling), spansOf(image.width, tiling)]
  const report = progressOf('denoising', onProgress)
  const programs = new Map<string, Program>()
  const data = image.data.slice()
  const contrast = Math.min(1, mostLevel / level)
  let done = 0
  try {
    for (const row of rows) {
      for (const column of columns) {
        throwIfAborted(signal, 'denoising')
        const size = [row.tile.end - row.tile.start, column.tile.end - column.tile.start] as const
        const program =
          programs.get(size.join()) ??
          (await engine.compile(denoisingGraph(shape, weights, size), { threads }))
        programs.set(size.join(), program)
        const [height, width] = size
        const noisy = new Float32Array(colours * height * width)
        fillTile(image, { rows: row.tile, columns: column.tile }, noisy, contrast)
        const { denoised } = await program.run({
          noisy: tensor('float32', [1, colours, height, width], noisy),
          level: tensor(
            'float32',
            [1, 1, height, width],
            new Float32Array(height * width).fill((level * contrast) / 255),
          ),
        })
        takeCore(denoised!.data as Float32Array, { row, column, contrast }, image, data)
        report(++done / (rows.length * columns.length), `tile ${done} of ${rows.length * columns.length}`)
      }
    }
  } finally {
    for (const program of programs.values()) await program.dispose()
  }
  return { data, tiles: done }
}

/** Pixels of an image as the network takes them, `[3, rows, columns]`, mirrored beyond its edges; grey ones thrice. */
function fillTile(
  { width, height, channels, data, bitDepth }: PixelImage,
  place: { readonly rows: Range; readonly columns: Range },
  tile: Float32Array,
  contrast = 1,
): void {
  const [ys, xs] = [mirroredRange(place.rows, height), mirroredRange(place.columns, width)]
  const [scale, offset] = [contrast / (2 ** bitDepth - 1), (1 - contrast) / 2]
  const grey = colourChannels(channels) === 1
  for (let channel = 0, at = 0; channel < colours; channel++) {
    const from = grey ? 0 : channel
    for (const y of ys)
      for (const x of xs) tile[at++] = data[(y * width + x) * channels + from]! * scale + offset
  }
}

/** Writes the core of a tile's result into the image; of a grey image the mean of the three colours. */
function takeCore(
  result: Float32Array,
  { row, column, contrast }: { readonly row: Span; readonly column: Span; readonly contrast: number },
  { width, channels, bitDepth }: PixelImage,
  data: PixelImage['data'],
): void {
  const [height, span] = [row.tile.end - row.tile.start, column.tile.end - column.tile.start]
  const most = 2 ** bitDepth - 1
  const kept = colourChannels(channels)
  const area = height * span
  const value = (at: number, channel: number): number =>
    kept === 3
      ? result[channel * area + at]!
      : (result[at]! + result[area + at]! + result[2 * area + at]!) / 3
  for (let y = row.core.start; y < row.core.end; y++) {
    for (let x = column.core.start; x < column.core.end; x++) {
      const at = (y - row.tile.start) * span + x - column.tile.start
      for (let channel = 0; channel < kept; channel++) {
        const level = ((value(at, channel) - 0.5) / contrast + 0.5) * most
        data[(y * width + x) * channels + channel] = Math.max(0, Math.min(most, Math.round(level)))
      }
    }
  }
}
