/** The integers in a compressed image, as one checksum: what must be the same on every machine, pixel for pixel. */
import type { WasmModule } from '../../src/engine/index.js'
import { coefficientCoder } from '../../src/compression/coefficient-coder.js'
import type { EntropyModel } from '../../src/compression/entropy-model.js'
import { readStream } from '../../src/compression/stream.js'
import { tilesOf } from '../../src/compression/tiles.js'

/** A function from files to the SHA-256 of the values of all tiles, one tile after the other, in hexadecimal. */
export function latentDigests(code: WasmModule, model: EntropyModel) {
  const coder = coefficientCoder(code, model)
  return async (file: Uint8Array<ArrayBuffer>): Promise<string> => {
    const { header, body } = await readStream(file)
    const values = tilesOf(header.width, header.height, header.planes).map((tile, i) =>
      coder.decode(tile, body.tiles[i]!),
    )
    const bytes = await new Blob(values).arrayBuffer()
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  }
}
