// The importance weighted autoencoder (Burda, Grosse & Salakhutdinov 2016) as an autoencoder of one's own, and its test
// log-likelihood. With one sample it is the variational autoencoder.
//
//     x in 0 … 1 ──► b ~ Bernoulli(x), afresh each step ──► encoder ──► μ, log σ² ──► z₁ … z_k ──► decoder ──► logits
//
//     loss = −log 1/k Σᵢ wᵢ,   wᵢ = p(b | zᵢ) p(zᵢ) / q(zᵢ | b)          (eq. 8 of the paper)
//
// With k = 1 the divergence is written in closed form, which has the same expectation and less noise.
import { encoderDecoder } from '../../../dist/autoencoders/index.js'
import { createNoise } from '../../../dist/engine/index.js'
import { loadKernels, nodeEngine } from '../../../dist/engine/node.js'
import * as g from '../../../dist/graph/index.js'

/** Layers of the paper's network with one stochastic layer. */
export const paperShape = { hidden: [200, 200], latent: 50 }

/** An importance weighted autoencoder over pixels in 0 … 1; `logWeights` is what its likelihood is measured by. */
export function importanceWeighted(space, { hidden, latent, samples, resampled = samples }) {
  const network = encoderDecoder(space, { hidden, latent, activation: 'tanh' }, { codes: 2 * latent })
  const posterior = (features, context) => {
    const [mean, logVariance] = g.split(network.encode({ features }, context), [latent, latent], 1)
    return { mean, logVariance }
  }
  /** `[batch, draws]`: log p(b | z) and log p(z) − log q(z | b) for noise `[batch, draws, latent]`. */
  const drawn = (binary, coded, noise, context, { path, likelihood = trainableBernoulli } = {}) => {
    const { z, priorOverPosterior } = path === undefined ? draw(coded, noise) : drawOnPath(coded, noise, path)
    const logits = network.decodeRaw(g.reshape(z, [-1, latent]), context)
    const each = g.reshape(logits, [-1, noise.shape[1], space.width])
    return { logLikelihood: likelihood(binary, each), priorOverPosterior }
  }
  return {
    kind: `importance-weighted-${samples}`,
    ...network.parts,
    encode: ({ features }, context) => posterior(features, context).mean,
    forward: ({ features }, context) => {
      const { mean } = posterior(features, context)
      return { latent: mean, reconstruction: network.parts.decode(mean, context) }
    },
    objective: ({ features }, context) => {
      const below = g.less(context.noise.uniform(['batch', space.width]), features)
      const binary = g.cast(below, 'float32')
      const coded = posterior(binary, context)
      const noise = context.noise.normal(['batch', samples, latent])
      const { logLikelihood, priorOverPosterior } = drawn(binary, coded, noise, context)
      if (samples === 1) {
        const loss = g.sub(divergence(coded), g.reshape(logLikelihood, [-1]))
        return { loss, parts: { bound: loss } }
      }
      const logWeights = g.add(logLikelihood, priorOverPosterior)
      const exact = g.neg(logMeanExp(logWeights, samples))
      if (resampled === samples) return { loss: exact, parts: { bound: exact } }
      const chosen = resample(logWeights, noise, resampled, context.noise)
      const again = drawn(binary, coded, chosen.noise, context, { path: chosen.share })
      const mean = g.reduceMean(g.add(again.logLikelihood, again.priorOverPosterior), { axes: [1] })
      const loss = g.sub(g.stopGradient(g.add(exact, mean)), mean)
      return { loss, parts: { bound: loss } }
    },
    logWeights: (binary, noise, context) => {
      const { logLikelihood, priorOverPosterior } = drawn(
        binary,
        posterior(binary, context),
        noise,
        context,
        { likelihood: bernoulli },
      )
      return g.add(logLikelihood, priorOverPosterior)
    },
  }
}

