/** Denoising in Node: `Denoiser` with the engine of this process and the weights that are shipped. */
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { nodeEngine } from '../engine/node.js'
import { loadModel } from '../model-file/node.js'
import { denoiserOf, type Denoiser as LoadedDenoiser } from './denoiser.js'
import { decodeDenoiser } from './file.js'

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
}

export type Denoiser = LoadedDenoiser
