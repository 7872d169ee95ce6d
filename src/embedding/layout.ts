/**
 * A layout of rows in the plane without an encoder: t-SNE on a graph of nearest neighbours. The encoder of a map then
 * remembers these places (recall.ts) or learns them (laid-out-map.ts), which is many times cheaper than finding them
 * through the encoder.
 *
 *     P uniform over the graph's edges, both ways;   q_ij = 1 / (1 + ‖yᵢ − yⱼ‖²);   Z = Σ q
 *     slope at yᵢ  =  a Σⱼ pᵢⱼ qᵢⱼ (yᵢ − yⱼ)  −  Σⱼ q²ᵢⱼ (yᵢ − yⱼ) / Z
 *
 * van der Maaten & Hinton (2008), eq. 5, without its factor 4; repulsion by a grid (grid-repulsion.ts). Start, exaggeration and
 * learning rate as Kobak & Berens (2019), "The art of using t-SNE for single-cell transcriptomics", and Belkina et al.
 * (2019) advise: principal components scaled down, a = 12 at first, a step of n / a. Uniform weights in place of a
 * perplexity: Böhm, Berens & Kobak (2022), section 4.
 */
import { progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import type { Neighbors } from '../geometry/index.js'
import { allPairs } from './all-pairs.js'
import { gridRepulsion } from './grid-repulsion.js'

/** How a layout is made. */
export interface LayoutOptions extends LongWork {
  /** `[n, 2]`, first places; only their directions count. */
  readonly start: Float32Array
  /** Weight of attraction in the end (default 1). */
  readonly exaggeration?: number
  /** Iterations in all (default 500), the first three tenths of them with early exaggeration. */
  readonly iterations?: number
}

const early = { exaggeration: 12, share: 0.3, momentum: 0.5 } as const
const late = { momentum: 0.8 } as const
/** Iterations, after the early ones, for which one repulsion is good enough: it changes slowly. */
const repulsionEvery = 2
/** Deviation of the first places. */
const startSize = 1e-4
/** Longest step of a point. */
const longestStep = 5
/** Rows up to which pairs are fewer than what a grid takes. */
const mostInPairs = 1000
const leastGain = 0.01

/** Edges of a graph by the row that they start from; each stands in it both ways. */
export interface Edges {
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** Weight of each: an edge that both ends have stands twice. They sum to 1. */
  readonly weight: number
}

/** Places in the plane, `[n, 2]`, centred. @throws HG_INTERRUPTED */
export async function layout(
  neighbors: Neighbors,
  { start, exaggeration = 1, iterations = 500, onProgress, signal }: LayoutOptions,
): Promise<Float32Array> {
  const n = neighbors.rows
  const edges = symmetricEdges(neighbors)
  const places = scaledStart(start)
  const [update, gains] = [new Float64Array(2 * n), new Float64Array(2 * n).fill(1)]
  const [slope, forces] = [new Float64Array(2 * n), new Float64Array(2 * n)]
  const repulsion = n <= mostInPairs ? allPairs : gridRepulsion(n)
  let total = 1
  const report = progressOf('laying out', onProgress)
  for (let at = 0; at < iterations; at++) {
    throwIfAborted(signal, `laying out, iteration ${at + 1} of ${iterations}`)
    const isEarly = at < early.share * iterations
    const attraction = isEarly ? Math.max(early.exaggeration, exaggeration) : exaggeration
    if (isEarly || at % repulsionEvery === 0) total = repulsion(places, forces)
    attract(places, edges, attraction, slope)
    for (let i = 0; i < slope.length; i++) slope[i]! -= forces[i]! / total
    move(places, slope, update, gains, {
      momentum: isEarly ? early.momentum : late.momentum,
      rate: Math.max(200, n / attraction),
    })
    report((at + 1) / iterations, `iteration ${at + 1} of ${iterations}`)
    await new Promise((resolve) => setTimeout(resolve))
  }
  return Float32Array.from(places)
}

/** The graph both ways. */
export function symmetricEdges({ rows, k, indices }: Neighbors): Edges {
  const counts = new Int32Array(rows + 1)
  for (let i = 0; i < rows; i++) {
    counts[i + 1]! += k
    for (let j = 0; j < k; j++) counts[indices[i * k + j]! + 1]!++
  }
  for (let i = 0; i < rows; i++) counts[i + 1]! += counts[i]!
  const [next, ends] = [counts.slice(), new Int32Array(2 * rows * k)]
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < k; j++) {
      const other = indices[i * k + j]!
      ends[next[i]!++] = other
      ends[next[other]!++] = i
    }
  }
  return { starts: counts, ends, weight: 1 / (2 * rows * k) }
}

/** a Σⱼ pᵢⱼ qᵢⱼ (yᵢ − yⱼ) for every point. */
function attract(
  places: Float64Array,
  { starts, ends, weight: share }: Edges,
  a: number,
  slope: Float64Array,
): void {
  const weight = a * share
  for (let i = 0; i < starts.length - 1; i++) {
    const x = places[2 * i]!
    const y = places[2 * i + 1]!
    const end = starts[i + 1]!
    let sumX = 0
    let sumY = 0
    for (let e = starts[i]!; e < end; e++) {
      const j = 2 * ends[e]!
      const dx = x - places[j]!
      const dy = y - places[j + 1]!
      const q = 1 / (1 + dx * dx + dy * dy)
      sumX += q * dx
      sumY += q * dy
    }
    slope[2 * i] = weight * sumX
    slope[2 * i + 1] = weight * sumY
  }
}

/** A step of gradient descent with momentum and a gain for each coordinate (Jacobs 1988), then back to the centre. */
function move(
  places: Float64Array,
  slope: Float64Array,
  update: Float64Array,
  gains: Float64Array,
  { momentum, rate }: { readonly momentum: number; readonly rate: number },
): void {
  const most = longestStep * longestStep
  let middleX = 0
  let middleY = 0
  for (let c = 0; c < places.length; c++) {
    const turned = slope[c]! * update[c]! < 0 // downhill as before
    const gain = turned ? gains[c]! + 0.2 : Math.max(leastGain, gains[c]! * 0.8)
    gains[c] = gain
    update[c] = momentum * update[c]! - rate * gain * slope[c]!
  }
  for (let i = 0; i < places.length; i += 2) {
    const squared = update[i]! * update[i]! + update[i + 1]! * update[i + 1]!
    if (squared > most) {
      const share = longestStep / Math.sqrt(squared)
      update[i]! *= share
      update[i + 1]! *= share
    }
    places[i]! += update[i]!
    places[i + 1]! += update[i + 1]!
    middleX += places[i]!
    middleY += places[i + 1]!
  }
  const n = places.length / 2
  for (let i = 0; i < places.length; i += 2) {
    places[i]! -= middleX / n
    places[i + 1]! -= middleY / n
  }
}

/** First places of the wanted size around the centre. */
function scaledStart(start: Float32Array): Float64Array {
  const n = start.length / 2
  const places = Float64Array.from(start)
  let [x, y] = [0, 0]
  for (let i = 0; i < n; i++) [x, y] = [x + places[2 * i]! / n, y + places[2 * i + 1]! / n]
  let squares = 0
  for (let i = 0; i < n; i++) {
    places[2 * i]! -= x
    places[2 * i + 1]! -= y
    squares += places[2 * i]! ** 2
  }
  const unit = squares > 0 ? startSize / Math.sqrt(squares / n) : 1
  return places.map((value) => value * unit)
}
