/**
 * What an optimiser can be told, its defaults, and the check of what came. How the numbers are used: step.ts.
 */
import { HourglassError } from '../../base/index.js'

interface CommonOptions {
  /**
   * Clips gradients whose global norm (over all parameters together) is larger than this, as
   * `torch.nn.utils.clip_grad_norm_`. Greater than 0; default: no clipping.
   */
  readonly maxGradientNorm?: number
  /**
   * Keeps a moving average of the weights: average = averageDecay·average + (1 − averageDecay)·weights after each
   * step, the first step copying the weights, as `torch.optim.swa_utils.get_ema_multi_avg_fn`. 0 to below 1;
   * default: no average.
   */
  readonly averageDecay?: number
}

/** AdamW with the meaning of `torch.optim.AdamW`. Loshchilov & Hutter 2019, algorithm 2. */
export interface AdamWOptions extends CommonOptions {
  readonly kind: 'adamw'
  /** Decay of the mean of gradients, 0 to below 1; default 0.9. */
  readonly beta1?: number
  /** Decay of the mean of squared gradients, 0 to below 1; default 0.999. */
  readonly beta2?: number
  /** Added to the root of the mean square, 1e-15 to 1; default 1e-8. */
  readonly epsilon?: number
  /** Decoupled weight decay per unit of learning rate, at least 0; default 0.01. */
  readonly weightDecay?: number
}

/** SGD with momentum, with the meaning of `torch.optim.SGD` (no dampening, not Nesterov). */
export interface SgdOptions extends CommonOptions {
  readonly kind: 'sgd'
  /** Share of the last update kept, 0 to below 1; default 0.9. */
  readonly momentum?: number
  /** L2 penalty, added to the gradient, at least 0; default 0. */
  readonly weightDecay?: number
}

/** Which optimiser, and how it is set. The learning rate is given at each step. */
export type OptimizerOptions = AdamWOptions | SgdOptions

/** Options with every default filled in; absent means: not wanted. */
export type ResolvedOptions = (
  Required<Omit<AdamWOptions, keyof CommonOptions>> | Required<Omit<SgdOptions, keyof CommonOptions>>
) &
  CommonOptions

interface Range {
  readonly meaning: string
  readonly holds: (value: number) => boolean
}

const share: Range = { meaning: '0 to below 1', holds: (value) => value >= 0 && value < 1 }
const notNegative: Range = {
  meaning: 'at least 0 and finite',
  holds: (value) => value >= 0 && value < Infinity,
}
const positive: Range = { meaning: 'greater than 0', holds: (value) => value > 0 }
const visible: Range = { meaning: '1e-15 to 1', holds: (value) => value >= 1e-15 && value <= 1 }

const common = { weightDecay: notNegative, maxGradientNorm: positive, averageDecay: share }
const ranges: Record<OptimizerOptions['kind'], Readonly<Record<string, Range>>> = {
  adamw: { beta1: share, beta2: share, epsilon: visible, ...common },
  sgd: { momentum: share, ...common },
}

const defaults = {
  adamw: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
  sgd: { kind: 'sgd', momentum: 0.9, weightDecay: 0 },
} as const

/**
 * Fills in defaults. An option that is present but undefined counts as absent.
 *
 * @throws HG_USAGE naming the option, its range and what came
 */
export function resolveOptions(options: OptimizerOptions): ResolvedOptions {
  const { kind, ...given } = options
  if (!Object.hasOwn(ranges, kind)) {
    throw new HourglassError(
      'HG_USAGE',
      `optimizer: kind must be 'adamw' or 'sgd', got ${JSON.stringify(kind)}`,
    )
  }
  const present = Object.entries<unknown>(given).filter(([, value]) => value !== undefined)
  for (const [name, value] of present) checkOption(kind, name, value)
  return { ...defaults[kind], ...Object.fromEntries(present) }
}

function checkOption(kind: OptimizerOptions['kind'], name: string, value: unknown): void {
  const known = ranges[kind]
  const range = Object.hasOwn(known, name) ? known[name] : undefined
  if (range === undefined) {
    const names = Object.keys(known).join(', ')
    throw new HourglassError('HG_USAGE', `optimizer: ${kind} has no option ${name}; it has ${names}`)
  }
  if (typeof value !== 'number' || !range.holds(value)) {
    throw new HourglassError('HG_USAGE', `optimizer: ${name} must be ${range.meaning}, got ${String(value)}`)
  }
}

/** @throws HG_USAGE when a learning rate is negative or not finite */
export function checkLearningRate(learningRate: number): void {
  if (!notNegative.holds(learningRate)) {
    throw new HourglassError(
      'HG_USAGE',
      `optimizer: learningRate must be ${notNegative.meaning}, got ${learningRate}`,
    )
  }
}
