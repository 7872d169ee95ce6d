/**
 * What a variational autoencoder makes small: bounds of −log p(x) in nats per row, summed over columns and units. Each
 * takes draws of the posterior (variational-posterior.ts) and gives loss and parts; which one is used, variational.ts
 * says.
 */
import {
  add,
  exp,
  greater,
  log,
  maximum,
  mul,
  reduceMax,
  reduceMean,
  reduceSum,
  squeeze,
  stopGradient,
  sub,
  unsqueeze,
  where,
  scalar,
  type Value,
} from '../graph/index.js'
import { logDensityNormal } from '../layers/index.js'
import type { Draws, Posterior } from './variational-posterior.js'

/** A loss and the terms that it is the sum of, `[batch]` each. */
export interface Bound {
  readonly loss: Value
  readonly parts: Readonly<Record<string, Value>>
}

/** A factor of a term: a number, or a value `[]` where it changes while training. */
export type Weight = Value | number

const zero = scalar(0)

const weighed = (term: Value, weight: Weight): Value => (weight === 1 ? term : mul(term, weight))

/** Σ of parts. */
function total(parts: Readonly<Record<string, Value>>): Bound {
  return { loss: Object.values(parts).reduce((sum, part) => add(sum, part)), parts }
}

/**
 * −ELBO = E_q[−log p(x|z)] + weight · Σⱼ KLⱼ (Kingma & Welling 2014, eq. 10; the weight is β of Higgins et al. 2017).
 *
 * @param error `[batch]`, or `[batch, samples]` to be averaged
 * @param unitKl `[batch, latent]`
 */
export function evidenceBound(error: Value, unitKl: Value, weight: Weight): Bound {
  const kl = weighed(reduceSum(unitKl, { axes: [1] }), weight)
  return total({ reconstruction: averaged(error), kl })
}

/**
 * The same, but units whose divergence is below `bits` nats on average over the batch are free to keep it:
 * Σⱼ max(bits, mean KLⱼ) (Kingma et al. 2016, eq. 15). The batch's mean decides, and the value stays one of each row.
 */
export function freeBitsBound(error: Value, unitKl: Value, weight: Weight, bits: number): Bound {
  const costly = greater(reduceMean(unitKl, { axes: [0], keepDims: true }), bits)
  return evidenceBound(error, where(costly, unitKl, bits), weight)
}

/**
 * −log 1/k Σᵢ wᵢ, wᵢ = p(x, zᵢ)/q(zᵢ|x): the importance-weighted bound (Burda et al. 2016, eq. 8), tighter with each
 * draw. Its parts are those of the ELBO over the same draws, and `importance`, from 0 down, what it is tighter by.
 *
 * @param draws `[batch, samples, …]`
 * @param logRatio `[batch, samples]`, log p(z) − log q(z|x)
 */
export function importanceBound({ error }: Draws, logRatio: Value, weight: Weight): Bound {
  const ratio = weighed(logRatio, weight)
  const bound = logMeanExp(sub(ratio, error), 1)
  const [reconstruction, kl] = [averaged(error), sub(0, averaged(ratio))]
  const loss = sub(0, bound)
  return { loss, parts: { reconstruction, kl, importance: sub(loss, add(reconstruction, kl)) } }
}

/** Factors of the three terms that the KL divergence falls into. */
export interface DecompositionWeights {
  readonly information: number
  readonly correlation: number
  readonly dimensions: number
}

/**
 * The KL divergence in three (Chen et al. 2018, eq. 2): mutual information of row and code, total correlation of the
 * units, and each unit's own distance from the prior. All three are estimates from the one draw of each row; their sum
 * is log q(z|x) − log p(z), whatever the aggregate posterior is estimated to be.
 *
 *     log q(z) ≈ log 1/(rows·batch) Σⱼ q(z|xⱼ)       minibatch-weighted sampling, eq. S6; the same for each unit
 *
 * @param z `[batch, latent]`, one draw for each row
 * @param logRatio `[batch]`, log p(z) − log q(z|x)
 * @param rows of the data set that batches come from
 * @returns `[batch]` each
 */
export function decomposedKl({ mean, logVariance }: Posterior, z: Value, logRatio: Value, rows: number) {
  const pairs = logDensityNormal(unsqueeze(z, [1]), unsqueeze(mean, [0]), unsqueeze(logVariance, [0]))
  const aggregate = sub(logMeanExp(reduceSum(pairs, { axes: [2] }), 1), Math.log(rows))
  const factorized = reduceSum(sub(logMeanExp(pairs, 1), Math.log(rows)), { axes: [1] })
  const prior = reduceSum(logDensityNormal(z, zero, zero), { axes: [1] })
  return {
    mutualInformation: sub(sub(prior, logRatio), aggregate),
    totalCorrelation: sub(aggregate, factorized),
    dimensionWise: sub(factorized, prior),
  }
}

/** −ELBO with the three terms of the divergence weighed apart (Chen et al. 2018, eq. 4). */
export function decomposedBound(
  error: Value,
  terms: ReturnType<typeof decomposedKl>,
  weight: Weight,
  weights: DecompositionWeights,
): Bound {
  return total({
    reconstruction: averaged(error),
    mutualInformation: weighed(weighed(terms.mutualInformation, weights.information), weight),
    totalCorrelation: weighed(weighed(terms.totalCorrelation, weights.correlation), weight),
    dimensionWise: weighed(weighed(terms.dimensionWise, weights.dimensions), weight),
  })
}

/** The mean over samples, where there are several. */
const averaged = (x: Value): Value => (x.shape.length === 2 ? reduceMean(x, { axes: [1] }) : x)

/** So many nats below the largest, a term adds nothing that float64 could hold. */
const negligible = -40

/**
 * log of the mean of eˣ along an axis, which is dropped; shifted by the largest, so that nothing overflows. Negligible
 * terms get no gradient at all: their tiny ones would be subnormal numbers, which slow matrix products down several
 * times.
 */
function logMeanExp(x: Value, axis: number): Value {
  const largest = stopGradient(reduceMax(x, { axes: [axis], keepDims: true }))
  const terms = exp(maximum(sub(x, largest), negligible))
  return add(log(reduceMean(terms, { axes: [axis] })), squeeze(largest, [axis]))
}
