/**
 * The WebAssembly kernels: everything that touches each parameter, or each random number, once per training step.
 * AssemblyScript, compiled by scripts/build.mjs to dist/engine/optimizer/kernels.wasm. No allocation, no state of
 * its own: the caller lays out the imported memory and passes byte addresses.
 *
 * Every array is a whole number of 64-byte lines (the caller pads with zeros), so no kernel has a tail loop.
 * The same arithmetic in plain TypeScript: ../reference.ts and ../reference-noise.ts. Callers: ../kernels.ts.
 */
export { adamw, sgd, flushTiny } from './update'
export { squaredNorm } from './norm'
export { randomWords, wordsToUniform, wordsToNormal, wordsToMask } from './noise'
