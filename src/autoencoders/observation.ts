/**
 * Observation models: what a decoder's raw numbers say about a row, and how wrong they are. Numeric columns follow the
 * chosen loss, categorical columns are always a softmax.
 *
 *     raw [batch, outputs] ──► reconstruction [batch, width]
 *            ├───────────────► errors by column [batch, columns], in nats
 *            └───────────────► scores by column [batch, columns], from 0
 *
 * The losses themselves are in src/layers/losses.ts.
 */
import { z } from 'zod'
import { HourglassError } from '../base/index.js'
import { div, exp, mul, sigmoid, sub, tanh, type Value } from '../graph/index.js'
import {
  absoluteLoss,
  bernoulliLoss,
  correntropyLoss,
  gaussianLoss,
  huberLoss,
  logCoshLoss,
  squaredLoss,
  type LayerContext,
  type Parameter,
} from '../layers/index.js'
import {
  boundLogits,
  columnErrors,
  onNumbers,
  type FeatureSpace,
  type NumericError,
} from './feature-space.js'

/** Losses of numeric columns. */
export const lossNames = [
  'squared',
  'absolute',
  'huber',
  'correntropy',
  'logCosh',
  'bernoulli',
  'gaussian',
] as const

/** The name of a loss of numeric columns. */
export type LossName = (typeof lossNames)[number]

const positive = z.number().positive()

/** Options of the observation model. */
export const observationOptions = {
  loss: z
    .enum(lossNames)
    .optional()
    .describe(
      'loss of numeric columns (default squared); bernoulli takes features from 0 to 1, gaussian learns a variance for each column',
    ),
  delta: positive
    .optional()
    .describe(
      'huber: the distance at which squared turns into absolute, in units of the features (default 1)',
    ),
  sigma: positive
    .optional()
    .describe('correntropy: the width beyond which errors pull less, in units of the features (default 1)'),
}

export type ObservationOptions = Readonly<z.input<z.ZodObject<typeof observationOptions>>>

/** What a decoder's output means. */
export interface ObservationModel {
  readonly parameters: readonly Parameter[]
  /** Numbers that the decoder gives for each row. */
  readonly outputs: number
  /** `[…, outputs]` to `[…, width]`: numbers, and bounded logits of categories. */
  readonly reconstruction: (raw: Value, context: LayerContext) => Value
  /** Errors of every column, `[…, columns]` in nats; not masked. */
  readonly errors: (target: Value, raw: Value, context: LayerContext) => Value
  /**
   * The same as `errors` up to a constant of each column, and never below 0: what rows are scored by. They differ for
   * the Gaussian, whose negative log-likelihood is below 0 where the variance is small.
   */
  readonly scores: (target: Value, raw: Value, context: LayerContext) => Value
  /** `[columns]`: scores of a column of variance 1 of which nothing is known but the mean, about. */
  readonly scale: readonly number[]
  /**
   * What is to be added to the sum of a row's errors for each known number to make it −log p(x) exactly, in nats;
   * absent when the loss is no likelihood.
   */
  readonly normalizer?: number
  /** Smallest and largest number that the loss has a meaning for; absent when all have. */
  readonly range?: readonly [number, number]
}

/** What a loss means for numbers. */
interface NumericModel {
  readonly parameters?: readonly Parameter[]
  readonly error: (context: LayerContext) => NumericError
  readonly score?: (context: LayerContext) => NumericError
  readonly reconstruct?: (raw: Value) => Value
  /** Expected score of standard normal numbers reconstructed as 0, or of bits as ½. */
  readonly scale: number
  readonly normalizer?: number
  readonly range?: readonly [number, number]
}

const halfLog2Pi = 0.5 * Math.log(2 * Math.PI)

/**
 * The observation model that the options name.
 *
 * @throws HG_USAGE when `delta` or `sigma` is given to a loss that has none
 */
