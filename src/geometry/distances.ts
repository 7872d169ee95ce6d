/**
 * Squared distances of some rows to all rows, in float64: for measures that need every rank.
 *
 * Few columns are subtracted and squared here. Many go through the engine as |x|² + |y|² − 2x·y, with the points shifted
 * to their middle first; the shift is on a coarse grid, so that distances between points on a grid (integers, points in
 * one place) come out exactly equal where they are equal.
 */
import type { Engine } from '../engine/index.js'
import {
  add,
  cast,
  gemm,
  graph,
  input,
  mul,
  reduceSumSquare,
  sub,
  tensor,
  type Graph,
} from '../graph/index.js'
import { rowsAt, type Points } from './points.js'
import { frameOf } from './scan.js'

/** Distances of any rows to all. */
export interface Distances {
  /** Rows that `from` takes at most. */
  readonly rowsAtOnce: number
  /** Squared distances `[some, rows]`; the array is used again by the next call. */
  from(some: Int32Array): Promise<Float64Array>
  dispose(): Promise<void>
}

/** Distances held at once (32 MB), and numbers of the points in one product (32 MB in float64). */
const mostDistances = 2 ** 22
const mostNumbers = 2 ** 22
/** Widest points whose distances are taken here: a product on the engine has to be read again. */
const mostSubtracted = 8

/** Makes distances within a cloud available. */
export async function startDistances(points: Points, engine: Engine, threads: number): Promise<Distances> {
  const rowsAtOnce = Math.min(points.rows, Math.max(1, Math.floor(mostDistances / points.rows)))
  const into = new Float64Array(rowsAtOnce * points.rows)
  if (points.width <= mostSubtracted)
    return {
      rowsAtOnce,
      from: (some) => Promise.resolve(subtracted(points, some, into)),
      dispose: () => Promise.resolve(),
    }
  const program = await engine.compile(distanceGraph(points.width), { threads })
  const { centre, scale } = frameOf(points, points)
  const middle = tensor('float64', [1, points.width], centre)
  const blockRows = Math.max(1, Math.min(points.rows, Math.floor(mostNumbers / points.width)))
  const from = async (some: Int32Array): Promise<Float64Array> => {
    const x = tensor('float32', [some.length, points.width], rowsAt(points, some).values)
    for (let start = 0; start < points.rows; start += blockRows) {
      const count = Math.min(blockRows, points.rows - start)
      const values = points.values.subarray(start * points.width, (start + count) * points.width)
      const y = tensor('float32', [count, points.width], values)
      const factor = tensor('float64', [], Float64Array.of(scale))
      const { squares } = await program.run({ x, y, middle, scale: factor })
      const found = squares!.data as Float64Array
      for (let i = 0; i < some.length; i++)
        into.set(found.subarray(i * count, (i + 1) * count), i * points.rows + start)
    }
    return into
  }
  return { rowsAtOnce, from, dispose: () => program.dispose() }
}

/** Squared distances in the units of a frame (scan.ts), whose scale keeps large numbers from overflowing. */
function distanceGraph(width: number): Graph {
  const x = input('x', 'float32', ['some', width])
  const y = input('y', 'float32', ['block', width])
  const middle = input('middle', 'float64', [1, width])
  const scale = input('scale', 'float64', [])
  const framed = (points: typeof x) => mul(sub(cast(points, 'float64'), middle), scale)
  const [p, q] = [framed(x), framed(y)]
  const column = reduceSumSquare(p, { axes: [1], keepDims: true })
  const row = reduceSumSquare(q, { axes: [1] })
  const squares = add(column, add(gemm(p, q, { transposeB: true, alpha: -2 }), row))
  return graph({ squares }, { name: 'distances' })
}

function subtracted({ rows, width, values }: Points, some: Int32Array, into: Float64Array): Float64Array {
  const x = new Float64Array(width)
  for (let i = 0, at = 0; i < some.length; i++) {
    for (let c = 0; c < width; c++) x[c] = values[some[i]! * width + c]!
    for (let j = 0, p = 0; j < rows; j++) {
      let square = 0
      for (let c = 0; c < width; c++) {
        const difference = x[c]! - values[p++]!
        square += difference * difference
      }
      into[at++] = square
    }
  }
  return into
}
