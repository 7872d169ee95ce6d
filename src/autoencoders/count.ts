/**
 * The count autoencoder: rows of raw counts, such as how often each gene was read in a cell or each word in a text, with
 * the likelihood that counts have. What a row has more of only because more was counted in all is taken out first.
 *
 *     x ──► total ──► size factor s = total ÷ typical total ───────────────┐
 *     │                                                                    ▼
 *     └──► log(1 + x/s) ──► encoder ──► z ──► decoder ──► log mean ──► μ = s · exp(log mean)
 *                                               ├───────► dispersion θ (of each column, or each cell)
 *                                               └───────► dropout logit (with extra zeros)
 *
 *     loss = −log NB(x; μ, θ)  or  −log[ π·1(x = 0) + (1 − π)·NB(x; μ, θ) ],   variance of NB: μ + μ²/θ
 *
 * With a weight β of the prior the encoder gives a Gaussian for each row, z = m + σ·ε is drawn from it, and the loss has
 * β · KL(N(m, σ²) ‖ N(0, I)) added to it, in proportion to the sum over columns: β = 1 is the evidence lower bound that
 * scVI learns by, its size factors being the observed ones. The code of a row is then m.
 *
 * The log mean starts at the logarithm of each column's mean rate x/s, which a buffer follows: rates of columns differ
 * by factors of thousands, and weights would take long to get there.
 *
 * Eraslan, Simon, Mircea, Mueller & Theis (2019), "Single-cell RNA-seq denoising using a deep count autoencoder" (DCA);
 * Lopez, Regier, Cole, Jordan & Yosef (2018), "Deep generative modeling for single-cell transcriptomics" (scVI). Extra
 * zeros are off by default: counts of molecules have none (Svensson 2020, "Droplet scRNA-seq is not zero-inflated").
 */
import {
  add,
  cast,
  constant,
  div,
  equal,
  exp,
  floats,
  log,
  maximum,
  minimum,
  mul,
  reduceMean,
  reduceSum,
  scalar,
  sigmoid,
  split,
  stopGradient,
  sub,
  unsqueeze,
  type Value,
} from '../graph/index.js'
import { gaussianKl, type LayerContext, type Parameter, type TrainingContext } from '../layers/index.js'
import { meanOverKnown, type Autoencoder } from './autoencoder.js'
import {
  bounded,
  countLoss,
  expectedCount,
  probabilityOfZero,
  type CountDistribution,
} from './count-likelihood.js'
import { expectCounts, expectFitting, type CountOptions } from './count-options.js'
import { wideCodeFindings } from './encoder-decoder.js'
import { featuresFrom, type FeatureBatch, type FeatureSpace } from './feature-space.js'
import { denseNetwork } from './networks/dense.js'
import { variationalDiagnosis } from './variational-options.js'
import { posteriorOf, unitMetrics } from './variational-posterior.js'

export { countOptions, type CountOptions } from './count-options.js'

/** Bounds: rates within e^±12 of the column's mean rate, dispersions within e^±10, dropouts of 3·10⁻⁷ at least. */
const [rateBound, dispersionBound, logitBound] = [12, 10, 15]
/** First dropout logit: one zero in eight is extra, before anything is known. */
const firstLogit = -2
/** The smallest mean rate of a column that is told from none. */
const leastRate = 1e-6

/**
 * Makes a count autoencoder over a space of numeric columns.
 *
 * Its latent decodes to the means of a row of the typical total, since a size factor belongs to a row, not to its code.
 *
 * @throws HG_USAGE when the space has categorical columns, or means or deviations are not one for each column
 */
export function count(space: FeatureSpace, options: CountOptions): Autoencoder {
  expectFitting(space, options)
  const { columns, width } = space
  const { latent, zeroInflated = false, dispersion = 'column', typicalTotal = 10_000, beta = 0 } = options
  const outputs = width * (1 + Number(dispersion === 'cell') + Number(zeroInflated))
  const network = denseNetwork(space, options, { outputs, codes: beta > 0 ? 2 * latent : latent })
  /** `[batch, 1]` */
  const sizeFactor = ({ features }: FeatureBatch): Value =>
    div(maximum(reduceSum(features, { axes: [1], keepDims: true }), 1), typicalTotal)
  /** The code, or with a prior the posterior's numbers. */
  const encoded = (batch: FeatureBatch, size: Value, context: LayerContext): Value => {
    const features = encoderInput(div(batch.features, size), options)
    return network.encode({ ...batch, features }, context)
  }
  const encode = (batch: FeatureBatch, size: Value, context: LayerContext): Value =>
    featuresFrom(encoded(batch, size, context), 0, latent)
  const decode = (code: Value, size: Value | undefined, context: LayerContext): CountDistribution => {
    const raw = network.decode(code, context)
    const pieces = outputs === width ? [raw] : split(raw, Array(outputs / width).fill(width) as number[], 1)
    const base = log(maximum(context.weight('rates.mean'), leastRate))
    const rate = exp(add(bounded(pieces[0]!, rateBound), base))
    const logDispersion = context.weight('dispersion')
    const ownDispersion = dispersion === 'cell' ? add(pieces[1]!, logDispersion) : logDispersion
    return {
      mean: size === undefined ? rate : mul(rate, size),
      dispersion: exp(bounded(ownDispersion, dispersionBound)),
      ...(zeroInflated && { dropoutLogit: bounded(add(pieces.at(-1)!, firstLogit), logitBound) }),
    }
  }
  const pass = (batch: FeatureBatch, context: LayerContext) => {
    const size = sizeFactor(batch)
    const code = encode(batch, size, context)
    return { size, code, found: decode(code, size, context) }
  }
  return {
    kind: 'count',
    space,
    widths: network.widths,
    latent,
    parameters: [...network.parameters, ...ownParameters(width)],
    encode: (batch, context) => encode(batch, sizeFactor(batch), context),
    decode: (code, context) => decode(code, undefined, context).mean,
    forward: (batch, context) => {
      const { code, found } = pass(batch, context)
      return { latent: code, reconstruction: found.mean }
    },
    expected: (batch, context) => expectedCount(pass(batch, context).found),
    errors: (batch, context) => unsqueeze(countLoss(batch.features, pass(batch, context).found), [1]),
    errorScale: columns.map(() => 1),
    warnings: wideCodeFindings('count', space, latent),
    checkRows: ({ features }) => expectCounts(space, features),
    ...(beta > 0 && { diagnose: (measured) => variationalDiagnosis(latent, measured, 'count') }),
    objective: (batch, context) => {
      const size = sizeFactor(batch)
      const codes = encoded(batch, size, context)
      const { code, divergence, metrics }: Drawn = beta > 0 ? drawn(codes, latent, context) : { code: codes }
      const found = decode(code, size, context)
      const overColumns = options.reduction === 'sum' ? sumOverKnown : meanOverKnown
      const reconstruction = overColumns(countLoss(batch.features, found), batch.mask)
      const kl = divergence && mul(divergence, shareOfKl(options, batch, context))
      return {
        loss: kl === undefined ? reconstruction : add(reconstruction, kl),
        parts: { reconstruction, ...(kl !== undefined && { kl }) },
        metrics: {
          zerosExplained: zerosExplained(batch, found),
          dispersion: reduceMean(found.dispersion),
          ...(found.dropoutLogit !== undefined && { dropout: reduceMean(sigmoid(found.dropoutLogit)) }),
          ...metrics,
        },
        updates: nextRates(batch, size, context),
      }
    },
  }
}

