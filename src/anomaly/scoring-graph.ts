/**
 * The graph of the model file: raw columns in, everything a user wants to know out.
 *
 *     columns ─► preprocessing ─► autoencoder ─► column errors ─► contributions ─► score ─► p-value ─► decision
 *                                     └─► latent, expected values
 */
import {
  contributions,
  createAutoencoder,
  probabilities,
  type AutoencoderDescription,
} from '../autoencoders/index.js'
import { expectedGraph, preprocessingGraph, type TablePreprocessing } from '../data/index.js'
import {
  constant,
  graph,
  greater,
  input,
  mul,
  floats,
  reduceSum,
  tensor,
  type Graph,
  type Value,
} from '../graph/index.js'
import type { Weights } from '../training/index.js'
import { pValueGraph, type Calibration } from './calibration.js'

/** A trained autoencoder as a scorer. */
export interface Scorer {
  readonly autoencoder: AutoencoderDescription
  readonly weights: Weights
  /** `[columns]`, how much a nat of error in each column counts. */
  readonly columnWeights: Float32Array
}

/** Names of the outputs; `expected` has one for each column, in order. */
export interface OutputNames {
  readonly score: string
  readonly pValue: string
  readonly isAnomaly: string
  readonly contributions: string
  readonly latent: string
  readonly expected: readonly string[]
}

/** Output names that no input has: a trailing `_` is added where a column took the name. */
export function outputNamesFor(columns: readonly string[]): OutputNames {
  const taken = new Set(columns)
  const free = (name: string): string => {
    let candidate = name
    while (taken.has(candidate)) candidate += '_'
    taken.add(candidate)
    return candidate
  }
  return {
    score: free('score'),
    pValue: free('p_value'),
    isAnomaly: free('is_anomaly'),
    contributions: free('contributions'),
    latent: free('latent'),
    expected: columns.map((name) => free(`expected.${name}`)),
  }
}

/** Contributions `[batch, columns]` and latent code of a batch of features. */
function scored(scorer: Scorer, batch: { features: Value; mask?: Value }) {
  const autoencoder = createAutoencoder(scorer.autoencoder)
  const shapes = new Map(autoencoder.parameters.map(({ name, shape }) => [name, shape]))
  const constants = new Map(
    Object.entries(scorer.weights).map(([name, data]) => [
      name,
      constant(tensor('float32', shapes.get(name) ?? [], data), name),
    ]),
  )
  const context = { weight: (name: string) => constants.get(name)! }
  const errors = mul(autoencoder.errors(batch, context), constant(floats(scorer.columnWeights)))
  const { latent, reconstruction } = autoencoder.forward(batch, context)
  return { contributions: contributions(errors, batch.mask), latent, reconstruction }
}

/**
 * A graph from features to scores, to calibrate with: inputs `features` `[batch, width]` and, when `withMask`,
 * `mask` `[batch, columns]`; output `score` `[batch]`.
 */
export function featureScoreGraph(scorer: Scorer, withMask: boolean): Graph {
  const { width, columns } = scorer.autoencoder.space
  const features = input('features', 'float32', ['batch', width])
  const batch = withMask
    ? { features, mask: input('mask', 'float32', ['batch', columns.length]) }
    : { features }
  const { contributions: parts } = scored(scorer, batch)
  return graph({ contributions: parts, score: reduceSum(parts, { axes: [1] }) }, { name: 'feature-scores' })
}

/** The whole graph, from raw columns to decision. */
export function scoringGraph(
  scorer: Scorer,
  preprocessing: TablePreprocessing,
  calibration: Calibration,
  threshold: number,
): { graph: Graph; outputs: OutputNames } {
  const { inputs, features, mask } = preprocessingGraph(preprocessing)
  const { contributions: parts, latent, reconstruction } = scored(scorer, { features, mask })
  const score = reduceSum(parts, { axes: [1] })
  const expected = expectedGraph(preprocessing, probabilities(scorer.autoencoder.space, reconstruction))
  const outputs = outputNamesFor(scorer.autoencoder.space.columns.map(({ name }) => name))
  const values: Record<string, Value> = {
    [outputs.score]: score,
    [outputs.pValue]: pValueGraph(calibration, score),
    [outputs.isAnomaly]: greater(score, threshold),
    [outputs.contributions]: parts,
    [outputs.latent]: latent,
  }
  outputs.expected.forEach((name, i) => (values[name] = expected[i]!))
  return { graph: graph(values, { name: 'hourglass-detector', inputs }), outputs }
}
