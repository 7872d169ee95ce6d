/**
 * What the count kind's decoder says about a row of counts: a negative binomial for each column, with extra zeros or
 * without. Where its numbers come from is in count.ts, the losses themselves in src/layers/count-losses.ts.
 */
import { add, div, exp, log, mul, neg, sigmoid, sub, tanh, type Value } from '../graph/index.js'
import { negativeBinomialLoss, zeroInflatedNegativeBinomialLoss } from '../layers/index.js'

/** The distribution of every count of a batch. */
export interface CountDistribution {
  /** μ, `[batch, columns]`, above 0. */
  readonly mean: Value
  /** θ, `[1, columns]` or `[batch, columns]`, above 0: the variance is μ + μ²/θ. */
  readonly dispersion: Value
  /** The logit of the probability π of a zero that says nothing, `[batch, columns]`; absent when there are none. */
  readonly dropoutLogit?: Value
}

/** Any number as one between −bound and bound, hardly bent near 0: exponentials of it neither overflow nor vanish. */
export const bounded = (x: Value, bound: number): Value => mul(tanh(div(x, bound)), bound)

/** −log P(x), `[batch, columns]` in nats, never below 0. */
export function countLoss(x: Value, { mean, dispersion, dropoutLogit }: CountDistribution): Value {
  return dropoutLogit === undefined
    ? negativeBinomialLoss(x, mean, dispersion)
    : zeroInflatedNegativeBinomialLoss(x, mean, dispersion, dropoutLogit)
}

/** P(x = 0), `[batch, columns]`: (1 + μ/θ)^−θ, and with extra zeros π + (1 − π) of it. */
export function probabilityOfZero({ mean, dispersion, dropoutLogit }: CountDistribution): Value {
  const counted = exp(neg(mul(dispersion, log(add(div(mean, dispersion), 1)))))
  if (dropoutLogit === undefined) return counted
  const extra = sigmoid(dropoutLogit)
  return add(extra, mul(sub(1, extra), counted))
}

/** The expectation of x, `[batch, columns]`: μ, and with extra zeros (1 − π)·μ. */
export function expectedCount({ mean, dropoutLogit }: CountDistribution): Value {
  return dropoutLogit === undefined ? mean : mul(sigmoid(neg(dropoutLogit)), mean)
}
