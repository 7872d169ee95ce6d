/**
 * Denoising in Node, with the engine of this process: `Denoiser` with the weights that are shipped or with ones that it learns from
 * noisy images, and `denoiseTable`.
 */
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { PixelImage, Table } from '../data/index.js'
import { nodeEngine } from '../engine/node.js'
import { loadModel } from '../model-file/node.js'
import { nodeMachine } from '../training/node.js'
import { denoiserOf, type Denoiser as LoadedDenoiser } from './denoiser.js'
import { decodeDenoiser } from './file.js'
import { selfDenoiserOf, type SelfDenoiser, type SelfTrainingOptions } from './self-denoiser.js'
import { denoiseTableOn, type DenoisedTable, type TableDenoisingOptions } from './table-denoiser.js'

/** The model file that comes with the package, seen from src/ and from dist/. */
const shipped = fileURLToPath(new URL('../../assets/denoiser.onnx', import.meta.url))

/** Loads denoisers. */
export const Denoiser = {
  /**
   * Loads the denoiser that is shipped, or one of a model file.
   *
   * @throws HG_FILE_MISSING, HG_MODEL_CORRUPT, HG_MODEL_UNSAFE, HG_MODEL_TOO_LARGE, HG_MODEL_FOREIGN, HG_MODEL_VERSION
   * @example
   * const denoiser = await Denoiser.load()
   * const { image, strength } = await denoiser.denoise(await readImage('noisy.png'))
   * await writeImage(image, 'clean.png')
   */
  load: async (path: string = shipped): Promise<LoadedDenoiser> =>
    denoiserOf(decodeDenoiser(await loadModel(path)), {
      engine: nodeEngine,
      threads: availableParallelism(),
    }),

  /**
   * Trains a denoiser on noisy images alone: no clean image, no shipped weights.
   *
   * @param images at least one; or how many there are and how each is read, where not all fit into memory
   * @throws HG_USAGE for steps or a seed that are not whole; HG_TABLE_TOO_SMALL when there is no image; HG_INTERRUPTED
   * @example
   * const noisy = await readImage('noisy.png')
   * const denoiser = await Denoiser.learn([noisy])
   * await writeImage((await denoiser.denoise(noisy)).image, 'clean.png')
   */
  learn: async (
    images: readonly PixelImage[] | ImageSource,
    options: SelfTrainingOptions = {},
  ): Promise<SelfDenoiser> => {
    const { count, read } =
      'count' in images ? images : { count: images.length, read: (i: number) => Promise.resolve(images[i]) }
    return selfDenoiserOf(count, read, nodeMachine(), { threads: availableParallelism(), ...options })
  },
}

/** Images that are read when they are asked for. */
export interface ImageSource {
  readonly count: number
  /** The image of a number below `count`, or undefined where there is none after all; each is asked for once. */
  readonly read: (image: number) => Promise<PixelImage | undefined>
}

/**
 * Removes the noise of a table's columns of numbers, those of a series (rows in the order of time) or of independent rows. A
 * network learns to tell cells that are hidden from the others; no clean table is needed.
 *
 * @throws HG_TABLE_TOO_SMALL for fewer than 20 rows, no column of numbers, or a single one of rows in no order;
 *   HG_COLUMN_MISSING for names that are no columns; HG_USAGE for a negative strength; HG_INTERRUPTED
 * @example
 * const { table, columns } = await denoiseTable(await readTable('readings.csv'), { order: 'time' })
 * for (const { name, noise } of columns) console.log(`${name}: noise of ${noise}`)
 */
export const denoiseTable = (table: Table, options: TableDenoisingOptions = {}): Promise<DenoisedTable> =>
  denoiseTableOn(table, nodeMachine(), { threads: availableParallelism(), ...options })

export type Denoiser = LoadedDenoiser
