/**
 * Crops of photographs as training rows, made anew for every step: a place, one of eight turns and flips, colour or grey,
 * and a noise level. Everything depends on the seed and the step's number alone. What a row holds: objective.ts.
 */
import { randomFor, type Random } from '../base/index.js'
import type { RowSource } from '../training/index.js'
import { colours } from './network.js'
import { rowTail, rowWidth } from './objective.js'

/** Pixels of a photograph or of a reduced one. */
export interface Photo {
  readonly width: number
  readonly height: number
  /** `[height, width, 3]`, 0 to 255 */
  readonly data: Uint8Array
}

/** How crops are drawn. */
export interface CropOptions {
  /** Pixels along either axis, a multiple of 4. */
  readonly side: number
  readonly batchSize: number
  readonly seed: number
  /** Largest standard deviation of the noise, of 255. */
  readonly mostLevel: number
  /** Share of the crops that are grey. */
  readonly greyShare: number
  /** Share of the crops whose noisy pixels are cut to 0 … 1, as those of files are. */
  readonly clippedShare: number
}

/**
 * A source of crops. A photograph is drawn in proportion to its pixels.
 *
 * @param photos each at least as large as a crop
 */
export function cropSource(photos: readonly Photo[], options: CropOptions): RowSource {
  const { side, batchSize, seed } = options
  const ends: number[] = []
  for (const { width, height } of photos) ends.push((ends.at(-1) ?? 0) + width * height)
  const shapes = photos.map(({ width, height }) => `${width}×${height}`).join(' ')
  return {
    identity: `crops ${JSON.stringify(options)} of ${shapes}`,
    fill: (step, features) => {
      const stream = randomFor(seed, `crops of step ${step}`)
      for (let row = 0; row < batchSize; row++) {
        const at = stream.uniform() * ends.at(-1)!
        const photo = photos[ends.findIndex((end) => at < end)]!
        writeRow(photo, options, stream, features.subarray(row * rowWidth(side), (row + 1) * rowWidth(side)))
      }
    },
  }
}

function writeRow(photo: Photo, options: CropOptions, stream: Random, row: Float32Array): void {
  const { side, mostLevel, greyShare, clippedShare } = options
  const left = stream.below(photo.width - side + 1)
  const top = stream.below(photo.height - side + 1)
  const turn = stream.below(8)
  const grey = stream.uniform() < greyShare
  writeCrop(photo, { left, top, side, turn }, row)
  if (grey) makeGrey(row, side * side)
  // Somewhat more of the lower levels, at which noise is commoner.
  const level = (mostLevel / 255) * stream.uniform() ** 1.25
  row.set([level, grey ? 1 : 0, stream.uniform() < clippedShare ? 1 : 0], row.length - rowTail)
}

/** A square of a photograph, and which of its eight turns and flips is taken: bit 0 and 1 flip the axes, bit 2 exchanges them. */
interface Place {
  readonly left: number
  readonly top: number
  readonly side: number
  readonly turn: number
}

function writeCrop({ width, data }: Photo, { left, top, side, turn }: Place, row: Float32Array): void {
  const area = side * side
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [u, v] = turn & 4 ? [y, x] : [x, y]
      const column = left + (turn & 1 ? side - 1 - u : u)
      const line = top + (turn & 2 ? side - 1 - v : v)
      const from = (line * width + column) * colours
      for (let channel = 0; channel < colours; channel++)
        row[channel * area + y * side + x] = data[from + channel]! / 255
    }
  }
}

/** Luma by the weights of ITU-R BT.601, as JPEG and most programs make grey images. */
function makeGrey(row: Float32Array, area: number): void {
  for (let i = 0; i < area; i++) {
    const luma = 0.299 * row[i]! + 0.587 * row[area + i]! + 0.114 * row[2 * area + i]!
    row[i] = row[area + i] = row[2 * area + i] = luma
  }
}
