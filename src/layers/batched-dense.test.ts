/** Layers of many networks at once, against a loop over networks. */
import { describe, expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { interpret } from '../engine/index.js'
import * as g from '../graph/index.js'
import type { Value } from '../graph/index.js'
import { batchedDense, batchedDropout, membersOf, sideBySide } from './batched-dense.js'
import type { Layer } from './layer.js'

const [members, inputs, outputs, batch] = [3, 4, 5, 2]
const stream = randomFor(1, 'batched')
const drawn = (...shape: number[]): g.TensorOf<'float32'> =>
  g.floats(
    Array.from({ length: g.sizeOf(shape) }, () => stream.normal()),
    shape,
  )
const weights: Readonly<Record<string, g.TensorOf<'float32'>>> = {
  'a.weight': drawn(members, outputs, inputs),
  'a.bias': drawn(members, outputs, 1),
  'a.kept': g.floats(
    Array.from({ length: members * outputs * inputs }, () => 2 * stream.uniform() - 1),
    [members, outputs, inputs],
  ),
}

/** A layer over one constant input; biases are taken in the shape that the layer asks for. */
function run(
  layer: Layer,
  x: g.TensorOf<'float32'>,
  observe?: (name: string, output: Value) => void,
): g.Tensor {
  const weight = (name: string): Value => {
    const { shape } = layer.parameters.find((parameter) => parameter.name === name)!
    return g.constant(g.floats(weights[name]!.data, shape))
  }
  const input = g.input('x', 'float32', x.shape.length === 2 ? ['batch', inputs] : [members, inputs, 'batch'])
  const y = layer.apply(input, { weight, ...(observe !== undefined && { observe }) })
  return interpret(g.graph({ y }), { x })['y']!
}

/** tanh(W · x + b) of one unit of one member for one row of inputs. */
function unit(
  member: number,
  output: number,
  row: readonly number[],
  kept: (at: number) => boolean = () => true,
): number {
  const at = (member * outputs + output) * inputs
  const sum = row.reduce(
    (total, x, i) => total + (kept(at + i) ? weights['a.weight']!.data[at + i]! * x : 0),
    0,
  )
  return Math.tanh(sum + weights['a.bias']!.data[member * outputs + output]!)
}

const shared = drawn(batch, inputs)
const stacked = drawn(members, inputs, batch)
const sharedRow = (_member: number, row: number): number[] =>
  Array.from(shared.data.subarray(row * inputs, (row + 1) * inputs))
const stackedRow = (member: number, row: number): number[] =>
  Array.from({ length: inputs }, (_, i) => stacked.data[(member * inputs + i) * batch + row]!)

describe('a dense layer of many networks', () => {
  const options = { name: 'a', members, inputs, outputs, activation: 'tanh' } as const

  it.each([
    ['rows that all read', shared, sharedRow],
    ['a stack of its own inputs', stacked, stackedRow],
  ])('is each network by itself, of %s', (_, x, rowOf) => {
    for (const rows of [false, true]) {
      const { shape, data } = run(batchedDense({ ...options, rows }), x)
      expect(shape).toEqual(rows ? [members, batch, outputs] : [members, outputs, batch])
      for (let m = 0; m < members; m++) {
        for (let o = 0; o < outputs; o++) {
          for (let row = 0; row < batch; row++) {
            const at = rows ? (m * batch + row) * outputs + o : (m * outputs + o) * batch + row
            expect(data[at]).toBeCloseTo(unit(m, o, rowOf(m, row)), 5)
          }
        }
      }
    }
  })

  it('has the connections that its mask keeps, and no others', () => {
    const { data } = run(batchedDense({ ...options, connectivity: 0.4 }), stacked)
    const kept = (i: number): boolean => weights['a.kept']!.data[i]! < 2 * 0.4 - 1
    for (let m = 0; m < members; m++) {
      for (let o = 0; o < outputs; o++)
        expect(data[(m * outputs + o) * batch]).toBeCloseTo(unit(m, o, stackedRow(m, 0), kept), 5)
    }
  })

  it('shows its output row by row, whichever way it lies', () => {
    for (const rows of [false, true]) {
      const seen: unknown[] = []
      run(batchedDense({ ...options, rows }), stacked, (name, { shape }) => seen.push([name, shape]))
      expect(seen).toEqual([['a', ['batch', members, outputs]]])
    }
  })
})

describe('dropout of many networks', () => {
  it('drops units at its rate, others in each network, and keeps the mean', () => {
    const [units, rows, rate] = [40, 50, 0.25]
    const x = g.input('x', 'float32', [members, units, 'batch'])
    const noise = g.input('noise', 'float32', ['batch', members * units])
    const source = () => expect.fail('dropout draws bits')
    const bernoulli = (p: number, shape: g.Shape): Value => {
      expect([p, shape]).toEqual([1 - rate, ['batch', members * units]])
      return noise
    }
    const context = {
      weight: () => expect.fail('dropout has no weights'),
      noise: { normal: source, uniform: source, bernoulli },
    }
    const y = batchedDropout(rate).apply(x, context)
    const size = members * units * rows
    const bits = Array.from({ length: size }, () => Number(stream.uniform() < 1 - rate))
    const { data } = interpret(g.graph({ y }), {
      x: g.floats(new Float32Array(size).fill(1), [members, units, rows]),
      noise: g.floats(bits, [rows, members * units]),
    })['y']!
    const found = Array.from(data as Float32Array)
    expect(new Set(found.map((value) => value.toFixed(4)))).toEqual(new Set(['0.0000', '1.3333']))
    expect(Math.abs(found.reduce((a, b) => a + b, 0) / size - 1)).toBeLessThan(
      4 * Math.sqrt(rate / (1 - rate) / size),
    )
    const { weight } = context
    expect(batchedDropout(rate).apply(x, { weight })).toBe(x)
  })
})

it('codes side by side are those of the members, and the way back is exact', () => {
  const x = g.input('x', 'float32', [members, inputs, 'batch'])
  const flat = sideBySide(x)
  const { flat: codes, back } = interpret(g.graph({ flat, back: membersOf(flat, members) }), { x: stacked })
  expect(codes!.shape).toEqual([batch, members * inputs])
  expect(Array.from((codes!.data as Float32Array).slice(inputs, 2 * inputs))).toEqual(stackedRow(1, 0))
  expect(back!.shape).toEqual(stacked.shape)
  expect(back!.data).toEqual(stacked.data)
})
