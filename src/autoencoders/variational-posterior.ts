/**
 * The posterior of a variational autoencoder: a Gaussian for each row, how codes are drawn from it, and how far it is
 * from the prior N(0, I). What is made of them stands in variational-bounds.ts.
 *
 *     codes [batch, 2·latent] ──► mean, log-variance ──► z = mean + exp(½ log-variance)·noise
 *
 * Several draws of a row are rows of one matrix, [batch·samples, latent], so that the decoder stays a chain of large
 * matrix products.
 */
import {
  add,
  cast,
  exp,
  greater,
  mul,
  reduceMean,
  reduceSum,
  reduceSumSquare,
  reshape,
  split,
  sub,
  unsqueeze,
  type Value,
} from '../graph/index.js'
import type { LayerContext } from '../layers/index.js'
import type { EncoderDecoder } from './encoder-decoder.js'
import type { FeatureBatch } from './feature-space.js'
import { boundLogVariance } from './observation.js'

/** A Gaussian for each row with a diagonal covariance. */
export interface Posterior {
  /** `[batch, latent]` */
  readonly mean: Value
  /** `[batch, latent]`, between −10 and 10. */
  readonly logVariance: Value
}

/** Draws of the posterior and what the decoder makes of them. */
export interface Draws {
  /** `[batch, latent]`, or `[batch, samples, latent]` when the noise was. */
  readonly z: Value
  /** −log p(x|z) summed over the known cells, up to the constants that the loss leaves out: `[batch]` or `[batch, samples]`. */
  readonly error: Value
}

/** The posterior that an encoder's numbers stand for. @param codes `[batch, 2·latent]` */
export function posteriorOf(codes: Value): Posterior {
  const latent = (codes.shape[1] as number) / 2
  const [mean, spread] = split(codes, [latent, latent], 1) as [Value, Value]
  return { mean, logVariance: boundLogVariance(spread) }
}

/**
 * Draws codes and decodes them.
 *
 * @param noise standard normal, `[batch, latent]` for one draw, or `[batch, samples, latent]`
 */
export function drawsOf(
  network: EncoderDecoder,
  batch: FeatureBatch,
  { mean, logVariance }: Posterior,
  noise: Value,
  context: LayerContext,
): Draws {
  const several = noise.shape.length === 3
  const [latent, samples] = [noise.shape.at(-1) as number, noise.shape[1] as number]
  const among = (x: Value): Value => (several ? unsqueeze(x, [1]) : x)
  const z = add(among(mean), mul(among(exp(mul(logVariance, 0.5))), noise))
  const raw = network.decodeRaw(several ? reshape(z, [-1, latent]) : z, context)
  const apart = several ? reshape(raw, [-1, samples, raw.shape[1] as number]) : raw
  const errors = network.errors(among(batch.features), apart, context)
  const known = batch.mask === undefined ? errors : mul(errors, among(batch.mask))
  return { z, error: reduceSum(known, { axes: [several ? 2 : 1] }) }
}

/**
 * log p(z) − log q(z|x) of draws; what does not depend on them cancels.
 *
 * @param noise that they were drawn with, `[batch, latent]` or `[batch, samples, latent]`
 * @returns `[batch]` or `[batch, samples]`
 */
export function logPriorRatio({ logVariance }: Posterior, z: Value, noise: Value): Value {
  const last = [noise.shape.length - 1]
  const spread = reduceSum(logVariance, { axes: [1], keepDims: noise.shape.length === 3 })
  const lengths = sub(reduceSumSquare(noise, { axes: last }), reduceSumSquare(z, { axes: last }))
  return mul(add(lengths, spread), 0.5)
}

/** Units that carry less than this on average, in nats, count as unused. */
const activeFrom = 0.01

/**
 * What the units carry, on average over the batch.
 *
 * @param unitKl `[batch, latent]`, KL divergence of each unit in nats
 */
export function unitMetrics(unitKl: Value): Readonly<Record<string, Value>> {
  const mean = reduceMean(unitKl, { axes: [0] })
  return {
    klPerUnit: reduceMean(mean),
    activeUnits: reduceSum(cast(greater(mean, activeFrom), mean.dtype)),
  }
}
