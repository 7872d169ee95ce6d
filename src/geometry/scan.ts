/**
 * Scans: some query rows are held against some reference rows on the engine, and the best of each query are kept.
 * What neighbors.ts and neighbors-inverted.ts are made of; they choose what is held against what.
 *
 *     score(q, x) = q·x − ½|x|²        |q − x|² = |q|² − 2·score
 *
 * One matrix product gives a block of scores: references carry −½|x|² as one more column, queries a 1. TopK in the same
 * graph keeps the largest of each row. Points are centred first, against cancellation, and divided by a power of two,
 * against overflow; both are exact for numbers on a coarse grid, such as small integers, so that equal distances of such
 * points get equal scores.
 *
 * Alternative looked at: a scan in plain TypeScript, which takes 40 times as long at 784 numbers a row.
 */
import type { Engine, Program } from '../engine/index.js'
import { cast, gemm, graph, input, tensor, topK, type Graph, type Tensor } from '../graph/index.js'
import type { Points } from './points.js'

/** Element type of the products. */
export type Precision = 'float32' | 'float64'

/** A shift and a scale of all points; `score` is in these units. */
export interface Frame {
  /** `[width]` */
  readonly centre: Float64Array
  /** A power of two. */
  readonly scale: number
}

/** What a scan is made of. */
export interface ScanOptions {
  readonly engine: Engine
  readonly threads: number
  readonly precision: Precision
  readonly references: Points
  readonly queries: Points
  /** Row of `queries` behind each slot of the results. */
  readonly slots: Int32Array
  /** Candidates kept for each slot. */
  readonly kept: number
  /** Whether queries and references are the same rows, and a row is not to find itself. */
  readonly excludeSelf: boolean
  readonly frame: Frame
  /**
   * Most slots and references in one product; fewer where rows are wide. The best are found faster in few long rows of scores:
   * 60,000 points of 50 numbers take 1.4 times as long with 1,024 slots and 8,192 references as with the defaults.
   */
  readonly mostSlots?: number
  readonly mostReferences?: number
  /** Called after each product with the number of pairs it held against each other; may throw to stop. */
  readonly afterProduct?: (pairs: number) => void
}

/** The best candidates so far. */
export interface Candidates {
  readonly kept: number
  /** `[slots, kept]`, best first; −1 where there is none. */
  readonly indices: Int32Array
  /** `[slots, kept]`, −Infinity where there is none. */
  readonly scores: Float64Array
}

/** A running search. */
export interface Scan extends Candidates {
  /** Sizes of one product; `add` takes any number of both. */
  readonly slotsAtOnce: number
  readonly referencesAtOnce: number
  /** Holds some slots against some references, which must not have met before. */
  add(slots: Int32Array, references: Int32Array): Promise<void>
  dispose(): Promise<void>
}

/** Numbers in a packed block: 32 MB in float32. */
const mostPacked = 2 ** 23
/** Score of what pads a block: below that of any point, whose scores are within ±width in the frame's units. */
const paddingScore = -1e30

/**
 * The shift and scale that suit both clouds: the references' middle, on a grid of 1/256 of each column's range so that
 * numbers on a grid of their own stay exact, and the largest range.
 */
export function frameOf(references: Points, queries: Points): Frame {
  const { width } = references
  const lowest = new Float64Array(width).fill(Infinity)
  const highest = new Float64Array(width).fill(-Infinity)
  for (const { values } of references === queries ? [references] : [references, queries]) {
    for (let i = 0; i < values.length;) {
      for (let c = 0; c < width; c++, i++) {
        if (values[i]! < lowest[c]!) lowest[c] = values[i]!
        if (values[i]! > highest[c]!) highest[c] = values[i]!
      }
    }
  }
  let widest = 0
  const centre = columnMedians(references).map((median, c) => {
    const spread = highest[c]! - lowest[c]!
    widest = Math.max(widest, spread)
    const grid = 2 ** (Math.ceil(Math.log2(spread)) - 8)
    return spread === 0 ? median : Math.round(median / grid) * grid
  })
  return { centre, scale: widest === 0 ? 1 : 2 ** -Math.ceil(Math.log2(widest)) }
}

/** Rows that the middle is taken from. */
const sampledRows = 501

/** Median of every column over some rows: unlike the mean, one far point does not move it away from all others. */
function columnMedians({ rows, width, values }: Points): Float64Array {
  const step = Math.max(1, Math.floor(rows / sampledRows))
  const count = Math.ceil(rows / step)
  const column = new Float64Array(count)
  return new Float64Array(width).map((_, c) => {
    for (let i = 0; i < count; i++) column[i] = values[i * step * width + c]!
    return column.sort()[count >> 1]!
  })
}

