/** How much of what varies in a batch its reconstruction explains: the measure that sparse codes are compared by. */
import {
  div,
  greater,
  maximum,
  mul,
  reduceMean,
  reduceSum,
  reduceSumSquare,
  sub,
  where,
  type Value,
} from '../graph/index.js'
import { overFeatures, probabilities, type FeatureBatch, type FeatureSpace } from './feature-space.js'

/**
 * 1 − Σ(x − x̂)² / Σ(x − x̄)² over the known cells of a batch, x̄ the batch's mean of each feature; categories count by
 * their probabilities.
 *
 * @param reconstruction `[batch, width]`, numbers and bounded logits
 * @returns `[]`, at most 1; 0 for a batch in which nothing varies, such as one row
 */
export function explainedVariance(space: FeatureSpace, batch: FeatureBatch, reconstruction: Value): Value {
  const predicted = probabilities(space, reconstruction)
  const known = batch.mask === undefined ? undefined : overFeatures(space, batch.mask)
  const squares = (differences: Value): Value =>
    reduceSumSquare(known === undefined ? differences : mul(differences, known))
  const residual = squares(sub(batch.features, predicted))
  const total = squares(sub(batch.features, meanOverRows(batch.features, known)))
  return where(greater(total, 1e-12), sub(1, div(residual, maximum(total, 1e-12))), 0)
}

/** `[1, width]`; features of missing cells are 0 already. */
function meanOverRows(features: Value, known: Value | undefined): Value {
  const rows = { axes: [0], keepDims: true }
  if (known === undefined) return reduceMean(features, rows)
  return div(reduceSum(features, rows), maximum(reduceSum(known, rows), 1))
}
