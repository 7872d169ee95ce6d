/** The forms of a convolution give the same numbers and slopes, whatever the shape. */
import { describe, expect, it } from 'vitest'
import { random } from '../base/index.js'
import { interpret } from '../engine/index.js'
import { nodeEngine } from '../engine/node.js'
import { gradients } from '../gradient/index.js'
import * as g from '../graph/index.js'
import type { Tensor, Value } from '../graph/index.js'
import {
  convolutionForms,
  fastestForm,
  type ConvolutionFormName,
  type ImageSteps,
} from './convolution-forms.js'

interface Shape extends ImageSteps {
  readonly channels: readonly [number, number]
  readonly size: readonly [number, number]
  readonly kernel: readonly [number, number]
}

const shapes: readonly Shape[] = [
  { channels: [2, 3], size: [5, 4], kernel: [3, 3], stride: 1, pad: 1 },
  { channels: [1, 2], size: [7, 6], kernel: [3, 2], stride: 2, pad: 0 },
  { channels: [2, 1], size: [5, 5], kernel: [1, 1], stride: 1, pad: 0 },
  { channels: [3, 2], size: [4, 6], kernel: [2, 2], stride: 2, pad: 0 },
  { channels: [1, 2], size: [5, 3], kernel: [2, 2], stride: 2, pad: 1 },
  { channels: [1, 1], size: [6, 6], kernel: [4, 4], stride: 2, pad: 1 },
  { channels: [1, 2], size: [3, 71], kernel: [3, 3], stride: 2, pad: 1 }, // lines too long to be dealt out by a product
]

const doesNotOverlap = ({ kernel, stride }: Shape): boolean => kernel.every((size) => size === stride)

/** Result and slopes of a form on rows of random numbers. */
function expression(form: ConvolutionFormName, shape: Shape, dtype: 'float32' | 'float64') {
  const [inputs, outputs] = shape.channels
  const x = g.input('x', dtype, ['batch', inputs, ...shape.size])
  const weight = g.input('weight', dtype, [outputs, inputs, ...shape.kernel])
  const bias = g.input('bias', dtype, [outputs])
  const y = convolutionForms[form](x, weight, bias, shape)
  const slopes = gradients(g.reduceSum(g.mul(y, g.sigmoid(y))), [x, weight, bias])
  const again = gradients(g.reduceSum(g.square(slopes[1]!)), [x, weight, bias])
  const named = (prefix: string, values: readonly Value[]) =>
    Object.fromEntries(values.map((value, i) => [`${prefix}${i}`, value]))
  return g.graph({ y, ...named('slope', slopes), ...named('second', again) }, { inputs: [x, weight, bias] })
}

function feedsFor(source: g.Graph, rows: number): Record<string, Tensor> {
  const stream = random(7)
  return Object.fromEntries(
    source.inputs.map((value) => {
      const shape = value.shape.map((dim) => (typeof dim === 'number' ? dim : rows))
      const data = Array.from({ length: g.sizeOf(shape) }, () => 2 * stream.uniform() - 1)
      return [
        g.inputNameOf(value),
        value.dtype === 'float32'
          ? g.floats(data, shape)
          : g.tensor('float64', shape, Float64Array.from(data)),
      ]
    }),
  )
}

function expectSame(
  found: Record<string, Tensor>,
  expected: Record<string, Tensor>,
  tolerance: number,
): void {
  for (const [name, { shape, data }] of Object.entries(expected)) {
    expect(found[name]!.shape, name).toEqual(shape)
    const largest = Math.max(1, ...Array.from(data as ArrayLike<number>, Math.abs))
    Array.from(data as ArrayLike<number>).forEach((value, i) =>
      expect(Math.abs(Number(found[name]!.data[i]) - value) / largest, name).toBeLessThan(tolerance),
    )
  }
}

const cases = shapes.flatMap((shape) =>
  (['patches', 'spaceToDepth'] as const)
    .filter((form) => form === 'patches' || doesNotOverlap(shape))
    .map((form) => [form, JSON.stringify(shape), shape] as const),
)

describe('each form equals the direct one', () => {
  it.each(cases)('%s, %s, with first and second slopes', (form, _, shape) => {
    const [direct, other] = [expression('direct', shape, 'float64'), expression(form, shape, 'float64')]
    const feeds = feedsFor(direct, 3)
    expectSame(interpret(other, feeds), interpret(direct, feeds), 1e-12)
  })

  it.each(cases)('%s, %s, in ONNX Runtime', async (form, _, shape) => {
    const source = expression(form, shape, 'float32')
    const program = await nodeEngine.compile(source)
    for (const rows of [2, 0]) {
      const feeds = feedsFor(source, rows)
      const truth = interpret(expression('direct', shape, 'float32'), feeds, { keepFloat64: true })
      expectSame(await program.run(feeds), truth, 1e-5)
    }
    await program.dispose()
  })
})

it('chooses by shape', () => {
  expect(fastestForm({ kernel: [3, 3], stride: 1 })).toBe('direct')
  expect(fastestForm({ kernel: [1, 1], stride: 1 })).toBe('direct')
  expect(fastestForm({ kernel: [4, 4], stride: 2 })).toBe('direct')
  expect(fastestForm({ kernel: [2, 3], stride: 2 })).toBe('direct')
  expect(fastestForm({ kernel: [4, 4], stride: 4 })).toBe('spaceToDepth')
})
