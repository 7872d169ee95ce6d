/** What `gradients` promises besides right slopes, which rules.test.ts holds against finite differences. */
import { describe, expect, it } from 'vitest'
import { interpret } from '../engine/index.js'
import * as g from '../graph/index.js'
import type { Value } from '../graph/index.js'
import { gradients } from './gradients.js'

describe('gradients', () => {
  const x = g.input('a', 'float64', [3])

  it('gives zeros where nothing depends', () => {
    const [slope] = gradients(g.reduceSum(g.mul(x, x)), [g.input('b', 'float64', [2, 2])])
    expect(
      interpret(g.graph({ slope: slope! }), { b: g.tensor('float64', [2, 2], new Float64Array(4)) })['slope'],
    ).toEqual(g.tensor('float64', [2, 2], new Float64Array(4)))
  })

  it('takes a seed for a value that is no scalar', () => {
    expect(() => gradients(x, [x])).toThrow(/expected a scalar, got \[3\]/)
    const seed = g.constant(g.tensor('float64', [3], Float64Array.of(1, 2, 3)))
    const [slope] = gradients(g.mul(x, x), [x], { seed })
    const feeds = { a: g.tensor('float64', [3], Float64Array.of(1, 1, 2)) }
    expect(interpret(g.graph({ slope: slope! }), feeds)['slope']!.data).toEqual(Float64Array.of(2, 4, 12))
  })

  it('names the operator that blocks the path', () => {
    const word = g.encodeLabels(g.input('word', 'string', [3]), ['yes'], [1], 0)
    const hot = g.cast(g.oneHot(word, 3), 'float64')
    expect(gradients(g.reduceSum(g.mul(hot, x)), [x])).toHaveLength(1)
    const shifted = g.cast(g.oneHot(g.cast(x, 'int64'), 3), 'float64')
    expect(() => gradients(g.reduceSum(g.mul(shifted, x)), [x])).toThrow(
      /through OneHot: .* the path is a → Cast → OneHot → Cast → Mul → ReduceSum/,
    )
  })

  it('stops at StopGradient, and asks nothing of what lies before or behind it', () => {
    const hot = g.cast(g.oneHot(g.cast(g.stopGradient(x), 'int64'), 3), 'float64')
    const total = g.add(g.reduceSum(g.mul(x, g.stopGradient(g.exp(x)))), g.reduceSum(hot))
    const [slope] = gradients(total, [x])
    const feeds = { a: g.tensor('float64', [3], Float64Array.of(0, 1, 2)) }
    const { data } = interpret(g.graph({ slope: slope! }), feeds)['slope']!
    expect(data).toEqual(Float64Array.from([0, 1, 2], Math.exp))
    const stopped = gradients(g.reduceSum(g.stopGradient(g.cast(g.argMax(x), 'float64'))), [x])[0]!
    expect(interpret(g.graph({ stopped }), feeds)['stopped']!.data).toEqual(new Float64Array(3))
    // From its own result a slope can still be asked for.
    const inner = g.stopGradient(x)
    const own = gradients(g.reduceSum(g.mul(inner, inner)), [inner])[0]!
    expect(interpret(g.graph({ own }), feeds)['own']!.data).toEqual(Float64Array.of(0, 2, 4))
  })

  it('refuses what is no float, and a seed that does not fit', () => {
    const whole = g.input('n', 'int64', [])
    const truth = expect.objectContaining({ code: 'HG_DTYPE_MISMATCH' }) as unknown
    expect(() => gradients(whole, [x])).toThrow(truth)
    expect(() => gradients(g.reduceSum(x), [whole])).toThrow(truth)
    expect(() => gradients(g.reduceSum(x), [x], { seed: g.scalar(1, 'float32') })).toThrow(truth)
    expect(() => gradients(x, [x], { seed: g.scalar(1, 'float64') })).toThrow(
      /expected a seed of \[3\], got \[\]/,
    )
  })

  it('of values inside the graph, and of the output itself', () => {
    const inner = g.exp(x)
    const total = g.reduceSum(g.square(inner))
    const [byInner, byOutput] = gradients(total, [inner, total])
    const feeds = { a: g.tensor('float64', [3], Float64Array.of(0, 1, 2)) }
    const slopes = interpret(g.graph({ byInner: byInner!, byOutput: byOutput! }), feeds)
    expect(slopes['byInner']!.data).toEqual(Float64Array.from([0, 1, 2], (v) => 2 * Math.exp(v)))
    expect(slopes['byOutput']!.data).toEqual(Float64Array.of(1))
  })

  it('of kinks are those of PyTorch', () => {
    const slopeAt = (f: (v: Value) => Value, at: number): number => {
      const [slope] = gradients(g.reduceSum(f(x)), [x])
      return interpret(g.graph({ slope: slope! }), {
        a: g.tensor('float64', [3], Float64Array.of(at, at, at)),
      })['slope']!.data[0] as number
    }
    expect(slopeAt(g.relu, 0)).toBe(0)
    expect(slopeAt(g.abs, 0)).toBe(0)
    expect(slopeAt((v) => g.maximum(v, 0), 0)).toBe(0.5)
    expect(slopeAt((v) => g.minimum(0, v), 0)).toBe(0.5)
    expect(slopeAt((v) => g.reduceMax(v), 1)).toBeCloseTo(1 / 3, 12)
    expect(slopeAt((v) => g.leakyRelu(v, 0.2), 0)).toBe(0.2)
    expect(slopeAt((v) => g.pow(v, 0), 0)).toBe(0)
    expect(slopeAt((v) => g.pow(v, g.mul(v, 0)), 0)).toBe(0)
  })

  it('of a power stay numbers at zero, however often they are taken', () => {
    const at = { a: g.tensor('float64', [3], new Float64Array(3)) }
    let value = g.reduceSum(g.pow(x, 2))
    const found = [1, 2, 3, 4].map(() => {
      value = g.reduceSum(gradients(value, [x])[0]!)
      return interpret(g.graph({ value }), at)['value']!.data[0]
    })
    expect(found).toEqual([0, 6, 0, 0])
  })
})