/** A code, and where it is drawn from a posterior its divergence from the prior `[batch]`, and what its units carry. */
interface Drawn {
  readonly code: Value
  readonly divergence?: Value
  readonly metrics?: Readonly<Record<string, Value>>
}

/** A draw of the posterior. */
function drawn(codes: Value, latent: number, { noise }: TrainingContext): Drawn {
  const { mean, logVariance } = posteriorOf(codes)
  const code = add(mean, mul(exp(mul(logVariance, 0.5)), noise.normal(['batch', latent])))
  const unitKl = gaussianKl(mean, logVariance)
  return { code, divergence: reduceSum(unitKl, { axes: [1] }), metrics: unitMetrics(unitKl) }
}

/** What the divergence is multiplied by: the weight risen so far, over the columns where these are averaged over. */
function shareOfKl(
  { beta = 0, warmup = 0, reduction = 'mean' }: CountOptions,
  { features, mask }: FeatureBatch,
  { progress }: TrainingContext,
): Value {
  const weight = warmup === 0 ? scalar(beta) : mul(minimum(div(progress, warmup), 1), beta)
  if (reduction === 'sum') return weight
  if (mask === undefined) return div(weight, features.shape[1] as number)
  return div(weight, maximum(reduceSum(mask, { axes: [1] }), 1))
}

/** Log dispersion of each column, and the running mean of its rate over the steps so far. */
const ownParameters = (width: number): readonly Parameter[] => [
  { name: 'dispersion', shape: [width], initializer: { kind: 'zeros' }, decay: false },
  {
    name: 'rates.mean',
    shape: [width],
    initializer: { kind: 'constant', value: 1 },
    decay: false,
    buffer: true,
  },
  { name: 'rates.steps', shape: [width], initializer: { kind: 'zeros' }, decay: false, buffer: true },
]

/** log(1 + x/s), standardised as the options say. */
function encoderInput(rates: Value, { means, deviations }: CountOptions): Value {
  const row = (values: readonly number[]): Value => constant(floats([...values], [1, values.length]))
  const logarithms = log(add(rates, 1))
  const centred = means === undefined ? logarithms : sub(logarithms, row(means))
  return deviations === undefined ? centred : div(centred, row(deviations))
}

/** The mean rate of every column over all steps: m ← m + (mean of the batch − m) ÷ steps, where any cell is known. */
function nextRates(
  { features, mask }: FeatureBatch,
  size: Value,
  { weight }: LayerContext,
): Record<string, Value> {
  const [mean, steps] = [weight('rates.mean'), weight('rates.steps')]
  const rates = stopGradient(div(features, size))
  if (mask === undefined) {
    const next = add(steps, 1)
    return {
      'rates.mean': add(mean, div(sub(reduceMean(rates, { axes: [0] }), mean), next)),
      'rates.steps': next,
    }
  }
  const known = reduceSum(mask, { axes: [0] })
  const seen = minimum(known, 1)
  const next = add(steps, seen)
  const ofBatch = div(reduceSum(mul(rates, mask), { axes: [0] }), maximum(known, 1))
  return {
    'rates.mean': add(mean, div(mul(sub(ofBatch, mean), seen), maximum(next, 1))),
    'rates.steps': next,
  }
}

/** How many zeros the distributions expect among the known cells of a batch, for each one there is; `[]`. */
function zerosExplained({ features, mask }: FeatureBatch, found: CountDistribution): Value {
  const overKnown = (x: Value): Value => reduceSum(mask === undefined ? x : mul(x, mask))
  const zeros = overKnown(cast(equal(features, 0), 'float32'))
  return div(overKnown(probabilityOfZero(found)), maximum(zeros, 1))
}

const sumOverKnown = (errors: Value, mask: Value | undefined): Value =>
  reduceSum(mask === undefined ? errors : mul(errors, mask), { axes: [1] })
