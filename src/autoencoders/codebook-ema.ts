/**
 * A codebook of vectors, learned as running means of the vectors that fall on each entry, as in k-means.
 *
 *     n, m  ◄── γ · (n, m) + (1 − γ) · (number, sum of the vectors nearest to each entry)
 *     entry ◄── m / n, n smoothed
 *
 * van den Oord et al. (2017), "Neural discrete representation learning", section 3.1 and appendix A.1; the smoothing is
 * that of Sonnet's VectorQuantizerEMA. Entries that fall out of use start again at vectors of the batch (Dhariwal et al.
 * 2020, "Jukebox", section 3.1); on the first batch that are all that nothing fell on, so the codebook starts on the data.
 */
import {
  add,
  argMax,
  cast,
  constant,
  div,
  floats,
  floor,
  gather,
  gemm,
  mul,
  oneHot,
  reduceMean,
  reduceSum,
  reduceSumSquare,
  shapeOf,
  slice,
  square,
  stopGradient,
  sub,
  unsqueeze,
  type Value,
} from '../graph/index.js'
import type { Parameter } from '../layers/index.js'
import { codebookUsage, countsName } from './codebook-usage.js'
import type { Quantizer } from './quantizer.js'

const [codebookName, sumsName] = ['quantizer.codebook', 'quantizer.sums']

/** Keeps entries that nothing fell on from a division by zero. */
const smoothing = 1e-5

/** Options of `emaCodebook`. */
export interface EmaCodebookOptions {
  /** Entries. */
  readonly size: number
  /** Numbers in an entry. */
  readonly codeWidth: number
  /** γ, 0 to below 1. */
  readonly decay: number
  /** Whether entries that are hardly used start again. */
  readonly restart: boolean
}

/** A codebook learned by exponential moving averages. */
export function emaCodebook(options: EmaCodebookOptions): Quantizer {
  return {
    size: options.size,
    parameters: buffersOf(options),
    quantize: (vectors, { weight }) => {
      const indices = nearest(vectors, weight(codebookName))
      return { entries: gather(weight(codebookName), indices), indices }
    },
    train: (vectors, { weight }) => {
      const still = stopGradient(vectors)
      const codebook = weight(codebookName)
      const indices = nearest(still, codebook)
      const entries = gather(codebook, indices)
      const assigned = oneHot(indices, options.size)
      const usage = codebookUsage(reduceSum(assigned, { axes: [0] }), weight(countsName), options.decay)
      return {
        // The encoder follows the slopes of the entries as if it had given them itself (straight-through).
        output: add(vectors, stopGradient(sub(entries, vectors))),
        commitment: reduceMean(square(sub(vectors, stopGradient(entries))), { axes: [1] }),
        metrics: usage.metrics,
        updates: nextCodebook(still, assigned, weight(sumsName), usage, options),
      }
    },
  }
}

/** With restarts all counts start at 0, so that the first batch fills the codebook; without, as if each entry had been hit once. */
function buffersOf({ size, codeWidth, restart }: EmaCodebookOptions): readonly Parameter[] {
  const [decay, buffer] = [false, true]
  const normal = { kind: 'normal', deviation: 1 } as const
  return [
    { name: codebookName, shape: [size, codeWidth], initializer: normal, decay, buffer },
    {
      name: sumsName,
      shape: [size, codeWidth],
      initializer: restart ? { kind: 'zeros' } : normal,
      stream: codebookName,
      decay,
      buffer,
    },
    {
      name: countsName,
      shape: [size],
      initializer: { kind: 'constant', value: restart ? 0 : 1 },
      decay,
      buffer,
    },
  ]
}

/** `[n]` int64: argmin ‖x − e‖² = argmax x·e − ½‖e‖², which is one matrix product. */
function nearest(vectors: Value, codebook: Value): Value {
  const half = mul(reduceSumSquare(codebook, { axes: [1] }), -0.5)
  return argMax(gemm(vectors, codebook, { transposeB: true, bias: half }), 1)
}

/** The next counts, sums and entries. */
function nextCodebook(
  vectors: Value,
  assigned: Value,
  sumsBefore: Value,
  { counts, alive }: { readonly counts: Value; readonly alive: Value },
  { size, decay, restart }: EmaCodebookOptions,
): Record<string, Value> {
  const hit = gemm(assigned, vectors, { transposeA: true, alpha: 1 - decay })
  const sums = add(mul(sumsBefore, decay), hit)
  const next = restart ? restarted(vectors, sums, counts, alive, size) : { sums, counts }
  const total = reduceSum(next.counts)
  const smoothed = mul(div(add(next.counts, smoothing), add(total, size * smoothing)), total)
  return {
    [countsName]: next.counts,
    [sumsName]: next.sums,
    [codebookName]: div(next.sums, unsqueeze(smoothed, [1])),
  }
}

/**
 * Dead entries at vectors of the batch, as if each had been hit as often as the mean entry. Entry i takes vector i modulo
 * their number: batches are in random order, so that is a random choice without a draw.
 */
function restarted(vectors: Value, sums: Value, counts: Value, alive: Value, size: number) {
  const entries = constant(
    floats(
      Float32Array.from({ length: size }, (_, i) => i),
      [size],
    ),
  )
  const number = cast(slice(shapeOf(vectors), [{ axis: 0, start: 0, end: 1 }]), 'float32')
  const chosen = cast(sub(entries, mul(floor(div(entries, number)), number)), 'int64')
  const mean = reduceMean(counts)
  const dead = sub(1, alive)
  const fresh = mul(gather(vectors, chosen), mul(unsqueeze(dead, [1]), mean))
  return {
    sums: add(mul(sums, unsqueeze(alive, [1])), fresh),
    counts: add(mul(counts, alive), mul(dead, mean)),
  }
}
