/**
 * Finds and compiles kernels.wasm in Node. The only file of this room that touches Node.
 * The build writes the file beside this one's compiled form in dist/; run from src/ (tests), it is looked for there.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { HourglassError } from '../../base/index.js'
import { wasmKernels, type Kernels } from './kernels.js'

const places = [
  new URL('./kernels.wasm', import.meta.url),
  new URL('../../../dist/engine/optimizer/kernels.wasm', import.meta.url),
]

let loaded: Kernels | undefined

/**
 * The WebAssembly kernels, compiled at the first call and shared by all later ones.
 *
 * @throws HG_INTERNAL when kernels.wasm was not built or not shipped
 */
export function loadKernels(): Kernels {
  loaded ??= wasmKernels(readKernels())
  return loaded
}

function readKernels(): Uint8Array {
  for (const place of places) {
    try {
      return readFileSync(place)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  const looked = places.map((place) => fileURLToPath(place)).join(' and ')
  throw new HourglassError('HG_INTERNAL', `optimizer: no kernels.wasm at ${looked}; run npm run build`)
}
