/**
 * K-means: groups of points around their means.
 *
 *     centres (k-means++) ──► each point to its nearest centre ──► centres = means of their points ──┐
 *                                        ▲                                                           │
 *                                        └───────────────────── until no point moves ────────────────┘
 *
 * Nearest centres are a matrix product on the engine and an ArgMax in the same graph.
 *
 * ml-kmeans 7.0.1 (npm, kept up) finds the same groups, but takes rows as arrays of numbers, a second copy of the cloud,
 * and 0.18 to 0.25 s of processor time a start at 2,000 × 32 and k = 10, where this takes 0.03 to 0.07 (and 10 s for ten
 * starts at 60,000 × 32, on a busy machine).
 */
import { HourglassError, randomFor, throwIfAborted, type LongWork, type Random } from '../base/index.js'
import type { Engine, Program } from '../engine/index.js'
import { argMax, cast, gemm, graph, input, mul, sub, tensor, type Graph } from '../graph/index.js'
import { checkCount, checkPoints, squaredDistance, type Points } from './points.js'
import { frameOf, type Frame } from './scan.js'

/** A division of points into groups. */
export interface Clusters {
  /** `[k, width]` */
  readonly centers: Points
  /** `[rows]`, 0 to k − 1 */
  readonly labels: Int32Array
  /** Sum of the squared distances of points to their centres. */
  readonly inertia: number
}

/** Options of `kMeans`. */
export interface KMeansOptions extends LongWork {
  readonly engine: Engine
  /** Same seed, same points: same groups. */
  readonly seed: number
  /** Starts, of which the one with the least inertia is kept (default 10, as scikit-learn's for random starts). */
  readonly restarts?: number
  /** Most passes of one start (default 300). */
  readonly passes?: number
  /** Threads of the engine (default 1). */
  readonly threads?: number
}

/** Numbers of the points in one product: 16 MB. */
const mostNumbers = 2 ** 22

/**
 * Divides points into `k` groups of least squared distance to their means (Lloyd 1982), from starts spread by their
 * squared distances (Arthur & Vassilvitskii 2007, «k-means++»).
 *
 * @param k from 1 to the number of points
 * @throws HG_USAGE for NaN, infinity or an impossible k; HG_INTERRUPTED on request
 * @example
 * const { labels } = await kMeans(points, 10, { seed: 0, engine: nodeEngine })
 */
export async function kMeans(points: Points, k: number, options: KMeansOptions): Promise<Clusters> {
  const { engine, seed, restarts = 10, passes = 300, threads = 1, signal } = options
  checkPoints(points, 'k-means: points')
  checkCount(k, 1, 'k-means: k')
  checkCount(restarts, 1, 'k-means: restarts')
  if (k > points.rows)
    throw new HourglassError(
      'HG_USAGE',
      `k-means: expected at most ${points.rows} groups, one a row, got ${k}`,
    )
  const program = await engine.compile(nearestCentreGraph(points.width, k), { threads })
  try {
    const frame = frameOf(points, points)
    const stream = randomFor(seed, 'k-means')
    let best: Clusters | undefined
    for (let start = 0; start < restarts; start++) {
      const found = await oneStart({ points, k, program, frame, passes, signal }, stream)
      if (best === undefined || found.inertia < best.inertia) best = found
    }
    return best!
  } finally {
    await program.dispose()
  }
}

/** What one start works with. */
interface Task {
  readonly points: Points
  readonly k: number
  readonly program: Program
  readonly frame: Frame
  readonly passes: number
  readonly signal: AbortSignal | undefined
}

async function oneStart(task: Task, stream: Random): Promise<Clusters> {
  const { points, k, passes, signal } = task
  let centers = spreadCenters(points, k, stream)
  let labels = await nearestCenters(task, centers)
  for (let pass = 0; pass < passes; pass++) {
    throwIfAborted(signal, 'k-means')
    centers = meansOf(points, labels, centers)
    const next = await nearestCenters(task, centers)
    const settled = next.every((label, row) => label === labels[row])
    labels = next
    if (settled) break
  }
  return { centers, labels, inertia: farness(points, centers, labels).reduce((a, b) => a + b, 0) }
}

