/** The temporal network against a plain loop, and what its convolutions cannot see. */
import { describe, expect, it } from 'vitest'
import { gridSpace, mixedSpace } from '../../../test/check-autoencoder.js'
import { expectClose, numbers, parametersOf, runExact, wave } from '../../../test/support/slopes.js'
import { input, type Tensor } from '../../graph/index.js'
import { temporalNetwork } from './temporal.js'

const [steps, channels, latent] = [7, 2, 3]
const hidden = [4, 3]
const space = gridSpace({ kind: 'series', steps, channels })

type Feeds = Readonly<Record<string, Tensor>>
type Maps = readonly (readonly number[])[]

const at = (feeds: Feeds, name: string, i: number): number => Number(feeds[name]!.data[i])

/** Channels by steps; step t reads t, t − dilation, t − 2·dilation, …; nothing lies before the start. */
function causal(
  feeds: Feeds,
  name: string,
  x: Maps,
  { outputs, kernel, dilation }: Record<string, number>,
): Maps {
  return Array.from({ length: outputs! }, (_, o) =>
    x[0]!.map((__, t) => {
      let sum = at(feeds, `${name}.bias`, o)
      x.forEach((row, c) => {
        for (let k = 0; k < kernel!; k++)
          sum +=
            at(feeds, `${name}.weight`, (o * x.length + c) * kernel! + k) *
            (row[t - (kernel! - 1 - k) * dilation!] ?? 0)
      })
      return sum
    }),
  )
}

const tanh = (maps: Maps): Maps => maps.map((row) => row.map(Math.tanh))

function block(feeds: Feeds, name: string, x: Maps, outputs: number, dilation: number): Maps {
  const wide = { outputs, kernel: 3, dilation }
  const first = tanh(causal(feeds, `${name}.first`, x, wide))
  const second = tanh(causal(feeds, `${name}.second`, first, wide))
  const straight =
    x.length === outputs ? x : causal(feeds, `${name}.shortcut`, x, { outputs, kernel: 1, dilation: 1 })
  return tanh(second.map((row, o) => row.map((value, t) => value + straight[o]![t]!)))
}

function denseRow(feeds: Feeds, name: string, x: readonly number[], outputs: number): number[] {
  return Array.from({ length: outputs }, (_, j) =>
    x.reduce(
      (sum, value, i) => sum + value * at(feeds, `${name}.weight`, i * outputs + j),
      at(feeds, `${name}.bias`, j),
    ),
  )
}

describe('the temporal network', () => {
  const network = temporalNetwork(space, { hidden, latent, activation: 'tanh' }, { outputs: space.width })
  const { feeds, context } = parametersOf(network)

  it('encodes as a plain loop does', () => {
    const x = wave(space.width)
    const maps = Array.from({ length: channels }, (_, c) =>
      Array.from({ length: steps }, (__, t) => x[t * channels + c]!),
    )
    const deep = block(feeds, 'encoder.1', block(feeds, 'encoder.0', maps, 4, 1), 3, 2)
    const batch = { features: input('features', 'float32', ['batch', space.width]) }
    const found = runExact(
      { code: network.encode(batch, context) },
      { ...feeds, features: numbers(x, [1, space.width]) },
    )
    expectClose(found['code']!, denseRow(feeds, 'encoder.code', deep.flat(), latent), 1e-12)
  })

  it('decodes as a plain loop does', () => {
    const code = [0.3, -0.8, 0.5]
    const spread = denseRow(feeds, 'decoder.code', code, 3 * steps).map(Math.tanh)
    const maps = [0, 1, 2].map((c) => spread.slice(c * steps, (c + 1) * steps))
    const wide = block(feeds, 'decoder.1', block(feeds, 'decoder.0', maps, 3, 2), 4, 1)
    const expected = Array.from({ length: steps }, (_, t) =>
      denseRow(
        feeds,
        'decoder.output',
        wide.map((row) => row[t]!),
        channels,
      ),
    )
    const z = input('z', 'float32', ['batch', latent])
    const found = runExact({ raw: network.decode(z, context) }, { ...feeds, z: numbers(code, [1, latent]) })
    expectClose(found['raw']!, expected.flat(), 1e-12)
  })

  it('needs windows of a series, and says how to get them', () => {
    const make = () => temporalNetwork(mixedSpace, { hidden, latent }, { outputs: 8 })
    expect(make).toThrow(expect.objectContaining({ code: 'HG_USAGE' }))
    expect(make).toThrow(/network temporal: .* got 5 columns without a grid; .*--window 32/)
  })
})
