/** Finds and compiles coder.wasm in Node: beside this file's compiled form in dist/, or there when run from src/. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { HourglassError } from '../base/index.js'
import { webAssembly, type WasmModule } from '../engine/index.js'

const places = [
  new URL('./coder.wasm', import.meta.url),
  new URL('../../dist/compression/coder.wasm', import.meta.url),
]

let loaded: WasmModule | undefined

/** The entropy coder, compiled at the first call. @throws HG_INTERNAL when coder.wasm was not built or not shipped */
export function loadCoderCode(): WasmModule {
  loaded ??= new webAssembly.Module(readCode())
  return loaded
}

function readCode(): Uint8Array {
  for (const place of places) {
    try {
      return readFileSync(place)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  const looked = places.map((place) => fileURLToPath(place)).join(' and ')
  throw new HourglassError('HG_INTERNAL', `compression: no coder.wasm at ${looked}; run npm run build`)
}
