/**
 * Dense layers of many networks at once, one matrix product for all: what ensembles are made of.
 *
 *     [members, inputs, batch] ──► W[member] · x + b[member] ──► [members, outputs, batch]
 *
 * Rows run along the last axis here, unlike in dense.ts: then a bias is one number for a whole line of memory, the first
 * layer, which reads the same rows for all members, is a single Gemm, and no gradient needs a transposed copy. Loss and
 * slopes of ten 32-64-32-8-32-64-32 networks at batch 256 took 4.2 ms with `[members, batch, width]` and 2.8 ms so.
 * The last layer of a decoder turns its result into rows, `[members, batch, outputs]`, inside its product.
 */
import {
  add,
  cast,
  gemm,
  less,
  matmul,
  mul,
  reshape,
  transpose,
  unsqueeze,
  type Shape,
  type Value,
} from '../graph/index.js'
import { activations, type ActivationName } from './activations.js'
import type { Layer, LayerContext, Parameter } from './layer.js'

/** Options of a layer of many networks. */
export interface BatchedDenseOptions {
  /** Prefix of its parameters: `NAME.weight`, `NAME.bias`, and `NAME.kept` with a `connectivity`. */
  readonly name: string
  /** Number of networks, at least 1. */
  readonly members: number
  readonly inputs: number
  readonly outputs: number
  /** Default `linear`. */
  readonly activation?: ActivationName
  /** Share of each member's connections that exist, above 0 to 1 (default); which ones, chance says once and for all. */
  readonly connectivity?: number
  /** Whether the result is `[members, batch, outputs]`, not `[members, outputs, batch]` (default false). */
  readonly rows?: boolean
}

/**
 * `activation(W · x + b)` for each member, W `[members, outputs, inputs]`, b zero at first.
 *
 * With a `connectivity` below 1, W is multiplied by a fixed random mask (Chen et al. 2017, "Outlier detection with
 * autoencoder ensembles", section 3.1), and first weights are as large as suits the connections that are left.
 *
 * @returns a layer of `[members, inputs, batch]`, or of one matrix `[batch, inputs]` that all members read
 */
export function batchedDense(options: BatchedDenseOptions): Layer {
  const { name, members, inputs, outputs, activation = 'linear', connectivity = 1, rows = false } = options
  const { apply: activate, initializer } = activations[activation]
  const shape = [members, outputs, inputs]
  const weight: Parameter = {
    name: `${name}.weight`,
    shape,
    initializer: initializer(Math.max(1, connectivity * inputs), Math.max(1, connectivity * outputs)),
    decay: true,
  }
  const bias: Parameter = {
    name: `${name}.bias`,
    shape: rows ? [members, 1, outputs] : [members, outputs, 1],
    initializer: { kind: 'zeros' },
    decay: false,
  }
  const kept: Parameter = {
    name: `${name}.kept`,
    shape,
    initializer: { kind: 'uniform', limit: 1 },
    decay: false,
    buffer: true,
  }
  const apply = (x: Value, context: LayerContext): Value => {
    const b = context.weight(bias.name)
    const whole = context.weight(weight.name)
    const mask = (): Value => cast(less(context.weight(kept.name), 2 * connectivity - 1), 'float32')
    const w = connectivity === 1 ? whole : mul(whole, mask())
    if (rows) return activate(add(matmul(turned(stackOf(x)), turned(w)), b))
    return isShared(x) ? firstLayer(x, w, b, activate) : activate(add(matmul(w, x), b))
  }
  return {
    parameters: [weight, bias, ...(connectivity === 1 ? [] : [kept])],
    apply: (x, context) => {
      const y = apply(x, context)
      context.observe?.(name, rows ? transpose(y, [1, 0, 2]) : transpose(y, [2, 0, 1]))
      return y
    },
  }
}

/**
 * Sets units to zero as `dropout` does, of `[members, units, batch]`; every member drops others.
 *
 * @param units of all members together: known numbers, as noise is drawn row by row
 */
export function batchedDropout(rate: number): Layer {
  return {
    parameters: [],
    apply: (x, { noise }) => {
      if (noise === undefined || rate === 0) return x
      const [members, units] = x.shape as [number, number]
      // Independent numbers may be read in any order, so the noise of rows needs no transpose.
      const shown = reshape(noise.bernoulli(1 - rate, ['batch', members * units]), [members, units, -1])
      return mul(x, mul(shown, 1 / (1 - rate)))
    },
  }
}

/** `[members, units, batch]` as codes of rows side by side, `[batch, members · units]`. */
export function sideBySide(x: Value): Value {
  const [members, units] = x.shape as [number, number]
  return reshape(transpose(x, [2, 0, 1]), [-1, members * units])
}

/** The way back from `sideBySide`, for `members` networks. */
export function membersOf(x: Value, members: number): Value {
  const units = (x.shape[1] as number) / members
  return transpose(reshape(x, [-1, members, units]), [1, 2, 0])
}

const isShared = ({ shape }: { readonly shape: Shape }): boolean => shape.length === 2

const turned = (x: Value): Value => transpose(x, [0, 2, 1])

/** One matrix of rows for all members as a stack of one; a product repeats it. */
const stackOf = (x: Value): Value => (isShared(x) ? unsqueeze(transpose(x, [1, 0]), [0]) : x)

/** All members' products with the same rows as one product of matrices, bias included. */
function firstLayer(x: Value, weight: Value, bias: Value, activate: (x: Value) => Value): Value {
  const [members, outputs, inputs] = weight.shape as [number, number, number]
  const stacked = gemm(reshape(weight, [members * outputs, inputs]), x, {
    bias: reshape(bias, [members * outputs, 1]),
    transposeB: true,
  })
  return reshape(activate(stacked), [members, outputs, -1])
}
