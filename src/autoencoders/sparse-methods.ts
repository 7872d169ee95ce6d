/**
 * The ways to make a code sparse: from the encoder's linear output to the few units that stay active, and the penalty
 * that asks for it. sparse.ts makes an autoencoder of them.
 *
 *     l1         relu(a), penalised by Σ |zⱼ| · ‖dⱼ‖               (Olshausen & Field 1996; Conerly et al. 2024)
 *     kl         sigmoid(a), penalised by Σ KL(ρ ‖ mean of zⱼ)     (Lee et al. 2008; Ng 2011)
 *     topK       the k largest of a row                            (Makhzani & Frey 2013; Gao et al. 2024)
 *     batchTopK  the k · batch largest of a batch                  (Bussmann et al. 2024)
 *     jumpRelu   those above learned thresholds, penalised by l₀   (Rajamanoharan et al. 2024)
 *
 * dⱼ is the j-th decoder direction, the row of the decoder's first weights that unit j is multiplied with: weighing by
 * its length keeps the network from making codes small and directions long instead of sparse.
 */
import {
  abs,
  add,
  cast,
  exp,
  greater,
  greaterOrEqual,
  less,
  log,
  maximum,
  minimum,
  mul,
  reciprocal,
  reduceMean,
  reduceMin,
  reduceSum,
  reduceSumSquare,
  relu,
  sigmoid,
  sqrt,
  stopGradient,
  sub,
  where,
  type Value,
} from '../graph/index.js'
import type { LayerContext, Parameter } from '../layers/index.js'
import type { Directions } from './sparse-directions.js'
import { largestOfEachRow, leastOfLargest } from './sparse-selection.js'

/** A sparse code and what came of it. */
export interface SparseCode {
  /** `[batch, latent]` */
  readonly code: Value
  /** `[batch, latent]`, 1 where a unit is active, else 0. */
  readonly active: Value
  /** `[batch]` or `[]`, what is added to the loss, before its weight. */
  readonly penalty?: Value
  /** Next values of buffers. */
  readonly updates?: Readonly<Record<string, Value>>
}

/** A way to make a code sparse. */
export interface SparseMethod {
  readonly parameters: readonly Parameter[]
  /** @param a `[batch, latent]`, the encoder's linear output */
  readonly train: (a: Value, context: LayerContext) => SparseCode
  /** The code by which rows are encoded and scored; each row's own, whatever the batch. */
  readonly infer: (a: Value, context: LayerContext) => Value
  /** `[batch, latent]`: what a unit that has died would give, positive where it can be taught (see sparse-revival.ts). */
  readonly ghost: (a: Value) => Value
}

const truth = (condition: Value): Value => cast(condition, 'float32')
const rectified = { linear: (a: Value): Value => a, relu } as const

/** How selected units are activated. */
export const selectedActivations = ['relu', 'linear'] as const
type SelectedActivation = (typeof selectedActivations)[number]

/**
 * Σⱼ zⱼ ‖dⱼ‖ over the units of a rectified code.
 *
 * A dead unit's rectifier has no slope, so its ghost is an exponential (Jermyn & Templeton 2024, "Ghost grads").
 *
 * @param directions `[latent, …]`, the decoder's first weights; without them units count alike
 */
export function l1(directions: Directions | undefined): SparseMethod {
  return {
    parameters: [],
    train: (a, context) => {
      const code = relu(a)
      const weights = directions?.(context)
      // A direction of length 0 has no slope of its length; the floor is far below anything that counts.
      const weighed =
        weights === undefined ? code : mul(code, sqrt(add(reduceSumSquare(weights, { axes: [1] }), 1e-12)))
      return { code, active: truth(greater(code, 0)), penalty: reduceSum(weighed, { axes: [1] }) }
    },
    infer: relu,
    ghost: (a) => exp(minimum(a, 0)),
  }
}

/**
 * Σⱼ KL(ρ ‖ ρ̂ⱼ) = Σⱼ ρ log(ρ/ρ̂ⱼ) + (1 − ρ) log((1 − ρ)/(1 − ρ̂ⱼ)), ρ̂ⱼ the batch's mean of unit j (Ng 2011, section 3).
 * A unit counts as active above ½, where it is nearer to 1 than to 0.
 */
export function kl(target: number): SparseMethod {
  return {
    parameters: [],
    train: (a) => {
      const code = sigmoid(a)
      const mean = reduceMean(code, { axes: [0] })
      // Kept from 0 and 1, which a float32 sigmoid can reach, where the divergence is infinite.
      const within = maximum(minimum(mean, 1 - 1e-6), 1e-6)
      const on = mul(sub(Math.log(target), log(within)), target)
      const off = mul(sub(Math.log(1 - target), log(sub(1, within))), 1 - target)
      return { code, active: truth(greater(code, 0.5)), penalty: reduceSum(add(on, off)) }
    },
    infer: sigmoid,
    ghost: sigmoid,
  }
}

