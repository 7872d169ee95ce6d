/** Places for rows in the plane: the graph of nearest neighbours, first places, and the layout (layout.ts). */
import type { LongWork } from '../base/index.js'
import { nearestNeighbors, type Points } from '../geometry/index.js'
import type { Engine } from '../engine/index.js'
import { placeUnit } from './laid-out-map.js'
import { layout } from './layout.js'
import { fitProjection, projected } from './projection.js'

/** What a layout of rows needs. */
export interface LayOutOptions extends LongWork {
  readonly engine: Engine
  /** Neighbours of each row in the graph. */
  readonly neighbors: number
  /** Weight of attraction. */
  readonly exaggeration: number
}

/** Places, `[rows, 2]`, over `placeUnit`. @throws HG_INTERRUPTED */
export async function layOutRows(points: Points, options: LayOutOptions): Promise<Float32Array> {
  const { engine, neighbors, exaggeration, ...work } = options
  const graph = await nearestNeighbors(points, Math.min(neighbors, points.rows - 1), { engine, ...work })
  const start = await firstPlaces(points, engine)
  const places = await layout(graph, { start, exaggeration, ...work })
  return places.map((value) => value / placeUnit)
}

/** The two directions of greatest variance, as first places. */
async function firstPlaces(points: Points, engine: Engine): Promise<Float32Array> {
  if (points.width === 1)
    return Float32Array.from({ length: 2 * points.rows }, (_, i) => (i % 2 === 0 ? points.values[i / 2]! : 0))
  const directions = await fitProjection(points, 2, { engine, normalized: false })
  return (await projected(points, directions, engine)).values
}

/** `count` row numbers, evenly spread. */
export const spreadRows = (rows: number, count: number): Int32Array =>
  Int32Array.from({ length: count }, (_, i) => Math.floor((i * rows) / count))

/** Some rows of a cloud. */
export function selectedRows({ width, values }: Points, rows: Int32Array): Points {
  const kept = new Float32Array(rows.length * width)
  rows.forEach((row, i) => kept.set(values.subarray(row * width, (row + 1) * width), i * width))
  return { rows: rows.length, width, values: kept }
}
