/**
 * First values of parameters, as plain records (so that a network can be described as JSON) and one function
 * that draws them.
 */
import type { Random } from '../base/index.js'

/**
 * How a parameter starts.
 * - `zeros`: biases.
 * - `heNormal`: N(0, 2/fanIn), for rectifiers (He et al. 2015, eq. 10).
 * - `glorotUniform`: U(±√(6/(fanIn+fanOut))), for tanh, sigmoid and linear layers (Glorot & Bengio 2010, eq. 16).
 * - `fanInUniform`: U(±√(1/fanIn)), PyTorch's default for its Linear layers.
 * - `constant`: every element `value`.
 */
export type Initializer =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'heNormal'; readonly fanIn: number }
  | { readonly kind: 'glorotUniform'; readonly fanIn: number; readonly fanOut: number }
  | { readonly kind: 'fanInUniform'; readonly fanIn: number }
  | { readonly kind: 'constant'; readonly value: number }

/**
 * Draws first values.
 *
 * @param size number of elements
 * @param random stream that the values are drawn from; constant kinds draw nothing
 */
export function initialValues(initializer: Initializer, size: number, random: Random): Float32Array {
  return new Float32Array(size).map(sampler(initializer, random))
}

function sampler(initializer: Initializer, random: Random): () => number {
  const uniform = (limit: number) => () => limit * (2 * random.uniform() - 1)
  switch (initializer.kind) {
    case 'zeros':
      return () => 0
    case 'constant':
      return () => initializer.value
    case 'heNormal': {
      const deviation = Math.sqrt(2 / initializer.fanIn)
      return () => deviation * random.normal()
    }
    case 'glorotUniform':
      return uniform(Math.sqrt(6 / (initializer.fanIn + initializer.fanOut)))
    case 'fanInUniform':
      return uniform(Math.sqrt(1 / initializer.fanIn))
  }
}
