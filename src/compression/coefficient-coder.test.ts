/** The entropy coder: round trips, bit by bit the same as its plain twin, streams that were cut, hostile bytes. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { loadCoderCode } from './coder-code-node.js'
import { coefficientCoder, type TileShape } from './coefficient-coder.js'
import {
  blankModel,
  entropyModelFromBytes,
  entropyModelToBytes,
  type WeightedNeighborhood,
} from './entropy-model.js'
import { channelCount, passCount } from './latent-layout.js'
import { neighborhoods } from './neighborhoods.js'
import { idealBits, referenceDecode, referenceEncode } from './reference-coder.js'

const weighted = neighborhoods().map(
  (parts) =>
    parts.map((part) =>
      part.map((neighbor, i) => ({ ...neighbor, weight: Math.max(1, 14 - 2 * i) })),
    ) as unknown as WeightedNeighborhood,
)
const model = blankModel(weighted)
const coder = coefficientCoder(loadCoderCode(), model)

/** Values that are large and dense at low frequencies and rare at high ones, as in photographs. */
function latent({ columns, rows, planes }: TileShape, seed: number, size = 40): Int16Array {
  const random = randomFor(seed, 'latent')
  return Int16Array.from({ length: columns * rows * channelCount }, (_, i) => {
    const place = i % 256
    if (Math.floor((i % channelCount) / 256) >= planes) return 0
    const spread = size / (1 + (place % 16) + Math.floor(place / 16)) ** 2
    return Math.round(spread * random.normal())
  })
}

const whole = (passes: readonly Uint8Array[]) => passes.map((bytes) => ({ bytes, isCut: false }))

describe('coefficientCoder', () => {
  it('writes what its plain twin writes, and both read it', () => {
    for (const shape of [
      { columns: 1, rows: 1, planes: 3 },
      { columns: 3, rows: 2, planes: 3 },
      { columns: 2, rows: 3, planes: 1 },
    ] as const) {
      const values = latent(shape, 1, 4000)
      const { passes } = coder.encode(shape, values)
      expect(referenceEncode(model, shape, values)).toEqual(passes)
      expect(coder.decode(shape, whole(passes))).toEqual(values)
      expect(referenceDecode(model, shape, whole(passes))).toEqual(values)
    }
  })

  it('gives back any values of 16 bits', () => {
    const value = fc.oneof(
      fc.constant(0),
      fc.integer({ min: -3, max: 3 }),
      fc.integer({ min: -16000, max: 16000 }),
    )
    const shape = { columns: 2, rows: 1, planes: 3 } as const
    const size = shape.columns * channelCount
    fc.assert(
      fc.property(fc.array(value, { minLength: size, maxLength: size }), (numbers) => {
        const values = Int16Array.from(numbers)
        expect(coder.decode(shape, whole(coder.encode(shape, values).passes))).toEqual(values)
      }),
      { numRuns: 30 },
    )
  })

  it('shows lower passes of a file without higher ones, and of a cut pass its first blocks', () => {
    const shape = { columns: 4, rows: 4, planes: 3 } as const
    const values = latent(shape, 2)
    const { passes } = coder.encode(shape, values)
    const cut = passes.map((bytes, pass) =>
      pass < 3
        ? { bytes, isCut: false }
        : { bytes: pass === 3 ? bytes.subarray(0, bytes.length / 2) : bytes.subarray(0, 0), isCut: true },
    )
    const read = coder.decode(shape, cut)
    expect(referenceDecode(model, shape, cut)).toEqual(read)
    const right = read.reduce((sum, value, i) => sum + Number(value === values[i]), 0)
    expect(right).toBeGreaterThan(0.5 * values.length)
    // What was read of pass 3 is right as far as it goes: no coefficient has a wrong value, some are missing.
    expect(read.every((value, i) => value === values[i] || value === 0)).toBe(true)
  })

  it('takes hardly more bytes than the probabilities ask for', () => {
    const shape = { columns: 8, rows: 8, planes: 3 } as const
    const values = latent(shape, 5)
    const bytes = coder.encode(shape, values).passes.reduce((sum, { length }) => sum + length, 0)
    expect((8 * bytes) / idealBits(model, shape, values)).toBeLessThan(1.002)
  })

  it('ends on any bytes', () => {
    const shape = { columns: 2, rows: 2, planes: 3 } as const
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (bytes, isCut) => {
        const passes = Array.from({ length: passCount }, () => ({ bytes, isCut }))
        expect(coder.decode(shape, passes)).toEqual(referenceDecode(model, shape, passes))
      }),
      { numRuns: 30 },
    )
  })

  it('chooses values that cost fewer bits', () => {
    const shape = { columns: 6, rows: 6, planes: 3 } as const
    const random = randomFor(3, 'wanted')
    const exact = Float32Array.from(latent(shape, 3), (value) => 2 * (value + random.uniform() - 0.5))
    const rounded = Int16Array.from(exact, (value) => Math.round(value / 2))
    const size = (passes: readonly Uint8Array[]): number =>
      passes.reduce((sum, { length }) => sum + length, 0)
    const plain = coder.encode(shape, rounded)
    const chosen = coder.encode(shape, { latent: exact, step: 2, lambda: 0.1 })
    expect(coder.encode(shape, { latent: exact, step: 2, lambda: 0 }).values).toEqual(rounded)
    expect(size(chosen.passes)).toBeLessThan(0.95 * size(plain.passes))
    expect(coder.decode(shape, whole(chosen.passes))).toEqual(chosen.values)
  })
})

describe('entropyModelFromBytes', () => {
  it('gives back a model', () => {
    const again = entropyModelFromBytes(entropyModelToBytes(model))
    expect(again).toEqual(model)
  })

  it('refuses bytes that are cut, altered or none', () => {
    const bytes = entropyModelToBytes(model)
    for (const broken of [
      new Uint8Array(0),
      bytes.subarray(0, 100),
      bytes.map((b, i) => (i === 50 ? b ^ 255 : b)),
    ])
      expect(() => entropyModelFromBytes(broken)).toThrow(
        expect.objectContaining({ code: 'HG_MODEL_CORRUPT' }),
      )
  })
})
