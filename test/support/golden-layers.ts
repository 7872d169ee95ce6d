/**
 * Compares layers with PyTorch: src/layers/golden/layers.json has its outputs and slopes, layers.py beside it says how
 * they were made.
 */
import { readFileSync } from 'node:fs'
import { gradients } from '../../src/gradient/index.js'
import * as g from '../../src/graph/index.js'
import type { Tensor, Value } from '../../src/graph/index.js'
import type { Layer, LayerContext } from '../../src/layers/index.js'
import {
  expectClose,
  expectSlopes,
  numbers,
  parametersOf,
  runExact,
  runFast,
  wave,
  weightedTotal,
} from './slopes.js'

interface GoldenResult {
  readonly output: readonly number[]
  readonly slopes: readonly (readonly number[])[]
}

const file = new URL('../../src/layers/golden/layers.json', import.meta.url)
const golden = JSON.parse(readFileSync(file, 'utf8')) as Record<string, GoldenResult>

/** A layer, or a function of its inputs where there are no parameters. */
interface GoldenCase {
  readonly layer: Pick<Layer, 'parameters'>
  readonly apply: (inputs: readonly Value[], context: LayerContext) => Value
  /** Shapes of the inputs; the first axis of each becomes the batch. */
  readonly shapes: readonly (readonly number[])[]
  /** Scale of the inputs (default 1). */
  readonly scale?: number
}

/**
 * Expects PyTorch's output and slopes from the interpreter (to 1e-6: some constants are float32), the same from ONNX
 * Runtime in float32, and slopes of inputs and parameters that agree with finite differences.
 */
export async function expectGolden(
  name: string,
  { layer, apply, shapes, scale = 1 }: GoldenCase,
): Promise<void> {
  const { inputs: parameters, feeds: weights, context } = parametersOf(layer)
  const xs = shapes.map((shape, i) => g.input(`x${i}`, 'float32', ['batch', ...shape.slice(1)]))
  const feeds: Record<string, Tensor> = { ...weights }
  shapes.forEach((shape, i) => (feeds[`x${i}`] = numbers(wave(g.sizeOf(shape), 5 + i, scale), shape)))
  const y = apply(xs, context)
  const expected = golden[name]!
  const { total, feeds: weighted } = weightedTotal(y, feeds)
  const slopes = gradients(total, xs)
  const outputs = { y, ...Object.fromEntries(slopes.map((slope, i) => [`slope${i}`, slope])) }
  const results = [
    [runExact(outputs, weighted), 1e-6],
    [await runFast(outputs, weighted), 1e-5],
  ] as const
  for (const [result, tolerance] of results) {
    expectClose(result['y']!, expected.output, tolerance)
    expected.slopes.forEach((each, i) => {
      expectClose(result[`slope${i}`]!, each, tolerance)
    })
  }
  expectSlopes(y, [...xs, ...parameters], feeds)
}
