/** The recurrent network against a plain loop over time. */
import { describe, expect, it } from 'vitest'
import { gridSpace, mixedSpace } from '../../../test/check-autoencoder.js'
import { expectClose, numbers, parametersOf, runExact, wave } from '../../../test/support/slopes.js'
import { input, type Tensor } from '../../graph/index.js'
import { recurrentNetwork } from './recurrent.js'

const [steps, channels, width, latent] = [4, 2, 3, 2]
const space = gridSpace({ kind: 'series', steps, channels })

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** One step of a GRU, written out: gates r and z, candidate n, next state (1 − z)·n + z·h. */
function gruStep(
  feeds: Readonly<Record<string, Tensor>>,
  name: string,
  x: readonly number[],
  h: readonly number[],
) {
  const affine = (v: readonly number[], kind: 'input' | 'recurrent', column: number): number =>
    v.reduce(
      (sum, value, i) => sum + value * Number(feeds[`${name}.${kind}Weight`]!.data[i * 3 * width + column]),
      Number(feeds[`${name}.${kind}Bias`]!.data[column]),
    )
  return h.map((old, i) => {
    const r = sigmoid(affine(x, 'input', i) + affine(h, 'recurrent', i))
    const z = sigmoid(affine(x, 'input', width + i) + affine(h, 'recurrent', width + i))
    const n = Math.tanh(affine(x, 'input', 2 * width + i) + r * affine(h, 'recurrent', 2 * width + i))
    return (1 - z) * n + z * old
  })
}

function denseLayer(
  feeds: Readonly<Record<string, Tensor>>,
  name: string,
  x: readonly number[],
  outputs: number,
) {
  return Array.from({ length: outputs }, (_, j) =>
    x.reduce(
      (sum, value, i) => sum + value * Number(feeds[`${name}.weight`]!.data[i * outputs + j]),
      Number(feeds[`${name}.bias`]!.data[j]),
    ),
  )
}

describe('the recurrent network', () => {
  const network = recurrentNetwork(
    space,
    { hidden: [width], latent, activation: 'tanh' },
    { outputs: space.width },
  )
  const { feeds, context } = parametersOf(network)
  const zeros = Array.from({ length: width }, () => 0)

  it('reads the steps in their order; the last state becomes the code', () => {
    const rows = wave(space.width)
    let state: readonly number[] = zeros
    for (let t = 0; t < steps; t++)
      state = gruStep(feeds, 'encoder.0', [...rows.subarray(t * channels, (t + 1) * channels)], state)
    const batch = { features: input('features', 'float32', ['batch', space.width]) }
    const found = runExact(
      { code: network.encode(batch, context) },
      { ...feeds, features: numbers(rows, [1, space.width]) },
    )
    expectClose(found['code']!, denseLayer(feeds, 'encoder.code', state, latent), 1e-12)
  })

  it('is told the code at every step and writes from the last step to the first', () => {
    const code = [0.7, -0.4]
    const told = denseLayer(feeds, 'decoder.code', code, width).map(Math.tanh)
    const written: number[][] = []
    let state: readonly number[] = zeros
    for (let t = 0; t < steps; t++) {
      state = gruStep(feeds, 'decoder.0', told, state)
      written.unshift(denseLayer(feeds, 'decoder.output', state, channels))
    }
    const z = input('z', 'float32', ['batch', latent])
    const found = runExact({ raw: network.decode(z, context) }, { ...feeds, z: numbers(code, [1, latent]) })
    expectClose(found['raw']!, written.flat(), 1e-12)
  })

  it('needs windows of a series, and says how to get them', () => {
    expect(() => recurrentNetwork(mixedSpace, { hidden: [4], latent }, { outputs: 8 })).toThrow(
      expect.objectContaining({
        code: 'HG_USAGE',
        message: expect.stringMatching(/5 columns without a grid.*--window 32/) as string,
      }),
    )
  })
})
