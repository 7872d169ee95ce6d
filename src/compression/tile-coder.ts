/**
 * One tile both ways: pixels to the latent (on the engine), the latent to bytes (in integers), and back. The
 * compiled transforms are in tile-programs.ts.
 */
import { HourglassError } from '../base/index.js'
import type { Engine, Program } from '../engine/index.js'
import { tensor } from '../graph/index.js'
import type { CoefficientCoder, PassBytes } from './coefficient-coder.js'
import { blockSize, channelCount, planeChannels, planeCount } from './latent-layout.js'
import type { Tile } from './tiles.js'
import { tilePrograms } from './tile-programs.js'
import { margin, pixelShape, type TransformWeights } from './transform-graphs.js'

/** Codes tiles with one model. */
export interface TileCoder {
  /** @param around pixels with their surroundings, of `pixelsAround` @returns `[rows, columns, 768]` */
  analyze(around: Float32Array, tile: Tile): Promise<Float32Array>
  /** @returns the bytes of each pass, and the values in them */
  encode(
    latent: Float32Array,
    tile: Tile,
    quantization: Quantization,
  ): { passes: Uint8Array[]; values: Int16Array }
  /** @returns `[rows, columns, 768]` */
  decode(passes: readonly PassBytes[], tile: Tile): Int16Array
  /** @param around values with their surroundings, of `valuesAround` @returns `[3, 16 rows, 16 columns]`, 0 to 255, in `into` if it is given */
  synthesize(around: Float32Array, tile: Tile, step: number, into?: Float32Array): Promise<Float32Array>
  /**
   * The latent that would have been better to choose values by: one step of descent, `[rows, columns, 768]`.
   *
   * @param around values with their surroundings @param pixels with theirs
   */
  refine(around: Float32Array, pixels: Float32Array, tile: Tile, step: number): Promise<Float32Array>
  /** Pixels before restoration and colours: planes, `[3, 16 rows, 16 columns]`, in levels, grey at 0 */
  synthesizePlanes(around: Float32Array, tile: Tile, step: number): Promise<Float32Array>
  dispose(): Promise<void>
}

/** How finely a latent is written. */
export interface Quantization {
  /** What one whole number stands for, in levels of a pixel. */
  readonly step: number
  /** Squared error, in squared steps, that a bit is worth; 0 rounds to the nearest. */
  readonly lambda: number
}

/** What a tile coder works with. */
export interface TileCoderParts {
  readonly engine: Engine
  /** Missing: transforms only. */
  readonly coder: CoefficientCoder | undefined
  readonly weights: TransformWeights
  /** Threads of the engine on the way back to pixels (default 1). */
  readonly threads?: number
}

export function tileCoder({ engine, coder, weights, threads = 1 }: TileCoderParts): TileCoder {
  const withCoder = (): CoefficientCoder => {
    if (coder === undefined)
      throw new HourglassError('HG_INTERNAL', 'internal: a tile coder without an entropy coder')
    return coder
  }
  const programs = tilePrograms({ engine, weights, threads })
  const valueFeeds = (around: Float32Array, tile: Tile, step: number) => {
    const shape = [tile.rows + 2 * margin, tile.columns + 2 * margin, planeCount, planeChannels]
    const one = (value: number) => tensor('float32', [1, 1, 1, 1], Float32Array.of(value))
    return { values: tensor('float32', shape, around), step: one(step), logStep: one(Math.log2(step)) }
  }
  const pixelFeed = (pixels: Float32Array, { columns, rows }: Tile) => ({
    pixels: tensor('float32', pixelShape(columns, rows), pixels),
  })
  /** A latent in an array of ours, which can be handed on to another thread. */
  const latentFrom = async (
    name: 'analysis' | 'refinement',
    tile: Tile,
    feeds: Parameters<Program['run']>[0],
  ): Promise<Float32Array> => {
    const latent = new Float32Array(tile.rows * tile.columns * channelCount)
    const shape = [tile.rows, tile.columns, planeCount, planeChannels]
    await programs.run(name, tile, feeds, { latent: tensor('float32', shape, latent) })
    return latent
  }
  const synthesized = async (
    name: 'synthesis' | 'planes',
    around: Float32Array,
    tile: Tile,
    { step, into }: { step: number; into?: Float32Array | undefined },
  ): Promise<Float32Array> => {
    const output = name === 'synthesis' ? 'pixels' : 'planes'
    const size = [1, planeCount, tile.rows * blockSize, tile.columns * blockSize]
    const outputs = await programs.run(
      name,
      tile,
      valueFeeds(around, tile, step),
      into && { [output]: tensor('float32', size, into) },
    )
    return outputs[output]!.data as Float32Array
  }
  return {
    analyze: (around, tile) => latentFrom('analysis', tile, pixelFeed(around, tile)),
    refine: (around, pixels, tile, step) =>
      latentFrom('refinement', tile, { ...valueFeeds(around, tile, step), ...pixelFeed(pixels, tile) }),
    encode: (latent, tile, quantization) => withCoder().encode(tile, { latent, ...quantization }),
    decode: (passes, tile) => withCoder().decode(tile, passes),
    synthesize: (around, tile, step, into) => synthesized('synthesis', around, tile, { step, into }),
    synthesizePlanes: (around, tile, step) => synthesized('planes', around, tile, { step }),
    dispose: () => programs.dispose(),
  }
}

/** A block of values of a tile. */
export const blockAt = (values: Int16Array, tile: Tile, column: number, row: number): Int16Array => {
  const start = ((row - tile.top) * tile.columns + column - tile.left) * channelCount
  return values.subarray(start, start + channelCount)
}