export function observationModel(space: FeatureSpace, options: ObservationOptions): ObservationModel {
  const numeric = numericModel(space, options)
  const { error, score = error, reconstruct = (raw: Value): Value => raw } = numeric
  const measured =
    (by: NumericModel['error']) =>
    (target: Value, raw: Value, context: LayerContext): Value =>
      columnErrors(space, target, boundLogits(space, raw), by(context))
  return {
    parameters: space.numericCount === 0 ? [] : (numeric.parameters ?? []),
    outputs: space.width,
    reconstruction: (raw) => onNumbers(space, boundLogits(space, raw), reconstruct),
    errors: measured(error),
    scores: measured(score),
    scale: space.columns.map((_, i) => (i < space.numericCount ? numeric.scale : 0.5)),
    ...(numeric.normalizer !== undefined && { normalizer: numeric.normalizer }),
    ...(numeric.range !== undefined && { range: numeric.range }),
  }
}

function numericModel({ numericCount }: FeatureSpace, options: ObservationOptions): NumericModel {
  const { loss = 'squared', delta, sigma } = options
  if (loss !== 'huber') expectAbsent('delta', delta, 'huber', loss)
  if (loss !== 'correntropy') expectAbsent('sigma', sigma, 'correntropy', loss)
  switch (loss) {
    case 'squared':
      return { error: () => squaredLoss, scale: 0.5, normalizer: halfLog2Pi }
    case 'absolute':
      return { error: () => absoluteLoss, scale: Math.sqrt(2 / Math.PI) }
    case 'huber':
      return huber(delta ?? 1)
    case 'correntropy':
      return correntropy(sigma ?? 1)
    case 'logCosh':
      return { error: () => logCoshLoss, scale: 0.375 }
    case 'bernoulli':
      return {
        error: () => bernoulliLoss,
        reconstruct: sigmoid,
        scale: Math.LN2,
        normalizer: 0,
        range: [0, 1],
      }
    case 'gaussian':
      return gaussian(numericCount)
  }
}

const huber = (delta: number): NumericModel => ({
  error: () => (target, prediction) => huberLoss(target, prediction, { delta }),
  scale: normalMean((x) => {
    const near = Math.min(Math.abs(x), delta)
    return near * (Math.abs(x) - near / 2)
  }),
})

/** The mean of a function of a standard normal number, by the trapezoidal rule. */
function normalMean(of: (x: number) => number): number {
  const [step, most] = [1 / 32, 8]
  let sum = 0
  for (let x = -most; x <= most; x += step) sum += of(x) * Math.exp(-0.5 * x * x)
  return (sum * step) / Math.sqrt(2 * Math.PI)
}

/** The expectation of σ²·(1 − exp(−d²/2σ²)) over a standard normal d. */
const correntropy = (sigma: number): NumericModel => ({
  error: () => (target, prediction) => correntropyLoss(target, prediction, { sigma }),
  scale: sigma ** 2 * (1 - 1 / Math.sqrt(1 + 1 / sigma ** 2)),
})

/** Bound of log-variances: standard deviations from 1/148 to 148. */
const logVarianceBound = 10
const logVarianceName = 'observation.logVariance'

/**
 * Any number s as a log-variance between −10 and 10: 10·tanh(s/10), which hardly bends near 0. A variance that can
 * reach 0 pulls likelihoods to infinity, and one without a bound overflows.
 */
export const boundLogVariance = (s: Value): Value => mul(tanh(div(s, logVarianceBound)), logVarianceBound)

/**
 * A Gaussian with one learned variance for each numeric column, bounded: otherwise a column that is given back exactly
 * pulls the loss to −∞ (Mattei & Frellsen 2018, section 3).
 */
function gaussian(numericCount: number): NumericModel {
  const logVariance = ({ weight }: LayerContext): Value => boundLogVariance(weight(logVarianceName))
  return {
    parameters: [
      { name: logVarianceName, shape: [numericCount], initializer: { kind: 'zeros' }, decay: false },
    ],
    error: (context) => (target, mean) => gaussianLoss(target, mean, logVariance(context)),
    score: (context) => (target, mean) => {
      const deviation = mul(sub(target, mean), exp(mul(logVariance(context), -0.5)))
      return mul(mul(deviation, deviation), 0.5)
    },
    scale: 0.5,
    normalizer: 0,
  }
}

function expectAbsent(option: string, value: number | undefined, owner: LossName, loss: LossName): void {
  if (value === undefined) return
  throw new HourglassError(
    'HG_USAGE',
    `loss: ${option} is an option of ${owner}, got ${option} ${value} with ${loss}; leave it out, or choose loss ${owner}`,
  )
}
