/**
 * An image through a network, tile by tile, so that memory is bounded: pixels become the network's numbers, and the cores of its
 * results pixels again. How tiles are cut is in tiles.ts; which networks there are, in denoiser.ts and self-denoiser.ts.
 */
import { progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import { colourChannels, type PixelImage } from '../data/index.js'
import type { TileSize } from './file.js'
import { alignment, colours } from './network.js'
import { mirroredRange, spansOf, type Range, type Span } from './tiles.js'

/** A network that was compiled for tiles of one size. */
export interface TileProgram {
  /** `[3, height, width]` to the same without its noise, 0 to 1. */
  readonly run: (noisy: Float32Array) => Promise<Float32Array>
  readonly dispose: () => Promise<void>
}

/** How an image goes through a network. */
export interface TileWork extends LongWork {
  /** Pixels farther away than this have no influence on a result. */
  readonly reach: number
  /** Most pixels of a tile's core along either axis (default 896). */
  readonly tileSize?: number | undefined
  /** What the image's contrast is multiplied by before and divided by afterwards (default 1). */
  readonly contrast?: number
  readonly compile: (size: TileSize) => Promise<TileProgram>
}

/** Mirrored pixels at the edges of an image. */
const border = 8

/**
 * The image's data as a network leaves them, alpha as it was.
 *
 * @throws HG_INTERRUPTED
 */
export async function throughTiles(
  image: PixelImage,
  { reach, tileSize = 896, contrast = 1, compile, onProgress, signal }: TileWork,
): Promise<{ readonly data: PixelImage['data']; readonly tiles: number }> {
  const tiling = { core: tileSize, reach, border, alignment }
  const [rows, columns] = [spansOf(image.height, tiling), spansOf(image.width, tiling)]
  const report = progressOf('denoising', onProgress)
  const programs = new Map<string, TileProgram>()
  const data = image.data.slice()
  let done = 0
  try {
    for (const row of rows) {
      for (const column of columns) {
        throwIfAborted(signal, 'denoising')
        const size = [row.tile.end - row.tile.start, column.tile.end - column.tile.start] as const
        const program = programs.get(size.join()) ?? (await compile(size))
        programs.set(size.join(), program)
        const noisy = new Float32Array(colours * size[0] * size[1])
        fillTile(image, { rows: row.tile, columns: column.tile }, noisy, contrast)
        takeCore(await program.run(noisy), { row, column, contrast }, image, data)
        report(++done / (rows.length * columns.length), `tile ${done} of ${rows.length * columns.length}`)
      }
    }
  } finally {
    for (const program of programs.values()) await program.dispose()
  }
  return { data, tiles: done }
}

/** Pixels of an image as a network takes them, `[3, rows, columns]`, mirrored beyond its edges; grey ones thrice. */
export function fillTile(
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