/** Starts a search over nothing; `add` what is to be held against what. */
export async function startScan(options: ScanOptions): Promise<Scan> {
  const { engine, threads, precision, references, slots, kept, excludeSelf } = options
  const columns = references.width + 1
  const fitting = Math.max(64, Math.floor(mostPacked / columns))
  const slotsAtOnce = evenShare(slots.length, Math.min(options.mostSlots ?? 128, fitting))
  const referencesAtOnce = evenShare(references.rows, Math.min(options.mostReferences ?? 65_536, fitting))
  const found = Math.min(kept + (excludeSelf ? 1 : 0), referencesAtOnce)
  const program = await engine.compile(scanGraph(precision, slotsAtOnce, referencesAtOnce, columns, found), {
    threads,
  })
  const candidates: Candidates = {
    kept,
    indices: new Int32Array(slots.length * kept).fill(-1),
    scores: new Float64Array(slots.length * kept).fill(-Infinity),
  }
  const buffers = {
    q: emptyMatrix(precision, slotsAtOnce, columns),
    x: emptyMatrix(precision, referencesAtOnce, columns),
  }
  const add = async (some: Int32Array, against: Int32Array): Promise<void> => {
    for (let from = 0; from < against.length; from += referencesAtOnce) {
      const block = against.subarray(from, from + referencesAtOnce)
      packReferences(options, block, buffers.x)
      for (let start = 0; start < some.length; start += slotsAtOnce) {
        const chunk = some.subarray(start, start + slotsAtOnce)
        packQueries(options, chunk, buffers.q)
        const best = await bestOf(program, buffers)
        for (let i = 0; i < chunk.length; i++) {
          const self = excludeSelf ? slots[chunk[i]!]! : -1
          merge(candidates, chunk[i]!, best, i, found, block, self)
        }
        options.afterProduct?.(chunk.length * block.length)
      }
    }
  }
  return { ...candidates, slotsAtOnce, referencesAtOnce, add, dispose: () => program.dispose() }
}

/** Size of equal blocks of at most `most`: products are padded to whole blocks, and a nearly empty one costs a full one. */
const evenShare = (count: number, most: number): number => Math.ceil(count / Math.ceil(count / most))

/** Inputs `q [slots, columns]`, `x [references, columns]`; outputs the `found` best of each row of `q`. */
function scanGraph(
  precision: Precision,
  slots: number,
  references: number,
  columns: number,
  found: number,
): Graph {
  const q = input('q', precision, [slots, columns])
  const x = input('x', precision, [references, columns])
  const { values, indices } = topK(gemm(q, x, { transposeB: true }), found)
  return graph({ scores: values, places: cast(indices, 'int32') }, { name: 'nearest neighbours' })
}

type Matrix = Extract<Tensor, { dtype: Precision }>

function emptyMatrix(precision: Precision, rows: number, columns: number): Matrix {
  const size = rows * columns
  return precision === 'float32'
    ? tensor(precision, [rows, columns], new Float32Array(size))
    : tensor(precision, [rows, columns], new Float64Array(size))
}

function packQueries({ queries, slots, frame }: ScanOptions, chunk: Int32Array, into: Matrix): void {
  const { width, values } = queries
  const { centre, scale } = frame
  const data = into.data
  let at = 0
  for (let i = 0; i < chunk.length; i++) {
    const start = slots[chunk[i]!]! * width
    for (let c = 0; c < width; c++) data[at++] = (values[start + c]! - centre[c]!) * scale
    data[at++] = 1
  }
}

function packReferences({ references, frame }: ScanOptions, block: Int32Array, into: Matrix): void {
  const { width, values } = references
  const { centre, scale } = frame
  const data = into.data
  let at = 0
  for (let i = 0; i < block.length; i++) {
    const start = block[i]! * width
    let squares = 0
    for (let c = 0; c < width; c++) {
      const value = (values[start + c]! - centre[c]!) * scale
      squares += value * value
      data[at++] = value
    }
    data[at++] = -squares / 2
  }
  data.fill(0, at)
  for (let end = at + width; end < data.length; end += width + 1) data[end] = paddingScore
}

/** What one run found: `[slots, found]`, best first. */
interface Best {
  readonly scores: Float32Array | Float64Array
  readonly places: Int32Array
}

async function bestOf(program: Program, feeds: { readonly q: Tensor; readonly x: Tensor }): Promise<Best> {
  const { scores, places } = await program.run(feeds)
  return { scores: scores!.data as Best['scores'], places: places!.data as Int32Array }
}

/** Merges what a run found for one slot with what was known; of equal scores the smaller index comes first. */
function merge(
  { kept, indices, scores }: Candidates,
  slot: number,
  best: Best,
  row: number,
  found: number,
  block: Int32Array,
  self: number,
): void {
  const first = slot * kept
  const last = first + kept - 1
  for (let i = row * found, end = i + found; i < end; i++) {
    const score = best.scores[i]!
    const place = best.places[i]!
    if (score < scores[last]!) return
    if (place >= block.length || block[place] === self) continue
    const index = block[place]!
    if (score === scores[last]! && indices[last]! >= 0 && index > indices[last]!) continue
    let at = last
    for (; at > first; at--) {
      const before = scores[at - 1]!
      if (before > score || (before === score && indices[at - 1]! < index)) break
      scores[at] = before
      indices[at] = indices[at - 1]!
    }
    scores[at] = score
    indices[at] = index
  }
}
