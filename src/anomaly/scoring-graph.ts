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
  type FeatureBatch,
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
  unsqueeze,
  type Graph,
  type Value,
} from '../graph/index.js'
import type { Weights } from '../training/index.js'
import { pValueGraph, type Calibration } from './calibration.js'

/** A trained autoencoder as a scorer. */
export interface Scorer {
  readonly autoencoder: AutoencoderDescription
  readonly weights: Weights
  /** `[passes · columns]`, how much a nat of error in each pass and column counts; see residuals.ts. */
  readonly errorWeights: Float32Array
}

/** A scorer before its error weights are known. */
export type Unweighed = Omit<Scorer, 'errorWeights'>

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

/** The autoencoder of a scorer with its weights as constants. */
function bound(scorer: Unweighed) {
  const autoencoder = createAutoencoder(scorer.autoencoder)
  const constants = new Map(
    autoencoder.parameters.map(({ name, shape }) => [
      name,
      constant(tensor('float32', shape, scorer.weights[name]!), name),
    ]),
  )
  return { autoencoder, context: { weight: (name: string) => constants.get(name)! } }
}

/** Contributions `[batch, columns]`, latent code and expected features of a batch of features. */
function scored(scorer: Scorer, batch: FeatureBatch) {
  const { autoencoder, context } = bound(scorer)
  const columns = scorer.autoencoder.space.columns.length
  const passes = scorer.errorWeights.length / columns
  const weights = constant(floats(scorer.errorWeights, [1, passes, columns]), 'error_weights')
  const errors = reduceSum(mul(autoencoder.errors(batch, context), weights), { axes: [1] })
  return {
    contributions: contributions(errors, batch.mask),
    latent: autoencoder.forward(batch, context).latent,
    expected: autoencoder.expected(batch, context),
  }
}

function featureInputs({ space }: Unweighed['autoencoder'], withMask: boolean): FeatureBatch {
  const features = input('features', 'float32', ['batch', space.width])
  return withMask
    ? { features, mask: input('mask', 'float32', ['batch', space.columns.length]) }
    : { features }
}

/**
 * From features to unweighed errors: inputs `features` `[batch, width]` and, when `withMask`, `mask`
 * `[batch, columns]`; output `errors` `[batch, passes, columns]`, 0 where the mask is.
 */
export function errorGraph(scorer: Unweighed, withMask: boolean): Graph {
  const batch = featureInputs(scorer.autoencoder, withMask)
  const { autoencoder, context } = bound(scorer)
  const errors = autoencoder.errors(batch, context)
  return graph(
    { errors: batch.mask === undefined ? errors : mul(errors, unsqueeze(batch.mask, [1])) },
    { name: 'errors' },
  )
}

/** From features to scores, with the inputs of `errorGraph`; output `score` `[batch]`. */
export function featureScoreGraph(scorer: Scorer, withMask: boolean): Graph {
  const { contributions: parts } = scored(scorer, featureInputs(scorer.autoencoder, withMask))
  return graph({ score: reduceSum(parts, { axes: [1] }) }, { name: 'feature-scores' })
}

/** The whole graph, from raw columns to decision. */
export function scoringGraph(
  scorer: Scorer,
  preprocessing: TablePreprocessing,
  calibration: Calibration,
  threshold: number,
): { graph: Graph; outputs: OutputNames } {
  const { inputs, features, mask } = preprocessingGraph(preprocessing)
  const { contributions: parts, latent, expected: likely } = scored(scorer, { features, mask })
  const score = reduceSum(parts, { axes: [1] })
  const expected = expectedGraph(preprocessing, probabilities(scorer.autoencoder.space, likely))
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
