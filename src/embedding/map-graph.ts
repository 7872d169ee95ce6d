/**
 * The graph of the model file, and the decoder alone.
 *
 *     columns ─► preprocessing ─► [projection] ─► encoder ─► latent ─► decoder ─► [projection back] ─► expected values
 *                      └────────────────────────── reconstruction error ◄───────────────┘
 */
import { probabilities, type Autoencoder, type FeatureSpace, type Forward } from '../autoencoders/index.js'
import { expectedGraph, preprocessingGraph, type TablePreprocessing } from '../data/index.js'
import {
  constant,
  div,
  floats,
  graph,
  input,
  matmul,
  maximum,
  mul,
  reduceSum,
  square,
  sub,
  type Graph,
  type Value,
} from '../graph/index.js'
import { boundWeights, namesBeside } from '../learning/index.js'
import type { Weights } from '../training/index.js'
import { projectionGraph, type Projection } from './projection.js'
import { recall, type Memory } from './recall.js'

/** What maps rows to places and back: a projection, an autoencoder behind it, or both. */
export interface Mapper {
  readonly projection?: Projection
  /** The encoder where it is no network; the autoencoder then only decodes. Its rows lie in the autoencoder's space. */
  readonly memory?: Memory
  /** Over the projected space where there is a projection, else over the features. */
  readonly autoencoder?: { readonly autoencoder: Autoencoder; readonly weights: Weights }
}

/** What a row takes in a run, in features: with a memory, the scores of its keys, which soon are gone again. */
export const widthOfRun = (width: number, remembered = 0): number => Math.max(width, remembered / 8)

/** Names of the outputs; `expected` has one for each column, in order. */
export interface MapOutputs {
  readonly latent: string
  readonly error: string
  readonly expected: readonly string[]
}

/** Output names that no column has. */
export function outputNamesFor(columns: readonly string[]): MapOutputs {
  const free = namesBeside(columns)
  return {
    latent: free('latent'),
    error: free('reconstruction_error'),
    expected: columns.map((name) => free(`expected.${name}`)),
  }
}

/** From raw columns to places, what the decoder makes of them, and how far that is from the row. */
export function mapGraph(
  mapper: Mapper,
  preprocessing: TablePreprocessing,
): { graph: Graph; outputs: MapOutputs } {
  const { layout } = preprocessing
  const { inputs, features, mask } = preprocessingGraph(preprocessing)
  const { latent, reconstruction } = bothWays(mapper).forward(features, mask)
  const decoded = likely(mapper, layout, reconstruction)
  const outputs = outputNamesFor(layout.columns.map(({ name }) => name))
  const values: Record<string, Value> = {
    [outputs.latent]: latent,
    [outputs.error]: rowErrors(layout, features, decoded, mask),
  }
  const expected = expectedGraph(preprocessing, decoded)
  outputs.expected.forEach((name, i) => (values[name] = expected[i]!))
  return { graph: graph(values, { name: 'hourglass-embedding', inputs }), outputs }
}

/** From features to places: input `features` and, when `withMask`, `mask`; output `latent`. */
export function encoderGraph(mapper: Mapper, layout: FeatureSpace, withMask: boolean): Graph {
  const features = input('features', 'float32', ['batch', layout.width])
  const mask = input('mask', 'float32', ['batch', layout.columns.length])
  const latent = bothWays(mapper).encode(features, withMask ? mask : undefined)
  return graph({ latent }, { name: 'encoder', inputs: withMask ? [features, mask] : [features] })
}

/** From places to raw columns: input `latent` `[batch, dims]`; one output for each column, named by its position. */
export function decoderGraph(mapper: Mapper, preprocessing: TablePreprocessing, dims: number): Graph {
  const latent = input('latent', 'float32', ['batch', dims])
  const decoded = likely(mapper, preprocessing.layout, bothWays(mapper).decode(latent))
  const cells = expectedGraph(preprocessing, decoded)
  return graph(Object.fromEntries(cells.map((cell, i) => [`${i}`, cell])), { name: 'decoder' })
}

/** Encoder and decoder over features, with constants of their own. */
function bothWays({ projection, memory, autoencoder: trained }: Mapper) {
  const linear = projection && projectionGraph(projection)
  const network = trained && {
    autoencoder: trained.autoencoder,
    context: boundWeights(trained.autoencoder.parameters, trained.weights),
  }
  const batchOf = (features: Value, mask: Value | undefined) => {
    const known = linear === undefined && mask !== undefined ? { mask } : {}
    return { features: linear?.project(features) ?? features, ...known }
  }
  const encode = (features: Value, mask: Value | undefined): Value => {
    const batch = batchOf(features, mask)
    if (network === undefined) return batch.features
    if (memory !== undefined) return recall(memory, network.autoencoder.space)(batch)
    return network.autoencoder.encode(batch, network.context)
  }
  const decode = (latent: Value): Value => {
    const near = network?.autoencoder.decode(latent, network.context) ?? latent
    return linear?.unproject(near) ?? near
  }
  return {
    encode,
    decode,
    /** Places, and the rows that the decoder gives back. */
    forward: (features: Value, mask: Value | undefined): Forward => {
      // A count has its row's total beside the code; the code alone gives a row of the typical total.
      if (network?.autoencoder.kind === 'count')
        return network.autoencoder.forward(batchOf(features, mask), network.context)
      const latent = encode(features, mask)
      return { latent, reconstruction: decode(latent) }
    },
  }
}

/** Numbers and probabilities: a projection gives numbers for categories too, of which the largest is the likeliest. */
function likely({ projection }: Mapper, layout: FeatureSpace, decoded: Value): Value {
  return projection === undefined ? probabilities(layout, decoded) : decoded
}

/** ½ the mean over known columns of the summed squared errors of their features, `[batch]`. */
function rowErrors(layout: FeatureSpace, features: Value, reconstruction: Value, mask: Value): Value {
  const { width, columns } = layout
  const squared = square(sub(features, reconstruction))
  const byColumn = width === columns.length ? squared : matmul(squared, constant(membership(layout)))
  const known = maximum(reduceSum(mask, { axes: [1] }), 1)
  return mul(div(reduceSum(mul(byColumn, mask), { axes: [1] }), known), 0.5)
}

/** `[width, columns]`, 1 where the feature belongs to the column. */
function membership({ width, columns }: FeatureSpace) {
  const matrix = new Float32Array(width * columns.length)
  columns.forEach(({ start, width: size }, column) => {
    for (let i = 0; i < size; i++) matrix[(start + i) * columns.length + column] = 1
  })
  return floats(matrix, [width, columns.length])
}
