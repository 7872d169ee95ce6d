/**
 * Points that fill a cube more evenly than chance does: the Halton sequence with its digits shuffled, which a search
 * begins with. Coordinate d of point i is i written backwards behind the point in the d-th prime base; in high bases
 * plain digits run together for a long time, so every place of digits gets a random permutation of its own.
 *
 * Halton (1960), "On the efficiency of certain quasi-random sequences of points"; shuffled as in Owen (2017), "A
 * randomized Halton algorithm in R".
 */
import { HourglassError, permutation, randomFor } from '../../base/index.js'

/** Digits that are written out: beyond, all coordinates would agree to 10⁻⁹ anyway. */
const leastStep = 1e-9

const primes: readonly number[] = firstPrimes(256)

/** A shuffled sequence: `at(i)` is its i-th point, `[dimensions]` numbers in [0, 1). */
export interface HaltonSequence {
  at(index: number): readonly number[]
}

/**
 * Makes a sequence.
 *
 * @param dimensions 1 to 256
 * @param seed of the permutations; the same seed gives the same sequence
 * @throws HG_USAGE for more dimensions than there are bases
 */
export function haltonSequence(dimensions: number, seed: number): HaltonSequence {
  if (dimensions > primes.length) {
    throw new HourglassError(
      'HG_USAGE',
      `search space: at most ${primes.length} options can be searched, got ${dimensions}`,
    )
  }
  const coordinates = primes.slice(0, dimensions).map((base) => coordinate(base, seed))
  return { at: (index) => coordinates.map((of) => of(index)) }
}

/** Σ π_k(digit k) · base^(−k−1), with a permutation π_k for each place of digits. */
function coordinate(base: number, seed: number): (index: number) => number {
  const places = Math.ceil(-Math.log(leastStep) / Math.log(base))
  const shuffled = Array.from({ length: places }, (_, place) =>
    permutation(base, randomFor(seed, `halton ${base} ${place}`)),
  )
  return (index) => {
    let [left, step, sum] = [index, 1, 0]
    for (const digits of shuffled) {
      step /= base
      sum += digits[left % base]! * step
      left = Math.floor(left / base)
    }
    return sum
  }
}

function firstPrimes(count: number): readonly number[] {
  const found: number[] = []
  for (let candidate = 2; found.length < count; candidate++)
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate)
  return found
}
