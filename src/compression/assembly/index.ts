/**
 * The entropy coder in WebAssembly: everything that is done once for each quantised coefficient. AssemblyScript, compiled
 * by scripts/build.mjs to dist/compression/coder.wasm. It allocates nothing: the caller lays out the imported memory and
 * passes byte addresses.
 *
 * All that a decoder depends on is integer arithmetic and integer tables, so a stream means the same everywhere. The same
 * arithmetic in plain TypeScript: ../reference-coder.ts. The caller: ../coefficient-coder.ts. Read bands.ts first.
 */
export { setTables } from './mixing'
export { setLayout, setTile, encodePass, decodePass } from './bands'
export { setChoice } from './choice'
