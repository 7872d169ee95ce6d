/**
 * Compression in a browser: `Codec` on a runtime that the page hands over. The coder and the model are the very files that
 * Node uses; bundlers that know `new URL(…, import.meta.url)` carry them along.
 */
import { HourglassError } from '../base/index.js'
import { webAssembly } from '../engine/index.js'
import { webEngine, type Runtime } from '../engine/web.js'
import { codecModelFromBytes } from './codec-model.js'
import { codecOf, type Codec as LoadedCodec } from './codec.js'

/** Where a page finds what a codec needs. */
export interface WebCodecOptions {
  /** `import * as runtime from 'onnxruntime-web/wasm'` */
  readonly runtime: Runtime
  /** `coder.wasm` (default: beside this file). */
  readonly coder?: URL | string
  /** `codec.bin` (default: in the package's `assets`). */
  readonly model?: URL | string
}

/** Loads codecs. */
export const Codec = {
  /**
   * Loads the codec that is shipped, or one of a model file.
   *
   * @throws HG_FILE_MISSING when one of the files is not served, HG_MODEL_CORRUPT
   * @example
   * const codec = await Codec.load({ runtime })
   * const { image } = await codec.decompress(new Uint8Array(await file.arrayBuffer()))
   */
  async load({
    runtime,
    coder = new URL('./coder.wasm', import.meta.url),
    model = new URL('../../assets/codec.bin', import.meta.url),
  }: WebCodecOptions): Promise<LoadedCodec> {
    const [code, bytes] = await Promise.all([fetched(coder), fetched(model)])
    return codecOf({
      engine: webEngine(runtime),
      code: await webAssembly.compile(code),
      model: await codecModelFromBytes(bytes),
    })
  },
}

export type Codec = LoadedCodec

async function fetched(from: URL | string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(from).catch(() => undefined)
  if (response?.ok) return new Uint8Array(await response.arrayBuffer())
  const reason = response === undefined ? 'it cannot be reached' : `the server says ${response.status}`
  throw new HourglassError(
    'HG_FILE_MISSING',
    `codec: ${String(from)} cannot be loaded (${reason}); serve the package's dist and assets`,
  )
}