/** Inputs `x [batch, width]`, `centers [k, width]` in the frame and `bias [k]`; output `labels [batch]`. */
function nearestCentreGraph(width: number, k: number): Graph {
  const x = input('x', 'float32', ['batch', width])
  const middle = input('middle', 'float32', [1, width])
  const scale = input('scale', 'float32', [])
  const centers = input('centers', 'float32', [k, width])
  const bias = input('bias', 'float32', [k])
  const scores = gemm(mul(sub(x, middle), scale), centers, { transposeB: true, bias })
  return graph({ labels: cast(argMax(scores, 1), 'int32') }, { name: 'nearest centres' })
}

/** The nearest centre of every point: the largest x·c − ½|c|². */
async function nearestCenters({ points, k, program, frame }: Task, centers: Points): Promise<Int32Array> {
  const { rows, width, values } = points
  const framed = Float32Array.from(
    centers.values,
    (value, i) => (value - Math.fround(frame.centre[i % width]!)) * frame.scale,
  )
  const bias = new Float32Array(k)
  for (let c = 0; c < k; c++)
    bias[c] = -framed.subarray(c * width, (c + 1) * width).reduce((sum, value) => sum + value * value, 0) / 2
  const fixed = {
    middle: tensor('float32', [1, width], Float32Array.from(frame.centre)),
    scale: tensor('float32', [], Float32Array.of(frame.scale)),
    centers: tensor('float32', [k, width], framed),
    bias: tensor('float32', [k], bias),
  }
  const labels = new Int32Array(rows)
  const chunk = Math.max(1, Math.floor(mostNumbers / Math.max(width, k)))
  for (let start = 0; start < rows; start += chunk) {
    const count = Math.min(chunk, rows - start)
    const x = tensor('float32', [count, width], values.subarray(start * width, (start + count) * width))
    const found = await program.run({ x, ...fixed })
    labels.set(found['labels']!.data as Int32Array, start)
  }
  return labels
}

/** Means of the groups. An empty group takes the point that is furthest from its own mean, as in scikit-learn. */
function meansOf(points: Points, labels: Int32Array, centers: Points): Points {
  const { rows, width, values } = points
  const sums = new Float64Array(centers.rows * width)
  const counts = new Int32Array(centers.rows)
  for (let row = 0, at = 0; row < rows; row++) {
    counts[labels[row]!]!++
    for (let c = 0, to = labels[row]! * width; c < width; c++) sums[to++]! += values[at++]!
  }
  const empty = Array.from(counts.keys()).filter((group) => counts[group] === 0)
  const means = Float32Array.from(sums, (sum, i) => sum / Math.max(1, counts[Math.floor(i / width)]!))
  if (empty.length > 0) {
    const far = farness(points, centers, labels)
    const furthest = Array.from(far.keys()).sort((a, b) => far[b]! - far[a]! || a - b)
    empty.forEach((group, i) =>
      means.set(values.subarray(furthest[i]! * width, (furthest[i]! + 1) * width), group * width),
    )
  }
  return { rows: centers.rows, width, values: means }
}

/** Squared distance of each point to the centre of its group. */
const farness = (points: Points, centers: Points, labels: Int32Array): Float64Array =>
  Float64Array.from(labels, (label, row) => squaredDistance(points, row, centers, label))

/** The first centre at random, each further one with a chance that grows with the squared distance to those before. */
function spreadCenters(points: Points, k: number, stream: Random): Points {
  const { rows, width, values } = points
  const centers = { rows: k, width, values: new Float32Array(k * width) }
  const far = new Float64Array(rows).fill(Infinity)
  for (let c = 0; c < k; c++) {
    const row = c === 0 ? stream.below(rows) : drawn(far, stream)
    centers.values.set(values.subarray(row * width, (row + 1) * width), c * width)
    for (let other = 0; other < rows; other++)
      far[other] = Math.min(far[other]!, squaredDistance(points, other, centers, c))
  }
  return centers
}

/** An index with a chance proportional to its weight; any, where all weights are zero. */
function drawn(weights: Float64Array, stream: Random): number {
  const total = weights.reduce((a, b) => a + b, 0)
  if (!(total > 0)) return stream.below(weights.length)
  let left = stream.uniform() * total
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i]!
    if (left < 0) return i
  }
  return weights.findLastIndex((weight) => weight > 0)
}
