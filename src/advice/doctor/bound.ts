/**
 * A trained autoencoder over rows of features: writes a graph with the weights as constants and runs it in pieces. What
 * the examinations measure models with, where `cellErrors` of trial.ts is not enough.
 */
import {
  createAutoencoder,
  type Autoencoder,
  type AutoencoderDescription,
  type FeatureBatch,
} from '../../autoencoders/index.js'
import type { LayerContext } from '../../layers/index.js'
import { constant, graph, input, tensor, type Tensor, type Value } from '../../graph/index.js'
import { chunkRowsFor } from '../../learning/index.js'
import type { Weights } from '../../training/index.js'
import type { Patient } from './diagnosis.js'
import { picked } from './trial.js'

/** An autoencoder and its weights. */
export interface Trained {
  readonly autoencoder: AutoencoderDescription
  readonly weights: Weights
}

/** Rows of features side by side. */
export interface FeatureRows {
  readonly count: number
  /** `[count, width]` */
  readonly features: Float32Array
  /** `[count, columns]`, 1 where the cell is known; absent when every cell is. */
  readonly mask?: Float32Array
}

/** The rows at some positions of the patient's features. */
export function rowsAt(
  { features, mask, preprocessing: { layout } }: Pick<Patient, 'features' | 'mask' | 'preprocessing'>,
  positions: Int32Array,
): FeatureRows {
  return {
    count: positions.length,
    features: picked(features, layout.width, positions),
    ...(mask && { mask: picked(mask, layout.columns.length, positions) }),
  }
}

/** What a graph is written from. */
export interface GraphParts {
  readonly autoencoder: Autoencoder
  readonly context: LayerContext
  readonly batch: FeatureBatch
  /** `[batch, width]` each, fed by `extra`. */
  readonly extra: Readonly<Record<string, Value>>
}

/** How to run. */
export interface RunOptions {
  /** Further matrices `[count, any]`, fed beside the features, by name. */
  readonly extra?: Readonly<Record<string, Float32Array>>
  /** Outputs of a row, about: smaller pieces for more (default the width of the features). */
  readonly outputWidth?: number
}

/**
 * Runs what `build` writes over rows.
 *
 * @param build outputs `[batch, …]` each
 * @returns each output as one row-major matrix over all rows
 */
export async function runOver(
  { engine }: Patient['machine'],
  { autoencoder: description, weights }: Trained,
  rows: FeatureRows,
  build: (parts: GraphParts) => Readonly<Record<string, Value>>,
  { extra = {}, outputWidth = description.space.width }: RunOptions = {},
): Promise<Record<string, Float32Array>> {
  const { space } = description
  const features = input('features', 'float32', ['batch', space.width])
  const mask = rows.mask === undefined ? undefined : input('mask', 'float32', ['batch', space.columns.length])
  const others = Object.entries(extra).map(([name, matrix]) => ({
    name,
    matrix,
    width: matrix.length / Math.max(1, rows.count),
  }))
  const more = Object.fromEntries(
    others.map(({ name, width }) => [name, input(name, 'float32', ['batch', width])]),
  )
  const outputs = build({
    ...opened(description, weights),
    batch: { features, ...(mask && { mask }) },
    extra: more,
  })
  const inputs = [features, ...(mask ? [mask] : []), ...Object.values(more)]
  const program = await engine.compile(graph(outputs, { name: 'measurement', inputs }))
  const piece = (matrix: Float32Array, width: number, start: number, count: number): Tensor =>
    tensor('float32', [count, width], matrix.subarray(start * width, (start + count) * width))
  const results: Record<string, Float32Array> = {}
  try {
    const chunk = chunkRowsFor(Math.max(space.width, outputWidth))
    for (let start = 0; start < rows.count; start += chunk) {
      const count = Math.min(chunk, rows.count - start)
      const result = await program.run({
        features: piece(rows.features, space.width, start, count),
        ...(rows.mask && { mask: piece(rows.mask, space.columns.length, start, count) }),
        ...Object.fromEntries(
          others.map(({ name, matrix, width }) => [name, piece(matrix, width, start, count)]),
        ),
      })
      for (const name of Object.keys(outputs)) {
        const data = result[name]!.data as Float32Array
        results[name] ??= new Float32Array((data.length / count) * rows.count)
        results[name].set(data, (data.length / count) * start)
      }
    }
  } finally {
    await program.dispose()
  }
  return results
}

/** The autoencoder with its weights as constants. */
function opened(description: AutoencoderDescription, weights: Weights): Omit<GraphParts, 'batch' | 'extra'> {
  const autoencoder = createAutoencoder(description)
  const constants = new Map(
    autoencoder.parameters.flatMap(({ name, shape }) =>
      weights[name] === undefined ? [] : [[name, constant(tensor('float32', shape, weights[name]), name)]],
    ),
  )
  return { autoencoder, context: { weight: (name) => constants.get(name)! } }
}
