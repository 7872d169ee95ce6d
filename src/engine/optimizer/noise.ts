/**
 * A seeded stream of random numbers in bulk: corruption noise, dropout masks, samples. The same seed gives the same
 * bits with every set of kernels, on every machine. Single random numbers (splits, shuffles) come from `base`'s
 * `random`. Generator and transforms: assembly/noise.ts.
 */
import { HourglassError } from '../../base/index.js'
import { lineBytes, type BoundKernels, type Kernels } from './kernels.js'
import { webAssembly } from './webassembly.js'

/** The generator's 16 words; plain data, so that a checkpoint can hold them. */
export type NoiseState = readonly number[]

/**
 * A mutable stream. Every call fills its whole target and moves the stream on by the target's length rounded up to a
 * multiple of 16, so that what comes next depends on lengths alone, never on the kind of numbers or their values.
 */
export interface Noise {
  /** Uniform numbers in [0, 1), in steps of 2⁻²⁴. */
  uniform(target: Float32Array): void
  /** Standard normal numbers (mean 0, variance 1), in magnitude at most 6.67. */
  normal(target: Float32Array): void
  /**
   * Independent masks: `value` with `probability`, else 0. Dropout keeping a share k is `bernoulli(mask, k, 1 / k)`.
   *
   * @param probability 0 to 1, honoured in steps of 2⁻³¹
   * @param value any float32, default 1
   * @throws HG_USAGE when `probability` is outside 0 to 1
   */
  bernoulli(target: Float32Array, probability: number, value?: number): void
  /** The state to hand to `restoreNoise`. */
  state(): NoiseState
}

const stateWords = 16
const stagingAt = lineBytes // the state fills the first line of the memory, the staging buffer follows
const stagingFloats = 4096 // 16 KiB: stays in the level-1 cache between generator, transform and copy
const granule = 16 // every fill takes whole lines, see `Noise`

/**
 * A stream started from a seed.
 *
 * @param seed any integer; only its low 32 bits count
 */
export function createNoise(seed: number, kernels: Kernels): Noise {
  return restoreNoise(
    Array.from({ length: stateWords }, (_, i) => scramble(seed, i)),
    kernels,
  )
}

/**
 * A stream continued from `state()` of an earlier one.
 *
 * @throws HG_CHECKPOINT_INVALID when the state is not 16 32-bit words with a non-zero one in each lane
 */
export function restoreNoise(state: NoiseState, kernels: Kernels): Noise {
  checkState(state)
  const memory = new webAssembly.Memory({ initial: 1, maximum: 1 })
  const words = new Uint32Array(memory.buffer, 0, stateWords)
  words.set(state)
  const bound = kernels.bind(memory)
  const staging = new Float32Array(memory.buffer, stagingAt, stagingFloats)
  return {
    uniform: (target) => fill(target, staging, bound, (length) => bound.wordsToUniform(stagingAt, length)),
    normal: (target) => fill(target, staging, bound, (length) => bound.wordsToNormal(stagingAt, length)),
    bernoulli(target, probability, value = 1) {
      const limit = maskLimit(probability)
      fill(target, staging, bound, (length) => bound.wordsToMask(stagingAt, length, limit, value))
    },
    state: () => [...words],
  }
}

function fill(
  target: Float32Array,
  staging: Float32Array,
  kernels: BoundKernels,
  transform: (length: number) => void,
): void {
  for (let start = 0; start < target.length; start += stagingFloats) {
    const wanted = Math.min(stagingFloats, target.length - start)
    const drawn = Math.ceil(wanted / granule) * granule
    kernels.randomWords(0, stagingAt, drawn)
    transform(drawn)
    target.set(wanted === stagingFloats ? staging : staging.subarray(0, wanted), start)
  }
}

function maskLimit(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) {
    throw new HourglassError('HG_USAGE', `bernoulli: probability must lie in 0 to 1, got ${probability}`)
  }
  return Math.round(probability * 2 ** 31) - 1
}

function checkState(state: NoiseState): void {
  const isWord = (word: number) => Number.isInteger(word) && word >= 0 && word < 2 ** 32
  const laneAlive = (lane: number) => [0, 4, 8, 12].some((row) => state[row + lane] !== 0)
  if (state.length !== stateWords || !state.every(isWord) || ![0, 1, 2, 3].every(laneAlive)) {
    throw new HourglassError(
      'HG_CHECKPOINT_INVALID',
      `noise: expected a state of ${stateWords} 32-bit words, none of its four lanes all zero, got [${state.join(', ')}]`,
    )
  }
}

/** Well-mixed word `index` of a seed: MurmurHash3's finaliser (Appleby 2011) over a Weyl sequence, run twice. */
function scramble(seed: number, index: number): number {
  let word = seed | 0
  for (const salt of [Math.imul(index + 1, 0x9e3779b9), 0x85ebca6b]) {
    word = (word + salt) | 0
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35)
    word ^= word >>> 16
  }
  return word >>> 0
}
