/** Activation functions by name, each with the initialiser that suits the layer before it. */
import { div, erf, leakyRelu, mul, add, relu, sigmoid, softplus, tanh, type Value } from '../graph/index.js'
import type { Initializer } from './initializers.js'

interface Activation {
  readonly apply: (x: Value) => Value
  /** First weights of a dense layer that ends in this activation. */
  readonly initializer: (fanIn: number, fanOut: number) => Initializer
}

const he = (fanIn: number): Initializer => ({ kind: 'heNormal', fanIn })
const glorot = (fanIn: number, fanOut: number): Initializer => ({ kind: 'glorotUniform', fanIn, fanOut })

export const activations = {
  linear: { apply: (x) => x, initializer: glorot },
  relu: { apply: relu, initializer: he },
  leakyRelu: { apply: (x) => leakyRelu(x), initializer: he },
  /** x · Φ(x) (Hendrycks & Gimpel 2016). */
  gelu: { apply: (x) => mul(mul(x, 0.5), add(erf(div(x, Math.SQRT2)), 1)), initializer: he },
  /** x · σ(x), also called swish (Ramachandran et al. 2017). */
  silu: { apply: (x) => mul(x, sigmoid(x)), initializer: he },
  softplus: { apply: softplus, initializer: he },
  tanh: { apply: tanh, initializer: glorot },
  sigmoid: { apply: sigmoid, initializer: glorot },
} as const satisfies Record<string, Activation>

/** The name of an activation function. */
export type ActivationName = keyof typeof activations

export const activationNames = Object.keys(activations) as ActivationName[]
