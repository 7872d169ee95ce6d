import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { nodeEngine } from '../engine/node.js'
import { graph, input, tensor } from '../graph/index.js'
import {
  binomialInterval,
  calibrate,
  conformalInterval,
  pValueGraph,
  pValueOf,
  thresholdAt,
} from './calibration.js'

const scores = (count: number, seed = 1): Float32Array => {
  const stream = randomFor(seed, 'scores')
  return Float32Array.from({ length: count }, () => Math.exp(stream.normal()))
}

/** The definition, counted one by one. */
const plainPValue = (held: Float32Array, score: number): number =>
  (1 + held.filter((other) => other >= score).length) / (held.length + 1)

describe('calibration', () => {
  it('is exact for up to a thousand rows', () => {
    const held = scores(900)
    const calibration = calibrate(held)
    for (const score of [0, 0.5, 1, 5, 100, held[3]!])
      expect(pValueOf(calibration, score)).toBe(plainPValue(held, score))
  })

  it('never gives a smaller p-value than the definition, and the same in the tail', () => {
    const held = scores(30_000)
    const calibration = calibrate(held)
    for (const score of scores(500, 2)) {
      const [thinned, exact] = [pValueOf(calibration, score), plainPValue(held, score)]
      expect(thinned).toBeGreaterThanOrEqual(exact)
      expect(thinned).toBeLessThan(exact + 0.003)
      if (exact < 0.03) expect(thinned).toBe(exact)
    }
    expect(calibration.thresholds.length).toBeLessThan(1600)
  })

  it('is the same as graph', async () => {
    const calibration = calibrate(scores(5000))
    const score = input('score', 'float32', ['batch'])
    const program = await nodeEngine.compile(graph({ p: pValueGraph(calibration, score) }))
    const data = scores(300, 3)
    const { p } = await program.run({ score: tensor('float32', [300], data) })
    data.forEach((value, i) => expect(p!.data[i]).toBeCloseTo(pValueOf(calibration, value), 6))
    await program.dispose()
  })

  it('flags above the threshold exactly the scores whose p-value is small enough', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.double({ min: 0.001, max: 0.5, noNaN: true }),
        fc.nat(),
        (n, rate, seed) => {
          const calibration = calibrate(scores(n, seed))
          const threshold = thresholdAt(calibration, rate)
          for (const score of [...scores(50, seed + 1), ...calibration.thresholds.slice(0, 20)]) {
            expect(score > threshold).toBe(pValueOf(calibration, score) <= rate)
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('flags nothing when too few rows were held out', () => {
    expect(thresholdAt(calibrate(scores(98)), 0.01)).toBe(Infinity)
    expect(thresholdAt(calibrate(scores(99)), 0.01)).toBeLessThan(Infinity)
  })

  it('keeps the asked rate on rows like the held-out ones', () => {
    const calibration = calibrate(scores(20_000))
    const fresh = scores(20_000, 7)
    for (const rate of [0.1, 0.05, 0.01]) {
      const alarms = fresh.filter((score) => pValueOf(calibration, score) <= rate).length / fresh.length
      expect(Math.abs(alarms - rate)).toBeLessThan(4 * Math.sqrt((2 * rate) / 20_000))
    }
  })
})

describe('binomialInterval', () => {
  // scipy.stats.binom.interval(0.95, n, p), divided by n
  it.each([
    [100, 0.05, 1, 10],
    [1000, 0.01, 4, 17],
    [50, 0.01, 0, 2],
    [20000, 0.1, 1917, 2084],
  ])('of %d rows at %d', (rows, rate, low, high) => {
    expect(binomialInterval(rows, rate).map((share) => Math.round(share * rows))).toEqual([low, high])
  })
})

describe('conformalInterval', () => {
  // scipy.stats.betabinom.interval(0.95, m, floor(rate (n + 1)), n + 1 - floor(rate (n + 1))), divided by m
  it.each([
    [320, 640, 0.1, 20, 46],
    [100, 99, 0.05, 0, 12],
    [1000, 500, 0.01, 2, 23],
  ])('of %d rows with %d calibration rows at %d', (rows, held, rate, low, high) => {
    expect(conformalInterval(rows, held, rate).map((share) => Math.round(share * rows))).toEqual([low, high])
  })
})
