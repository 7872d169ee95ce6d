/**
 * How an image is cut into tiles, and what lies around one: pixels and blocks are mirrored at the image's borders, where an
 * orthonormal lapped transform of a mirrored signal needs nothing that is not in the image.
 */
import type { TileShape } from './coefficient-coder.js'
import { blockSize, channelCount, planeChannels } from './latent-layout.js'
import { overlap } from './lapped-transform.js'
import { margin } from './transform-graphs.js'

/** Blocks of a tile's side: 1,024 pixels. Contexts begin anew in every tile, which costs below 1 % at this size. */
export const tileSide = 64

/** Pixels, row after row, channels beside each other. */
export interface Pixels {
  readonly width: number
  readonly height: number
  /** 1: grey, 3: red, green, blue. */
  readonly channels: 1 | 3
  /** `[height, width, channels]`, 0 to 255. */
  readonly data: Uint8Array
}

/** Pixels of any channels: grey or colour first, perhaps alpha after it. */
export interface AnyPixels {
  readonly width: number
  readonly height: number
  /** 1: grey, 2: grey and alpha, 3: red, green, blue, 4: those and alpha. */
  readonly channels: 1 | 2 | 3 | 4
  /** `[height, width, channels]`, 0 to 255. */
  readonly data: Uint8Array
}

/** Channels without alpha. */
export const planesOf = ({ channels }: AnyPixels): 1 | 3 => (channels < 3 ? 1 : 3)

/** A tile of an image. */
export interface Tile extends TileShape {
  /** First block. */
  readonly left: number
  readonly top: number
}

/** Blocks of an image. */
export const blocksOf = (pixels: number): number => Math.ceil(pixels / blockSize)

/** How many tiles there are, across and down. */
export const tileGrid = (width: number, height: number): { across: number; down: number } => ({
  across: Math.ceil(blocksOf(width) / tileSide),
  down: Math.ceil(blocksOf(height) / tileSide),
})

/** Tiles, row after row. */
export function tilesOf(width: number, height: number, planes: 1 | 3): Tile[] {
  const [columns, rows] = [blocksOf(width), blocksOf(height)]
  const starts = (blocks: number): number[] =>
    Array.from({ length: Math.ceil(blocks / tileSide) }, (_, i) => i * tileSide)
  return starts(rows).flatMap((top) =>
    starts(columns).map((left) => ({
      left,
      top,
      columns: Math.min(tileSide, columns - left),
      rows: Math.min(tileSide, rows - top),
      planes,
    })),
  )
}

/**
 * What an encoder sees of a tile: `[3, height, width]` with 8 pixels around. An image that does not fill its blocks goes on
 * with its last row and column; what lies beyond the blocks is mirrored.
 */
export function pixelsAround({ width, height, channels, data }: AnyPixels, tile: Tile): Float32Array {
  const columns = sources(tile.left, tile.columns, width)
  const rows = sources(tile.top, tile.rows, height)
  const area = columns.length * rows.length
  const around = new Float32Array(3 * area)
  rows.forEach((y, row) => {
    for (let c = 0; c < 3; c++) {
      const channel = tile.planes === 3 ? c : 0
      const line = c * area + row * columns.length
      for (let i = 0; i < columns.length; i++)
        around[line + i] = data[(y * width + columns[i]!) * channels + channel]!
    }
  })
  return around
}

/** The pixel that stands at each place of a tile with its surroundings. */
function sources(firstBlock: number, blocks: number, size: number): Int32Array {
  const filled = blocksOf(size) * blockSize
  return Int32Array.from({ length: blocks * blockSize + 2 * overlap }, (_, i) => {
    const at = firstBlock * blockSize - overlap + i
    return Math.min(mirrored(at, filled), size - 1)
  })
}

/** A place beyond the ends, mirrored there, again and again where the image is small. */
const mirrored = (at: number, size: number): number => {
  const turn = turnOf(at, size)
  return turn < size ? turn : 2 * size - 1 - turn
}

/** Whether what stands at a place beyond the ends is seen in the mirror. */
const isMirrored = (at: number, size: number): boolean => turnOf(at, size) >= size

/** A place within one image and its mirror image, which follow each other for ever. */
const turnOf = (at: number, size: number): number => ((at % (2 * size)) + 2 * size) % (2 * size)

/**
 * Values of a tile with three blocks around, `[rows + 6, columns + 6, 768]`, from a grid that holds it. Blocks beyond the
 * image are mirrored: odd frequencies change their sign.
 *
 * @param block values of a block of the image, by column and row
 * @param around where they go (default: a new array)
 */
export function valuesAround(
  tile: Tile,
  grid: { readonly columns: number; readonly rows: number },
  block: (column: number, row: number) => Int16Array,
  around: Float32Array = new Float32Array(
    (tile.columns + 2 * margin) * (tile.rows + 2 * margin) * channelCount,
  ),
): Float32Array {
  const width = tile.columns + 2 * margin
  for (let r = -margin; r < tile.rows + margin; r++)
    for (let c = -margin; c < tile.columns + margin; c++) {
      const [column, row] = [tile.left + c, tile.top + r]
      const [x, y] = [mirrored(column, grid.columns), mirrored(row, grid.rows)]
      const start = ((r + margin) * width + c + margin) * channelCount
      around.set(block(x, y), start)
      if (isMirrored(column, grid.columns)) turnOdd(around, start, (place) => place % blockSize)
      if (isMirrored(row, grid.rows))
        turnOdd(around, start, (place) => Math.floor((place % planeChannels) / blockSize))
    }
  return around
}

function turnOdd(values: Float32Array, start: number, frequencyOf: (place: number) => number): void {
  for (let place = 0; place < channelCount; place++)
    if (frequencyOf(place) % 2 === 1) values[start + place]! *= -1
}
