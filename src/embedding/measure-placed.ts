/** Measures of rows that were placed after the fit, such as a test set: see quality.ts for the measures themselves. */
import type { LongWork } from '../base/index.js'
import { selectRows, type Table } from '../data/index.js'
import type { Engine } from '../engine/index.js'
import type { Points } from '../geometry/index.js'
import type { Embedding, MapPoints } from './embedding-types.js'
import { measure, mostMeasuredRows, type EmbeddingQuality } from './quality.js'

/** Rows that were placed, and what is known of them. */
export interface PlacedRows {
  readonly table: Table
  readonly points: MapPoints
  /** `[rows]`, −1 where a row has no class. */
  readonly classes?: Int32Array | undefined
  /** Rows that the embedding was learned from, with their classes: neighbours are looked up among them. */
  readonly training?: Table | undefined
  readonly trainingClasses?: Int32Array | undefined
}

/** Measures an evenly spread part of the rows, at most 5,000; undefined when there are too few for any neighbours. */
export async function measurePlaced(
  embedding: Embedding,
  { table, points, classes, training, trainingClasses }: PlacedRows,
  { engine, ...work }: { readonly engine: Engine } & LongWork,
): Promise<EmbeddingQuality | undefined> {
  const count = Math.min(table.rowCount, mostMeasuredRows)
  const neighbors = Math.min(10, Math.floor(count / 2) - 1)
  if (neighbors < 1) return undefined
  const rows = Int32Array.from({ length: count }, (_, i) => Math.floor((i * table.rowCount) / count))
  const { features } = await embedding.features(selectRows(table, rows), work)
  const { dims } = points
  const map = new Float32Array(count * dims)
  rows.forEach((row, i) => map.set(points.values.subarray(row * dims, (row + 1) * dims), i * dims))
  const reference =
    training === undefined || trainingClasses === undefined
      ? undefined
      : { map: placesOf(await embedding.transform(training, work)), classes: trainingClasses }
  return measure(
    {
      original: { rows: count, width: features.length / count, values: features },
      map: { rows: count, width: dims, values: map },
      ...(classes && { classes: rows.map((row) => classes[row]!) }),
    },
    { engine, neighbors, ...(reference && { reference }), ...work },
  )
}

const placesOf = ({ rowCount, dims, values }: MapPoints): Points => ({ rows: rowCount, width: dims, values })