/** KL(q ‖ p) of each row, `[batch]`: ½ Σ μ² + σ² − 1 − log σ². */
function divergence({ mean, logVariance }) {
  const terms = g.sub(g.add(g.square(mean), g.exp(logVariance)), g.add(logVariance, 1))
  return g.mul(g.reduceSum(terms, { axes: [1] }), 0.5)
}

/** z = μ + σ ε, `[batch, draws, latent]`, and log p(z) − log q(z), `[batch, draws]`. */
function draw({ mean, logVariance }, noise) {
  const logDeviation = g.unsqueeze(g.mul(logVariance, 0.5), [1])
  const z = g.add(g.unsqueeze(mean, [1]), g.mul(g.exp(logDeviation), noise))
  const squares = g.mul(g.sub(g.square(noise), g.square(z)), 0.5)
  return { z, priorOverPosterior: g.reduceSum(g.add(squares, logDeviation), { axes: [2] }) }
}

/**
 * The same for samples chosen by their weights, whose slopes reach the encoder through z alone and in proportion to each
 * sample's share of the weight: the doubly reparameterised estimator (Tucker et al. 2019, eq. 8), equal to the bound's
 * slope in expectation and less noisy the more samples there are.
 *
 * @param share wᵢ / Σ w, `[batch, draws, 1]`
 */
function drawOnPath(coded, noise, share) {
  const free = draw(coded, noise).z
  const fixed = g.stopGradient(free)
  const z = g.add(fixed, g.mul(share, g.sub(free, fixed)))
  const deviation = g.unsqueeze(g.exp(g.mul(g.stopGradient(coded.logVariance), 0.5)), [1])
  const again = g.div(g.sub(z, g.unsqueeze(g.stopGradient(coded.mean), [1])), deviation)
  const terms = g.add(g.mul(g.sub(g.square(again), g.square(z)), 0.5), g.log(deviation))
  return { z, priorOverPosterior: g.reduceSum(terms, { axes: [2] }) }
}

/**
 * log p(b | z) = −Σ log(1 + e) with e = exp(−s · l) and s = ±1 for b = 1, 0; `[batch, draws]`. Softplus would be one node,
 * and five times slower on a CPU.
 */
const bernoulli = (binary, logits) => bernoulliOf(binary, logits).value

/**
 * The same with the slope b − σ(l) = s · e / (1 + e) handed over ready-made: derived from the logarithm it would be more
 * passes over the largest tensor of the step, which is memory-bound.
 */
function trainableBernoulli(binary, logits) {
  const { value, slope } = bernoulliOf(binary, g.stopGradient(logits))
  const linear = g.reduceSum(g.mul(slope, logits), { axes: [2] })
  return g.add(g.stopGradient(g.sub(value, linear)), linear)
}

function bernoulliOf(binary, logits) {
  const signs = g.unsqueeze(g.sub(g.mul(binary, 2), 1), [1])
  const odds = g.exp(g.mul(logits, g.neg(signs)))
  const total = g.add(odds, 1)
  return {
    value: g.neg(g.reduceSum(g.log(total), { axes: [2] })),
    slope: g.mul(g.div(odds, total), signs),
  }
}

/**
 * `count` of the samples, each taken with probability wᵢ / Σ w: the mean slope of their log p is that of the bound in
 * expectation (Σ wᵢ ∇log pᵢ / Σ w), and only they need a way back. Systematic resampling: one uniform number a row and
 * equal steps from it, so that a sample with most of the weight is never missed.
 *
 * @param noise `[batch, samples, latent]`
 * @returns their `noise`, `[batch, count, latent]`, and `share` of the weight wᵢ / Σ w, `[batch, count, 1]`
 */