describe('the graph of a gradient is small', () => {
  const count = (outputs: Record<string, Value>): number =>
    g.nodesInOrder(Object.values(outputs)).filter(({ op }) => op !== 'Input' && op !== 'Constant').length

  /** Loss and slopes of a dense autoencoder with rectifiers and mean squared error. */
  function autoencoder(widths: readonly number[], rows: g.Dim): Record<string, Value> {
    const x = g.input('x', 'float32', [rows, widths[0]!])
    const layers = widths.slice(1).map((width, i) => ({
      weight: g.input(`weight${i}`, 'float32', [widths[i]!, width]),
      bias: g.input(`bias${i}`, 'float32', [width]),
    }))
    const output = layers.reduce((value, { weight, bias }, i) => {
      const sum = g.gemm(value, weight, { bias })
      return i < layers.length - 1 ? g.relu(sum) : sum
    }, x)
    const loss = g.reduceMean(g.square(g.sub(output, x)))
    const slopes = gradients(
      loss,
      layers.flatMap(({ weight, bias }) => [weight, bias]),
    )
    return { loss, ...Object.fromEntries(slopes.map((slope, i) => [`slope${i}`, slope])) }
  }

  it('for a dense autoencoder', () => {
    const widths = [32, 64, 32, 8, 32, 64, 32]
    // Forward 14; back 11 products, 6 bias sums, 5 rectifiers of three nodes, one product with the error.
    expect(count(autoencoder(widths, 32))).toBe(14 + 11 + 6 + 15 + 1)
    // A symbolic batch is counted when the graph runs: Shape, Gather, Cast, Div.
    expect(count(autoencoder(widths, 'batch'))).toBe(47 + 4)
  })

  it('for stacks of products with transposed operands, which leave no Transpose of a product behind', () => {
    const [a, b] = [g.input('a', 'float32', [2, 3, 4]), g.input('b', 'float32', [2, 5, 3])]
    const turned = (x: Value): Value => g.transpose(x, [0, 2, 1])
    const product = g.matmul(turned(a), turned(b))
    const [slopeA, slopeB] = gradients(g.reduceSum(g.square(product)), [a, b])
    const ops = (x: Value): readonly unknown[] => [
      x.node.op,
      'inputs' in x.node && x.node.inputs.map((value) => value?.node.op),
    ]
    expect(ops(slopeA!)).toEqual(['MatMul', ['Transpose', 'Transpose']])
    expect(ops(slopeB!)).toEqual(['MatMul', ['Transpose', 'Transpose']])
    const random = (seed: number, shape: readonly number[]) =>
      g.floats(
        Array.from({ length: g.sizeOf(shape) }, (_, i) => Math.sin(seed * i + seed)),
        shape,
      )
    const feeds = { a: random(1.3, [2, 3, 4]), b: random(2.1, [2, 5, 3]) }
    const twice = (x: Value): Value => g.mul(x, 2)
    const found = interpret(
      g.graph({
        a: g.sub(slopeA!, turned(g.matmul(twice(product), b))),
        b: g.sub(slopeB!, turned(g.matmul(a, twice(product)))),
      }),
      feeds,
    )
    for (const { data } of Object.values(found)) {
      expect(Math.max(...Array.from(data as Float32Array, Math.abs))).toBeLessThan(1e-5)
    }
  })

  it('where factors melt, spreading waits, and a product takes a sum in', () => {
    const x = g.input('x', 'float32', ['batch', 4])
    const w = g.input('w', 'float32', [4, 4])
    const slopes = (f: Value): number => count({ slope: gradients(f, [x])[0]! })
    expect(slopes(g.reduceSum(g.mul(g.square(x), 0.5)))).toBe(0)
    expect(slopes(g.reduceSum(g.div(g.reduceSum(g.mul(x, x), { axes: [1] }), 4)))).toBe(1)
    const shared = g.gemm(g.gemm(x, w), w)
    // Two products forward, the error's factor, and four back, the second product by w with the first as its bias.
    expect(count({ slope: gradients(g.reduceSum(g.square(shared)), [w])[0]! })).toBe(2 + 1 + 3)
  })
})
