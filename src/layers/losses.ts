/**
 * Losses between targets and predictions, element by element: functions of a difference, and negative
 * log-likelihoods of numbers and bits. Likelihoods of counts are in count-losses.ts. Nothing is summed or averaged
 * here; that, and missing cells, is up to who uses them.
 *
 * All take values of shapes that broadcast and return the broadcast shape. They are nats where they are
 * log-likelihoods, and stay finite for finite arguments of the ranges that they name.
 */
import { HourglassError } from '../base/index.js'
import { abs, add, div, exp, minimum, mul, neg, softplus, sub, tanh, type Value } from '../graph/index.js'
import { poissonLoss } from './count-losses.js'

/** A loss that needs a target and a prediction alone. */
export type ElementwiseLoss = (target: Value, prediction: Value) => Value

/** ½(x − x̂)²: the Gaussian of variance 1, up to a constant. */
export function squaredLoss(target: Value, prediction: Value): Value {
  const difference = sub(prediction, target)
  return mul(mul(difference, difference), 0.5)
}

/** |x − x̂|: the Laplacian of scale 1, up to a constant. */
export function absoluteLoss(target: Value, prediction: Value): Value {
  return abs(sub(prediction, target))
}

/**
 * ½d² where |d| ≤ δ, else δ·(|d| − ½δ), d = x − x̂ (Huber 1964): squared near 0, absolute for outliers.
 *
 * @param options.delta where it turns, above 0 (default 1)
 * @throws HG_USAGE when delta is not above 0
 */
export function huberLoss(target: Value, prediction: Value, options: { delta?: number } = {}): Value {
  const { delta = 1 } = options
  expectPositive('huberLoss', 'delta', delta)
  const distance = absoluteLoss(target, prediction)
  const near = minimum(distance, delta)
  return mul(near, sub(distance, mul(near, 0.5)))
}

/**
 * σ²·(1 − exp(−d²/2σ²)), d = x − x̂: the correntropy-induced loss (Liu et al. 2007, eq. 27; He et al. 2011), scaled to
 * agree with ½d² near 0. It is bounded by σ², so that gross outliers pull no more.
 *
 * @param options.sigma width of the kernel, above 0, in the unit of the target (default 1)
 * @throws HG_USAGE when sigma is not above 0
 */
export function correntropyLoss(target: Value, prediction: Value, options: { sigma?: number } = {}): Value {
  const { sigma = 1 } = options
  expectPositive('correntropyLoss', 'sigma', sigma)
  const difference = sub(prediction, target)
  // 1 − e⁻²ˢ = 2·tanh s / (1 + tanh s) keeps the digits that 1 − e⁻²ˢ loses for small differences.
  const bounded = tanh(mul(mul(difference, difference), 1 / (4 * sigma * sigma)))
  return div(mul(bounded, 2 * sigma * sigma), add(bounded, 1))
}

/** log cosh(x − x̂): ½d² near 0, |d| − log 2 far from it, and smooth everywhere. */
export function logCoshLoss(target: Value, prediction: Value): Value {
  const difference = sub(prediction, target)
  return add(difference, sub(softplus(mul(difference, -2)), Math.LN2))
}

/**
 * −x·log σ(l) − (1 − x)·log(1 − σ(l)): binary cross-entropy, the Bernoulli's negative log-likelihood. Computed as
 * log(1 + eˡ) − l·x, where the first is max(l, 0) + log(1 + e⁻|l|).
 *
 * @param target 0 to 1
 * @param logits l, any number
 */
export function bernoulliLoss(target: Value, logits: Value): Value {
  return sub(softplus(logits), mul(logits, target))
}

/**
 * ½(log 2π + s + (x − μ)²·e⁻ˢ): the Gaussian's negative log-likelihood with its constant, s the log-variance.
 *
 * @param logVariance s, above −80; bound it where a network gives it
 */
export function gaussianLoss(target: Value, mean: Value, logVariance: Value): Value {
  const difference = sub(target, mean)
  const scaled = mul(mul(difference, difference), exp(neg(logVariance)))
  return mul(add(add(scaled, logVariance), Math.log(2 * Math.PI)), 0.5)
}

/** The losses that need a target and a prediction alone, with their default widths, by name. */
export const elementwiseLosses = {
  squared: squaredLoss,
  absolute: absoluteLoss,
  huber: (target, prediction) => huberLoss(target, prediction),
  correntropy: (target, prediction) => correntropyLoss(target, prediction),
  logCosh: logCoshLoss,
  /** The prediction is a logit. */
  bernoulli: bernoulliLoss,
  /** The prediction is a mean, above 0. */
  poisson: poissonLoss,
} as const satisfies Record<string, ElementwiseLoss>

/** The name of an elementwise loss. */
export type ElementwiseLossName = keyof typeof elementwiseLosses

export const elementwiseLossNames = Object.keys(elementwiseLosses) as ElementwiseLossName[]

function expectPositive(where: string, what: string, value: number): void {
  if (value > 0 && Number.isFinite(value)) return
  throw new HourglassError('HG_USAGE', `${where}: expected a ${what} above 0, got ${value}`)
}
