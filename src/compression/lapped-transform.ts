/**
 * The transform at the outer ends of the codec: 16 cosines over windows of 32 pixels that overlap by half. Smooth where blocks
 * meet, where a plain block transform leaves edges.
 *
 * Malvar & Staelin (1989), "The LOT: transform coding without blocking effects", in the factorisation of Tran, Liang &
 * Tu (2003): butterflies across each border between two blocks, a matrix V on their differences, butterflies back, then a
 * cosine transform of each block:
 *
 *     [r + l, r − l]/√2  ─►  [I, V]  ─►  butterflies/√2  ─►  DCT-II
 *
 * l and r are the 8 pixels before and after a border, counted from the border. The way back has V⁻¹. An orthonormal V makes
 * an orthonormal transform, as Malvar's V = J (C_IIᵀ C_IV) J; any other one still gives back what came in, and one that
 * enlarges differences smooths more on the way back (a biorthogonal transform, Malvar 1998). V is learned (fit-transform.ts).
 *
 * Synthesis windows have norm 1, so that an error in a coefficient is about as large as the error it makes in pixels; the
 * analysis makes up for it.
 */
import { inverse, Matrix } from 'ml-matrix'
import { blockSize } from './latent-layout.js'

/** Pixels that a window reaches beyond its block at each side. */
export const overlap = blockSize / 2
/** Pixels of a window. */
export const windowSize = 2 * blockSize

/** Both ways, `[16, 32]` each: the weights of a frequency over its window, in one direction. */
export interface LappedTransform {
  readonly analysis: readonly Float64Array[]
  readonly synthesis: readonly Float64Array[]
}

/** @param border V, `[8, 8]` row after row; it must have an inverse */
export function lappedTransform(border: ArrayLike<number> = orthonormalBorder()): LappedTransform {
  const turn = new Matrix(rowsOf(border))
  const analysis = windows(turn)
  const synthesis = windows(inverse(turn).transpose())
  const norms = synthesis.map((window) => Math.hypot(...window))
  return {
    analysis: analysis.map((window, k) => window.map((weight) => weight * norms[k]!)),
    synthesis: synthesis.map((window, k) => window.map((weight) => weight / norms[k]!)),
  }
}

/** Malvar's V, `[8, 8]`: what learning starts from. */
export function orthonormalBorder(): Float64Array {
  const n = overlap
  const second = cosineBasis(n)
  const fourth = Array.from({ length: n }, (_, k) =>
    Float64Array.from(
      { length: n },
      (_, i) => Math.sqrt(2 / n) * Math.cos((Math.PI * (i + 0.5) * (k + 0.5)) / n),
    ),
  )
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    return second.reduce((sum, row, k) => sum + row[n - 1 - i]! * fourth[k]![n - 1 - j]!, 0)
  })
}

/** Orthonormal DCT-II, `[n, n]`. */
export function cosineBasis(n: number): Float64Array[] {
  return Array.from({ length: n }, (_, k) =>
    Float64Array.from(
      { length: n },
      (_, i) => Math.sqrt((k === 0 ? 1 : 2) / n) * Math.cos((Math.PI * (i + 0.5) * k) / n),
    ),
  )
}

/** `[16, 32]`: the cosines of a block, spread across the borders at its ends. */
function windows(turn: Matrix): Float64Array[] {
  return cosineBasis(blockSize).map((cosine) => {
    const window = new Float64Array(windowSize)
    window.set(cosine, overlap)
    for (const border of [overlap, overlap + blockSize]) spreadAcross(window, border, turn)
    return window
  })
}

/** Applies the transposed filter of the border before pixel `border` of a window, in place. */
function spreadAcross(window: Float64Array, border: number, turn: Matrix): void {
  const distances = Array.from({ length: overlap }, (_, i) => i)
  const sums = distances.map((i) => (window[border + i]! + window[border - 1 - i]!) * Math.SQRT1_2)
  const differences = distances.map((i) => (window[border + i]! - window[border - 1 - i]!) * Math.SQRT1_2)
  distances.forEach((i) => {
    const turned = differences.reduce((sum, difference, j) => sum + turn.get(j, i) * difference, 0)
    window[border + i] = (sums[i]! + turned) * Math.SQRT1_2
    window[border - 1 - i] = (sums[i]! - turned) * Math.SQRT1_2
  })
}

const rowsOf = (border: ArrayLike<number>): number[][] =>
  Array.from({ length: overlap }, (_, i) =>
    Array.from({ length: overlap }, (_, j) => border[i * overlap + j]!),
  )
