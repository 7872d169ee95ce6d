/**
 * A denoiser that has seen nothing but the noisy images themselves: no clean image, no shipped weights. It is trained on crops of
 * them (self-objective.ts) for a number of steps, so that its time does not follow their size, and then takes each through
 * tile by tile. For images unlike photographs, and for noise unlike what the shipped network was trained on.
 */
import { HourglassError, randomFor, type LongWork } from '../base/index.js'
import type { PixelImage } from '../data/index.js'
import { graph, input, tensor } from '../graph/index.js'
import { constantWeights } from '../layers/index.js'
import { defaultTraining, train, type TrainingMachine, type Weights } from '../training/index.js'
import type { TileSize } from './file.js'
import { throughTiles, type TileProgram } from './image-tiles.js'
import { repairImpulses } from './impulses.js'
import { colours } from './network.js'
import { piecesOf, selfCropSource } from './self-crops.js'
import { selfLearner, selfNetwork } from './self-objective.js'

/** Options of `learnDenoiser`. */
export interface SelfTrainingOptions extends LongWork {
  /** Of first weights and crops; the same seed, images and threads give the same result, bit for bit (default 0). */
  readonly seed?: number
  /** Steps of the training (default 400): its time. */
  readonly steps?: number
  /** Threads of the engine (default: all cores). */
  readonly threads?: number
}

/** An image without its noise. */
export interface SelfDenoised {
  /** Of the same size, channels and depth; alpha, profile, EXIF data and orientation as they were. */
  readonly image: PixelImage
  /** Share of the pixels that were taken for salt and pepper, and filled before anything else; mostly 0. */
  readonly impulseShare: number
  readonly tiles: number
}

/** A denoiser that was trained on noisy images. */
export interface SelfDenoiser {
  readonly training: { readonly seed: number; readonly steps: number; readonly seconds: number }
  /** @throws HG_USAGE for a tile size below 4, HG_INTERRUPTED */
  readonly denoise: (
    image: PixelImage,
    options?: LongWork & { readonly tileSize?: number },
  ) => Promise<SelfDenoised>
}

/** Most pixels that are trained on, of all images together. */
const mostPixels = 1 << 25

/** Most images that are trained on; of more, so many that are spread evenly over them. */
export const mostTrained = 512

/** Crops of a step; found on training images of BSDS500 with planted noise, as the steps were. */
const settings = { side: 48, batchSize: 4, learningRate: 3e-3, averageDecay: 0.95 } as const

/**
 * Trains a denoiser on noisy images.
 *
 * @param count how many images there are
 * @param read gives the image of a number below `count`, or undefined where there is none after all; each is asked for once
 * @throws HG_USAGE for steps or a seed that are not whole; HG_TABLE_TOO_SMALL when there is no image; HG_INTERRUPTED
 */
export async function selfDenoiserOf(
  count: number,
  read: (image: number) => Promise<PixelImage | undefined>,
  machine: TrainingMachine,
  { seed = 0, steps = 400, threads = 0, onProgress, signal }: SelfTrainingOptions,
): Promise<SelfDenoiser> {
  const pieces = await gatherPieces(count, read, seed)
  const { side, batchSize, learningRate, averageDecay } = settings
  const options = { steps, batchSize, learningRate, averageDecay, seed, threads }
  const { weights, record } = await train(
    {
      autoencoder: selfLearner(side),
      data: {
        rows: batchSize,
        features: new Float32Array(batchSize * colours * side * side),
        training: Int32Array.from({ length: batchSize }, (_, row) => row),
        validation: new Int32Array(),
        source: selfCropSource(pieces, { side, batchSize, seed }),
      },
      options: { ...defaultTraining, ...options, weightDecay: 0, evaluateEvery: steps },
    },
    machine,
    { signal, onProgress },
  )
  const { reach } = selfNetwork()
  return {
    training: { seed, steps, seconds: record.seconds },
    denoise: async (image, work = {}) => {
      const repaired = repairImpulses(image)
      const compile = (size: TileSize): Promise<TileProgram> => tileProgram(weights, size, machine, threads)
      const done = await throughTiles(repaired.image, { ...work, reach, compile })
      return { image: { ...image, data: done.data }, impulseShare: repaired.share, tiles: done.tiles }
    },
  }
}

async function gatherPieces(
  count: number,
  read: (image: number) => Promise<PixelImage | undefined>,
  seed: number,
): Promise<PixelImage[]> {
  const taken = Math.min(count, mostTrained)
  const pieces: PixelImage[] = []
  for (let i = 0; i < taken; i++) {
    const number = Math.floor((i * count) / taken)
    const image = await read(number)
    if (image === undefined) continue
    const stream = randomFor(seed, `pieces of image ${number}`)
    // Filled first: impulses are not 0 on average where a pixel is near black or white.
    pieces.push(...piecesOf(image, mostPixels / taken, stream).map((piece) => repairImpulses(piece).image))
  }
  if (pieces.length > 0) return pieces
  throw new HourglassError(
    'HG_TABLE_TOO_SMALL',
    'self: expected an image to learn from, and none could be read',
  )
}

async function tileProgram(
  weights: Weights,
  [height, width]: TileSize,
  { engine }: TrainingMachine,
  threads: number,
): Promise<TileProgram> {
  const network = selfNetwork()
  const size = [1, colours, height, width]
  const noisy = input('noisy', 'float32', size)
  const context = constantWeights(network.parameters, weights)
  const program = await engine.compile(
    graph({ denoised: network.denoised(noisy, context) }, { name: 'denoise' }),
    { threads },
  )
  return {
    run: async (pixels) => {
      const { denoised } = await program.run({ noisy: tensor('float32', size, pixels) })
      return denoised!.data as Float32Array
    },
    dispose: () => program.dispose(),
  }
}
