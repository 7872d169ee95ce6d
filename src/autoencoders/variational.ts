/**
 * The variational autoencoder: a decoder that makes rows out of noise, and an encoder that says which noise a row may
 * have come from.
 *
 *     x ──► encoder ──► μ, log σ² ──► z = μ + σ·ε ──► decoder ──► p(x|z)
 *                          │            ε ~ N(0, I)
 *                          └──► KL(N(μ, σ²) ‖ N(0, I))
 *
 *     loss = Σ over known columns of −log p(x|z)  +  β · Σ over units of ½(μ² + σ² − 1 − log σ²)        in nats per row
 *
 * Unlike the loss of other kinds this is a sum over columns, no mean: only then do the two terms stand in the
 * proportion that makes the loss a bound of −log p(x). Squared errors leave out ½ log 2π for each number. Which bound is
 * used (free bits, importance weights, the decomposed divergence) is an option; variational-bounds.ts has them.
 *
 * A row is scored and encoded at the posterior's mean. Held-out rows are judged by the ELBO with the final β, or by the
 * importance-weighted bound; free bits and factors of the decomposition steer the training alone.
 *
 * Kingma & Welling (2014), "Auto-encoding variational Bayes"; Higgins et al. (2017), "β-VAE"; Kingma et al. (2016),
 * "Improved variational inference with inverse autoregressive flow"; Burda et al. (2016), "Importance weighted
 * autoencoders"; Chen et al. (2018), "Isolating sources of disentanglement in variational autoencoders".
 */
import { div, minimum, mul, reduceSum, slice, sub, type Value } from '../graph/index.js'
import { gaussianKl, type LayerContext, type TrainingContext } from '../layers/index.js'
import type { Autoencoder, Generative, Objective } from './autoencoder.js'
import { encoderDecoder, type EncoderDecoder } from './encoder-decoder.js'
import { featuresFrom, type FeatureBatch, type FeatureSpace } from './feature-space.js'
import {
  decomposedBound,
  decomposedKl,
  evidenceBound,
  freeBitsBound,
  importanceBound,
  type Weight,
} from './variational-bounds.js'
import {
  resolveVariational,
  variationalDiagnosis,
  type ResolvedVariational,
  type VariationalOptions,
} from './variational-options.js'
import { drawsOf, logPriorRatio, posteriorOf, unitMetrics } from './variational-posterior.js'
import { withCode } from './with-code.js'

export { variationalOptions, type VariationalOptions } from './variational-options.js'

/**
 * Makes a variational autoencoder over a feature space.
 *
 * @throws HG_USAGE when options contradict each other
 */
export function variational(space: FeatureSpace, options: VariationalOptions): Autoencoder {
  const resolved = resolveVariational(options)
  const network = encoderDecoder(space, options, { codes: 2 * options.latent })
  const meanOf = (batch: FeatureBatch, context: LayerContext): Value =>
    featuresFrom(network.encode(batch, context), 0, options.latent)
  return {
    kind: 'variational',
    ...network.parts,
    ...withCode(network, meanOf),
    generative: generativeOf(space, network),
    diagnose: (measured) => variationalDiagnosis(options.latent, measured),
    objective: (batch, context) => objectiveOf(network, resolved, batch, context),
  }
}

function objectiveOf(
  network: EncoderDecoder,
  options: ResolvedVariational,
  batch: FeatureBatch,
  context: TrainingContext,
): Objective {
  const { latent, samples, bound, freeBits, decomposition } = options
  const posterior = posteriorOf(network.encode(batch, context))
  const several = samples > 1 || bound === 'iwae'
  const noise = context.noise.normal(several ? ['batch', samples, latent] : ['batch', latent])
  const draws = drawsOf(network, batch, posterior, noise, context)
  const unitKl = gaussianKl(posterior.mean, posterior.logVariance)
  const metrics = unitMetrics(unitKl)
  const weight = weightAt(options, context.progress)
  if (bound === 'iwae') {
    return { ...importanceBound(draws, logPriorRatio(posterior, draws.z, noise), weight), metrics }
  }
  const plain = evidenceBound(draws.error, unitKl, weight)
  if (decomposition !== undefined) {
    const ratio = logPriorRatio(posterior, draws.z, noise)
    const terms = decomposedKl(posterior, draws.z, ratio, decomposition.rows)
    const decomposed = decomposedBound(draws.error, terms, weight, decomposition)
    return { ...decomposed, metrics, heldOut: plain.loss }
  }
  if (freeBits === 0) return { ...plain, metrics }
  return { ...freeBitsBound(draws.error, unitKl, weight, freeBits), metrics, heldOut: plain.loss }
}

/** β, risen so far as the training's progress asks for (Bowman et al. 2016, section 3.1). */
function weightAt({ beta, warmup }: ResolvedVariational, progress: Value): Weight {
  if (warmup === 0) return beta
  const risen = minimum(div(progress, warmup), 1)
  return beta === 1 ? risen : mul(risen, beta)
}

/** The model behind the bound, with every constant: prior N(0, I), and the likelihood of the known cells. */
function generativeOf({ numericCount }: FeatureSpace, network: EncoderDecoder): Generative {
  const constantOf = ({ mask }: FeatureBatch): Value | number => {
    const each = network.normalizer ?? 0
    if (mask === undefined || each === 0) return each * numericCount
    const numbers = slice(mask, [{ axis: 1, start: 0, end: numericCount }])
    return mul(reduceSum(numbers, { axes: [1], keepDims: true }), each)
  }
  return {
    prior: (noise) => noise,
    logWeights: (batch, noise, context) => {
      const posterior = posteriorOf(network.encode(batch, context))
      const { z, error } = drawsOf(network, batch, posterior, noise, context)
      return sub(sub(logPriorRatio(posterior, z, noise), error), constantOf(batch))
    },
  }
}
