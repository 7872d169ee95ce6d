/** Compression in Node: `Codec` with the engine of this process and the model that is shipped. */
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HourglassError, messageOf } from '../base/index.js'
import { nodeEngine } from '../engine/node.js'
import { loadCoderCode } from './coder-code-node.js'
import { codecModelFromBytes } from './codec-model.js'
import { codecOf, type Codec as LoadedCodec } from './codec.js'
import { codersInThreads } from './tile-coders-node.js'

export { loadCoderCode } from './coder-code-node.js'

/** The model that comes with the package, seen from src/ and from dist/. */
const shipped = fileURLToPath(new URL('../../assets/codec.bin', import.meta.url))

/** Loads codecs. */
export const Codec = {
  /**
   * Loads the codec that is shipped, or one of a model file.
   *
   * @param threads of the engine, and of the coder for images of several tiles (default: one a core)
   * @throws HG_FILE_MISSING, HG_MODEL_CORRUPT
   * @example
   * const codec = await Codec.load()
   * const { bytes, bpp } = await codec.compress(await readImage('photo.png'), { goal: { quality: 75 } })
   * const { image } = await codec.decompress(bytes)
   */
  async load(path: string = shipped, { threads = availableParallelism() } = {}): Promise<LoadedCodec> {
    const bytes = await readFile(path).catch((error: unknown) => {
      throw new HourglassError(
        'HG_FILE_MISSING',
        `${basename(path)}: the codec's model cannot be read (${messageOf(error)})`,
        { cause: error },
      )
    })
    const model = await codecModelFromBytes(new Uint8Array(bytes))
    const code = loadCoderCode()
    if (threads < 2) return codecOf({ engine: nodeEngine, code, model })
    let coders: ReturnType<typeof codersInThreads> | undefined
    const codec = codecOf({
      engine: nodeEngine,
      code,
      model,
      threads,
      coders: () => (coders ??= codersInThreads({ code, model: model.entropy }, threads)),
    })
    return {
      ...codec,
      async dispose() {
        await codec.dispose()
        await coders?.dispose()
        coders = undefined
      },
    }
  },
}

export type Codec = LoadedCodec
