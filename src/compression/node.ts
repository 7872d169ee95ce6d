/** Compression in Node: `Codec` with the engine of this process and the model that is shipped. */
import type { Codec as LoadedCodec } from './codec.js'
import { readCodecModel, startCodec } from './start-codec-node.js'

export { loadCoderCode } from './coder-code-node.js'
export { codecEnding, codecShelf, type CodecShelf } from './codec-shelf-node.js'
export { readPictures, type Pictures } from './pictures-node.js'
export { readCodecModel, startCodec } from './start-codec-node.js'
export { trainCodec, type TrainCodecOptions } from './train-node.js'

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
  async load(path?: string, { threads }: { readonly threads?: number } = {}): Promise<LoadedCodec> {
    return startCodec(await readCodecModel(path), threads)
  },
}

export type Codec = LoadedCodec
