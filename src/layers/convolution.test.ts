/** Convolution layers equal PyTorch's, keep causality, and say what is wrong with options and values. */
import { describe, expect, it } from 'vitest'
import { random } from '../base/index.js'
import { input, sizeOf, type Shape } from '../graph/index.js'
import { expectGolden } from '../../test/support/golden-layers.js'
import { numbers, parametersOf, runExact, runFast, wave } from '../../test/support/slopes.js'
import {
  convolution,
  depthToSpace,
  spaceToDepth,
  temporalConvolution,
  transposedConvolution,
} from './convolution.js'
import { initialValues } from './initializers.js'
import type { Layer } from './layer.js'

const base = { name: 'c', inputs: 2, outputs: 3, kernel: 3 }
const image = [2, 2, 5, 4]
const series = [2, 2, 7]

const cases: readonly (readonly [golden: string, what: string, Layer, readonly number[]])[] = [
  ['convolution', 'auto', convolution({ ...base, stride: 2, padding: 1 }), image],
  ['convolution', 'patches', convolution({ ...base, stride: 2, padding: 1, form: 'patches' }), image],
  ['patchEmbedding', 'auto', convolution({ ...base, kernel: 2, stride: 2, activation: 'tanh' }), image],
  [
    'patchEmbedding',
    'direct',
    convolution({ ...base, kernel: 2, stride: 2, activation: 'tanh', form: 'direct' }),
    image,
  ],
  [
    'transposedConvolution',
    'stride 2',
    transposedConvolution({ ...base, stride: 2, padding: 1, outputPadding: 1, activation: 'sigmoid' }),
    image,
  ],
  [
    'causalConvolution',
    'dilation 2',
    temporalConvolution({ ...base, dilation: 2, padding: 'causal', activation: 'tanh' }),
    series,
  ],
  ['sameConvolution', 'kernel 4', temporalConvolution({ ...base, kernel: 4, padding: 'same' }), series],
  ['temporalConvolution', 'stride 2', temporalConvolution({ ...base, stride: 2 }), series],
]

describe.each(cases)('%s, %s', (golden, _, layer, shape) => {
  it('has PyTorch’s outputs and slopes', () =>
    expectGolden(golden, { layer, shapes: [shape], apply: ([x], context) => layer.apply(x!, context) }))

  it('takes an empty batch, and tells of its output', async () => {
    const { feeds, context } = parametersOf(layer)
    const seen: string[] = []
    const x = input('x', 'float32', ['batch', ...shape.slice(1)] as Shape)
    const y = layer.apply(x, { ...context, observe: (name) => seen.push(name) })
    const { y: none } = await runFast({ y }, { ...feeds, x: numbers([], [0, ...shape.slice(1)]) })
    expect(none!.shape).toEqual([0, ...y.shape.slice(1)])
    expect(seen).toEqual(['c'])
  })
})

it('names its parameters like a dense layer, and starts them at the scale of its sums', () => {
  const layer = convolution({ ...base, inputs: 50, outputs: 40, activation: 'relu' })
  expect(layer.parameters.map(({ name, shape, decay }) => [name, shape, decay])).toEqual([
    ['c.weight', [40, 50, 3, 3], true],
    ['c.bias', [40], false],
  ])
  const { initializer, shape } = layer.parameters[0]!
  const values = initialValues(initializer, shape, random(2))
  const variance = values.reduce((sum, value) => sum + value * value, 0) / sizeOf(shape)
  expect(variance * (50 * 9)).toBeCloseTo(2, 1)
})

it('a causal convolution sees no later time', () => {
  const layer = temporalConvolution({ ...base, dilation: 3, padding: 'causal' })
  const { feeds, context } = parametersOf(layer)
  const y = layer.apply(input('x', 'float32', ['batch', 2, 7]), context)
  const at = (data: Float64Array): readonly number[] =>
    Array.from(runExact({ y }, { ...feeds, x: numbers(data, [1, 2, 7]) })['y']!.data, Number)
  const before = at(wave(14))
  const after = at(wave(14).with(4, 9))
  const changed = before.flatMap((value, i) => (value === after[i] ? [] : [i % 7]))
  expect([...new Set(changed)]).toEqual([4])
})

describe('pixels into channels and back', () => {
  const x = input('x', 'float32', ['batch', 2, 4, 6])

  it('is PyTorch’s pixel_unshuffle', () => {
    const one = input('x', 'float32', ['batch', 1, 2, 4])
    const { y } = runExact(
      { y: spaceToDepth(one, 2) },
      { x: numbers([0, 1, 2, 3, 4, 5, 6, 7], [1, 1, 2, 4]) },
    )
    expect(y!.shape).toEqual([1, 4, 1, 2])
    expect(y!.data).toEqual(Float64Array.of(0, 2, 1, 3, 4, 6, 5, 7))
  })

  it('comes back to where it started, also with no rows', async () => {
    const y = depthToSpace(spaceToDepth(x, 2), 2)
    expect(y.shape).toEqual(x.shape)
    for (const rows of [2, 0]) {
      const feeds = { x: numbers(wave(rows * 48), [rows, 2, 4, 6]) }
      const { y: back } = await runFast({ y }, feeds)
      expect(back!.data).toEqual(Float32Array.from(feeds.x.data as Float64Array))
    }
  })

  it('refuses blocks that do not fit', () => {
    expect(() => spaceToDepth(x, 4)).toThrow(/a height and a width that 4 divides, got \[batch, 2, 4, 6\]/)
    expect(() => depthToSpace(x, 2)).toThrow(/a number of channels that 4 divides, got \[batch, 2, 4, 6\]/)
    expect(() => spaceToDepth(x, 0)).toThrow(/a whole block of at least 1, got 0/)
  })
})

describe('wrong options and values', () => {
  const refused: readonly (readonly [string, () => unknown, RegExp])[] = [
    [
      'a kernel of nothing',
      () => convolution({ ...base, kernel: 0 }),
      /c: expected a whole kernel of at least 1/,
    ],
    ['half a stride', () => convolution({ ...base, stride: 0.5 }), /a whole stride of at least 1, got 0.5/],
    [
      'negative padding',
      () => convolution({ ...base, padding: -1 }),
      /a whole padding of at least 0, got -1/,
    ],
    ['overlapping blocks', () => convolution({ ...base, form: 'spaceToDepth' }), /leave the form to auto/],
    [
      'more output padding than a stride',
      () => transposedConvolution({ ...base, outputPadding: 1 }),
      /an output padding below the stride 1, got 1/,
    ],
    ['no dilation', () => temporalConvolution({ ...base, dilation: 0 }), /a whole dilation of at least 1/],
    [
      'other channels',
      () => applied(convolution(base), ['batch', 3, 8, 8]),
      /c: expected \[batch, 2, height, width\] of known sizes, got \[batch, 3, 8, 8\]/,
    ],
    [
      'an image as a series',
      () => applied(temporalConvolution(base), ['batch', 2, 8, 8]),
      /c: expected \[batch, 2, length\] of known sizes/,
    ],
    ['an image too small', () => applied(convolution(base), ['batch', 2, 2, 2]), /kernel that fits/],
  ]
  it.each(refused)('%s', (_, make, message) => {
    expect(make).toThrow(message)
  })
})

const applied = (layer: Layer, shape: Shape) =>
  layer.apply(input('x', 'float32', shape), parametersOf(layer).context)
