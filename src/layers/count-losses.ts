/**
 * Negative log-likelihoods of counts, in nats with all constants: Poisson, negative binomial, and the latter with extra
 * zeros. Means, dispersions and dropout logits are what networks predict for tables of counts such as gene expression
 * (Lopez et al. 2018; Eraslan et al. 2019).
 *
 * The plain formulas subtract numbers like log Γ(10⁵), which float32 knows to 0.1. These are written in deviances, as
 * Loader (2000) does for R: every term is small where the result is small. Means and dispersions below 1e-8 count as that,
 * so that nothing divides by zero.
 */
import {
  abs,
  add,
  div,
  equal,
  log,
  maximum,
  minimum,
  mul,
  neg,
  softplus,
  sub,
  where,
  type Value,
} from '../graph/index.js'
import { factorialExcess, log1p } from './log-gamma.js'

/** The smallest mean and dispersion that are told from 0. */
const smallest = 1e-8

/** Just above −1 in float32: log(1 + it) is finite. */
const aboveMinusOne = -1 + 2 ** -24

/**
 * −log Poisson(x; μ) = μ − x·log μ + log x!, as e(x) + x·log(1 + (x−μ)/μ) − (x − μ) with e the `factorialExcess`.
 *
 * @param target x, counts from 0
 * @param mean μ, above 0
 */
export function poissonLoss(target: Value, mean: Value): Value {
  const mu = maximum(mean, smallest)
  const difference = sub(target, mu)
  const ofTarget = mul(target, logShifted(div(difference, mu)))
  return add(factorialExcess(target), sub(ofTarget, difference))
}

/**
 * −log NB(x; μ, θ), the negative binomial of mean μ and variance μ + μ²/θ:
 * −log[ Γ(x+θ)/(Γ(θ)·x!) · (θ/(θ+μ))^θ · (μ/(θ+μ))^x ].
 *
 * With d = x − μ, ρ = θ/(x+θ) and e the `factorialExcess`, that is
 * e(x) + e(θ) − e(x+θ) − log ρ + x·log(1 + ρ·d/μ) + θ·log(1 − d/(x+θ)).
 *
 * @param target x, counts from 0
 * @param mean μ, above 0
 * @param dispersion θ, above 0; the larger, the nearer to Poisson
 */
export function negativeBinomialLoss(target: Value, mean: Value, dispersion: Value): Value {
  const mu = maximum(mean, smallest)
  const theta = maximum(dispersion, smallest)
  const total = add(target, theta)
  const difference = sub(target, mu)
  const share = div(theta, total)
  const ofTarget = mul(target, logShifted(mul(div(difference, mu), share)))
  const ofTheta = mul(theta, logShifted(div(neg(difference), total)))
  const excess = sub(add(factorialExcess(target), factorialExcess(theta)), factorialExcess(total))
  return add(sub(excess, log(share)), add(ofTarget, ofTheta))
}

/**
 * −log[ π·1(x = 0) + (1 − π)·NB(x; μ, θ) ], π = σ(l): a negative binomial with extra zeros (Eraslan et al. 2019, eq. 4).
 *
 * For x > 0 it is log(1 + eˡ) + n, n the negative binomial's loss; for x = 0 log(1 + eˡ) − log(eˡ + e⁻ⁿ), written so that
 * it loses no digits where n or l are large.
 *
 * @param target x, counts from 0
 * @param mean μ, above 0
 * @param dispersion θ, above 0
 * @param dropoutLogit l, any number: the logit of the probability π of a zero that says nothing
 */
export function zeroInflatedNegativeBinomialLoss(
  target: Value,
  mean: Value,
  dispersion: Value,
  dropoutLogit: Value,
): Value {
  const counted = negativeBinomialLoss(target, mean, dispersion)
  const likelihood = add(softplus(dropoutLogit), counted)
  const atZero = sub(
    minimum(softplus(neg(dropoutLogit)), likelihood),
    softplus(neg(abs(add(dropoutLogit, counted)))),
  )
  return where(equal(target, 0), atZero, likelihood)
}

/** log(1 + x) for x from −1; −1 itself counts as a number just above it. */
const logShifted = (x: Value): Value => log1p(maximum(x, aboveMinusOne))
