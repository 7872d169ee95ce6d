/**
 * Whole images to tiles of bytes and back, tile after tile, so that memory holds an image and a few tiles, never all
 * latents. Decoding needs one block around a tile: three rows of tiles are held at a time.
 */
import { progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import { blockSize } from './latent-layout.js'
import type { StreamPart } from './stream.js'
import { blockAt, type Quantization, type TileCoder } from './tile-coder.js'
import { blocksOf, pixelsAround, tileSide, tilesOf, valuesAround, type Pixels, type Tile } from './tiles.js'

/** Latents of up to this many pixels are kept between trials of a search. */
const mostKept = 2 ** 24

/** An image that is coded, perhaps several times. */
export interface ImageEncoder {
  /** Bytes of every tile and pass. */
  encode(quantization: Quantization, work?: LongWork): Promise<Uint8Array[][]>
}

/** @param image grey or colour, without alpha */
export function imageEncoder(coder: TileCoder, image: Pixels): ImageEncoder {
  const tiles = tilesOf(image.width, image.height, image.channels)
  const keeps = image.width * image.height <= mostKept
  const kept = new Map<Tile, Float32Array>()
  const latentOf = async (tile: Tile): Promise<Float32Array> => {
    const latent = kept.get(tile) ?? (await coder.analyze(pixelsAround(image, tile), tile))
    if (keeps) kept.set(tile, latent)
    return latent
  }
  return {
    async encode(quantization, { onProgress, signal } = {}) {
      const report = progressOf('compressing', onProgress)
      const coded: Uint8Array[][] = []
      for (const [i, tile] of tiles.entries()) {
        throwIfAborted(signal, `compressing, tile ${i + 1} of ${tiles.length}`)
        coded.push(coder.encode(await latentOf(tile), tile, quantization).passes)
        report((i + 1) / tiles.length, `tile ${i + 1} of ${tiles.length}`)
        await new Promise((resolve) => setTimeout(resolve))
      }
      return coded
    },
  }
}

/** What of an image is decoded. */
export interface CodedImage {
  readonly width: number
  readonly height: number
  readonly planes: 1 | 3
  readonly step: number
  /** By tile and pass. */
  readonly tiles: readonly (readonly StreamPart[])[]
}

/** Pixels of a coded image. @throws HG_INTERRUPTED */
export async function decodeTiles(
  coder: TileCoder,
  { width, height, planes, step, tiles: passes }: CodedImage,
  { onProgress, signal }: LongWork = {},
): Promise<Pixels> {
  const report = progressOf('decompressing', onProgress)
  const tiles = tilesOf(width, height, planes)
  const across = Math.ceil(blocksOf(width) / tileSide)
  const grid = { columns: blocksOf(width), rows: blocksOf(height) }
  const image: Pixels = { width, height, channels: planes, data: new Uint8Array(width * height * planes) }
  const values = new Map<number, Int16Array>()
  const block = (column: number, row: number): Int16Array => {
    const index = Math.floor(row / tileSide) * across + Math.floor(column / tileSide)
    return blockAt(values.get(index)!, tiles[index]!, column, row)
  }
  let decoded = 0
  for (const [i, tile] of tiles.entries()) {
    throwIfAborted(signal, `decompressing, tile ${i + 1} of ${tiles.length}`)
    // Up to the neighbour below on the right.
    for (const end = Math.min(tiles.length, i + across + 2); decoded < end; decoded++)
      values.set(decoded, coder.decode(passes[decoded]!, tiles[decoded]!))
    write(await coder.synthesize(valuesAround(tile, grid, block), tile, step), tile, image)
    values.delete(i - across - 1)
    report((i + 1) / tiles.length, `tile ${i + 1} of ${tiles.length}`)
    await new Promise((resolve) => setTimeout(resolve))
  }
  return image
}

/** Rounds a tile's pixels, `[3, 16 rows, 16 columns]`, and sets them in the image. Of grey, the three are alike. */
function write(pixels: Float32Array, tile: Tile, { width, height, channels, data }: Pixels): void {
  const [wide, high] = [tile.columns * blockSize, tile.rows * blockSize]
  const [left, top] = [tile.left * blockSize, tile.top * blockSize]
  const [columns, rows] = [Math.min(wide, width - left), Math.min(high, height - top)]
  for (let y = 0; y < rows; y++)
    for (let c = 0; c < channels; c++) {
      const from = (c * high + y) * wide
      const to = ((top + y) * width + left) * channels + c
      for (let x = 0; x < columns; x++) data[to + x * channels] = pixels[from + x]! + 0.5
    }
}
