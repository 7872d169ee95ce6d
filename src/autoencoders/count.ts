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
 * The log mean starts at the logarithm of each column's mean rate x/s, which a buffer follows: rates of columns differ
 * by factors of thousands, and weights would take long to get there.
 *
 * Eraslan, Simon, Mircea, Mueller & Theis (2019), "Single-cell RNA-seq denoising using a deep count autoencoder" (DCA);
 * Lopez, Regier, Cole, Jordan & Yosef (2018), "Deep generative modeling for single-cell transcriptomics" (scVI). Extra
 * zeros are off by default: counts of molecules have none (Svensson 2020, "Droplet scRNA-seq is not zero-inflated").
 */
import { z } from 'zod'
import { HourglassError } from '../base/index.js'
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
  sigmoid,
  split,
  stopGradient,
  sub,
  unsqueeze,
  type Value,
} from '../graph/index.js'
import type { LayerContext, Parameter } from '../layers/index.js'
import { meanOverKnown, type Autoencoder } from './autoencoder.js'
import {
  bounded,
  countLoss,
  expectedCount,
  probabilityOfZero,
  type CountDistribution,
} from './count-likelihood.js'
import { wideCodeFindings } from './encoder-decoder.js'
import type { FeatureBatch, FeatureSpace } from './feature-space.js'
import { denseNetwork } from './networks/dense.js'
import { networkOptions } from './networks/network.js'

const { hidden, latent, activation, dropout, readsMask } = networkOptions

export const countOptions = z.strictObject({
  ...{ hidden, latent, activation, dropout, readsMask },
  zeroInflated: z
    .boolean()
    .optional()
    .describe('whether there are extra zeros that say nothing about the mean (default false)'),
  dispersion: z
    .enum(['column', 'cell'])
    .optional()
    .describe('whether the dispersion is one for each column or differs by row too (default column)'),
  typicalTotal: z
    .number()
    .positive()
    .optional()
    .describe(
      'total of a row of size factor 1, such as the median of all totals (default 10000, as is usual for cells)',
    ),
  means: z
    .array(z.number())
    .readonly()
    .optional()
    .describe('what is subtracted from log(1 + x/s) of each column for the encoder (default 0)'),
  deviations: z
    .array(z.number().positive())
    .readonly()
    .optional()
    .describe('what log(1 + x/s) of each column is then divided by (default 1)'),
  reduction: z
    .enum(['mean', 'sum'])
    .optional()
    .describe('whether the loss of a row is the mean or the sum over its known columns (default mean)'),
})

/** Options of the count kind. */
export type CountOptions = Readonly<z.input<typeof countOptions>>

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
  const { zeroInflated = false, dispersion = 'column', typicalTotal = 10_000 } = options
  const outputs = width * (1 + Number(dispersion === 'cell') + Number(zeroInflated))
  const network = denseNetwork(space, options, { outputs })
  /** `[batch, 1]` */
  const sizeFactor = ({ features }: FeatureBatch): Value =>
    div(maximum(reduceSum(features, { axes: [1], keepDims: true }), 1), typicalTotal)
  const encode = (batch: FeatureBatch, size: Value, context: LayerContext): Value => {
    const features = encoderInput(div(batch.features, size), options)
    return network.encode({ ...batch, features }, context)
  }
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
    latent: options.latent,
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
    warnings: wideCodeFindings('count', space, options.latent),
    checkRows: ({ features }) => expectCounts(space, features),
    objective: (batch, context) => {
      const { size, found } = pass(batch, context)
      const losses = countLoss(batch.features, found)
      const loss =
        options.reduction === 'sum' ? sumOverKnown(losses, batch.mask) : meanOverKnown(losses, batch.mask)
      return {
        loss,
        parts: { reconstruction: loss },
        metrics: {
          zerosExplained: zerosExplained(batch, found),
          dispersion: reduceMean(found.dispersion),
          ...(found.dropoutLogit !== undefined && { dropout: reduceMean(sigmoid(found.dropoutLogit)) }),
        },
        updates: nextRates(batch, size, context),
      }
    },
  }
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

function expectFitting({ columns, numericCount, width }: FeatureSpace, options: CountOptions): void {
  if (numericCount < width) {
    throw new HourglassError(
      'HG_USAGE',
      `count: expected columns of counts alone, got ${columns.length - numericCount} categorical ones (${columns[numericCount]!.name}, …); ` +
        'leave them out, or choose a kind for mixed tables, such as denoising',
    )
  }
  for (const name of ['means', 'deviations'] as const) {
    const given = options[name]
    if (given === undefined || given.length === width) continue
    throw new HourglassError(
      'HG_USAGE',
      `count: ${name} must be one number for each of the ${width} columns, got ${given.length}; give them in the order of the columns`,
    )
  }
}

/** NaN passes: training says itself where it comes from. */
function expectCounts({ columns, width }: FeatureSpace, features: Float32Array): void {
  const at = features.findIndex((value) => value < 0 || (!Number.isInteger(value) && !Number.isNaN(value)))
  if (at === -1) return
  throw new HourglassError(
    'HG_USAGE',
    `count: expected raw counts, whole numbers from 0, got ${features[at]!} in column ${columns[at % width]!.name} of row ` +
      `${Math.floor(at / width) + 1}; give the counts before any scaling or logarithm, or choose a kind for numbers, such as undercomplete`,
  )
}
