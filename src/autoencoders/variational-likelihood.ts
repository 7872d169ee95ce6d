/**
 * An autoencoder as a model of its data, as graphs: how likely rows are, new rows out of the prior, and rows between
 * two others. What runs them over many rows is in src/training (likelihood.ts, generation.ts).
 *
 *     features, noise ──► posterior draws ──► log p(x, z) − log q(z|x)        logLikelihoodGraph
 *     noise ──► prior ──► decoder ──► rows                                    sampleGraph
 *     two rows ──► two codes ──► codes on the line between ──► decoder        interpolationGraph
 *
 * Parameters are inputs called `parameter.NAME`.
 */
import { HourglassError } from '../base/index.js'
import {
  add,
  constant,
  floats,
  graph,
  input,
  mul,
  reshape,
  sub,
  unsqueeze,
  type Graph,
  type Value,
} from '../graph/index.js'
import type { LayerContext } from '../layers/index.js'
import type { Autoencoder, Generative } from './autoencoder.js'
import { probabilities, type FeatureBatch, type FeatureSpace } from './feature-space.js'

/**
 * Importance weights of posterior draws; their log-mean-exp over `samples` estimates log p(x) from below (Burda et al.
 * 2016, eq. 8), in nats with all constants, for the known cells.
 *
 * Inputs `features` `[batch, width]`, `mask` `[batch, columns]` when wanted, and `noise` `[batch, samples, latent]`, standard
 * normal. Output `logWeights` `[batch, samples]`.
 *
 * @param samples draws in one run, from 1; memory grows with it, so take many draws in several runs
 * @throws HG_USAGE when the kind has no likelihood, or `samples` is no whole number from 1
 */
export function logLikelihoodGraph(
  autoencoder: Autoencoder,
  samples: number,
  options: { readonly mask?: boolean } = {},
): Graph {
  const { logWeights } = generativeOf('logLikelihood', autoencoder)
  if (logWeights === undefined) {
    throw new HourglassError(
      'HG_USAGE',
      `logLikelihood: ${autoencoder.kind} has a prior but no likelihood: it gives rows back, not their probabilities; use variational`,
    )
  }
  expectCount('logLikelihood', 'samples', samples, 1)
  const batch = batchInputs(autoencoder.space, '', options.mask ?? false)
  const noise = input('noise', 'float32', ['batch', samples, autoencoder.latent])
  const outputs = { logWeights: logWeights(batch, noise, parameterContext(autoencoder)) }
  return graph(outputs, { name: 'log-likelihood', inputs: [...valuesOf(batch), noise] })
}

/**
 * Rows decoded from draws of the prior.
 *
 * Input `noise` `[batch, latent]`, standard normal. Output `rows` `[batch, width]`: numbers as the decoder expects them, and
 * probabilities of categories.
 *
 * @throws HG_USAGE when the kind has no prior
 */
export function sampleGraph(autoencoder: Autoencoder): Graph {
  const { prior } = generativeOf('sample', autoencoder)
  const context = parameterContext(autoencoder)
  const noise = input('noise', 'float32', ['batch', autoencoder.latent])
  const rows = probabilities(autoencoder.space, autoencoder.decode(prior(noise, context), context))
  return graph({ rows }, { name: 'sample', inputs: [noise] })
}

/**
 * Rows decoded from evenly spaced codes on the straight line between the codes of two rows, both ends included.
 *
 * Inputs `from.features`, `to.features` `[batch, width]`, and `from.mask`, `to.mask` `[batch, columns]` when wanted. Output
 * `rows` `[batch, points, width]`, as in `sampleGraph`. Works for every kind whose latent can be decoded.
 *
 * @param points on the line, from 2
 * @throws HG_USAGE when `points` is no whole number from 2
 */
export function interpolationGraph(
  autoencoder: Autoencoder,
  points: number,
  options: { readonly mask?: boolean } = {},
): Graph {
  expectCount('interpolation', 'points', points, 2)
  const { space, latent } = autoencoder
  const context = parameterContext(autoencoder)
  const ends = ['from.', 'to.'].map((prefix) => batchInputs(space, prefix, options.mask ?? false))
  const [from, to] = ends.map((end) => unsqueeze(autoencoder.encode(end, context), [1]))
  const shares = floats(
    Array.from({ length: points }, (_, i) => i / (points - 1)),
    [1, points, 1],
  )
  const codes = add(from!, mul(sub(to!, from!), constant(shares)))
  const decoded = autoencoder.decode(reshape(codes, [-1, latent]), context)
  const rows = reshape(probabilities(space, decoded), [-1, points, space.width])
  return graph({ rows }, { name: 'interpolation', inputs: ends.flatMap(valuesOf) })
}

/** @throws HG_USAGE when the kind has no prior */
function generativeOf(where: string, { kind, generative }: Autoencoder): Generative {
  if (generative !== undefined) return generative
  throw new HourglassError(
    'HG_USAGE',
    `${where}: the codes of kind ${kind} follow no known distribution; use variational, wasserstein or adversarial`,
  )
}

function batchInputs({ width, columns }: FeatureSpace, prefix: string, mask: boolean): FeatureBatch {
  const features = input(`${prefix}features`, 'float32', ['batch', width])
  return mask
    ? { features, mask: input(`${prefix}mask`, 'float32', ['batch', columns.length]) }
    : { features }
}

const valuesOf = ({ features, mask }: FeatureBatch): Value[] =>
  mask === undefined ? [features] : [features, mask]

function parameterContext({ parameters }: Autoencoder): LayerContext {
  const values = new Map(
    parameters.map(({ name, shape }) => [name, input(`parameter.${name}`, 'float32', shape)] as const),
  )
  return { weight: (name) => values.get(name)! }
}

function expectCount(where: string, what: string, count: number, least: number): void {
  if (Number.isInteger(count) && count >= least) return
  throw new HourglassError(
    'HG_USAGE',
    `${where}: ${what} must be a whole number of at least ${least}, got ${count}`,
  )
}