function resample(logWeights, noise, count, source) {
  const samples = noise.shape[1]
  const shares = g.softmax(g.stopGradient(logWeights))
  const upTo = Float32Array.from({ length: samples * samples }, (_, i) =>
    Math.floor(i / samples) <= i % samples ? 1 : 0,
  )
  const sums = g.matmul(shares, g.constant(g.floats(upTo, [samples, samples])))
  const steps = g.constant(
    g.floats(
      Float32Array.from({ length: count }, (_, i) => i / count),
      [1, count],
    ),
  )
  const points = g.unsqueeze(g.add(steps, g.div(source.uniform(['batch', 1]), count)), [2])
  const passed = g.cast(g.less(g.unsqueeze(sums, [1]), points), 'float32')
  const index = g.minimum(g.reduceSum(passed, { axes: [2] }), samples - 1)
  const taken = g.oneHot(g.cast(index, 'int64'), samples)
  return { noise: g.matmul(taken, noise), share: g.matmul(taken, g.unsqueeze(shares, [2])) }
}

/** log 1/k Σ exp over the second axis, shifted by the largest so that nothing overflows. */
function logMeanExp(values, samples) {
  const largest = g.stopGradient(g.reduceMax(values, { axes: [1], keepDims: true }))
  const sum = g.reduceSum(g.exp(g.sub(values, largest)), { axes: [1] })
  return g.add(g.log(sum), g.sub(g.reshape(largest, [-1]), Math.log(samples)))
}

/** Logits of each pixel's mean, for the first bias of the output: what the paper's authors start from. */
export function meanLogits(images, rows) {
  const width = images.length / rows
  const sums = new Float64Array(width)
  images.forEach((value, i) => (sums[i % width] += value))
  return Float32Array.from(sums, (sum) => {
    const mean = Math.min(Math.max(sum / rows, 0.001), 0.999)
    return Math.log(mean / (1 - mean))
  })
}

/** Pixels drawn once as 0 and 1 with their brightness as probability; the same for the same seed. */
export function binarised(images, seed) {
  const uniform = new Float32Array(images.length)
  createNoise(seed, loadKernels()).uniform(uniform)
  return images.map((value, i) => (uniform[i] < value ? 1 : 0))
}

/**
 * Mean −log p(b) over rows of binary images, in nats: log 1/K Σ w of each row, by `total` draws from the encoder in
 * blocks of `block`; sums in double precision.
 */
export async function negativeLogLikelihood(autoencoder, weights, binary, options) {
  const { rows, total = 5000, block = 250, rowsAtOnce = 2, seed = 1, onRow } = options
  const { width } = autoencoder.space
  const program = await nodeEngine.compile(weightGraph(autoencoder, weights, block), { threads: 1 })
  const noise = createNoise(seed, loadKernels())
  let sum = 0
  for (let start = 0; start < rows; start += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows - start)
    const features = g.tensor('float32', [count, width], binary.slice(start * width, (start + count) * width))
    const noiseData = new Float32Array(count * block * autoencoder.latent)
    const draws = g.tensor('float32', [count, block, autoencoder.latent], noiseData)
    const logWeights = Array.from({ length: count }, () => [])
    for (let done = 0; done < total; done += block) {
      noise.normal(noiseData)
      const { weight } = await program.run({ features, noise: draws })
      weight.data.forEach((value, i) => logWeights[Math.floor(i / block)].push(value))
    }
    for (const values of logWeights) sum += logMeanExpOf(values)
    onRow?.(start + count, -sum / (start + count))
  }
  await program.dispose()
  return -sum / rows
}

function weightGraph({ space, latent, parameters, logWeights }, weights, block) {
  const features = g.input('features', 'float32', ['batch', space.width])
  const noise = g.input('noise', 'float32', ['batch', block, latent])
  const shapes = new Map(parameters.map(({ name, shape }) => [name, shape]))
  const weight = (name) => g.constant(g.tensor('float32', shapes.get(name), weights[name]))
  return g.graph({ weight: logWeights(features, noise, { weight }) })
}

function logMeanExpOf(values) {
  const largest = values.reduce((a, b) => Math.max(a, b), -Infinity)
  const sum = values.reduce((total, value) => total + Math.exp(value - largest), 0)
  return largest + Math.log(sum / values.length)
}
