/**
 * Nearest neighbours by cells, for clouds that are too large to hold everything against everything: an inverted file
 * (Sivic & Zisserman 2003; Jégou, Douze & Schmid 2011, section IV, without the compression).
 *
 *     points ──► k-means cells ──► members of each cell
 *     query  ──► its nearest cells ──► their members, by the products of scan.ts ──► the k nearest of those
 *
 * Cells are taken one after the other, with all queries that probe them, so that the work stays large matrix products.
 * A neighbour in a cell that was not probed is missed. Found of the 15 nearest of 10,000 images of digits (784 numbers a
 * row, 200 cells): 87 % with 4 probes, 96 % with 8, 98.9 % with the 16 that are the default there.
 */
import { permutation, progressOf, randomFor, throwIfAborted } from '../base/index.js'
import { writeNearest, type NeighborOptions, type Neighbors } from './neighbor-results.js'
import { candidatesFor, exactNeighbors, searchFor, searchRows } from './neighbors-exact.js'
import { rowsAt, type Points } from './points.js'
import { startScan } from './scan.js'

/** Options of `invertedNeighbors`. */
export interface InvertedOptions extends NeighborOptions {
  /** Number of cells (default 2·√points). */
  readonly cells?: number
  /** Cells looked into for each query (default a fiftieth of them, at least 16). */
  readonly probes?: number
}

/** Passes of k-means over a sample of this many points a cell. */
const passes = 5
const sampledPerCell = 40

/** See `nearestNeighbors`, which checks the arguments. The same points give the same cells. */
export async function invertedNeighbors(
  points: Points,
  k: number,
  options: InvertedOptions,
): Promise<Neighbors> {
  const cells = Math.min(options.cells ?? Math.ceil(2 * Math.sqrt(points.rows)), points.rows)
  const probes = Math.min(options.probes ?? Math.max(16, Math.ceil(cells / 50)), cells)
  const centres = await cellCentres(points, cells, options)
  const members = listed(await nearestCells(points, centres, 1, options), cells)
  const askers = listed(await nearestCells(options.queries ?? points, centres, probes, options), cells)
  const pairs = members.reduce((sum, list, cell) => sum + list.length * askers[cell]!.length, 0)
  const report = progressOf('searching neighbours', options.onProgress)
  let done = 0
  const search = searchFor(points, k, options, (some) => report(Math.min(0.999, (done += some) / pairs)))
  const lacking = await searchCells(search, members, askers)
  // Queries among cells so small that all of them together hold fewer than k points.
  await searchRows(search, lacking)
  report(1)
  return search.result
}

/** Searches the members of every cell for the queries that probe it. @returns the queries that found fewer than k */
async function searchCells(
  search: ReturnType<typeof searchFor>,
  members: readonly Int32Array[],
  askers: readonly Int32Array[],
): Promise<Int32Array> {
  const { points, queries, k, options, frame, afterProduct } = search
  const kept = candidatesFor(k)
  const scan = await startScan({
    engine: options.engine,
    threads: options.threads ?? 1,
    precision: 'float32',
    references: points,
    queries,
    slots: Int32Array.from({ length: queries.rows }, (_, row) => row),
    kept,
    excludeSelf: options.queries === undefined,
    frame,
    mostSlots: 512,
    mostReferences: Math.max(64, Math.ceil((1.5 * points.rows) / members.length)),
    afterProduct,
  })
  try {
    for (const [cell, list] of members.entries()) await scan.add(askers[cell]!, list)
    const lacking: number[] = []
    for (let row = 0; row < queries.rows; row++) {
      const found = scan.indices.subarray(row * kept, (row + 1) * kept)
      if (found[k - 1]! < 0) lacking.push(row)
      else writeNearest(search, row, found)
    }
    return Int32Array.from(lacking)
  } finally {
    await scan.dispose()
  }
}

/** The nearest cells of each point, `[rows, count]`. */
async function nearestCells(points: Points, centres: Points, count: number, options: NeighborOptions) {
  const { engine, threads = 1, signal } = options
  return exactNeighbors(centres, count, { engine, threads, signal, queries: points })
}

/** Which rows stand beside each cell, ascending. */
function listed({ rows, k, indices }: Neighbors, cells: number): readonly Int32Array[] {
  const sizes = new Int32Array(cells)
  indices.forEach((cell) => sizes[cell]!++)
  const lists = Array.from(sizes, (size) => new Int32Array(size))
  const filled = new Int32Array(cells)
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < k; i++) {
      const cell = indices[row * k + i]!
      lists[cell]![filled[cell]!++] = row
    }
  }
  return lists
}

/** Centres of cells: a few passes of Lloyd's k-means over a sample, from points drawn at random. */
async function cellCentres(points: Points, cells: number, options: NeighborOptions): Promise<Points> {
  const order = permutation(points.rows, randomFor(0, 'cells'))
  const sample = rowsAt(points, order.subarray(0, Math.min(points.rows, cells * sampledPerCell)))
  let centres = rowsAt(points, order.subarray(0, cells))
  const report = progressOf('dividing into cells', options.onProgress)
  for (let pass = 0; pass < passes; pass++) {
    throwIfAborted(options.signal, 'nearest neighbours')
    report(pass / passes)
    const { indices } = await nearestCells(sample, centres, 1, options)
    centres = meansOf(sample, indices, centres)
  }
  report(1)
  return centres
}

/** Mean of the points of each group; a group without points keeps its centre. */
function meansOf({ rows, width, values }: Points, groups: Int32Array, centres: Points): Points {
  const sums = new Float64Array(centres.rows * width)
  const counts = new Float64Array(centres.rows)
  for (let row = 0; row < rows; row++) {
    const group = groups[row]!
    counts[group]!++
    for (let c = 0; c < width; c++) sums[group * width + c]! += values[row * width + c]!
  }
  const means = Float32Array.from(centres.values, (old, i) => {
    const count = counts[Math.floor(i / width)]!
    return count === 0 ? old : sums[i]! / count
  })
  return { rows: centres.rows, width, values: means }
}
