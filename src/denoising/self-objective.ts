/**
 * What a denoiser learns from noisy images alone: of a crop two smaller ones are made, each from one diagonal of every square of
 * four pixels. Both show the same scene, their noise differs, and each is to come out of the other.
 *
 *     a b        first  = (a + d) / 2        loss = |f(first) − second|² + |f(second) − first|²
 *     c d        second = (b + c) / 2             + |f(first) − first of f(crop)|² + |f(second) − second of f(crop)|²
 *
 * The first line is Noise2Noise (Lehtinen et al. 2018) between neighbours; the second makes the network do to the crop what it does to
 * its halves (ZS-N2N, Mansour & Heckel 2023, arXiv 2303.11253, eq. 3 to 6). It holds for noise that is independent from
 * pixel to pixel and 0 on average, however strong and of whatever shape.
 */
import { add, mul, reduceMean, reshape, slice, sub, type Value } from '../graph/index.js'
import { convolution, sequential, type LayerContext, type Parameter } from '../layers/index.js'
import type { Learner } from '../training/index.js'
import { colours } from './network.js'

/**
 * Kernels and channels of the layers. Every layer treats all pixels alike: with a stride of 2, as the shipped network has, stripes
 * one pixel wide can come out, which the halves above do not show, and which no loss then takes away.
 */
const layers = [
  { kernel: 5, channels: 32 },
  { kernel: 3, channels: 32 },
  { kernel: 3, channels: 32 },
] as const

/** What spreads pixels of 0 to 1 over the range that first weights are made for. */
const spread = 4

/** Keeps the loss near 1, where a learning rate is meant for. */
const lossScale = 100

/** A denoiser that is told no level. */
export interface SelfNetwork {
  readonly parameters: readonly Parameter[]
  /** Pixels farther away than this, along either axis, have no influence on a result. */
  readonly reach: number
  /** `[batch, 3, height, width]`, 0 to 1, without its noise. */
  readonly denoised: (noisy: Value, context: LayerContext) => Value
}

/** Writes the network: convolutions that predict the noise. */
export function selfNetwork(): SelfNetwork {
  const inner = layers.map(({ kernel, channels }, i) =>
    convolution({
      name: `layer.${i}`,
      inputs: i === 0 ? colours : layers[i - 1]!.channels,
      outputs: channels,
      kernel,
      padding: (kernel - 1) / 2,
      activation: 'leakyRelu',
    }),
  )
  const inputs = layers.at(-1)!.channels
  const last = convolution({
    name: 'last',
    inputs,
    outputs: colours,
    kernel: 1,
    initializer: { kind: 'zeros' },
  })
  const noise = sequential([...inner, last])
  return {
    parameters: noise.parameters,
    reach: layers.reduce((sum, { kernel }) => sum + (kernel - 1) / 2, 0),
    denoised: (noisy, context) => sub(noisy, noise.apply(mul(sub(noisy, 0.5), spread), context)),
  }
}

/** The network as something that can be trained, on crops of `side` pixels, an even number. */
export function selfLearner(side: number): Learner {
  const network = selfNetwork()
  const width = colours * side * side
  return {
    kind: `self-taught image denoiser ${JSON.stringify(layers)}, crops of ${side}`,
    space: { width, numericCount: width, columns: [] },
    parameters: network.parameters,
    objective: ({ features }, context) => {
      const crop = reshape(features, [-1, colours, side, side])
      const halves = halvesOf(crop)
      const denoised = halves.map((half) => network.denoised(half, context))
      const later = halvesOf(network.denoised(crop, context))
      const across = add(meanSquare(denoised[0]!, halves[1]), meanSquare(denoised[1]!, halves[0]))
      const alike = add(meanSquare(denoised[0]!, later[0]), meanSquare(denoised[1]!, later[1]))
      const loss = mul(add(across, alike), lossScale)
      return { loss, parts: { loss } }
    },
  }
}

/** Both diagonals of every square of four pixels: `[batch, 3, height / 2, width / 2]` each. */
function halvesOf(image: Value): readonly [Value, Value] {
  const every = (y: number, x: number): Value =>
    slice(image, [
      { axis: 2, start: y, step: 2 },
      { axis: 3, start: x, step: 2 },
    ])
  return [mul(add(every(0, 0), every(1, 1)), 0.5), mul(add(every(0, 1), every(1, 0)), 0.5)]
}

function meanSquare(a: Value, b: Value): Value {
  const error = sub(a, b)
  return reduceMean(mul(error, error), { axes: [1, 2, 3] })
}
