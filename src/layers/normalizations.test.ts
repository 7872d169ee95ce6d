import { describe, expect, it } from 'vitest'
import { input, type Shape } from '../graph/index.js'
import { expectGolden } from '../../test/support/golden-layers.js'
import {
  expectClose,
  nodeCount,
  numbers,
  parametersOf,
  runExact,
  runFast,
} from '../../test/support/slopes.js'
import type { Layer } from './layer.js'
import { groupNormalization, layerNormalization, rmsNormalization, unitNorm } from './normalizations.js'

const cases: readonly (readonly [string, Layer, readonly number[], nodes: number])[] = [
  ['layerNormalization', layerNormalization({ name: 'n', width: 6 }), [2, 3, 6], 9],
  ['rmsNormalization', rmsNormalization({ name: 'n', width: 6 }), [4, 6], 6],
  ['groupNormalization', groupNormalization({ name: 'n', channels: 4, groups: 2 }), [2, 4, 3, 2], 12],
]

describe.each(cases)('%s', (name, layer, shape, nodes) => {
  it('has PyTorch’s outputs and slopes', () =>
    expectGolden(name, {
      layer,
      shapes: [shape],
      scale: 2,
      apply: ([x], context) => layer.apply(x!, context),
    }))

  it('takes constant rows, empty batches, and few nodes', async () => {
    const { feeds, context } = parametersOf(layer)
    const x = input('x', 'float32', ['batch', ...shape.slice(1)] as Shape)
    const y = layer.apply(x, context)
    const flat = numbers(new Float64Array(shape.reduce((a, b) => a * b)).fill(3), shape)
    const { y: result } = await runFast({ y }, { ...feeds, x: flat })
    expect(Array.from(result!.data, Number).every(Number.isFinite)).toBe(true)
    const { y: none } = await runFast({ y }, { ...feeds, x: numbers([], [0, ...shape.slice(1)]) })
    expect(none!.shape).toEqual([0, ...shape.slice(1)])
    expect(nodeCount(y)).toBeLessThanOrEqual(nodes)
  })
})

describe('groupNormalization', () => {
  it('refuses groups that do not divide the channels, and values that are no such images', () => {
    expect(() => groupNormalization({ name: 'n', channels: 4, groups: 3 })).toThrow(
      /n: expected a number of groups that divides 4 channels, got 3/,
    )
    const layer = groupNormalization({ name: 'n', channels: 4, groups: 4 })
    const { context } = parametersOf(layer)
    expect(() => layer.apply(input('x', 'float32', ['batch', 3, 2, 2]), context)).toThrow(
      /expected \[batch, 4, height, width\] of known sizes, got \[batch, 3, 2, 2\]/,
    )
  })
})

describe('unitNorm', () => {
  it('is PyTorch’s normalize', () =>
    expectGolden('unitNorm', {
      layer: { parameters: [] },
      shapes: [[2, 3, 2]],
      apply: ([x]) => unitNorm(x!, 1),
    }))

  it('leaves zero at zero', () => {
    const x = input('x', 'float32', ['batch', 2])
    const { y } = runExact({ y: unitNorm(x) }, { x: numbers([0, 0, 3, 4], [2, 2]) })
    expectClose(y!, [0, 0, 0.6, 0.8], 1e-12)
  })
})
