/** What is inspected: an autoencoder with its weights, and rows of features to look at it with. */
import {
  createAutoencoder,
  type Autoencoder,
  type AutoencoderDescription,
  type FeatureBatch,
} from '../autoencoders/index.js'
import { HourglassError } from '../base/index.js'
import type { Engine } from '../engine/index.js'
import { constant, graph, input, tensor, type Tensor, type Value } from '../graph/index.js'
import type { LayerContext } from '../layers/index.js'
import type { Weights } from '../training/index.js'

/** An autoencoder and its weights. */
export interface Trained {
  readonly autoencoder: AutoencoderDescription | Autoencoder
  readonly weights: Weights
}

/** Rows of features to look at. */
export interface Rows {
  /** Number of rows. */
  readonly rows: number
  /** `[rows, width]` */
  readonly features: Float32Array
  /** `[rows, columns]`, 1 where the cell is known; absent when every cell is. */
  readonly mask?: Float32Array
}

/** An autoencoder whose weights are constants of the graphs it writes. */
export interface Opened {
  readonly autoencoder: Autoencoder
  readonly context: LayerContext
}

/** Opens a trained autoencoder. Weights that a model file left out, since nothing there needs them, fail when read. */
export function open({ autoencoder: described, weights }: Trained): Opened {
  const autoencoder = createAutoencoder(described)
  const constants = new Map(
    autoencoder.parameters.flatMap(({ name, shape }) =>
      weights[name] === undefined
        ? []
        : [[name, constant(tensor('float32', shape, weights[name]), name)] as const],
    ),
  )
  const weight = (name: string): Value => {
    const value = constants.get(name)
    if (value !== undefined) return value
    throw new HourglassError('HG_USAGE', `inspection: the weights of ${name} are not among those given`)
  }
  return { autoencoder, context: { weight } }
}

/** Runs a graph over rows at once. */
export async function runOver(
  rows: Rows,
  { autoencoder: { space } }: Opened,
  engine: Engine,
  build: (batch: FeatureBatch) => Readonly<Record<string, Value>>,
): Promise<Record<string, Tensor>> {
  const features = input('features', 'float32', ['batch', space.width])
  const mask = rows.mask === undefined ? undefined : input('mask', 'float32', ['batch', space.columns.length])
  const inputs = mask === undefined ? [features] : [features, mask]
  const outputs = build({ features, ...(mask && { mask }) })
  const program = await engine.compile(graph(outputs, { name: 'inspection', inputs }))
  try {
    return await program.run({
      features: tensor('float32', [rows.rows, space.width], rows.features),
      ...(rows.mask && { mask: tensor('float32', [rows.rows, space.columns.length], rows.mask) }),
    })
  } finally {
    await program.dispose()
  }
}

/** The first rows. */
export function firstRows({ rows, features, mask }: Rows, most: number): Rows {
  const count = Math.min(rows, most)
  const cut = (matrix: Float32Array): Float32Array =>
    matrix.subarray(0, (matrix.length / Math.max(rows, 1)) * count)
  return { rows: count, features: cut(features), ...(mask && { mask: cut(mask) }) }
}
