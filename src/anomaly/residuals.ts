/**
 * Errors of a trained autoencoder over rows of features, and what follows from them: how much each column's error
 * counts in the score.
 *
 * An error is counted in units of what is usual for its column, measured on rows that no gradient came from. So a
 * normal row scores about 1, and a column that the network cannot foresee does not drown the ones that it can.
 */
import { createAutoencoder } from '../autoencoders/index.js'
import type { Engine } from '../engine/index.js'
import { tensor, type Graph, type Tensor } from '../graph/index.js'
import { chunkRowsFor, type Features } from '../learning/index.js'
import { errorGraph, featureScoreGraph, type Scorer, type Unweighed } from './scoring-graph.js'

/** How many rows the prior scale of an error is worth against held-out ones. */
const priorRows = 5

/** The smallest usual error, as a share of the prior scale: a column given back exactly must not weigh endlessly. */
const floorShare = 0.02

/** Scores of some rows of features. @returns `[rows.length]` */
export async function scoresOf(
  scorer: Scorer,
  features: Features,
  rows: Int32Array,
  engine: Engine,
): Promise<Float32Array> {
  const scores = new Float32Array(rows.length)
  await over(
    featureScoreGraph(scorer, features.mask !== undefined),
    scorer,
    features,
    rows,
    engine,
    (result, start) => {
      scores.set(result['score']!.data as Float32Array, start)
    },
  )
  return scores
}

/**
 * A scorer whose error weights are 1 ÷ (passes · usual error) for each pass and column.
 *
 * @param rows rows that no gradient came from
 */
export async function weighed(
  scorer: Unweighed,
  features: Features,
  rows: Int32Array,
  engine: Engine,
): Promise<Scorer> {
  const { errorScale, space } = createAutoencoder(scorer.autoencoder)
  const columns = space.columns.length
  const sums = new Float64Array(errorScale.length)
  await over(errorGraph(scorer, features.mask !== undefined), scorer, features, rows, engine, (result) => {
    ;(result['errors']!.data as Float32Array).forEach((error, i) => (sums[i % sums.length]! += error))
  })
  const known = knownRows(features, columns, rows)
  const passes = errorScale.length / columns
  const errorWeights = Float32Array.from(errorScale, (scale, i) => {
    const usual = (sums[i]! + priorRows * scale) / (known[i % columns]! + priorRows)
    return 1 / (passes * Math.max(usual, floorShare * scale))
  })
  return { ...scorer, errorWeights }
}

/** Rows in which each column is known. */
function knownRows({ mask }: Features, columns: number, rows: Int32Array): Float64Array {
  const known = new Float64Array(columns).fill(mask === undefined ? rows.length : 0)
  if (mask === undefined) return known
  for (const row of rows)
    for (let column = 0; column < columns; column++) known[column]! += mask[row * columns + column]!
  return known
}

/** Runs a graph over rows of features. */
async function over(
  graph: Graph,
  { autoencoder: { space } }: Unweighed,
  { features, mask }: Features,
  rows: Int32Array,
  engine: Engine,
  take: (result: Readonly<Record<string, Tensor>>, start: number) => void,
): Promise<void> {
  const chunkRows = chunkRowsFor(space.width)
  const program = await engine.compile(graph)
  try {
    for (let start = 0; start < rows.length; start += chunkRows) {
      const chunk = rows.subarray(start, start + chunkRows)
      const matrix = (from: Float32Array, width: number): Tensor =>
        tensor('float32', [chunk.length, width], rowsOf(from, width, chunk))
      const feeds = {
        features: matrix(features, space.width),
        ...(mask !== undefined && { mask: matrix(mask, space.columns.length) }),
      }
      take(await program.run(feeds), start)
    }
  } finally {
    await program.dispose()
  }
}

/** Copies rows out of a row-major matrix. */
function rowsOf(matrix: Float32Array, width: number, rows: Int32Array): Float32Array {
  const out = new Float32Array(rows.length * width)
  rows.forEach((row, i) => out.set(matrix.subarray(row * width, (row + 1) * width), i * width))
  return out
}
