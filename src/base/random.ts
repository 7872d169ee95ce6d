/**
 * Seeded random numbers. Randomness is always an argument, never global, so that the same seed gives the same
 * bits. The generator is xoroshiro128+ from the pure-rand package; its four words of state are serialisable,
 * which is what makes a resumed training identical to an undisturbed one.
 *
 * Bulk noise for training (millions of numbers a step) lives in engine/optimizer, not here.
 */
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'

/** A mutable stream of random numbers. */
export interface Random {
  /** A 32-bit unsigned integer. */
  uint32(): number
  /** A float64 in [0, 1) with 53 random bits. */
  uniform(): number
  /** A standard normal number (Box–Muller, one of the pair; Box & Muller 1958). */
  normal(): number
  /** An integer in [0, bound), unbiased; `bound` from 1 to 2³². */
  below(bound: number): number
  /** The generator's state; `randomFrom(state)` continues the stream from here. */
  state(): readonly number[]
}

/** A stream started from a seed (any integer; only its low 32 bits count). */
export function random(seed: number): Random {
  const generator = xoroshiro128plus(seed | 0)
  // Small seeds leave most bits of the first states zero: let them mix before anybody looks.
  for (let i = 0; i < 64; i++) generator.next()
  return wrap(generator)
}

/** A stream continued from `state()` of an earlier one. */
export function randomFrom(state: readonly number[]): Random {
  return wrap(xoroshiro128plusFromState(state))
}

/**
 * A stream of its own for each purpose under one seed, so that adding a consumer moves nobody else's numbers.
 *
 * @param purpose any label, such as `'split'` or `'initial weights'`
 */
export function randomFor(seed: number, purpose: string): Random {
  let hash = 0x811c9dc5 ^ seed // FNV-1a over the label, started from the seed
  for (let i = 0; i < purpose.length; i++) hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193)
  return random(hash)
}

/** The numbers 0 … count−1 in random order (Fisher–Yates). */
export function permutation(count: number, stream: Random): Int32Array {
  const order = new Int32Array(count)
  for (let i = 0; i < count; i++) order[i] = i
  for (let i = count - 1; i > 0; i--) {
    const j = stream.below(i + 1)
    const held = order[i]!
    order[i] = order[j]!
    order[j] = held
  }
  return order
}

type Generator = ReturnType<typeof xoroshiro128plus>

function wrap(generator: Generator): Random {
  const uint32 = (): number => generator.next() >>> 0
  const uniform = (): number => ((uint32() >>> 5) * 67108864 + (uint32() >>> 6)) / 9007199254740992
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  const below = (bound: number): number => {
    const limit = 4294967296 - (4294967296 % bound) // reject the ragged end: no modulo bias
    let word = uint32()
    while (word >= limit) word = uint32()
    return word % bound
  }
  return { uint32, uniform, normal, below, state: () => [...generator.getState()] }
}
