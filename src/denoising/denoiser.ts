/**
 * Images of any size in, images without their noise out: salt and pepper are filled (impulses.ts), the level of what is left
 * is estimated where it is not given, and the image goes through the network tile by tile (image-tiles.ts). The networks are
 * in network.ts and estimator-network.ts. Without shipped weights: self-denoiser.ts.
 */
import { HourglassError, type LongWork } from '../base/index.js'
import type { PixelImage } from '../data/index.js'
import type { Engine } from '../engine/index.js'
import { tensor } from '../graph/index.js'
import { estimatorWindow } from './estimator-network.js'
import {
  denoisingGraph,
  estimatingGraph,
  type DenoiserParts,
  type DenoiserTraining,
  type TileSize,
} from './file.js'
import { fillTile, throughTiles, type TileProgram } from './image-tiles.js'
import { repairImpulses } from './impulses.js'
import { alignment, colours, denoiserNetwork } from './network.js'

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
      const contrast = Math.min(1, mostLevel / level)
      const done =
        level === 0
          ? { data: image.data, tiles: 0 }
          : await throughTiles(repaired.image, {
              ...options,
              contrast,
              reach: denoiserNetwork(parts.shape).reach,
              compile: (size) =>
                tileProgram(parts, size, { ...machine, threads, level: (level * contrast) / 255 }),
            })
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

/** The denoiser for tiles of one size, at one level of noise, 0 to 1. */
async function tileProgram(
  { shape, weights }: DenoiserParts,
  size: TileSize,
  { engine, threads, level }: DenoiserMachine & { readonly level: number },
): Promise<TileProgram> {
  const [height, width] = size
  const program = await engine.compile(denoisingGraph(shape, weights, size), { threads })
  const map = tensor('float32', [1, 1, height, width], new Float32Array(height * width).fill(level))
  return {
    run: async (noisy) => {
      const { denoised } = await program.run({
        noisy: tensor('float32', [1, colours, height, width], noisy),
        level: map,
      })
      return denoised!.data as Float32Array
    },
    dispose: () => program.dispose(),
  }
}
