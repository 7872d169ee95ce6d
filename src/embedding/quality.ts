/** How well a map keeps what it shows: measures of held-out rows, with the words that explain them. */
import type { LongWork } from '../base/index.js'
import { mapQuality, neighborAccuracy, type Points } from '../geometry/index.js'
import type { Engine } from '../engine/index.js'

/** Measures of a map, 0 to 1 (correlation: −1 to 1); the best is 1. */
export interface EmbeddingQuality {
  /** Rows measured. */
  readonly rows: number
  /** Neighbours that the measures look at. */
  readonly neighbors: number
  /** How far neighbours on the map are neighbours in the data (Venna & Kaski 2001). */
  readonly trustworthiness: number
  /** How far neighbours in the data are neighbours on the map. */
  readonly continuity: number
  /** Share of each row's neighbours that are kept. */
  readonly neighborhoodPreservation: number
  /** Spearman's correlation of distances, which is about the large picture. */
  readonly distanceCorrelation: number
  /** Share of rows whose class is the majority of their neighbours on the map; absent without classes. */
  readonly knnAccuracy?: number
}

/** What each measure means, for people. */
export const qualityMeanings: Readonly<
  Record<Exclude<keyof EmbeddingQuality, 'rows' | 'neighbors'>, string>
> = {
  trustworthiness: 'neighbours on the map are neighbours in the data',
  continuity: 'neighbours in the data are neighbours on the map',
  neighborhoodPreservation: 'share of neighbours that are kept',
  distanceCorrelation: 'far in the data is far on the map (rank correlation)',
  knnAccuracy: 'rows whose class is that of most of their neighbours on the map',
}

/** Rows that are measured at most: the measures compare every one with all others. */
export const mostMeasuredRows = 5000

/** Rows, their places, and their classes where they have any. */
export interface MeasuredRows {
  readonly original: Points
  readonly map: Points
  /** `[rows]`, −1 where a row has no class. */
  readonly classes?: Int32Array
}

/**
 * Measures a map on rows.
 *
 * @param reference rows that neighbours are looked up among for `knnAccuracy`, such as the training rows; by default the
 *   measured rows themselves, each without itself
 */
export async function measure(
  { original, map, classes }: MeasuredRows,
  {
    engine,
    neighbors = 10,
    reference,
    ...work
  }: {
    readonly engine: Engine
    readonly neighbors?: number
    readonly reference?: { readonly map: Points; readonly classes: Int32Array }
  } & LongWork,
): Promise<EmbeddingQuality> {
  const { trustworthiness, continuity, neighborhoodPreservation, distanceCorrelation } = await mapQuality(
    original,
    map,
    { engine, neighbors, ...work },
  )
  const found = { trustworthiness, continuity, neighborhoodPreservation, distanceCorrelation }
  const common = { rows: map.rows, neighbors, ...found }
  if (classes === undefined) return common
  const known = withClass({ map, classes })
  const knnAccuracy =
    reference === undefined
      ? await neighborAccuracy(known, undefined, { engine, neighbors, ...work })
      : await neighborAccuracy(withClass(reference), known, { engine, neighbors, ...work })
  return { ...common, knnAccuracy }
}

/** The rows that have a class. */
function withClass({ map, classes }: { readonly map: Points; readonly classes: Int32Array }) {
  const rows = Int32Array.from(classes.keys()).filter((row) => classes[row]! >= 0)
  const { width } = map
  const values = new Float32Array(rows.length * width)
  rows.forEach((row, i) => values.set(map.values.subarray(row * width, (row + 1) * width), i * width))
  return { map: { rows: rows.length, width, values }, labels: rows.map((row) => classes[row]!) }
}
