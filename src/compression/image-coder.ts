/**
 * Whole images to tiles of bytes and back, tile after tile, so that memory holds an image and a few tiles, never all
 * latents. The engine transforms one tile while others are coded (tile-coders.ts).
 */
import { progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import { blockSize, channelCount } from './latent-layout.js'
import type { StreamPart } from './stream.js'
import { blockAt, type Quantization, type TileCoder } from './tile-coder.js'
import type { CodedTile, TileCoders } from './tile-coders.js'
import {
  blocksOf,
  pixelsAround,
  planesOf,
  tileGrid,
  tileSide,
  tilesOf,
  valuesAround,
  type AnyPixels,
  type Tile,
} from './tiles.js'
import { margin } from './transform-graphs.js'

/** Latents of up to this many pixels are kept between trials of a search. */
const mostKept = 2 ** 22
/** Values of up to this many pixels are kept from one round of refinement to the next. */
const mostRefined = 2 ** 24

/** How an image is coded. */
export interface ImageQuantization extends Quantization {
  /** Times that values are chosen anew for what the decoder makes of them; none for images beyond 16 megapixels. */
  readonly rounds: number
}

/** What turns pixels into bytes. */
export interface ImageCoderParts {
  readonly transform: TileCoder
  readonly coders: TileCoders
}

/** An image that is coded, perhaps several times. */
export interface ImageEncoder {
  /** Bytes of every tile and pass. */
  encode(quantization: ImageQuantization, work?: LongWork): Promise<Uint8Array[][]>
}

/** @param image its alpha is not looked at */
export function imageEncoder({ transform, coders }: ImageCoderParts, image: AnyPixels): ImageEncoder {
  const tiles = tilesOf(image.width, image.height, planesOf(image))
  const keeps = image.width * image.height <= mostKept
  const kept = new Map<Tile, Float32Array>()
  const latentOf = async (tile: Tile): Promise<Float32Array> => {
    const latent = kept.get(tile) ?? (await transform.analyze(pixelsAround(image, tile), tile))
    if (keeps) kept.set(tile, latent)
    return latent
  }
  const grid = { columns: blocksOf(image.width), rows: blocksOf(image.height) }
  const across = tileGrid(image.width, image.height).across
  /** A better latent, by the values that the tiles have. */
  const refined = (tile: Tile, coded: readonly CodedTile[], step: number): Promise<Float32Array> => {
    const block = (column: number, row: number): Int16Array => {
      const index = Math.floor(row / tileSide) * across + Math.floor(column / tileSide)
      return blockAt(coded[index]!.values, tiles[index]!, column, row)
    }
    return transform.refine(valuesAround(tile, grid, block), pixelsAround(image, tile), tile, step)
  }
  return {
    async encode({ step, lambda, rounds }, { onProgress, signal } = {}) {
      const report = progressOf('compressing', onProgress)
      const last = image.width * image.height <= mostRefined ? rounds : 0
      let before: CodedTile[] = []
      for (let round = 0; round <= last; round++) {
        const coded: Promise<CodedTile>[] = []
        for (const [i, tile] of tiles.entries()) {
          throwIfAborted(signal, `compressing, tile ${i + 1} of ${tiles.length}`)
          const latent = await (round === 0 ? latentOf(tile) : refined(tile, before, step))
          const isSpare = !keeps || round > 0
          const work = coders.encode(tile, { latent, step, lambda }, isSpare)
          coded.push(asked(round < last ? work : work.then(withoutValues)))
          await coded[i - coders.ahead]
          report((round + (i + 1) / tiles.length) / (last + 1), `tile ${i + 1} of ${tiles.length}`)
          await breath()
        }
        before = await Promise.all(coded)
      }
      return before.map(({ passes }) => passes)
    },
  }
}

/** Of large images all values together would be far larger than the image. */
const withoutValues = ({ passes }: CodedTile): CodedTile => ({ passes, values: new Int16Array() })

/** What of an image is decoded. */
export interface CodedImage {
  readonly width: number
  readonly height: number
  readonly planes: 1 | 3
  readonly step: number
  /** By tile and pass. */
  readonly tiles: readonly (readonly StreamPart[])[]
  /** Whether room for alpha is left beside the colours. */
  readonly hasAlpha?: boolean
}

/** Pixels of a coded image; alpha, where there is room for it, is 0. @throws HG_INTERRUPTED */
export async function decodeTiles(
  { transform, coders }: ImageCoderParts,
  { width, height, planes, step, tiles: passes, hasAlpha = false }: CodedImage,
  { onProgress, signal }: LongWork = {},
): Promise<AnyPixels> {
  const report = progressOf('decompressing', onProgress)
  const channels = (planes + Number(hasAlpha)) as AnyPixels['channels']
  const image = { width, height, channels, data: new Uint8Array(width * height * channels) }
  const tiles = tilesOf(width, height, planes)
  const { across, down } = tileGrid(width, height)
  const { order, line } = orderOf(across, down)
  const grid = { columns: blocksOf(width), rows: blocksOf(height) }
  const coming = new Map<number, Promise<Int16Array>>()
  const values = new Map<number, Int16Array>()
  const block = (column: number, row: number): Int16Array => {
    const index = Math.floor(row / tileSide) * across + Math.floor(column / tileSide)
    return blockAt(values.get(index)!, tiles[index]!, column, row)
  }
  const isBlank = blankness(passes, across)
  const blank = oncePerSize<Promise<Float32Array>>()
  const rooms = oncePerSize<TileRoom>()
  const spares = oncePerSize<Int16Array[]>()
  const roomFor = (tile: Tile): TileRoom => rooms(tile, () => roomOf(tile))
  let [begun, held] = [0, 0]
  for (const [i, index] of order.entries()) {
    throwIfAborted(signal, `decompressing, tile ${i + 1} of ${tiles.length}`)
    // A tile needs those around it, up to the one after its neighbour in the next line.
    const needed = Math.min(tiles.length, i + line + 2)
    for (const end = Math.min(tiles.length, needed + coders.ahead - 1); begun < end; begun++) {
      const next = order[begun]!
      const spare = spares(tiles[next]!, () => []).pop()
      coming.set(next, asked(coders.decode(tiles[next]!, passes[next]!, spare)))
    }
    for (; held < needed; held++) {
      values.set(order[held]!, await coming.get(order[held]!)!)
      coming.delete(order[held]!)
    }
    const tile = tiles[index]!
    const pixels = (room?: TileRoom): Promise<Float32Array> =>
      transform.synthesize(valuesAround(tile, grid, block, room?.around), tile, step, room?.pixels)
    write(await (isBlank(index) ? blank(tile, pixels) : pixels(roomFor(tile))), tile, image)
    const last = order[i - line - 1]
    if (last !== undefined) {
      spares(tiles[last]!, () => []).push(values.get(last)!)
      values.delete(last)
    }
    report((i + 1) / tiles.length, `tile ${i + 1} of ${tiles.length}`)
    await breath()
  }
  return image
}

/** Whether nothing is there of a tile and of those around it, in a file that was cut. */
function blankness(passes: CodedImage['tiles'], across: number): (index: number) => boolean {
  const isMissing = passes.map((tile) => tile.every(({ bytes, isCut }) => isCut && bytes.length === 0))
  const near = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((right) => [right, down] as const))
  return (index) =>
    near.every(([right, down]) => {
      const column = (index % across) + right
      return column < 0 || column >= across || (isMissing[index + down * across + right] ?? true)
    })
}

