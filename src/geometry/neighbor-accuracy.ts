/** How well the classes of rows can be told from their neighbours on a map: k-nearest-neighbour classification. */
import { HourglassError, type LongWork } from '../base/index.js'
import type { Engine } from '../engine/index.js'
import { nearestNeighbors } from './neighbors.js'
import type { Points } from './points.js'

/** Places of rows, and their classes. */
export interface LabelledMap {
  readonly map: Points
  /** `[rows]` */
  readonly labels: Int32Array
}

/** Options of `neighborAccuracy`. */
export interface NeighborAccuracyOptions extends LongWork {
  readonly engine: Engine
  /** How many neighbours vote (default 10). */
  readonly neighbors?: number
  /** Threads of the engine (default 1). */
  readonly threads?: number
}

/**
 * Share of rows whose class is the most frequent one among their nearest neighbours on the map. Of classes with equally
 * many votes the smallest wins, as in scikit-learn's `KNeighborsClassifier`.
 *
 * @param reference rows whose classes are known
 * @param queries rows whose classes are guessed; without them those of `reference`, each from the others
 * @returns 0 to 1
 * @throws HG_TABLE_TOO_SMALL for fewer rows than neighbours, HG_USAGE for NaN, no queries, or labels of another length
 * @example
 * const accuracy = await neighborAccuracy({ map: training, labels }, { map: test, labels: testLabels }, { engine: nodeEngine })
 */
export async function neighborAccuracy(
  reference: LabelledMap,
  queries: LabelledMap | undefined,
  options: NeighborAccuracyOptions,
): Promise<number> {
  const { neighbors = 10, ...search } = options
  const asked = queries ?? reference
  for (const { map, labels } of [reference, asked]) {
    if (labels.length === map.rows && map.rows > 0) continue
    throw new HourglassError(
      'HG_USAGE',
      `neighbour accuracy: expected a label for each row, and at least one row, got ${labels.length} labels for ${map.rows} rows`,
    )
  }
  const { indices } = await nearestNeighbors(reference.map, neighbors, {
    ...search,
    ...(queries && { queries: queries.map }),
  })
  let right = 0
  for (let row = 0; row < asked.map.rows; row++) {
    const votes = indices
      .subarray(row * neighbors, (row + 1) * neighbors)
      .map((index) => reference.labels[index]!)
    if (mostFrequent(votes) === asked.labels[row]) right++
  }
  return right / asked.map.rows
}

/** The most frequent number, the smallest of equally frequent ones. */
function mostFrequent(numbers: Int32Array): number {
  const sorted = numbers.toSorted()
  let [best, most, run] = [sorted[0]!, 0, 0]
  for (let i = 0; i < sorted.length; i++) {
    run = i > 0 && sorted[i] === sorted[i - 1] ? run + 1 : 1
    if (run > most) [best, most] = [sorted[i]!, run]
  }
  return best
}
