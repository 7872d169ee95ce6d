/**
 * How far the distribution of latent codes is from a prior: KL divergences in closed form, the density of a normal
 * distribution, and the maximum mean discrepancy between two samples. Element by element where not said otherwise.
 */
import { HourglassError } from '../base/index.js'
import {
  add,
  cast,
  constant,
  div,
  exp,
  formatShape,
  gather,
  gemm,
  integers,
  log,
  maximum,
  minimum,
  mul,
  neg,
  reduceSum,
  reduceSumSquare,
  relu,
  reshape,
  sameShape,
  shapeOf,
  sub,
  tensor,
  type Tensor,
  type Value,
} from '../graph/index.js'
import { gaussianLoss } from './losses.js'

/**
 * KL(N(μ, eˢ) ‖ N(0, 1)) = ½(μ² + eˢ − 1 − s) for each unit, s the log-variance (Kingma & Welling 2014, appendix B).
 *
 * @param mean `[batch, latent]`
 * @param logVariance `[batch, latent]`, below 80
 * @returns `[batch, latent]`, from 0; its sum over units is the divergence of a row
 */
export function gaussianKl(mean: Value, logVariance: Value): Value {
  const excess = sub(exp(logVariance), add(logVariance, 1))
  return mul(add(mul(mean, mean), excess), 0.5)
}

/** Activities nearer to 0 or 1 than this count as this near, where the divergence is finite. */
const nearest = 1e-6

/**
 * KL(Bernoulli(ρ) ‖ Bernoulli(ρ̂)) = ρ·log(ρ/ρ̂) + (1 − ρ)·log((1 − ρ)/(1 − ρ̂)): the penalty on the mean activity of
 * sigmoid units in sparse autoencoders (Ng 2011, section 2).
 *
 * @param rho wanted activity, between 0 and 1
 * @param rhoHat any shape, mean activity of each unit, 0 to 1
 * @throws HG_USAGE when rho is not between 0 and 1
 */
export function bernoulliKl(rho: number, rhoHat: Value): Value {
  if (!(rho > 0 && rho < 1))
    throw new HourglassError('HG_USAGE', `bernoulliKl: expected an activity between 0 and 1, got ${rho}`)
  const activity = minimum(maximum(rhoHat, nearest), 1 - nearest)
  const negentropy = rho * Math.log(rho) + (1 - rho) * Math.log(1 - rho)
  return sub(negentropy, add(mul(log(activity), rho), mul(log(sub(1, activity)), 1 - rho)))
}

/**
 * log N(z; μ, eˢ) = −½(log 2π + s + (z − μ)²·e⁻ˢ) for each unit. Shapes broadcast, so `[batch, 1, latent]` against
 * `[1, batch, latent]` gives the density of every code under every posterior, as the total correlation needs.
 *
 * @param logVariance s, above −80
 */
export function logDensityNormal(z: Value, mean: Value, logVariance: Value): Value {
  return neg(gaussianLoss(z, mean, logVariance))
}

/** Options of the maximum mean discrepancy. */
export interface MmdOptions {
  /** `imq`: C/(C + d²), with heavy tails (default); `rbf`: exp(−d²/C). */
  readonly kernel?: 'imq' | 'rbf'
  /**
   * Kernels are summed over C = 2 · latent · scale; 2 · latent is the expected d² of two codes of a standard normal
   * prior. Above 0; default 0.1, 0.2, 0.5, 1, 2, 5 and 10 (the reference implementation of Tolstikhin et al.).
   */
  readonly scales?: readonly number[]
}

/** The scales of the reference implementation. */
const defaultScales = [0.1, 0.2, 0.5, 1, 2, 5, 10]

/**
 * The squared maximum mean discrepancy between codes and as many draws of a prior, without bias (Gretton et al. 2012,
 * eq. 3; Tolstikhin et al. 2018, eq. 4): mean of k(z, z') over different codes + the same over draws of the prior − twice
 * the mean of k between codes and draws. About 0, and below it as often as above, when both have one distribution.
 *
 * @param z `[batch, latent]`
 * @param prior `[batch, latent]`, draws of the prior
 * @returns `[]`; 0 for batches of one or none, which say nothing
 * @throws HG_SHAPE_MISMATCH when the two are not matrices of one shape; HG_USAGE for scales that are not above 0
 */
export function mmd(z: Value, prior: Value, options: MmdOptions = {}): Value {
  const latent = z.shape[1]
  if (z.shape.length !== 2 || typeof latent !== 'number' || !sameShape(z.shape, prior.shape)) {
    const got = [z, prior].map(({ shape }) => formatShape(shape)).join(' and ')
    throw new HourglassError('HG_SHAPE_MISMATCH', `mmd: expected [batch, latent] twice, got ${got}`)
  }
  const kernels = kernelsOf(latent, z, options)
  const [ofCodes, ofPrior] = [z, prior].map((x) => reduceSumSquare(x, { axes: [1], keepDims: true }))
  const similarity = (a: Value, b: Value, lengthsA: Value, lengthsB: Value): Value =>
    reduceSum(kernels.of(squaredDistances(a, b, lengthsA, lengthsB)))
  const within = add(similarity(z, z, ofCodes!, ofCodes!), similarity(prior, prior, ofPrior!, ofPrior!))
  const across = similarity(z, prior, ofCodes!, ofPrior!)

  // Each point is as near to itself as can be: k(z, z) = 1 for each of the summed kernels, and does not count.
  const count = cast(gather(shapeOf(z), constant(integers([0], []))), z.dtype)
  const pairs = mul(count, sub(count, 1))
  const unlike = div(sub(within, mul(count, 2 * kernels.count)), maximum(pairs, 1))
  const shared = div(mul(across, 2), maximum(mul(count, count), 1))
  return mul(sub(unlike, shared), minimum(pairs, 1))
}

/** |aᵢ − bⱼ|² `[batch, batch]` by one product, never below 0. */
function squaredDistances(a: Value, b: Value, lengthsA: Value, lengthsB: Value): Value {
  const products = gemm(a, b, { alpha: -2, transposeB: true, bias: reshape(lengthsB, [1, -1]) })
  return relu(add(products, lengthsA))
}

/** The kernels of all scales at once: `[batch, batch]` of squared distances to `[scales, batch, batch]`. */
function kernelsOf(latent: number, { dtype }: Value, { kernel = 'imq', scales = defaultScales }: MmdOptions) {
  if (scales.length === 0 || !scales.every((scale) => scale > 0 && Number.isFinite(scale))) {
    throw new HourglassError('HG_USAGE', `mmd: expected scales above 0, got ${scales.join(', ') || 'none'}`)
  }
  const sizes = scales.map((scale) => 2 * latent * scale)
  const stacked = constant(floatsOf(dtype, sizes))
  return {
    count: scales.length,
    of: (squared: Value): Value =>
      kernel === 'imq' ? div(stacked, add(stacked, squared)) : exp(neg(div(squared, stacked))),
  }
}

/** Numbers on an axis before two others. */
const floatsOf = (dtype: Value['dtype'], values: readonly number[]): Tensor =>
  dtype === 'float64'
    ? tensor(dtype, [values.length, 1, 1], Float64Array.from(values))
    : tensor('float32', [values.length, 1, 1], Float32Array.from(values))
