/**
 * The graph of the model file: raw columns in, everything a user wants to know out.
 *
 *     columns ─► preprocessing ─► autoencoder ─► column errors ─► contributions ─► score ─► p-value ─► decision
 *                                     └─► latent, expected values
 */
import {
  createAutoencoder,
  probabilities,
  type Autoencoder,
  type AutoencoderDescription,
  type FeatureBatch,
} from '../autoencoders/index.js'
import { expectedGraph, preprocessingGraph, type TablePreprocessing } from '../data/index.js'
import {
  add,
  cast,
  constant,
  div,
  floats,
  gather,
  graph,
  greater,
  input,
  integers,
  matmul,
  maximum,
  mul,
  reduceSum,
  relu,
  sub,
  transpose,
  unsqueeze,
  type Graph,
  type TensorOf,
  type Value,
} from '../graph/index.js'
import type { LayerContext } from '../layers/index.js'
import { boundWeights, namesBeside } from '../learning/index.js'
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

/** Output names that no input has. */
export function outputNamesFor(columns: readonly string[]): OutputNames {
  const free = namesBeside(columns)
  return {
    score: free('score'),
    pValue: free('p_value'),
    isAnomaly: free('is_anomaly'),
    contributions: free('contributions'),
    latent: free('latent'),
    expected: columns.map((name) => free(`expected.${name}`)),
  }
}

/** An autoencoder with its weights. */
interface Bound {
  readonly autoencoder: Autoencoder
  readonly context: LayerContext
}

/** The autoencoder of a scorer with its weights as constants; once for each graph, since constants have names. */
function bound(scorer: Unweighed): Bound {
  const autoencoder = createAutoencoder(scorer.autoencoder)
  return { autoencoder, context: boundWeights(autoencoder.parameters, scorer.weights) }
}

/** Weighted errors `[batch, passes, columns]` of a batch of features, 0 where a cell is missing. */
function weighedErrors(scorer: Scorer, { autoencoder, context }: Bound, batch: FeatureBatch): Value {
  const columns = scorer.autoencoder.space.columns.length
  const passes = scorer.errorWeights.length / columns
  const weights = constant(floats(scorer.errorWeights, [1, passes, columns]), 'error_weights')
  const errors = mul(autoencoder.errors(batch, context), weights)
  return batch.mask === undefined ? errors : mul(errors, unsqueeze(batch.mask, [1]))
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
  const batch = featureInputs(scorer.autoencoder, withMask)
  return graph(
    { score: scoreOf(weighedErrors(scorer, bound(scorer), batch), batch.mask) },
    { name: 'feature-scores' },
  )
}

/** The mean error of the known cells. @param errors `[batch, passes, columns]` @returns `[batch]` */
function scoreOf(errors: Value, mask: Value | undefined): Value {
  const total = reduceSum(errors, { axes: [1, 2] })
  if (mask === undefined) return div(total, errors.shape[2] as number)
  return div(total, maximum(reduceSum(mask, { axes: [1] }), 1))
}

/** A batch on its way to contributions. */
interface Scored {
  readonly scorer: Scorer
  readonly model: Bound
  readonly batch: Required<Pick<FeatureBatch, 'features' | 'mask'>>
  /** `[batch, passes, columns]`, weighted. */
  readonly errors: Value
  /** `[batch]` */
  readonly score: Value
}

/** Weight of a column's own error against what hiding it changes, so that shares are defined for every row. */
const ownShare = 0.02

/**
 * What each column adds to the score, `[batch, columns]`; a row sums to its score.
 *
 * A wrong cell also spoils the reconstruction of the cells that depend on it, so errors alone spread the blame. Where
 * the kind can leave cells out of sight, the score is shared out by how much the errors of all other cells, and the
 * cell's own, fall when it is hidden: hiding the wrong cell heals the row, hiding one that it spoiled does not.
 */
function contributionsOf({ scorer, model, batch, errors, score }: Scored): Value {
  const { autoencoder, context } = model
  const own = reduceSum(errors, { axes: [1] })
  const { ablation } = autoencoder
  if (ablation === undefined) return sharedOut(score, own)
  const { groups, passes } = ablation
  const columns = groups.length
  const weights = passes.flatMap((pass) => [
    ...scorer.errorWeights.subarray(pass * columns, (pass + 1) * columns),
  ])
  const weigh = constant(floats(weights, [1, 1, passes.length, columns]))
  const hidden = mul(mul(ablation.errors(batch, context), weigh), unsqueeze(batch.mask, [1, 2]))
  const whole = reduceSum(gather(errors, constant(integers(passes)), 1), { axes: [1, 2] })
  const healed = relu(sub(unsqueeze(whole, [1]), reduceSum(hidden, { axes: [2, 3] })))
  const member = constant(memberMatrix(groups))
  const ownOfGroup = matmul(own, member)
  const floor = mul(sharedOut(whole, ownOfGroup), ownShare)
  const ofGroup = sharedOut(score, mul(add(healed, floor), cast(greater(ownOfGroup, 0), 'float32')))
  // Inside a group of several columns, by their own errors.
  return mul(own, matmul(div(ofGroup, maximum(ownOfGroup, tiny)), transpose(member)))
}

const tiny = 1e-20

/** An amount `[batch]` shared out in proportion to parts `[batch, n]`. */
function sharedOut(amount: Value, parts: Value): Value {
  const total = maximum(reduceSum(parts, { axes: [1], keepDims: true }), tiny)
  return mul(parts, div(unsqueeze(amount, [1]), total))
}

/** `[columns, groups]`, 1 where the column belongs to the group. */
function memberMatrix(groups: readonly number[]): TensorOf<'float32'> {
  const count = Math.max(...groups) + 1
  const matrix = new Float32Array(groups.length * count)
  groups.forEach((group, column) => (matrix[column * count + group] = 1))
  return floats(matrix, [groups.length, count])
}

/** The whole graph, from raw columns to decision. */
export function scoringGraph(
  scorer: Scorer,
  preprocessing: TablePreprocessing,
  calibration: Calibration,
  threshold: number,
): { graph: Graph; outputs: OutputNames } {
  const { inputs, features, mask } = preprocessingGraph(preprocessing)
  const model = bound(scorer)
  const { autoencoder, context } = model
  const batch = { features, mask }
  const errors = weighedErrors(scorer, model, batch)
  const score = scoreOf(errors, mask)
  const likely = probabilities(autoencoder.space, autoencoder.expected(batch, context))
  const expected = expectedGraph(preprocessing, likely)
  const outputs = outputNamesFor(scorer.autoencoder.space.columns.map(({ name }) => name))
  const values: Record<string, Value> = {
    [outputs.score]: score,
    [outputs.pValue]: pValueGraph(calibration, score),
    [outputs.isAnomaly]: greater(score, threshold),
    [outputs.contributions]: contributionsOf({ scorer, model, batch, errors, score }),
    [outputs.latent]: autoencoder.forward(batch, context).latent,
  }
  outputs.expected.forEach((name, i) => (values[name] = expected[i]!))
  return { graph: graph(values, { name: 'hourglass-detector', inputs }), outputs }
}
