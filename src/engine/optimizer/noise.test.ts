/**
 * The noise stream: the plain twin's bits, known answers of the generator, distributions (moments, tails,
 * Kolmogorov–Smirnov), resumption, and bad input. All seeds are fixed, so nothing here fails by chance.
 */
import { describe, expect, test } from 'vitest'
import { createNoise, restoreNoise, type Noise } from './index.js'
import { loadKernels } from './kernels-node.js'
import { referenceKernels } from './reference.js'
import { webAssembly } from './webassembly.js'

const count = 1_000_000
const both = [loadKernels(), referenceKernels]

const kinds: [string, (noise: Noise, target: Float32Array) => void][] = [
  ['uniform', (noise, target) => noise.uniform(target)],
  ['normal', (noise, target) => noise.normal(target)],
  ['bernoulli', (noise, target) => noise.bernoulli(target, 0.3, 1 / 0.3)],
]

function draw(kind: string, seed = 1, length = count): Float32Array {
  const target = new Float32Array(length)
  kinds.find(([name]) => name === kind)![1](createNoise(seed, loadKernels()), target)
  return target
}

/** Mean of a function over the numbers. */
const meanOf = (numbers: Float32Array, f: (x: number) => number) =>
  numbers.reduce((sum, x) => sum + f(x), 0) / numbers.length

/** The largest distance between the empirical and the given distribution function, times √n. */
function kolmogorov(numbers: Float32Array, cdf: (x: number) => number): number {
  const n = numbers.length
  const distances = numbers.toSorted().map((x, i) => Math.max(cdf(x) - i / n, (i + 1) / n - cdf(x)))
  return Math.sqrt(n) * distances.reduce((a, b) => Math.max(a, b))
}

/** Φ by its series (Abramowitz & Stegun 26.2.10); exact to 1e-13 for |x| < 6, and told apart by sign beyond. */
function normalCdf(x: number): number {
  if (Math.abs(x) >= 6) return x < 0 ? 0 : 1
  let term = x
  let sum = x
  for (let k = 1; Math.abs(term) > 1e-16; k++) sum += term *= (-x * x * (2 * k - 1)) / (2 * k * (2 * k + 1))
  return 0.5 + sum / Math.sqrt(2 * Math.PI)
}

describe('the same bits from both sets of kernels', () => {
  test.each(kinds)('%s, any length', (_, fill) => {
    const [ours, twin] = both.map((kernels) => {
      const noise = createNoise(42, kernels)
      const targets = [0, 1, 7, 16, 4095, 4096, 4097, 200_001].map((length) => new Float32Array(length))
      for (const target of targets) fill(noise, target)
      return { bits: targets.map((target) => new Uint32Array(target.buffer)), state: noise.state() }
    })
    expect(ours).toEqual(twin)
  })

  test.each(both)('$name: words are those of xoshiro128++ in 64-bit integers', (kernels) => {
    const memory = new webAssembly.Memory({ initial: 1, maximum: 1 })
    const state = new Uint32Array(memory.buffer, 0, 16)
    state.set(createNoise(9, kernels).state())
    const lane = [2, 6, 10, 14].map((i) => BigInt(state[i]!))
    kernels.bind(memory).randomWords(0, 64, 400)
    const words = new Uint32Array(memory.buffer, 64, 400)
    for (let i = 2; i < 400; i += 4) expect(words[i]).toBe(Number(xoshiroStep(lane)))
  })
})

/** xoshiro128++ from the paper's listing, in big integers. */
function xoshiroStep(s: bigint[]): bigint {
  const cut = (word: bigint) => BigInt.asUintN(32, word)
  const turn = (word: bigint, k: bigint) => cut((word << k) | (word >> (32n - k)))
  const result = cut(turn(cut(s[0]! + s[3]!), 7n) + s[0]!)
  const t = cut(s[1]! << 9n)
  s[2]! ^= s[0]!
  s[3]! ^= s[1]!
  s[1]! ^= s[2]!
  s[0]! ^= s[3]!
  s[2]! ^= t
  s[3] = turn(s[3]!, 11n)
  return result
}

