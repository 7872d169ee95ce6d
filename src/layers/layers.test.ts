import { describe, expect, it } from 'vitest'
import { random } from '../base/index.js'
import { interpret } from '../engine/index.js'
import { nodeEngine } from '../engine/node.js'
import { gradients } from '../gradient/index.js'
import { constant, floats, graph, input, reduceSum, sizeOf, tensor, type Value } from '../graph/index.js'
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
    elu: [-0.77686984, 0, 0.5, 2],
    selu: [-1.36581435, 0, 0.52535049, 2.10140197],
    softsign: [-0.6, 0, 0.33333333, 0.66666667],
    tanh: [-0.90514827, 0, 0.46211717, 0.96402758],
    sigmoid: [0.18242552, 0.5, 0.62245935, 0.88079709],
  }

  it.each(activationNames)('%s', async (name) => {
    const layer: Layer = { parameters: [], apply: (x: Value) => activations[name].apply(x) }
    const y = await run(layer, [[-1.5, 0, 0.5, 2]])
    expected[name]!.forEach((value, i) => expect(y[i]).toBeCloseTo(value, 5))
  })

  // PyTorch's slopes at 0, and at ±100, where eˣ overflows
  it.each([
    ['elu', [0, 1, 1]],
    ['selu', [0, 1.75809934, 1.05070099]],
    ['softsign', [1 / 101 ** 2, 1, 1 / 101 ** 2]],
  ] as const)('%s has the right slope at 0 and far from it', (name, slopes) => {
    const x = input('x', 'float32', [3])
    const [slope] = gradients(reduceSum(activations[name].apply(x)), [x])
    const found = interpret(graph({ slope: slope! }), { x: floats([-100, 0, 100]) })['slope']!.data
    slopes.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 6))
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
    [{ kind: 'heUniform', fanIn: 50 }, Math.sqrt(2 / 50)],
    [{ kind: 'glorotNormal', fanIn: 50, fanOut: 30 }, Math.sqrt(2 / 80)],
    [{ kind: 'normal', deviation: 0.7 }, 0.7],
    [{ kind: 'uniform', limit: 0.9 }, 0.9 / Math.sqrt(3)],
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

  it.each([
    [4, 4],
    [3, 7],
    [7, 3],
    [3, 2, 5],
    [1, 1],
  ])('orthogonal %j', (...shape) => {
    const values = initialValues({ kind: 'orthogonal', gain: 2 }, shape, random(4))
    const [rows, columns] = [shape[0], values.length / shape[0]]
    const at = (vector: number, k: number): number =>
      rows <= columns ? values[vector * columns + k]! : values[k * columns + vector]!
    for (let a = 0; a < Math.min(rows, columns); a++) {
      for (let b = 0; b <= a; b++) {
        let product = 0
        for (let k = 0; k < Math.max(rows, columns); k++) product += at(a, k) * at(b, k)
        expect(product).toBeCloseTo(a === b ? 4 : 0, 5)
      }
    }
  })

  it('draws orthogonal matrices evenly: reflections as often as rotations', () => {
    const stream = random(8)
    const determinants = Array.from({ length: 400 }, () => {
      const [a, b, c, d] = initialValues({ kind: 'orthogonal' }, [2, 2], stream)
      return Math.round(a! * d! - b! * c!)
    })
    const reflections = determinants.filter((each) => each === -1).length
    expect(new Set(determinants)).toEqual(new Set([1, -1]))
    expect(Math.abs(reflections - 200)).toBeLessThan(40)
  })

  it('takes given values, as many as there are elements', () => {
    const given: Initializer = { kind: 'values', values: [1, 2, 3, 4] }
    expect(initialValues(given, [2, 2], random(1))).toEqual(Float32Array.of(1, 2, 3, 4))
    expect(() => initialValues(given, [2, 3], random(1))).toThrow(/shape \[2, 3\] needs 6 values, got 4/)
  })
})
