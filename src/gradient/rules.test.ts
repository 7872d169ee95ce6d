/**
 * The battery over every operator: slopes and second slopes against finite differences, a symbolic batch, and ONNX
 * Runtime beside the reference interpreter. Cases are in test/support/operator-cases.ts; an operator without one fails.
 * What `gradients` itself promises is in gradients.test.ts.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HourglassError, random, type Random } from '../base/index.js'
import { interpret } from '../engine/index.js'
import { nodeEngine } from '../engine/node.js'
import * as g from '../graph/index.js'
import { operatorNames, type Graph, type Tensor, type Value } from '../graph/index.js'
import { gradients } from './gradients.js'
import { operatorCases, type OperatorCase } from '../../test/support/operator-cases.js'
import { rules } from './rules/index.js'

type Feeds = Record<string, Tensor>
type Precision = 'float32' | 'float64'

const names = ['a', 'b', 'c'] as const

/** The expression of a case over named inputs, and a scalar that depends on all of its elements. */
function prepared(each: OperatorCase) {
  const inputs = each.shapes.map((shape, i) => g.input(names[i]!, 'float64', shape))
  const result = each.make(inputs)
  return { inputs, total: projection(result, 1) }
}

/** Σ c·x with fixed coefficients, so that no two elements count alike. */
function projection(x: Value, seed: number): Value {
  const size = g.sizeOf(x.shape as readonly number[])
  const coefficients = Float64Array.from({ length: size }, (_, i) => Math.sin(3.7 * i + seed) + 1.3)
  return g.reduceSum(g.mul(x, g.constant(g.tensor('float64', x.shape as readonly number[], coefficients))))
}

function feedsFor({ shapes, range: [low, high] = [-2, 2] }: OperatorCase, stream: Random): Feeds {
  return Object.fromEntries(
    shapes.map((shape, i) => [
      names[i]!,
      g.tensor(
        'float64',
        shape,
        Float64Array.from({ length: g.sizeOf(shape) }, () => low + (high - low) * stream.uniform()),
      ),
    ]),
  )
}

/** Central differences of a scalar output with respect to every element of every feed. */
function differences(graph: Graph, feeds: Feeds): Record<string, number[]> {
  const h = 1e-5
  const valueAt = (name: string, i: number, shift: number): number => {
    const data = Float64Array.from(feeds[name]!.data as Float64Array)
    data[i]! += shift
    const moved: Feeds = { ...feeds, [name]: g.tensor('float64', feeds[name]!.shape, data) }
    return interpret(graph, moved)['total']!.data[0] as number
  }
  return Object.fromEntries(
    Object.keys(feeds).map((name) => [
      name,
      // Fourth-order central difference: its error is h⁴, so that 1e-6 leaves room for rounding.
      Array.from(
        { length: feeds[name]!.data.length },
        (_, i) =>
          (8 * (valueAt(name, i, h) - valueAt(name, i, -h)) -
            (valueAt(name, i, 2 * h) - valueAt(name, i, -2 * h))) /
          (12 * h),
      ),
    ]),
  )
}

/** Slopes of a scalar by the rules, and by differences; they must agree to a relative 1e-6. */
function compare(inputs: readonly Value[], total: Value, feeds: Feeds): void {
  const used = Object.fromEntries(gradients(total, inputs).map((slope, i) => [names[i]!, slope]))
  const slopes = interpret(g.graph(used, { inputs }), feeds)
  const measured = differences(g.graph({ total }, { inputs }), feeds)
  for (const [name, expected] of Object.entries(measured)) {
    const { data, shape } = slopes[name]!
    expect(shape).toEqual(feeds[name]!.shape)
    const size = Math.max(1, ...expected.map(Math.abs))
    expected.forEach((slope, i) => expect(Math.abs((data[i] as number) - slope) / size).toBeLessThan(1e-6))
  }
}

const title = ({ op, what }: OperatorCase): string => `${op}, ${what}`
const smooth = operatorCases.filter(({ differentiable = true }) => differentiable)

describe('every operator', () => {
  it('has cases', () => {
    expect(operatorNames.filter((name) => !operatorCases.some(({ op }) => op === name))).toEqual([])
  })

  it('has a slope exactly where a case says so', () => {
    const blocked = operatorNames.filter((name) => typeof rules[name] !== 'function')
    const flatOnly = operatorNames.filter((name) => !smooth.some(({ op }) => op === name))
    expect(blocked.toSorted()).toEqual(flatOnly.toSorted())
  })
})

describe('slopes agree with finite differences', () => {
  it.each(smooth.map((each) => [title(each), each] as const))('%s', (_, each) => {
    const { inputs, total } = prepared(each)
    for (const seed of [1, 2, 3]) compare(inputs, total, feedsFor(each, random(seed)))
  })
})

describe('second derivatives agree with finite differences', () => {
  it.each(smooth.map((each) => [title(each), each] as const))('%s', (_, each) => {
    const { inputs, total } = prepared(each)
    const slopes = gradients(total, inputs)
    const again = slopes.map((slope, i) => projection(slope, i + 2)).reduce((a, b) => g.add(a, b))
    compare(inputs, again, feedsFor(each, random(4)))
  })
})

