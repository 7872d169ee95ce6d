/**
 * Learns the border matrix V of the lapped transform (lapped-transform.ts) from photographs, by what their coefficients would
 * take in bits:
 *
 *     bits = mean ½ log₂(1 + (c_u c_v y_uv / step)²),     y = A(V) x A(V)ᵀ,     c_k = norm of synthesis window k
 *
 * about what a coder takes that knows how large a coefficient of this size is. Since every synthesis window has norm 1, all V
 * leave about the same error at the same step, and fewer bits are all that counts. A row is a square of a plane and a step:
 *
 *     row: [square, 32 · 32 │ log₂ step]
 */
import { randomFor } from '../base/index.js'
import {
  add,
  concat,
  constant,
  div,
  exp,
  log,
  matmul,
  mul,
  reduceMean,
  reduceSum,
  reshape,
  slice,
  sqrt,
  square,
  sub,
  tensor,
  transpose,
  type Value,
} from '../graph/index.js'
import type { Learner, RowSource } from '../training/index.js'
import { blockSize, planeCount } from './latent-layout.js'
import { cosineBasis, orthonormalBorder, overlap, windowSize } from './lapped-transform.js'
import type { Pixels } from './tiles.js'
import { planeAt } from './transform-graphs.js'

const area = windowSize * windowSize
const rowWidth = area + 1
/** Steps are drawn between these, evenly in their logarithms. */
const [finest, coarsest] = [8, 100]
/** From V's transpose over this to its inverse; singular values stay well below √(2 · 1.6). */
const [inverseScale, inverseTurns] = [1.6, 7]

/** Rows of features that a batch needs. */
export const squaresFor = (batchSize: number): Float32Array => new Float32Array(batchSize * rowWidth)

/** Squares of the pictures, each at least of a window's size, made anew for every step. */
export function squareSource(pictures: readonly Pixels[], batchSize: number, seed: number): RowSource {
  return {
    identity: `squares of ${pictures.length} pictures`,
    fill(step, features) {
      const random = randomFor(seed, `squares of step ${step}`)
      for (let row = 0; row < batchSize; row++) {
        const picture = pictures[random.below(pictures.length)]!
        const { width, height, channels } = picture
        const [left, top] = [width, height].map((size) => random.below(size - windowSize + 1))
        const plane = channels === 3 ? random.below(planeCount) : 0
        const at = row * rowWidth
        for (let i = 0; i < area; i++) {
          const [x, y] = [left! + (i % windowSize), top! + Math.floor(i / windowSize)]
          features[at + i] = planeAt(picture, plane, y * width + x)
        }
        features[at + area] = Math.log2(finest * (coarsest / finest) ** random.uniform())
      }
    },
  }
}

/** The border matrix as something that can be trained: parameter `border`, `[8, 8]`. */
export function borderLearner(): Learner {
  const start = Float32Array.from(orthonormalBorder())
  return {
    kind: 'border of the lapped transform',
    space: { width: rowWidth, numericCount: rowWidth, columns: [] },
    parameters: [{ name: 'border', shape: [overlap, overlap], initializer: { kind: 'zeros' }, decay: false }],
    objective: ({ features }, context) => {
      const border = add(context.weight('border'), matrix(overlap, overlap, start))
      const squares = reshape(slice(features, [{ axis: 1, start: 0, end: area }]), [
        -1,
        windowSize,
        windowSize,
      ])
      const logStep = reshape(slice(features, [{ axis: 1, start: area, end: rowWidth }]), [-1, 1, 1])
      const analysis = mul(windowsOf(border), synthesisNorms(border))
      const coefficients = matmul(matmul(analysis, squares), transpose(analysis, [1, 0]))
      const steps = div(coefficients, exp(mul(logStep, Math.LN2)))
      const bits = reduceMean(mul(log(add(square(steps), 1)), 0.5 / Math.LN2), { axes: [1, 2] })
      return { loss: bits, parts: { bits } }
    },
  }
}

/** The border that was learned. */
export const borderFrom = (weights: Readonly<Record<string, Float32Array>>): Float32Array => {
  const start = orthonormalBorder()
  return weights['border']!.map((change, i) => change + start[i]!)
}

const cosines = cosineBasis(blockSize)
/** `[16, 8]`: cosines right of the border before a block, and left of the one after it, both counted from the border. */
const rightOf = matrix(
  blockSize,
  overlap,
  cosines.flatMap((cosine) => [...cosine.subarray(0, overlap)]),
)
const leftOf = matrix(
  blockSize,
  overlap,
  cosines.flatMap((cosine) => [...cosine.subarray(overlap)].reverse()),
)
/** `[8, 8]`: turns an order about. */
const turnedAbout = matrix(
  overlap,
  overlap,
  Array.from({ length: overlap * overlap }, (_, i) =>
    (i % overlap) + Math.floor(i / overlap) === overlap - 1 ? 1 : 0,
  ),
)

/** `[16, 32]`: cosines spread across the borders at both ends, as lapped-transform.ts does. */
function windowsOf(border: Value): Value {
  const [right, left] = [matmul(rightOf, border), matmul(leftOf, border)]
  const half = (value: Value): Value => mul(value, 0.5)
  return concat(
    [
      matmul(half(sub(rightOf, right)), turnedAbout),
      half(add(rightOf, right)),
      matmul(half(add(leftOf, left)), turnedAbout),
      half(sub(leftOf, left)),
    ],
    1,
  )
}

/** `[16, 1]`: norms of the synthesis windows, which have the transposed inverse of V where the analysis has V. */
function synthesisNorms(border: Value): Value {
  const back = transpose(inverseOf(border), [1, 0])
  const energy = (part: Value): Value => reduceSum(square(matmul(part, back)), { axes: [1], keepDims: true })
  return sqrt(mul(add(add(energy(rightOf), energy(leftOf)), 1), 0.5))
}

/** Newton's iteration X ← X (2 − V X), which needs nothing but products (Schulz 1933). */
function inverseOf(border: Value): Value {
  let guess = mul(transpose(border, [1, 0]), 1 / inverseScale)
  for (let turn = 0; turn < inverseTurns; turn++)
    guess = sub(mul(guess, 2), matmul(guess, matmul(border, guess)))
  return guess
}

function matrix(rows: number, columns: number, numbers: ArrayLike<number>): Value {
  return constant(tensor('float32', [rows, columns], Float32Array.from(numbers)))
}
