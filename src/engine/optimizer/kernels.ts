/**
 * What a set of kernels offers, and the WebAssembly set. `Kernels` is the seam between fast and plain: the parameter
 * store and the noise stream work with either. The other set: reference.ts. The code itself: assembly/index.ts.
 * Loading the compiled file: kernels-node.ts; a browser fetches kernels.wasm and calls `wasmKernels(bytes)`.
 */
import { webAssembly, type WasmMemory, type WasmModule } from './webassembly.js'

/** Bytes of a cache line. Every array that a kernel sees starts on one and fills whole ones. */
export const lineBytes = 64

/** Float32 numbers in a cache line. */
export const lineFloats = lineBytes / 4

/**
 * Kernels at work on one memory. Addresses are bytes from its start, multiples of 64; lengths count float32 numbers
 * (or 32-bit words) and are multiples of 16. All arithmetic is float32, rounded after each operation. Where
 * `averages` is not 0, moving averages follow the parameters: e = e + share·(p − e).
 */
export interface BoundKernels {
  /** AdamW in place: h = g·gradientScale; m = beta1·m + firstGain·h; v = beta2·v + h²; p = p·keep − rate·m/(√v + epsilon). */
  adamw(
    parameters: number,
    gradients: number,
    first: number,
    second: number,
    length: number,
    gradientScale: number,
    beta1: number,
    firstGain: number,
    beta2: number,
    keep: number,
    rate: number,
    epsilon: number,
    averages: number,
    share: number,
  ): void
  /** SGD in place: b = momentum·b + (g·gradientScale + decay·p); p = p − rate·b. */
  sgd(
    parameters: number,
    gradients: number,
    velocity: number,
    length: number,
    gradientScale: number,
    momentum: number,
    decay: number,
    rate: number,
    averages: number,
    share: number,
  ): void
  /** Sets numbers smaller in magnitude than `least` to zero, in place; NaN stays. */
  flushTiny(numbers: number, length: number, least: number): void
  /** Σ x², relative error below 1e-6; not finite when an x is not, or is beyond 1.8e19. */
  squaredNorm(numbers: number, length: number): number
  /** Fills words from the generator whose 16 words of state stand at `state`, and advances it. */
  randomWords(state: number, words: number, length: number): void
  /** Words to uniform numbers in [0, 1), in place. */
  wordsToUniform(words: number, length: number): void
  /** Words to standard normal numbers, in place. */
  wordsToNormal(words: number, length: number): void
  /** Words to `value` where their top 31 bits are at most `limit` (−1: never), else 0; in place. */
  wordsToMask(words: number, length: number, limit: number, value: number): void
}

/** A set of kernels, not yet tied to a memory. */
export interface Kernels {
  /** For messages and benchmarks: 'wasm' or 'reference'. */
  readonly name: string
  bind(memory: WasmMemory): BoundKernels
}

/**
 * The WebAssembly SIMD kernels. Compiling takes about a millisecond; pass a module to compile once for many workers.
 *
 * @param code the bytes of kernels.wasm, or the module compiled from them
 * @throws WebAssembly.CompileError when the bytes are not a module or the platform lacks SIMD
 */
export function wasmKernels(code: Uint8Array | WasmModule): Kernels {
  const module = code instanceof Uint8Array ? new webAssembly.Module(code) : code
  return {
    name: 'wasm',
    bind: (memory) => new webAssembly.Instance(module, { env: { memory } }).exports as BoundKernels,
  }
}