/** The expression of a case with `batch` as the first dimension where inputs share one, if the operator takes that. */
function withBatch(
  { shapes, make }: OperatorCase,
  dtype: Precision,
): { inputs: Value[]; result: Value } | undefined {
  const rows = Math.max(...shapes.map((shape) => shape[0] ?? 0))
  const inputs = shapes.map((shape, i) =>
    g.input(names[i]!, dtype, shape[0] === rows && rows !== 1 ? ['batch', ...shape.slice(1)] : shape),
  )
  try {
    const result = make(inputs)
    return inputs.some(({ shape }) => shape[0] === 'batch') ? { inputs, result } : undefined
  } catch (error) {
    if (error instanceof HourglassError) return undefined
    throw error
  }
}

/** Σ x·σ(x): depends on every element, whatever the shape. */
const smoothTotal = (x: Value): Value => g.reduceSum(g.mul(x, g.sigmoid(x)))

describe('a symbolic batch changes no slope', () => {
  const symbolic = smooth.flatMap((each) => {
    const batched = withBatch(each, 'float64')
    return batched === undefined ? [] : [{ each, batched }]
  })

  it('in every operator that takes one', () => {
    const untested = operatorNames.filter(
      (name) => smooth.some(({ op }) => op === name) && !symbolic.some(({ each }) => each.op === name),
    )
    expect(untested).toEqual([])
  })

  it.each(symbolic.map(({ each, batched }) => [title(each), each, batched] as const))(
    '%s',
    (_, each, { inputs, result }) => {
      const known = each.shapes.map((shape, i) => g.input(names[i]!, 'float64', shape))
      const feeds = feedsFor(each, random(6))
      const expected = slopesAt(known, smoothTotal(each.make(known)), feeds)
      const found = slopesAt(inputs, smoothTotal(result), feeds)
      for (const name of Object.keys(expected)) agree(found[name]!, expected[name]!, 1e-12)
    },
  )
})

function slopesAt(inputs: readonly Value[], total: Value, feeds: Feeds): Record<string, Tensor> {
  const slopes = gradients(total, inputs).map((slope, i) => [names[i]!, slope] as const)
  return interpret(g.graph(Object.fromEntries(slopes), { inputs }), feeds)
}

function agree(found: Tensor, expected: Tensor, tolerance: number): void {
  expect(found.shape).toEqual(expected.shape)
  Array.from(expected.data, Number).forEach((value, i) => {
    const difference = Math.abs(Number(found.data[i]) - value)
    expect(difference / Math.max(1, Math.abs(value))).toBeLessThan(tolerance)
  })
}

describe('ONNX Runtime agrees with the reference interpreter, on slopes too', () => {
  it.each(operatorCases.map((each) => [title(each), each] as const))('%s', async (_, each) => {
    // In float32, as models have it; the interpreter sees the same rounded numbers.
    const known = each.shapes.map((shape, i) => g.input(names[i]!, 'float32', shape))
    const { inputs, result } = withBatch(each, 'float32') ?? { inputs: known, result: each.make(known) }
    const feeds = Object.fromEntries(
      Object.entries(feedsFor(each, random(5))).map(([name, { shape, data }]) => [
        name,
        g.tensor('float32', shape, Float32Array.from(data as Float64Array)),
      ]),
    )
    const slopes =
      each.differentiable === false ? [] : gradients(smoothTotal(g.cast(result, 'float32')), inputs)
    const outputs = Object.fromEntries(slopes.map((slope, i) => [`slope ${i}`, slope]))
    const graph = g.graph({ result, ...outputs }, { inputs })
    const program = await nodeEngine.compile(graph)
    const fast = await program.run(feeds)
    await program.dispose()
    const truth = interpret(graph, feeds, { keepFloat64: true })
    for (const name of Object.keys(truth)) agree(fast[name]!, truth[name]!, 1e-5)
  })
})

it('slopes of random smooth expressions agree with finite differences', () => {
  const unaries = [g.tanh, g.sigmoid, g.softplus, g.neg, g.square, (v: Value) => g.exp(g.tanh(v))]
  const binaries = [g.add, g.sub, g.mul, (a: Value, b: Value) => g.div(a, g.add(g.square(b), 1))]
  const step = fc.tuple(fc.nat(9), fc.nat(99), fc.nat(99))
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), fc.nat(), (steps, seed) => {
      const inputs = [g.input('a', 'float64', [2, 3]), g.input('b', 'float64', [3])]
      const values: Value[] = [...inputs]
      for (const [kind, i, j] of steps) {
        const [a, b] = [values[i % values.length]!, values[j % values.length]!]
        values.push(kind < 6 ? unaries[kind]!(a) : binaries[kind - 6]!(a, b))
      }
      const total = values
        .slice(2)
        .map((value) => projection(value, 1))
        .reduce((a, b) => g.add(a, b))
      const each: OperatorCase = {
        op: 'Add',
        what: '',
        shapes: [[2, 3], [3]],
        make: () => total,
        range: [-0.7, 0.7],
      }
      compare(inputs, total, feedsFor(each, random(seed)))
    }),
    { numRuns: 60, seed: 1 },
  )
})
