import { describe, expect, it } from 'vitest'
import { random } from '../base/index.js'
import { nodeEngine } from '../engine/node.js'
import { constant, floats, graph, input, sizeOf, tensor, type Value } from '../graph/index.js'
import { activationNames, activations } from './activations.js'
import { dense, dropout, multilayer } from './dense.js'
import { initialValues, type Initializer } from './initializers.js'
import type { Layer, NoiseSource } from './layer.js'

async function run(
  layer: Layer,
  x: number[][],
  noise?: NoiseSource,
  width = x[0]!.length,
): Promise<number[]> {
  const weights = new Map(
    layer.parameters.map(({ name, shape }) => [
      name,
      constant(
        tensor(
          'float32',
          shape,
          Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i + name.length)),
        ),
      ),
    ]),
  )
  const value = input('x', 'float32', ['batch', width])
  const y = layer.apply(value, { weight: (name) => weights.get(name)!, ...(noise && { noise }) })
  const program = await nodeEngine.compile(graph({ y }, { inputs: [value] }))
  const result = await program.run({ x: floats(x.flat(), [x.length, width]) })
  await program.dispose()
  return Array.from(result['y']!.data as Float32Array)
}

describe('dense', () => {
  it('is x·W + b', async () => {
    const w = (i: number): number => Math.sin(i + 'a.weight'.length)
    const b = (i: number): number => Math.sin(i + 'a.bias'.length)
    const y = await run(dense({ name: 'a', inputs: 2, outputs: 3 }), [[1, 2]])
    ;[0, 1, 2].forEach((j) => expect(y[j]).toBeCloseTo(w(j) + 2 * w(3 + j) + b(j), 5))
  })

  it('takes empty batches', async () => {
    const layer = multilayer({ name: 'm', widths: [2, 4, 1], activation: 'relu' })
    expect(await run(layer, [[1, 1]])).toHaveLength(1)
    expect(await run(layer, [], undefined, 2)).toHaveLength(0)
  })
})

describe('activations', () => {
  // torch.nn.functional at −1.5, 0, 0.5 and 2 (gelu exact, leaky_relu 0.01)
  const expected: Record<string, number[]> = {
    linear: [-1.5, 0, 0.5, 2],
    relu: [0, 0, 0.5, 2],
    leakyRelu: [-0.015, 0, 0.5, 2],
    gelu: [-0.1002108, 0, 0.34573123, 1.9544997],
    silu: [-0.27363861, 0, 0.31122968, 1.7615942],
    softplus: [0.20141333, 0.69314718, 0.97407699, 2.1269281],
    tanh: [-0.90514827, 0, 0.46211717, 0.96402758],
    sigmoid: [0.18242552, 0.5, 0.62245935, 0.88079709],
  }

  it.each(activationNames)('%s', async (name) => {
    const layer: Layer = { parameters: [], apply: (x: Value) => activations[name].apply(x) }
    const y = await run(layer, [[-1.5, 0, 0.5, 2]])
    expected[name]!.forEach((value, i) => expect(y[i]).toBeCloseTo(value, 5))
  })
})

describe('dropout', () => {
  it('does nothing without noise, and scales what it keeps with noise', async () => {
    expect(await run(dropout(0.5), [[1, 2]])).toEqual([1, 2])
    const kept: NoiseSource = {
      bernoulli: (p) => constant(floats([p, 0], [1, 2])),
      normal: () => constant(floats([0])),
      uniform: () => constant(floats([0])),
    }
    expect(await run(dropout(0.25), [[4, 2]], kept)).toEqual([4, 0])
  })
})

describe('initialValues', () => {
  const deviations: readonly (readonly [Initializer, number])[] = [
    [{ kind: 'heNormal', fanIn: 50 }, Math.sqrt(2 / 50)],
    [{ kind: 'glorotUniform', fanIn: 50, fanOut: 30 }, Math.sqrt(2 / 80)],
    [{ kind: 'fanInUniform', fanIn: 50 }, Math.sqrt(1 / 150)],
    [{ kind: 'constant', value: 3 }, 0],
    [{ kind: 'zeros' }, 0],
  ]

  it.each(deviations)('%j', (initializer, deviation) => {
    const values = initialValues(initializer, 40_000, random(3))
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
    expect(spread).toBeCloseTo(deviation, 2)
    expect(mean).toBeCloseTo(initializer.kind === 'constant' ? 3 : 0, 2)
  })
})
