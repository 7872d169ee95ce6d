/**
 * The reference interpreter where the battery of src/gradient does not look: integers, strings, truth values, NaN and
 * infinities beside ONNX Runtime; the error function beside known digits; and what it refuses.
 */
import { describe, expect, it } from 'vitest'
import * as g from '../../graph/index.js'
import type { Graph, Tensor, Value } from '../../graph/index.js'
import { nodeEngine } from '../node.js'
import { errorFunction } from './error-function.js'
import { interpret, referenceEngine } from './index.js'

/** Both engines on one expression without inputs. */
async function both(value: Value): Promise<readonly [Tensor, Tensor]> {
  const source = g.graph({ y: value })
  const program = await nodeEngine.compile(source)
  const { y: fast } = await program.run({})
  await program.dispose()
  return [interpret(source, {})['y']!, fast!]
}

const floats = (...values: number[]): Value => g.constant(g.floats(values))
const whole = (...values: number[]): Value => g.constant(g.integers(values))
const small = (...values: number[]): Value =>
  g.constant(g.tensor('int32', [values.length], Int32Array.from(values)))
const truths = (...values: number[]): Value =>
  g.constant(g.tensor('bool', [values.length], Uint8Array.from(values)))
const words = (...values: string[]): Value => g.constant(g.tensor('string', [values.length], values))
const odd = floats(NaN, Infinity, -Infinity, -0, 0, 2.5, -2.5)
const none = g.constant(g.tensor('float32', [0, 3], new Float32Array()))

const sameBits: Readonly<Record<string, Value>> = {
  'sign of odd numbers': g.sign(odd),
  'relu of odd numbers': g.relu(odd),
  'floor of odd numbers': g.floor(odd),
  'ceil of odd numbers': g.ceil(odd),
  'maximum with NaN': g.maximum(odd, 1),
  'minimum with NaN': g.minimum(1, odd),
  'NaN is not equal to itself': g.equal(odd, odd),
  'comparison with NaN': g.lessOrEqual(odd, odd),
  'NaN to the power zero': g.pow(odd, 0),
  'truth of odd numbers': g.cast(odd, 'bool'),
  'odd numbers as int64': g.cast(odd, 'int64'),
  'odd numbers as int32': g.cast(odd, 'int32'),
  'first of equal maxima': g.argMax(floats(1, 3, 3)),
  'NaN as the largest': g.argMax(floats(1, NaN, 3)),
  'sum of no rows': g.reduceSum(none, { axes: [0] }),
  'maximum of no rows': g.reduceMax(none, { axes: [0] }),
  'minimum of no rows': g.reduceMin(none),
  'softmax along no rows': g.softmax(none, 0),
  'large logits': g.logSoftmax(floats(1e4, -1e4, 0)),
  'whole numbers, sum': g.add(whole(2 ** 52, -7), whole(1, -3)),
  'whole numbers, product': g.mul(small(7, -7), small(3, 2)),
  'whole numbers, sign': g.sign(small(7, -7, 0)),
  'whole numbers, reduced': g.reduceSum(whole(4, 5, -6)),
  'whole numbers, compared': g.greater(whole(2 ** 52 + 1), whole(2 ** 52)),
  'whole numbers as text': g.cast(whole(12, -3), 'string'),
  'text as numbers': g.cast(words('1.5', '-3'), 'float32'),
  'text as whole numbers': g.cast(words('15', '-3'), 'int64'),
  logic: g.or(g.and(truths(1, 1, 0, 0), truths(1, 0, 1, 0)), g.not(truths(1, 1, 1, 0))),
  'words, chosen': g.where(truths(1, 0, 1), words('a', 'b', 'c'), words('?')),
  'words, gathered from the end': g.gather(words('a', 'b', 'c'), whole(2, -1, 0)),
  'words, joined': g.concat([words('a'), words('b', 'c')], 0),
  'words, cut backwards': g.slice(words('a', 'b', 'c'), [{ axis: 0, start: -1, end: -99, step: -1 }]),
  'positions outside': g.oneHot(whole(-4, -3, -1, 0, 2, 3), 3),
  'a border of ones': g.applyOne('Pad', [floats(1, 2), whole(1, 2), g.scalar(1)]),
  'the last of equal places': g.applyOne('ScatterND', [
    floats(1, 2),
    g.constant(g.integers([0, -2], [2, 1])),
    floats(8, 9),
  ]),
  'unknown words': g.encodeLabels(words('b', 'x'), ['a', 'b'], [0, 1], -1),
  'unknown codes': g.decodeLabels(whole(1, 7), ['a', 'b'], '?'),
}

