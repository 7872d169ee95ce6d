/** Dense networks: tied weights, activations of code and output, and what is refused. */
import { describe, expect, it } from 'vitest'
import { randomFor } from '../../base/index.js'
import { interpret } from '../../engine/index.js'
import * as g from '../../graph/index.js'
import { initialValues } from '../../layers/index.js'
import type { FeatureSpace } from '../feature-space.js'
import { networkFor } from './index.js'
import type { NetworkOptions, NetworkShape } from './network.js'

const numbers: FeatureSpace = {
  width: 3,
  numericCount: 3,
  columns: [0, 1, 2].map((start) => ({ name: `x${start}`, start, width: 1 })),
}
const mixed: FeatureSpace = {
  width: 3,
  numericCount: 1,
  columns: [
    { name: 'a', start: 0, width: 1 },
    { name: 'b', start: 1, width: 2 },
  ],
}
const rows = [0.3, -1, 2, 0.1, 0.7, -0.4]

/** Weights, code and output of a network for two rows. */
function run(options: NetworkOptions, shape: NetworkShape, space = numbers, extra?: g.Value) {
  const network = networkFor(space, options, shape)
  const values = new Map(
    network.parameters.map(({ name, shape: size, initializer }) => {
      const drawn = initialValues(
        name.endsWith('bias') ? { kind: 'normal', deviation: 1 } : initializer,
        size,
        randomFor(1, name),
      )
      return [name, { size, drawn }]
    }),
  )
  const context = {
    weight: (name: string) =>
      g.constant(g.tensor('float32', values.get(name)!.size, values.get(name)!.drawn)),
  }
  const code = network.encode({ features: g.constant(g.floats(rows, [2, 3])) }, context, extra)
  const results = interpret(g.graph({ code, output: network.decode(code, context) }), {})
  const plain = (name: string): number[] => [...(results[name]!.data as Float32Array)]
  return { network, values, code: plain('code'), output: plain('output') }
}

/** act(x · Wᵀ + b) in plain loops, W `[outputs + more, inputs]`. */
function transposedLayer(x: readonly number[], w: ArrayLike<number>, b: ArrayLike<number>, act = Math.tanh) {
  const inputs = x.length / 2
  return [0, 1].flatMap((row) =>
    Array.from(b, (bias, o) => {
      let sum = bias
      for (let i = 0; i < inputs; i++) sum += x[row * inputs + i]! * w[o * inputs + i]!
      return act(sum)
    }),
  )
}

const expectClose = (found: readonly number[], wanted: readonly number[]): void => {
  expect(found).toHaveLength(wanted.length)
  found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 5))
}

describe('dense network', () => {
  it.each([false, true])('decodes with the transposed matrices when tied (reads masks: %s)', (readsMask) => {
    const options = { hidden: [4], latent: 2, activation: 'tanh', tied: true, readsMask } as const
    const extra = readsMask ? g.constant(g.floats([1, 2], [2, 1])) : undefined
    const shape = { outputs: 3, ...(readsMask && { extraInputs: 1 }) }
    const { network, values, code, output } = run(options, shape, numbers, extra)
    expect(network.parameters.map(({ name }) => name)).toEqual([
      'encoder.0.weight',
      'encoder.0.bias',
      'encoder.1.weight',
      'encoder.1.bias',
      'decoder.0.bias',
      'decoder.1.bias',
    ])
    const drawn = (name: string): Float32Array => values.get(name)!.drawn
    const hidden = transposedLayer(code, drawn('encoder.1.weight'), drawn('decoder.0.bias'))
    expectClose(
      output,
      transposedLayer(hidden, drawn('encoder.0.weight'), drawn('decoder.1.bias'), (x) => x),
    )
  })

  it('squeezes code and output as asked', () => {
    const plain = run({ hidden: [], latent: 2 }, { outputs: 3 })
    const squeezed = run(
      { hidden: [], latent: 2, codeActivation: 'sigmoid', outputActivation: 'tanh' },
      { outputs: 3, codeActivation: 'relu' },
    )
    expectClose(
      squeezed.code,
      plain.code.map((x) => 1 / (1 + Math.exp(-x))),
    )
    expect(Math.max(...squeezed.output.map(Math.abs))).toBeLessThan(1)
  })

  it.each([
    [{ tied: true }, { outputs: 6 }, numbers, /tied weights .* takes 6 outputs for 3 features/],
    [{ tied: true }, { outputs: 3, codes: 4 }, numbers, /tied weights .* gives 4 numbers for a code of 2/],
    [{ codeActivation: 'tanh' }, { outputs: 3, codes: 4 }, numbers, /codeActivation tanh .* from 4 numbers/],
    [{ outputActivation: 'tanh' }, { outputs: 3 }, mixed, /outputActivation tanh .* 1 are categories/],
    [{ network: 'temporal', tied: true }, { outputs: 3 }, numbers, /tied is an option of dense networks/],
  ] as const)('refuses %o with %o', (options, shape, space, message) => {
    expect(() => networkFor(space, { hidden: [], latent: 2, ...options }, shape)).toThrow(message)
  })
})
