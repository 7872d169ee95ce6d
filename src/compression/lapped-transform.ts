/**
 * The transform that training starts from: 16 cosines over windows of 32 pixels that overlap by half, orthonormal, so that
 * an error in a coefficient is as large as the error it makes in pixels. Smooth where blocks meet, where a plain block
 * transform leaves edges.
 *
 * Malvar & Staelin (1989), "The LOT: transform coding without blocking effects", in the factorisation of Tran, Liang &
 * Tu (2003): butterflies across each border between two blocks, an orthonormal matrix V on their differences, butterflies
 * back, then a cosine transform of each block:
 *
 *     [r + l, r − l]/√2  ─►  [I, V]  ─►  butterflies/√2  ─►  DCT-II,      V = J (C_IIᵀ C_IV) J
 *
 * l and r are the 8 pixels before and after a border, counted from the border.
 */
import { blockSize } from './latent-layout.js'

/** Pixels that a window reaches beyond its block at each side. */
export const overlap = blockSize / 2
/** Pixels of a window. */
export const windowSize = 2 * blockSize

/** `[16, 32]`: each frequency's weights over its window. */
export function lappedBasis(): Float64Array[] {
  const cosines = cosineBasis(blockSize)
  const turn = borderMatrix()
  return cosines.map((cosine) => {
    // The filter at a border mixes 8 pixels at each side: its transpose spreads a cosine over the window.
    const window = new Float64Array(windowSize)
    window.set(cosine, overlap)
    for (const border of [overlap, overlap + blockSize]) spreadAcross(window, border, turn)
    return window
  })
}

/** `[256, 32, 32]`: the weights of frequency (v, u), number 16 v + u, over its window in two directions. */
export function lappedKernel(): Float32Array {
  const basis = lappedBasis()
  const area = windowSize * windowSize
  const kernel = new Float32Array(blockSize * blockSize * area)
  for (let v = 0; v < blockSize; v++)
    for (let u = 0; u < blockSize; u++)
      for (let y = 0; y < windowSize; y++)
        for (let x = 0; x < windowSize; x++)
          kernel[(v * blockSize + u) * area + y * windowSize + x] = basis[v]![y]! * basis[u]![x]!
  return kernel
}

/** Orthonormal DCT-II, `[n, n]`. */
function cosineBasis(n: number): Float64Array[] {
  return Array.from({ length: n }, (_, k) =>
    Float64Array.from(
      { length: n },
      (_, i) => Math.sqrt((k === 0 ? 1 : 2) / n) * Math.cos((Math.PI * (i + 0.5) * k) / n),
    ),
  )
}

/** V, `[8, 8]`. */
function borderMatrix(): Float64Array[] {
  const n = overlap
  const second = cosineBasis(n)
  const fourth = Array.from({ length: n }, (_, k) =>
    Float64Array.from(
      { length: n },
      (_, i) => Math.sqrt(2 / n) * Math.cos((Math.PI * (i + 0.5) * (k + 0.5)) / n),
    ),
  )
  return Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: n }, (_, j) =>
      second.reduce((sum, row, k) => sum + row[n - 1 - i]! * fourth[k]![n - 1 - j]!, 0),
    ),
  )
}

/** Applies the transposed filter of the border before pixel `border` of a window, in place. */
function spreadAcross(window: Float64Array, border: number, turn: readonly Float64Array[]): void {
  const distances = Array.from({ length: overlap }, (_, i) => i)
  const sums = distances.map((i) => (window[border + i]! + window[border - 1 - i]!) * Math.SQRT1_2)
  const differences = distances.map((i) => (window[border + i]! - window[border - 1 - i]!) * Math.SQRT1_2)
  distances.forEach((i) => {
    const turned = differences.reduce((sum, difference, j) => sum + turn[j]![i]! * difference, 0)
    window[border + i] = (sums[i]! + turned) * Math.SQRT1_2
    window[border - 1 - i] = (sums[i]! - turned) * Math.SQRT1_2
  })
}