describe('the reference interpreter gives what ONNX Runtime gives', () => {
  it.each(Object.entries(sameBits))('%s', async (_, value) => {
    const [truth, fast] = await both(value)
    expect(truth).toEqual(fast)
  })
})

describe('the error function', () => {
  // By mpmath at 40 digits, rounded to double.
  const digits: readonly (readonly [number, number])[] = [
    [1e-8, 1.1283791670955126e-8],
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [1.0, 0.8427007929497149],
    [1.5, 0.9661051464753108],
    [2.0, 0.9953222650189527],
    [2.9, 0.9999589021219005],
    [3.1, 0.9999883513426328],
    [4.0, 0.9999999845827421],
    [5.5, 0.9999999999999927],
  ]

  it.each(digits)('of %d has every digit', (x, expected) => {
    expect(Math.abs(errorFunction(x) - expected)).toBeLessThanOrEqual(1e-15 * expected)
    expect(errorFunction(-x)).toBe(-errorFunction(x))
  })

  it('has its limits', () => {
    expect(errorFunction(Infinity)).toBe(1)
    expect(errorFunction(0)).toBe(0)
    expect(errorFunction(NaN)).toBeNaN()
  })
})

describe('the reference engine', () => {
  const x = g.input('x', 'float32', ['batch', 2])
  const other = g.input('other', 'float32', ['batch'])
  const source: Graph = g.graph({ y: g.reduceSum(g.mul(x, 0.1)) }, { inputs: [x, other] })
  const rows = g.floats([1, 2], [1, 2])
  const fed = { x: rows, other: g.floats([1]) }

  it('runs graphs and files, and writes where it is told', async () => {
    const into = { y: g.floats([0], []) }
    for (const each of [source, g.encodeModel(source)]) {
      const program = await referenceEngine.compile(each)
      expect(program.inputs).toEqual({
        x: { dtype: 'float32', shape: ['batch', 2] },
        other: { dtype: 'float32', shape: ['batch'] },
      })
      expect(program.outputs).toEqual({ y: { dtype: 'float32', shape: [] } })
      const { y } = await program.run(fed, into)
      expect(y).toBe(into.y)
      expect(y!.data[0]).toBeCloseTo(0.3, 6)
      await expect(program.run(fed, { y: g.floats([0, 0]) })).rejects.toMatchObject({ code: 'HG_ENGINE' })
      await program.dispose()
      await expect(program.run(fed)).rejects.toMatchObject({
        code: 'HG_ENGINE',
        message: expect.stringMatching(/disposed/) as string,
      })
    }
  })

  it('keeps float64 where asked', () => {
    const exact = { ...fed, x: g.tensor('float64', [1, 2], Float64Array.of(1 / 3, 0)) }
    const { y } = interpret(g.graph({ y: g.mul(x, 1) }, { inputs: [x, other] }), exact, { keepFloat64: true })
    expect(y).toEqual(g.tensor('float64', [1, 2], Float64Array.of(1 / 3, 0)))
  })

  it('refuses feeds that do not fit, and files that are none', async () => {
    const refused = (feeds: Record<string, Tensor>, message: RegExp): void =>
      expect(() => interpret(source, feeds)).toThrow(message)
    refused({ x: rows }, /no feed for input other/)
    refused(
      { ...fed, x: g.floats([1, 2, 3], [1, 3]) },
      /input x: expected float32 \[batch, 2\], got float32 \[1, 3\]/,
    )
    refused({ ...fed, x: g.integers([1, 2], [1, 2]) }, /got int64/)
    refused({ ...fed, other: g.floats([1, 2]) }, /input other: expected float32 \[batch\]/)
    await expect(referenceEngine.compile(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: /^HG_/ })
  })

  it('refuses places outside', () => {
    const run = (value: Value) => () => interpret(g.graph({ y: value }), {})
    expect(run(g.gather(floats(1, 2), whole(2)))).toThrow(/Gather: index 2 is outside an axis of 2/)
    expect(run(g.scatterAdd(floats(1), g.constant(g.integers([-2], [1, 1])), floats(1)))).toThrow(/ScatterND/)
    expect(run(g.argMax(none, 0))).toThrow(/ArgMax of no elements/)
    expect(run(g.cast(floats(0.1), 'string'))).toThrow(/left to the runtimes/)
  })
})