describe('distributions over a million numbers', () => {
  // Kolmogorov's √n·D stays below 1.95 in 99.9 % of samples.
  test.each([1, 2, 3])('normal, seed %d', (seed) => {
    const numbers = draw('normal', seed)
    const sigmas = (k: number, expected: number, variance: number) =>
      Math.abs(meanOf(numbers, (x) => x ** k) - expected) / Math.sqrt(variance / count)
    expect(sigmas(1, 0, 1)).toBeLessThan(4)
    expect(sigmas(2, 1, 2)).toBeLessThan(4)
    expect(sigmas(3, 0, 15)).toBeLessThan(4)
    expect(sigmas(4, 3, 96)).toBeLessThan(4)
    expect(kolmogorov(numbers, normalCdf)).toBeLessThan(1.95)
    for (const z of [2, 3, 4]) {
      const expected = 2 * (1 - normalCdf(z)) * count
      const beyond = numbers.filter((x) => Math.abs(x) > z).length
      expect(Math.abs(beyond - expected)).toBeLessThan(4 * Math.sqrt(expected))
    }
  })

  test('normal neighbours are not correlated at any lag up to 16', () => {
    const numbers = draw('normal', 4)
    for (let lag = 1; lag <= 16; lag++) {
      const product = numbers.subarray(lag).reduce((sum, x, i) => sum + x * numbers[i]!, 0)
      expect(Math.abs(product) / Math.sqrt(count)).toBeLessThan(4)
    }
  })

  test('normal numbers of a pair are independent in size too', () => {
    const numbers = draw('normal', 5)
    const joint = numbers.filter(
      (x, i) => i % 8 < 4 && Math.abs(x) > 1 && Math.abs(numbers[i + 4]!) > 1,
    ).length
    const expected = (count / 2) * (2 * (1 - normalCdf(1))) ** 2
    expect(Math.abs(joint - expected)).toBeLessThan(4 * Math.sqrt(expected))
  })

  test.each([1, 2, 3])('uniform, seed %d', (seed) => {
    const numbers = draw('uniform', seed)
    expect(numbers.every((x) => x >= 0 && x < 1)).toBe(true)
    expect(Math.abs(meanOf(numbers, (x) => x) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / count))
    expect(kolmogorov(numbers, (x) => x)).toBeLessThan(1.95)
  })

  test.each([0, 1e-4, 0.3, 0.5, 0.999, 1])('bernoulli %d', (probability) => {
    const mask = new Float32Array(count)
    createNoise(6, loadKernels()).bernoulli(mask, probability, 2.5)
    const hits = mask.filter((x) => x === 2.5).length
    expect(mask.filter((x) => x === 0).length).toBe(count - hits)
    const spread = Math.sqrt(count * probability * (1 - probability))
    expect(Math.abs(hits - count * probability)).toBeLessThanOrEqual(4 * spread)
  })
})

describe('extreme words', () => {
  test.each(both)('$name: normal numbers stay finite and within 6.67', (kernels) => {
    const memory = new webAssembly.Memory({ initial: 1, maximum: 1 })
    const words = new Uint32Array(memory.buffer, 0, 64)
    const extremes = [0, 1, 2, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 0x5a827999]
    for (let i = 0; i < 64; i++) words[i] = i % 8 < 4 ? extremes[i >> 3]! : extremes[(i * 5) % 8]!
    kernels.bind(memory).wordsToNormal(0, 64)
    const numbers = new Float32Array(memory.buffer, 0, 64)
    expect(numbers.every((x) => Math.abs(x) <= 6.67)).toBe(true)
    expect(Math.max(...numbers.map(Math.abs))).toBeGreaterThan(4)
  })
})

describe('seeds and states', () => {
  test('a restored stream continues bit for bit, whatever kinds of numbers are drawn', () => {
    const noise = createNoise(3, loadKernels())
    noise.normal(new Float32Array(77))
    const resumed = restoreNoise(JSON.parse(JSON.stringify(noise.state())) as number[], referenceKernels)
    for (const [, fill] of kinds) {
      const targets = [new Float32Array(5001), new Float32Array(5001)] as const
      fill(noise, targets[0])
      fill(resumed, targets[1])
      expect(targets[0]).toEqual(targets[1])
    }
  })

  test('seeds differ from one another, lanes too', () => {
    const firsts = Array.from({ length: 2000 }, (_, seed) => [...draw('uniform', seed, 16)]).flat()
    expect(new Set(firsts).size).toBeGreaterThan(31_900) // 32,000 draws of 2²⁴ values repeat about 31 times
  })

  test.each([
    ['too short', Array<number>(15).fill(1)],
    ['a fraction', [0.5, ...Array<number>(15).fill(1)]],
    ['a dead lane', Array.from({ length: 16 }, (_, i) => (i % 4 === 2 ? 0 : 1))],
  ])('a state that is %s is refused', (_, state) => {
    expect(() => restoreNoise(state, loadKernels())).toThrow(
      expect.objectContaining({ code: 'HG_CHECKPOINT_INVALID' }),
    )
  })

  test.each([-0.1, 1.1, NaN])('a probability of %d is refused', (probability) => {
    const noise = createNoise(1, loadKernels())
    expect(() => noise.bernoulli(new Float32Array(4), probability)).toThrow(
      expect.objectContaining({ code: 'HG_USAGE' }),
    )
  })
})
