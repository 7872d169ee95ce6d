/**
 * The estimator of the noise's level: a small convolutional network in which every place of the image casts a vote, how strong
 * the noise is there and how sure of it the place is. Flat places know; textured ones learn to abstain.
 *
 *     image ─► ½ ─► ¼ ─► ¼ ─► level, confidence at each place        level = Σ exp(confidence) · level ÷ Σ exp(confidence)
 *
 * No zeros are put around the image: with them, places at the edge learnt to answer for all others, and were outvoted in images
 * larger than the crops of the training. Sums over the parts of a large image add up, so that it can be estimated piece by piece. Compare CBDNet (Guo et al. 2019),
 * whose estimator has five such layers and no confidence; principal components of patches (Chen, Zhu & Heng 2015) were tried
 * and took texture for noise (README.md).
 */
import { exp, mul, reduceSum, slice, softplus, sub, type Value } from '../graph/index.js'
import { convolution, sequential, type Layer, type LayerContext, type Parameter } from '../layers/index.js'
import { colours } from './network.js'

/** Channels at half and at quarter scale. */
const [half, quarter] = [24, 48]

/** Fewest pixels along either axis: what one vote looks at. */
export const estimatorWindow = 30

/** What spreads pixels of 0 to 1 over the range that first weights are made for, and votes back to it. */
const spread = 4

/** The estimator as graph. */
export interface EstimatorNetwork {
  readonly parameters: readonly Parameter[]
  /**
   * Votes of all places together; the level is `weighted / weight`, in the unit of the image.
   *
   * @param image `[batch, 3, height, width]`, 0 to 1; at least 30 pixels along either axis
   * @returns `[batch]` each
   */
  readonly votes: (
    image: Value,
    context: LayerContext,
  ) => { readonly weighted: Value; readonly weight: Value }
}

/** Writes the estimator. */
export function estimatorNetwork(): EstimatorNetwork {
  const layer = (name: string, inputs: number, outputs: number, kernel: number, stride: number): Layer =>
    convolution({ name: `level.${name}`, inputs, outputs, kernel, stride, activation: 'relu' })
  const body = sequential([
    layer('first', colours, half, 4, 2),
    layer('half', half, half, 3, 1),
    layer('down', half, quarter, 4, 2),
    layer('quarter.0', quarter, quarter, 3, 1),
    layer('quarter.1', quarter, quarter, 3, 1),
    convolution({ name: 'level.votes', inputs: quarter, outputs: 2, kernel: 1 }),
  ])
  return {
    parameters: body.parameters,
    votes: (image, context) => {
      const votes = body.apply(mul(sub(image, 0.5), spread), context)
      const channel = (start: number): Value => slice(votes, [{ axis: 1, start, end: start + 1 }])
      // Bounded, so that no place outvotes all others by more than e¹⁰.
      const weight = exp(sub(10, softplus(sub(10, channel(1)))))
      const level = mul(softplus(channel(0)), 1 / spread)
      const sum = (value: Value): Value => reduceSum(value, { axes: [1, 2, 3] })
      return { weighted: sum(mul(level, weight)), weight: sum(weight) }
    },
  }
}