/** What is made once for each size of tile. */
function oncePerSize<T>(): (tile: Tile, make: () => T) => T {
  const known = new Map<string, T>()
  return ({ columns, rows }, make) => {
    const key = `${columns} ${rows}`
    const value = known.get(key) ?? make()
    known.set(key, value)
    return value
  }
}

/** Arrays that all tiles of a size share: new ones would lie about for a while after each. */
interface TileRoom {
  readonly around: Float32Array
  readonly pixels: Float32Array
}

const roomOf = ({ columns, rows }: Tile): TileRoom => ({
  around: new Float32Array((columns + 2 * margin) * (rows + 2 * margin) * channelCount),
  pixels: new Float32Array(3 * columns * rows * blockSize * blockSize),
})

/** Tiles line after line along the shorter side, so that the fewest are held at a time; and the tiles of a line. */
function orderOf(across: number, down: number): { order: number[]; line: number } {
  const order = Array.from({ length: across * down }, (_, i) => i)
  if (across <= down) return { order, line: across }
  return { order: order.map((i) => (i % down) * across + Math.floor(i / down)), line: down }
}

/** Work that is waited for later: that it failed is told there. */
function asked<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined)
  return work
}

/** Lets timers and messages through. */
const breath = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

/** Rounds a tile's pixels, `[3, 16 rows, 16 columns]`, and sets them in the image. Of grey, the three are alike. */
function write(pixels: Float32Array, tile: Tile, image: AnyPixels): void {
  const { width, height, channels, data } = image
  const [wide, high] = [tile.columns * blockSize, tile.rows * blockSize]
  const [left, top] = [tile.left * blockSize, tile.top * blockSize]
  const [columns, rows, planes] = [
    Math.min(wide, width - left),
    Math.min(high, height - top),
    planesOf(image),
  ]
  for (let y = 0; y < rows; y++)
    for (let c = 0; c < planes; c++) {
      const from = (c * high + y) * wide
      const to = ((top + y) * width + left) * channels + c
      for (let x = 0; x < columns; x++) data[to + x * channels] = pixels[from + x]! + 0.5
    }
}
