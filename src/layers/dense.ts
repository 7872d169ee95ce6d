/** The dense (fully connected) layer, dropout, and the usual stack of both. */
import { div, gemm, mul } from '../graph/index.js'
import { activations, type ActivationName } from './activations.js'
import type { Initializer } from './initializers.js'
import { sequential, type Layer } from './layer.js'

/** Options of a dense layer. */
export interface DenseOptions {
  /** Prefix of its parameters: `NAME.weight` and `NAME.bias`. */
  readonly name: string
  readonly inputs: number
  readonly outputs: number
  /** Default `linear`. */
  readonly activation?: ActivationName
  /** First weights; the default suits the activation. */
  readonly initializer?: Initializer
}

/**
 * `activation(x · W + b)`, W `[inputs, outputs]`, b `[outputs]` starting at zero.
 *
 * One Gemm node carries product and bias.
 */
export function dense(options: DenseOptions): Layer {
  const { name, inputs, outputs, activation = 'linear' } = options
  const { apply: activate, initializer: suited } = activations[activation]
  const weight = `${name}.weight`
  const bias = `${name}.bias`
  return {
    parameters: [
      {
        name: weight,
        shape: [inputs, outputs],
        initializer: options.initializer ?? suited(inputs, outputs),
        decay: true,
      },
      { name: bias, shape: [outputs], initializer: { kind: 'zeros' }, decay: false },
    ],
    apply: (x, context) => {
      const y = activate(gemm(x, context.weight(weight), { bias: context.weight(bias) }))
      context.observe?.(name, y)
      return y
    },
  }
}

/**
 * Sets each unit to zero with probability `rate` while training and divides the others by 1 − rate, so that the
 * expectation stays; does nothing otherwise (Srivastava et al. 2014).
 */
export function dropout(rate: number): Layer {
  return {
    parameters: [],
    apply: (x, { noise }) =>
      noise === undefined || rate === 0 ? x : mul(x, div(noise.bernoulli(1 - rate, x.shape), 1 - rate)),
  }
}

/** Options of a stack of dense layers. */
export interface MultilayerOptions {
  /** Prefix of the layers' names: `NAME.0`, `NAME.1`, … */
  readonly name: string
  /** Widths from input to output; at least two. */
  readonly widths: readonly number[]
  /** Activation after every layer but the last. */
  readonly activation: ActivationName
  /** Activation after the last (default `linear`). */
  readonly lastActivation?: ActivationName
  /** Dropout after every layer but the last, 0 to below 1 (default 0). */
  readonly dropout?: number
}

/** Dense layers one after the other: a multilayer perceptron. */
export function multilayer(options: MultilayerOptions): Layer {
  const { name, widths, activation, lastActivation = 'linear', dropout: rate = 0 } = options
  const last = widths.length - 2
  return sequential(
    widths.slice(0, -1).flatMap((inputs, i) => {
      const layer = dense({
        name: `${name}.${i}`,
        inputs,
        outputs: widths[i + 1]!,
        activation: i === last ? lastActivation : activation,
      })
      return i === last || rate === 0 ? [layer] : [layer, dropout(rate)]
    }),
  )
}
