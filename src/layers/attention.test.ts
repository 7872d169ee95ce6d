import { describe, expect, it } from 'vitest'
import { input } from '../graph/index.js'
import { expectGolden } from '../../test/support/golden-layers.js'
import {
  expectClose,
  expectSlopes,
  nodeCount,
  numbers,
  parametersOf,
  runExact,
  runFast,
  wave,
} from '../../test/support/slopes.js'
import { selfAttention, transformerBlock } from './attention.js'
import type { Layer, LayerContext } from './layer.js'

const cases: readonly (readonly [string, Layer, nodes: number])[] = [
  ['selfAttention', selfAttention({ name: 'a', width: 6, heads: 2 }), 14],
  ['transformerBlock', transformerBlock({ name: 'b', width: 6, heads: 2, hidden: 10 }), 41],
]

describe.each(cases)('%s', (name, layer, nodes) => {
  const { feeds, context } = parametersOf(layer)
  const x = input('x', 'float32', ['batch', 5, 6])
  const y = layer.apply(x, context)

  it('has PyTorch’s outputs and slopes', () =>
    expectGolden(name, { layer, shapes: [[2, 5, 6]], apply: ([at], inner) => layer.apply(at!, inner) }))

  it('does not look at other rows, takes empty batches, and few nodes', async () => {
    const rows = wave(60, 5)
    const { y: both } = runExact({ y }, { ...feeds, x: numbers(rows, [2, 5, 6]) })
    const { y: alone } = runExact({ y }, { ...feeds, x: numbers(rows.slice(30), [1, 5, 6]) })
    expectClose(alone!, Array.from(both!.data, Number).slice(30), 1e-12)
    const { y: none } = await runFast({ y }, { ...feeds, x: numbers([], [0, 5, 6]) })
    expect(none!.shape).toEqual([0, 5, 6])
    expect(nodeCount(y)).toBeLessThanOrEqual(nodes)
  })

  it('refuses other shapes', () => {
    expect(() => layer.apply(input('x', 'float32', ['batch', 6]), context)).toThrow(
      /expected \[batch, tokens, 6\] with a known number of tokens, got \[batch, 6\]/,
    )
    expect(() => layer.apply(input('x', 'float32', ['batch', 'tokens', 6]), context)).toThrow(/known number/)
  })
})

describe('selfAttention', () => {
  it('treats tokens as a set: turning their order turns the result’s', () => {
    const layer = selfAttention({ name: 'a', width: 4, heads: 2 })
    const { feeds, context } = parametersOf(layer)
    const x = input('x', 'float32', ['batch', 3, 4])
    const run = (tokens: readonly number[]): number[] => {
      const data = tokens.flatMap((token) => Array.from(wave(12, 5).slice(4 * token, 4 * token + 4)))
      const { y } = runExact({ y: layer.apply(x, context) }, { ...feeds, x: numbers(data, [1, 3, 4]) })
      return Array.from(y!.data, Number)
    }
    const [first, turned] = [run([0, 1, 2]), run([2, 1, 0])]
    for (const token of [0, 1, 2]) {
      const block = turned.slice(4 * (2 - token), 4 * (3 - token))
      block.forEach((value, i) => expect(value).toBeCloseTo(first[4 * token + i]!, 12))
    }
  })

  it('refuses heads that do not divide the width', () => {
    expect(() => selfAttention({ name: 'a', width: 6, heads: 4 })).toThrow(
      /a: expected a number of heads that divides a width of 6, got 4/,
    )
  })
})

describe('transformerBlock', () => {
  const layer = transformerBlock({ name: 'b', width: 4, heads: 1, hidden: 6, dropout: 0.25 })
  const { inputs, feeds, context } = parametersOf(layer)
  const x = input('x', 'float32', ['batch', 3, 4])
  const masks = [input('mask0', 'float32', ['batch', 3, 4]), input('mask1', 'float32', ['batch', 3, 4])]
  const training = (): LayerContext => {
    const left = [...masks]
    const refuse = () => expect.unreachable('dropout draws Bernoulli noise')
    const noise = {
      normal: refuse,
      uniform: refuse,
      bernoulli: (p: number, shape: unknown) => {
        expect([p, shape]).toEqual([0.75, ['batch', 3, 4]])
        return left.shift()!
      },
    }
    return { ...context, noise }
  }
  const data = numbers(wave(24, 5), [2, 3, 4])
  const fill = (value: number) => numbers(new Float64Array(24).fill(value), [2, 3, 4])

  it('drops what its branches add, and nothing without noise', () => {
    const noisy = layer.apply(x, training())
    const { y: dropped } = runExact({ y: noisy }, { ...feeds, x: data, mask0: fill(0), mask1: fill(0) })
    expectClose(dropped!, Array.from(data.data, Number), 1e-12)
    const { y: kept } = runExact({ y: noisy }, { ...feeds, x: data, mask0: fill(0.75), mask1: fill(0.75) })
    const { y: plain } = runExact({ y: layer.apply(x, context) }, { ...feeds, x: data })
    expectClose(kept!, Array.from(plain!.data, Number), 1e-12)
  })

  it('has the slopes of what was kept', () => {
    const mask = numbers(
      wave(24, 7).map((each) => Number(each > 0)),
      [2, 3, 4],
    )
    expectSlopes(
      layer.apply(x, training()),
      [x, ...inputs],
      { ...feeds, x: data, mask0: mask, mask1: mask },
      3,
    )
  })

  it('shows what it computes', () => {
    const seen: string[] = []
    layer.apply(x, { ...context, observe: (name) => void seen.push(name) })
    expect(seen).toEqual(expect.arrayContaining(['b.attention.weights', 'b.hidden', 'b']))
  })
})
