/**
 * Compares the slopes of an expression with finite differences, both in float64 through the reference interpreter, and
 * runs an expression through ONNX Runtime. For tests of what is composed of operators; the operators themselves have a
 * battery of their own (src/gradient/rules.test.ts).
 */
import { expect } from 'vitest'
import { interpret } from '../../src/engine/index.js'
import { nodeEngine } from '../../src/engine/node.js'
import { gradients } from '../../src/gradient/index.js'
import * as g from '../../src/graph/index.js'
import type { Tensor, Value } from '../../src/graph/index.js'
import type { Layer, LayerContext } from '../../src/layers/index.js'

type Feeds = Readonly<Record<string, Tensor>>

/** Fixed numbers between −scale and scale without a pattern; the formula is the one of the golden scripts. */
export function wave(length: number, seed = 0, scale = 1): Float64Array {
  return Float64Array.from({ length }, (_, i) => scale * Math.sin(0.7390851 * (i + 1) ** 2 + seed))
}

/** A float64 tensor, which the interpreter takes for float32 inputs without rounding. */
export function numbers(values: ArrayLike<number>, shape: readonly number[] = [values.length]): Tensor {
  return g.tensor('float64', shape, Float64Array.from(values))
}

/** Feeds rounded to float32. */
export function rounded(feeds: Feeds): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { shape, data }]) => [
      name,
      g.tensor('float32', shape, Float32Array.from(data as ArrayLike<number>)),
    ]),
  )
}

/** The number of operator nodes behind values. */
export function nodeCount(...values: readonly Value[]): number {
  return g.nodesInOrder(values).filter(({ op }) => op !== 'Input' && op !== 'Constant').length
}

/** A layer's parameters as float32 inputs, `wave` as their numbers, and the context that hands them out. */
export function parametersOf(layer: Pick<Layer, 'parameters'>, scale = 0.5) {
  const weights = new Map(
    layer.parameters.map(({ name, shape }) => [name, g.input(name, 'float32', shape)] as const),
  )
  const feeds = Object.fromEntries(
    layer.parameters.map(({ name, shape }, i) => [name, numbers(wave(g.sizeOf(shape), i, scale), shape)]),
  )
  const context: LayerContext = { weight: (name) => weights.get(name)! }
  return { inputs: [...weights.values()], feeds, context }
}

/** Values by ONNX Runtime in float32. */
export async function runFast(
  outputs: Readonly<Record<string, Value>>,
  feeds: Feeds,
  inputs: readonly Value[] = [],
): Promise<Record<string, Tensor>> {
  const program = await nodeEngine.compile(g.graph(outputs, { inputs }))
  try {
    return await program.run(rounded(feeds))
  } finally {
    await program.dispose()
  }
}

/** Values by the interpreter in float64. */
export const runExact = (outputs: Readonly<Record<string, Value>>, feeds: Feeds): Record<string, Tensor> =>
  interpret(g.graph(outputs), feeds, { keepFloat64: true })

/** Expects numbers to agree, relative to the larger of 1 and the expected one. */
export function expectClose(found: Tensor, expected: ArrayLike<number>, tolerance: number): void {
  const values = Array.from(found.data, Number)
  expect(values).toHaveLength(expected.length)
  values.forEach((value, i) => {
    const distance = Math.abs(value - expected[i]!) / Math.max(1, Math.abs(expected[i]!))
    expect(distance, `element ${i}: ${value}, expected ${expected[i]}`).toBeLessThan(tolerance)
  })
}

/** Σ cᵢ·yᵢ with c = wave(1) + 1.3, so that no two elements count alike; c is fed, for y may have a symbolic batch. */
export function weightedTotal(y: Value, feeds: Feeds): { total: Value; feeds: Feeds } {
  const { shape } = runExact({ y }, feeds)['y']!
  const coefficients = wave(g.sizeOf(shape), 1).map((each) => each + 1.3)
  return {
    total: g.reduceSum(g.mul(y, g.input('coefficients', y.dtype, y.shape))),
    feeds: { ...feeds, coefficients: numbers(coefficients, shape) },
  }
}

/**
 * Expects the slopes of `weightedTotal` to agree with fourth-order central differences in a few elements of every input.
 *
 * @param most elements compared in each input, about
 */
export function expectSlopes(y: Value, inputs: readonly Value[], given: Feeds, most = 6): void {
  const { total, feeds } = weightedTotal(y, given)
  const slopes = Object.fromEntries(
    gradients(total, inputs).map((slope, i) => [g.inputNameOf(inputs[i]!), slope]),
  )
  const found = runExact(slopes, feeds)
  const totalAt = (name: string, i: number, shift: number): number => {
    const moved = Float64Array.from(feeds[name]!.data as Float64Array)
    moved[i]! += shift
    const changed = { ...feeds, [name]: numbers(moved, feeds[name]!.shape) }
    return Number(runExact({ total }, changed)['total']!.data[0])
  }
  const h = 1e-4
  for (const [name, { data }] of Object.entries(found)) {
    const step = Math.max(1, Math.floor(data.length / most))
    for (let i = 0; i < data.length; i += step) {
      const near = totalAt(name, i, h) - totalAt(name, i, -h)
      const far = totalAt(name, i, 2 * h) - totalAt(name, i, -2 * h)
      const measured = (8 * near - far) / (12 * h)
      const distance = Math.abs(Number(data[i]) - measured) / Math.max(1, Math.abs(measured))
      expect(distance, `${name}[${i}]: ${String(data[i])}, measured ${measured}`).toBeLessThan(1e-7)
    }
  }
}
