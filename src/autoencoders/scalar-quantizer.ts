/**
 * Finite scalar quantisation: each number of a code is bounded and rounded to one of a few levels; the codebook is all
 * their combinations, and nothing of it is learned.
 *
 *     z ──► b = h · tanh(z + s) − o ──► round ──► ÷ ⌊L/2⌋ ──► code in [−1, 1]
 *
 * For an odd number of levels L, h = (L − 1)/2 and o = s = 0. For an even one the levels lie between whole numbers;
 * o = ½ moves them onto them, and s = atanh(o/h) makes 0 stay 0. h is longer by 10⁻³ of itself, so that two levels, where
 * o/h would be 1, are possible too.
 *
 * Mentzer et al. (2023), "Finite scalar quantization: VQ-VAE made simple", section 3.1 and appendix A.1.
 */
import {
  add,
  cast,
  constant,
  div,
  expandLike,
  floats,
  floor,
  matmul,
  mul,
  reshape,
  scalar,
  scatterElementsAdd,
  stopGradient,
  sub,
  tanh,
  type Value,
} from '../graph/index.js'
import { codebookUsage, countsName } from './codebook-usage.js'
import type { Quantizer } from './quantizer.js'

/** How much of the past stays in the running counts at each step. */
const countDecay = 0.99

/**
 * Rounds each number of a group to levels.
 *
 * @param levels numbers of levels, 2 or more, one for each number of a group
 */
export function scalarQuantizer(levels: readonly number[]): Quantizer {
  const size = levels.reduce((product, count) => product * count, 1)
  const row = (of: (count: number) => number): Value =>
    constant(floats(Float32Array.from(levels, of), [1, levels.length]))
  const [half, offset, shift] = [row(halfOf), row(offsetOf), row(shiftOf)]
  const middle = row((count) => Math.floor(count / 2))
  const bases = levels.map((_, i) => levels.slice(0, i).reduce((product, count) => product * count, 1))
  const places = constant(floats(Float32Array.from(bases), [levels.length, 1]))

  const bounded = (vectors: Value): Value => sub(mul(tanh(add(vectors, shift)), half), offset)
  const rounded = (numbers: Value): Value => floor(add(numbers, 0.5))
  /** `[n]` int64: the levels as digits, the first number's fastest. */
  const indicesOf = (whole: Value): Value =>
    cast(rounded(reshape(matmul(add(whole, middle), places), [-1])), 'int64')
  return {
    size,
    parameters: [
      { name: countsName, shape: [size], initializer: { kind: 'zeros' }, decay: false, buffer: true },
    ],
    quantize: (vectors) => {
      const whole = rounded(bounded(vectors))
      return { entries: div(whole, middle), indices: indicesOf(whole) }
    },
    train: (vectors, { weight }) => {
      const smooth = bounded(vectors)
      const whole = stopGradient(rounded(smooth))
      const indices = indicesOf(whole)
      const none = constant(floats(new Float32Array(size), [size]))
      const ones = expandLike(scalar(1), indices)
      const hits = scatterElementsAdd(none, indices, ones, 0)
      const { counts, metrics } = codebookUsage(hits, weight(countsName), countDecay)
      return {
        // Rounding has no slope; the bounded number's stands for it (straight-through).
        output: div(add(smooth, stopGradient(sub(whole, smooth))), middle),
        metrics,
        updates: { [countsName]: counts },
      }
    },
  }
}

const halfOf = (count: number): number => ((count - 1) * (1 + 1e-3)) / 2
const offsetOf = (count: number): number => (count % 2 === 0 ? 0.5 : 0)
const shiftOf = (count: number): number => Math.atanh(offsetOf(count) / halfOf(count))
