/** The script of a page that decodes: codec-everywhere.test.ts bundles and serves it, and calls `decodeFile`. */
import { webAssembly } from '../../src/engine/index.js'
import { codecModelFromBytes } from '../../src/compression/index.js'
import { Codec, type WebCodecOptions } from '../../src/compression/web.js'
import { latentDigests } from '../support/latent-digest.js'

/** What a page hands back of a file. */
export interface Decoded {
  /** Checksum of the integers. */
  readonly latent: string
  /** Pixels, in base64. */
  readonly pixels: string
}

const bytesAt = async (path: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await (await fetch(path)).arrayBuffer())

/** @param runtime onnxruntime-web @returns a function that decodes the file at an address */
export async function decoderOf(runtime: WebCodecOptions['runtime']) {
  const codec = await Codec.load({ runtime, coder: '/coder.wasm', model: '/codec.bin' })
  const { entropy } = await codecModelFromBytes(await bytesAt('/codec.bin'))
  const digest = latentDigests(await webAssembly.compile(await bytesAt('/coder.wasm')), entropy)
  return async (path: string): Promise<Decoded> => {
    const file = await bytesAt(path)
    const { image } = await codec.decompress(file)
    let text = ''
    for (let at = 0; at < image.data.length; at += 8192)
      text += String.fromCharCode(...image.data.subarray(at, at + 8192))
    return { latent: await digest(file), pixels: btoa(text) }
  }
}
