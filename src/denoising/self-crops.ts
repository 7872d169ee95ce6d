/**
 * Crops of noisy images for a denoiser that learns from them alone, made anew for every step from the seed and the step's number.
 * Of large images and of many only pieces are kept, so that memory is bounded whatever there is.
 */
import { randomFor, type Random } from '../base/index.js'
import { cutOut, type PixelImage } from '../data/index.js'
import type { RowSource } from '../training/index.js'
import { fillTile } from './image-tiles.js'
import { colours } from './network.js'

/** Pixels along either axis of a piece of a large image. */
const pieceSide = 256

/**
 * Pieces of an image, at random places, of `mostPixels` together; the image itself when it has no more.
 *
 * @param mostPixels at least one piece is taken
 */
export function piecesOf(image: PixelImage, mostPixels: number, stream: Random): readonly PixelImage[] {
  const { width, height } = image
  if (width * height <= mostPixels) return [image]
  const size = { width: Math.min(width, pieceSide), height: Math.min(height, pieceSide) }
  const count = Math.max(1, Math.floor(mostPixels / (size.width * size.height)))
  return Array.from({ length: count }, () =>
    cutOut(image, {
      left: stream.below(width - size.width + 1),
      top: stream.below(height - size.height + 1),
      ...size,
    }),
  )
}

/** How crops are drawn. */
export interface SelfCropOptions {
  /** Pixels along either axis. */
  readonly side: number
  readonly batchSize: number
  readonly seed: number
}

/** A source of crops. A piece is drawn in proportion to its pixels; one that is smaller than a crop goes on in its mirror image. */
export function selfCropSource(pieces: readonly PixelImage[], options: SelfCropOptions): RowSource {
  const { side, batchSize, seed } = options
  const ends: number[] = []
  for (const { width, height } of pieces) ends.push((ends.at(-1) ?? 0) + width * height)
  const width = colours * side * side
  const straight = new Float32Array(width)
  return {
    identity: `noisy crops ${JSON.stringify(options)} of ${pieces.length} pieces, ${ends.at(-1)} pixels`,
    fill: (step, features) => {
      const stream = randomFor(seed, `noisy crops of step ${step}`)
      for (let row = 0; row < batchSize; row++) {
        const at = stream.uniform() * ends.at(-1)!
        const piece = pieces[ends.findIndex((end) => at < end)]!
        const left = stream.below(Math.max(1, piece.width - side + 1))
        const top = stream.below(Math.max(1, piece.height - side + 1))
        const place = { rows: { start: top, end: top + side }, columns: { start: left, end: left + side } }
        fillTile(piece, place, straight)
        turned(straight, side, stream.below(8), features.subarray(row * width, (row + 1) * width))
      }
    },
  }
}

/** One of the eight turns and flips of a crop: bit 0 and 1 flip the axes, bit 2 exchanges them. */
function turned(from: Float32Array, side: number, turn: number, to: Float32Array): void {
  const area = side * side
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [u, v] = turn & 4 ? [y, x] : [x, y]
      const at = (turn & 2 ? side - 1 - v : v) * side + (turn & 1 ? side - 1 - u : u)
      for (let channel = 0; channel < colours; channel++)
        to[channel * area + y * side + x] = from[channel * area + at]!
    }
  }
}
