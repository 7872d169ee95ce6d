/** Activation functions by name, each with the initialiser that suits the layer before it. */
import {
  abs,
  add,
  div,
  erf,
  exp,
  greater,
  leakyRelu,
  mul,
  relu,
  sigmoid,
  softplus,
  sub,
  tanh,
  where,
  type Value,
} from '../graph/index.js'
import type { Initializer } from './initializers.js'

interface Activation {
  readonly apply: (x: Value) => Value
  /** First weights of a dense layer that ends in this activation. */
  readonly initializer: (fanIn: number, fanOut: number) => Initializer
}

const he = (fanIn: number): Initializer => ({ kind: 'heNormal', fanIn })
const glorot = (fanIn: number, fanOut: number): Initializer => ({ kind: 'glorotUniform', fanIn, fanOut })
/** N(0, 1/fanIn), which keeps mean 0 and variance 1 through SELU layers (Klambauer et al. 2017, section 3). */
const lecun = (fanIn: number): Initializer => ({ kind: 'normal', deviation: Math.sqrt(1 / fanIn) })

/**
 * `right` above zero, scale · (eˣ − 1) elsewhere. The exponential sees no positive number, so it cannot overflow; both
 * choices take the lower branch at 0, where its slope is PyTorch's.
 */
function exponentialBelowZero(x: Value, scale: number, right: (x: Value) => Value): Value {
  const above = greater(x, 0)
  const below = sub(exp(where(above, 0, x)), 1)
  return where(above, right(x), scale === 1 ? below : mul(below, scale))
}

/** λ and α of SELU: the fixed point is mean 0 and variance 1 (Klambauer et al. 2017, eq. 14). */
const [seluScale, seluAlpha] = [1.0507009873554805, 1.6732632423543772]

export const activations = {
  linear: { apply: (x) => x, initializer: glorot },
  relu: { apply: relu, initializer: he },
  leakyRelu: { apply: (x) => leakyRelu(x), initializer: he },
  /** x · Φ(x) (Hendrycks & Gimpel 2016). */
  gelu: { apply: (x) => mul(mul(x, 0.5), add(erf(div(x, Math.SQRT2)), 1)), initializer: he },
  /** x · σ(x), also called swish (Ramachandran et al. 2017). */
  silu: { apply: (x) => mul(x, sigmoid(x)), initializer: he },
  softplus: { apply: softplus, initializer: he },
  /** x above 0, eˣ − 1 below (Clevert et al. 2016, with α = 1). */
  elu: { apply: (x) => exponentialBelowZero(x, 1, (above) => above), initializer: he },
  /** λ · x above 0, λ · α · (eˣ − 1) below; keeps mean 0 and variance 1 (Klambauer et al. 2017). */
  selu: {
    apply: (x) => exponentialBelowZero(x, seluScale * seluAlpha, (above) => mul(above, seluScale)),
    initializer: lecun,
  },
  tanh: { apply: tanh, initializer: glorot },
  /** x / (1 + |x|), a tanh with slower tails (Glorot & Bengio 2010, section 3). */
  softsign: { apply: (x) => div(x, add(abs(x), 1)), initializer: glorot },
  sigmoid: { apply: sigmoid, initializer: glorot },
} as const satisfies Record<string, Activation>

/** The name of an activation function. */
export type ActivationName = keyof typeof activations

export const activationNames = Object.keys(activations) as ActivationName[]
