/** The encoder that remembers, against a search and a middle written out in plain TypeScript. */
import { describe, expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { interpret } from '../engine/index.js'
import { nodeEngine } from '../engine/node.js'
import * as g from '../graph/index.js'
import { placeUnit } from './laid-out-map.js'
import { recall, type Memory } from './recall.js'

const width = 4
const space = {
  width,
  numericCount: 2,
  columns: [
    { name: 'a', start: 0, width: 1 },
    { name: 'b', start: 1, width: 1 },
    { name: 'c', start: 2, width: 2 },
  ],
}

function numbers(count: number, stream: string, scale = 1): Float32Array {
  const random = randomFor(0, stream)
  return Float32Array.from({ length: count }, () => scale * random.normal())
}

function memoryOf(rows: number): Memory {
  return {
    keys: { rows, width, values: numbers(rows * width, 'keys') },
    places: numbers(rows * 2, 'places', 0.3),
  }
}

const features = g.input('features', 'float32', ['batch', width])
const mask = g.input('mask', 'float32', ['batch', space.columns.length])

/** What recall.ts promises, by sorting. */
function placed({ keys, places }: Memory, query: Float32Array, known: readonly number[]): [number, number] {
  const square = (row: number): number =>
    query.reduce((sum, value, i) => sum + known[i]! * (keys.values[row * width + i]! - value) ** 2, 0)
  const nearest = Array.from({ length: keys.rows }, (_, row) => ({
    row,
    square: Math.max(1e-6, square(row)),
  }))
    .sort((a, b) => a.square - b.square)
    .slice(0, 15)
  const reach = nearest.at(-1)!.square
  const weights = nearest.map((near) => 1 / near.square - 0.999 / reach)
  const mean = (of: readonly number[]): [number, number] => {
    const total = of.reduce((sum, weight) => sum + weight, 0)
    const along = (c: number): number =>
      of.reduce((sum, weight, i) => sum + (weight / total) * places[2 * nearest[i]!.row + c]!, 0)
    return [along(0), along(1)]
  }
  let middle = mean(weights)
  for (let step = 0; step < 10; step++) {
    const [x, y] = middle
    middle = mean(
      weights.map((weight, i) => {
        const [left, top] = [places[2 * nearest[i]!.row]!, places[2 * nearest[i]!.row + 1]!]
        return weight / (1 + placeUnit ** 2 * ((left - x) ** 2 + (top - y) ** 2))
      }),
    )
  }
  return middle
}

describe('the encoder that remembers', () => {
  it.each([7, 15, 16, 300, 2000])('places rows by their nearest of %d keys', (rows) => {
    const memory = memoryOf(rows)
    const queries = numbers(20 * width, 'queries')
    const z = recall(memory, space)({ features })
    const found = interpret(
      g.graph({ z }),
      { features: g.floats(queries, [20, width]) },
      { keepFloat64: true },
    )['z']!.data as Float64Array
    for (let i = 0; i < 20; i++) {
      const wanted = placed(memory, queries.subarray(i * width, (i + 1) * width), [1, 1, 1, 1])
      expect(found[2 * i]).toBeCloseTo(wanted[0], 6)
      expect(found[2 * i + 1]).toBeCloseTo(wanted[1], 6)
    }
  })

  it('measures over known cells alone, and over all of a row that has none', () => {
    const memory = memoryOf(300)
    const queries = numbers(3 * width, 'queries')
    queries.fill(0, 2 * width) // a row without known cells is the mean row
    const z = recall(memory, space)({ features, mask })
    const known = g.floats(Float32Array.of(1, 1, 1, 1, 0, 0, 0, 0, 0), [3, 3])
    const found = interpret(
      g.graph({ z }),
      { features: g.floats(queries, [3, width]), mask: known },
      { keepFloat64: true },
    )['z']!.data as Float64Array
    const knownFeatures = [
      [1, 1, 1, 1],
      [1, 0, 0, 0],
      [1, 1, 1, 1],
    ]
    knownFeatures.forEach((of, i) => {
      const wanted = placed(memory, queries.subarray(i * width, (i + 1) * width), of)
      expect(found[2 * i]).toBeCloseTo(wanted[0], 6)
      expect(found[2 * i + 1]).toBeCloseTo(wanted[1], 6)
    })
  })

  it('gives rows that it remembers their own places, on ONNX Runtime and in any batch', async () => {
    const memory = memoryOf(1000)
    const program = await nodeEngine.compile(g.graph({ z: recall(memory, space)({ features }) }))
    const at = async (from: number, to: number): Promise<Float32Array> => {
      const part = memory.keys.values.subarray(from * width, to * width)
      const { z } = await program.run({ features: g.floats(part, [to - from, width]) })
      return z!.data as Float32Array
    }
    const all = await at(0, 1000)
    all.forEach((value, i) => expect(Math.abs(value - memory.places[i]!)).toBeLessThan(1e-3))
    expect(await at(0, 0)).toHaveLength(0)
    const alone = await at(17, 18)
    expect(alone[0]).toBeCloseTo(all[34]!, 5)
    await program.dispose()
  })
})