/**
 * The k largest of each row, all others 0; at inference `inferred` ≥ k of them (α · k of Makhzani & Frey 2013).
 * A rectifier comes before the selection, so that fewer than k are active where fewer are positive.
 */
export function topUnits(k: number, inferred: number, activation: SelectedActivation): SparseMethod {
  const select = (a: Value, count: number): SparseCode => {
    const values = rectified[activation](a)
    const code = mul(values, largestOfEachRow(values, count))
    return { code, active: truth(activation === 'relu' ? greater(code, 0) : nonZero(code)) }
  }
  return {
    parameters: [],
    train: (a) => select(a, k),
    infer: (a) => select(a, inferred).code,
    ghost: rectified[activation],
  }
}

const nonZero = (x: Value): Value => greater(abs(x), 0)

const [meanThreshold, batchesSeen] = ['sparse.threshold', 'sparse.batches']

/** Share of the newest batch in the mean threshold once many have been seen. */
const newest = 0.01

/**
 * The k · batch largest of a whole batch, so that hard rows have more units than easy ones. At inference a row stands
 * alone, and units above a threshold stay: the mean over batches of the smallest number kept (Bussmann et al. 2024,
 * eq. 6), plain at first, exponential after a hundred batches.
 */
export function topUnitsOfBatch(k: number, activation: SelectedActivation): SparseMethod {
  const activate = rectified[activation]
  return {
    parameters: [buffer(meanThreshold, [1]), buffer(batchesSeen, [1])],
    train: (a, { weight }) => {
      const values = activate(a)
      const least = leastOfLargest(values, k)
      const code = mul(values, truth(greaterOrEqual(stopGradient(values), least)))
      const active = truth(nonZero(code))
      const [mean, seen] = [weight(meanThreshold), add(weight(batchesSeen), 1)]
      const share = maximum(reciprocal(seen), newest)
      const kept = activation === 'linear' ? least : leastPositive(stopGradient(code))
      return {
        code,
        active,
        updates: { [meanThreshold]: add(mean, mul(share, sub(kept, mean))), [batchesSeen]: seen },
      }
    },
    infer: (a, { weight }) => {
      const values = activate(a)
      return mul(values, truth(greaterOrEqual(values, weight(meanThreshold))))
    },
    ghost: activate,
  }
}

/** `[]`: the smallest number above 0, or 0 where there is none. */
function leastPositive(x: Value): Value {
  const most = 3e38
  const least = reduceMin(where(greater(x, 0), x, most))
  return where(less(least, most), least, 0)
}

const logThresholds = 'sparse.logThreshold'

/** Options of `jumpRelu`. */
export interface JumpReluOptions {
  /** Number of units. */
  readonly latent: number
  /** Thresholds before training, above 0. */
  readonly initialThreshold: number
  /** ε, the width of the window around a threshold in which activations move it. */
  readonly bandwidth: number
}

/**
 * z = a where a > θ, else 0; penalty Σⱼ [aⱼ > θⱼ]. Both steps have no useful slope in θ, so it is estimated over a
 * window of width ε around it, K(u) = 1 for |u| < ½ (Rajamanoharan et al. 2024, eq. 11 and 12):
 *
 *     ∂z/∂θ ≈ −(θ/ε) K((a − θ)/ε)      ∂[a > θ]/∂θ ≈ −(1/ε) K((a − θ)/ε)
 *
 * θ = exp(learned), which keeps it above 0.
 */
export function jumpRelu({ latent, initialThreshold, bandwidth }: JumpReluOptions): SparseMethod {
  const parameter: Parameter = {
    name: logThresholds,
    shape: [latent],
    initializer: { kind: 'constant', value: Math.log(initialThreshold) },
    decay: false,
  }
  const open = (a: Value, threshold: Value): Value => truth(greater(a, threshold))
  return {
    parameters: [parameter],
    train: (a, { weight }) => {
      const threshold = exp(weight(logThresholds))
      const [values, level] = [relu(a), stopGradient(threshold)]
      const active = open(stopGradient(values), level)
      const near = truth(less(abs(sub(stopGradient(values), level)), bandwidth / 2))
      const window = mul(near, 1 / bandwidth)
      // Zero in value; its slope in θ is −1.
      const lever = sub(level, threshold)
      return {
        code: add(mul(values, active), mul(lever, mul(window, level))),
        active,
        penalty: reduceSum(add(active, mul(lever, window)), { axes: [1] }),
      }
    },
    infer: (a, { weight }) => mul(relu(a), open(a, exp(weight(logThresholds)))),
    ghost: relu,
  }
}

/** Numbers that start at 0 and that no gradient moves. */
export function buffer(name: string, shape: readonly number[]): Parameter {
  return { name, shape, initializer: { kind: 'zeros' }, decay: false, buffer: true }
}
