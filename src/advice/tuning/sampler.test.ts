/** Samplers on functions whose minimum is known: they repeat themselves, and the one that learns does better. */
import { describe, expect, it } from 'vitest'
import { randomFor } from '../../base/index.js'
import { haltonSequence } from './halton.js'
import { normalCdf, parzen } from './parzen.js'
import { haltonSampler, randomSampler, ranking, type Observation, type Sampler } from './sampler.js'
import { isConfiguration, placeOf, atPlace, type Configuration, type SearchSpace } from './search-space.js'
import { treeParzenSampler } from './tree-parzen.js'

/** Branin's function behind a choice, beside a bowl of another option: the tree that conditions make. */
const branching: SearchSpace = {
  options: [
    { name: 'form', type: 'choice', choices: ['branin', 'bowl', 'plane'] },
    { name: 'x', type: 'number', low: -5, high: 10, when: [{ option: 'form', among: ['branin'] }] },
    { name: 'y', type: 'number', low: 0, high: 15, when: [{ option: 'form', among: ['branin'] }] },
    {
      name: 'radius',
      type: 'number',
      low: 1e-3,
      high: 10,
      log: true,
      when: [{ option: 'form', among: ['bowl'] }],
    },
    { name: 'depth', type: 'integer', low: 1, high: 8 },
  ],
}

function branchingLoss(configuration: Configuration): number {
  const { form, x = 0, y = 0, radius = 1, depth } = configuration
  const [a, b] = [Number(x), Number(y)]
  const off = (Number(depth) - 3) ** 2
  if (form === 'bowl') return 8 + Math.log10(Number(radius)) ** 2 + off
  if (form === 'plane') return 20 + off
  const curve = b - (5.1 / (4 * Math.PI ** 2)) * a * a + (5 / Math.PI) * a - 6
  return curve ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(a) + 10 + off // 0.398 at its three minima
}

/** Hartmann's function of six numbers: one narrow minimum of −3.32. */
const hartmann: SearchSpace = {
  options: Array.from({ length: 6 }, (_, i) => ({ name: `x${i}`, type: 'number', low: 0, high: 1 })),
}

function hartmannLoss(configuration: Configuration): number {
  const weights = [1, 1.2, 3, 3.2]
  const steepness = [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
  ]
  const centers = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
  ]
  return -weights.reduce((sum, weight, k) => {
    const distance = steepness[k]!.reduce(
      (inner, a, i) => inner + a * (Number(configuration[`x${i}`]) - centers[k]![i]!) ** 2,
      0,
    )
    return sum + weight * Math.exp(-distance)
  }, 0)
}

/** Runs a sampler; every loss is of one rung. */
function search(sampler: Sampler, loss: (of: Configuration) => number, trials: number, seed: number) {
  const history: Observation[] = []
  for (let number = 0; number < trials; number++) {
    const configuration = sampler.suggest(history, randomFor(seed, `trial ${number}`))
    history.push({ configuration, losses: [loss(configuration)], state: 'done' })
  }
  return { history, best: Math.min(...history.map(({ losses }) => losses[0]!)) }
}

const seeds = Array.from({ length: 12 }, (_, seed) => seed)
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('treeParzenSampler', () => {
  it.each([
    ['a tree of conditions', branching, branchingLoss, 60, 0.3],
    ['six numbers', hartmann, hartmannLoss, 60, 0.3],
  ] as const)('does better than chance on %s', (_, space, loss, trials, by) => {
    const learned = seeds.map((seed) => search(treeParzenSampler(space, { seed }), loss, trials, seed).best)
    const drawn = seeds.map((seed) => search(randomSampler(space), loss, trials, seed).best)
    expect(mean(learned)).toBeLessThan(mean(drawn) - by)
    expect(learned.filter((best, i) => best < drawn[i]!).length).toBeGreaterThanOrEqual(7)
  })

  it('chooses the same again, another seed otherwise, and only what the space has', () => {
    const run = (seed: number) =>
      search(treeParzenSampler(branching, { seed }), branchingLoss, 30, seed).history
    expect(run(3)).toEqual(run(3))
    expect(run(3)).not.toEqual(run(4))
    for (const { configuration } of run(5)) expect(isConfiguration(branching, configuration)).toBe(true)
  })

  it.each([
    ['near the usual values, sooner than without them', 0.75, 15],
    ['elsewhere when they are bad', 0.15, 50],
  ] as const)('finds what is good %s', (_, best, trials) => {
    const names = ['a', 'b', 'c', 'd', 'e']
    const spaceOf = (usual: object): SearchSpace => ({
      options: [
        {
          name: 'kind',
          type: 'choice',
          choices: ['one', 'two', 'three'],
          ...('usual' in usual && { usual: 'two' }),
        },
        ...names.map((name) => ({ name, type: 'number', low: 0, high: 1, ...usual }) as const),
      ],
    })
    const loss = (of: Configuration): number =>
      names.reduce((sum, name) => sum + (Number(of[name]) - best) ** 2, Number(of['kind'] !== 'two') / 4)
    const bests = (of: (seed: number) => Sampler) =>
      mean(seeds.map((seed) => search(of(seed), loss, trials, seed).best))
    const [known, unknown] = [spaceOf({ usual: 0.8 }), spaceOf({})]
    const trusting = bests((seed) => treeParzenSampler(known, { seed }))
    expect(trusting).toBeLessThan(bests(() => randomSampler(unknown)) / 2)
    if (best === 0.75)
      expect(trusting).toBeLessThan(bests((seed) => treeParzenSampler(unknown, { seed })) / 2)
  })

  it('keeps away from where trials are running or have failed', () => {
    const line: SearchSpace = { options: [{ name: 'x', type: 'number', low: 0, high: 1 }] }
    const sampler = treeParzenSampler(line, { seed: 0, startup: 1 })
    const at = (x: number, state: Observation['state'], ...losses: number[]): Observation => ({
      configuration: { x },
      losses,
      state,
    })
    const known = [
      ...[0.28, 0.72].map((x) => at(x, 'done', 0)),
      ...[0, 0.05, 0.1, 0.15, 0.45, 0.5, 0.55, 0.85, 0.9, 0.95].map((x) => at(x, 'done', 1)),
    ]
    const share = (extra: readonly Observation[]) =>
      Array.from({ length: 60 }, (_, i) =>
        sampler.suggest([...known, ...extra], randomFor(i, 'draw')),
      ).filter(({ x }) => Math.abs(Number(x) - 0.28) < 0.12).length
    for (const state of ['running', 'failed'] as const)
      expect(share([0.25, 0.28, 0.3, 0.31].map((x) => at(x, state)))).toBeLessThan(share([]) - 10)
  })
})

describe('ranking', () => {
  it('lets a trial that was promoted early fall back when others pass it', () => {
    const trial = (...losses: number[]): Observation => ({ configuration: {}, losses, state: 'done' })
    const history = [trial(5, 9), trial(4, 3), trial(6), trial(7), trial(3, 4), trial()]
    expect(ranking(history)).toEqual([1, 4, 0, 2, 3])
  })

  it('leaves out what failed, however well it began', () => {
    const history: Observation[] = [
      { configuration: {}, losses: [1], state: 'failed' },
      { configuration: {}, losses: [2], state: 'done' },
      { configuration: {}, losses: [1.5], state: 'running' },
    ]
    expect(ranking(history)).toEqual([2, 1])
  })
})

describe('haltonSampler', () => {
  it('fills every tenth of every coordinate, in forty dimensions', () => {
    const sequence = haltonSequence(40, 7)
    const points = Array.from({ length: 200 }, (_, i) => sequence.at(i))
    for (let d = 0; d < 40; d++) {
      const counts = Array.from(
        { length: 10 },
        (_, bin) => points.filter((point) => Math.floor(point[d]! * 10) === bin).length,
      )
      expect(Math.min(...counts), `dimension ${d}`).toBeGreaterThan(8)
    }
  })

  it('is not correlated in high bases, where plain Halton points run together', () => {
    const sequence = haltonSequence(30, 1)
    const points = Array.from({ length: 100 }, (_, i) => sequence.at(i))
    const correlation = mean(points.map((p) => (p[28]! - 0.5) * (p[29]! - 0.5))) * 12
    expect(Math.abs(correlation)).toBeLessThan(0.3)
  })

  it('gives points that the space has', () => {
    const { history } = search(haltonSampler(branching, 2), branchingLoss, 20, 0)
    for (const { configuration } of history) expect(isConfiguration(branching, configuration)).toBe(true)
  })
})

describe('parzen', () => {
  it('is a density: it sums to one over places and classes', () => {
    const density = parzen(
      [
        [0.2, 0],
        [0.9, 2],
      ],
      [{ kind: 'line' }, { kind: 'classes', count: 3 }],
    )
    let sum = 0
    for (let i = 0; i < 2000; i++)
      for (let c = 0; c < 3; c++) sum += Math.exp(density.logDensity([(i + 0.5) / 2000, c])) / 2000
    expect(sum).toBeCloseTo(1, 5)
  })

  it('is one with what is believed too, and densest there', () => {
    const prior = { center: [0.8, 1, -1], deviation: 0.15, weight: 2 }
    const dimensions = [
      { kind: 'line' },
      { kind: 'classes', count: 3 },
      { kind: 'classes', count: 2 },
    ] as const
    const density = parzen([[0.1, 0, 1]], dimensions, prior)
    const at = (x: number, c: number, d: number) => Math.exp(density.logDensity([x, c, d]))
    let sum = 0
    for (let i = 0; i < 2000; i++)
      for (let c = 0; c < 3; c++) for (let d = 0; d < 2; d++) sum += at((i + 0.5) / 2000, c, d) / 2000
    expect(sum).toBeCloseTo(1, 5)
    expect(at(0.8, 1, 0)).toBeGreaterThan(at(0.5, 1, 0))
    expect(at(0.8, 1, 0)).toBeGreaterThan(at(0.8, 2, 0))
    expect(parzen([], dimensions, prior).logDensity([0.8, 1, 0])).toBe(
      parzen([], dimensions, prior).logDensity([0.8, 1, 1]), // nothing is believed of the last
    )
  })

  it('draws as often as its density says', () => {
    const density = parzen([[0.1], [0.12]], [{ kind: 'line' }])
    const random = randomFor(0, 'parzen')
    const share =
      Array.from({ length: 4000 }, () => density.sample(random)[0]!).filter((x) => x < 0.3).length / 4000
    let expected = 0
    for (let i = 0; i < 300; i++) expected += Math.exp(density.logDensity([(i + 0.5) / 1000])) / 1000
    expect(Math.abs(share - expected)).toBeLessThan(0.03)
  })

  it('knows the normal distribution', () => {
    expect(normalCdf(0)).toBeCloseTo(0.5, 7)
    expect(normalCdf(1.96)).toBeCloseTo(0.9750021, 6)
    expect(normalCdf(-3)).toBeCloseTo(0.0013499, 6)
  })
})

describe('places', () => {
  it('finds every value again', () => {
    const options = [
      { name: 'a', type: 'integer', low: 1, high: 9, log: true },
      { name: 'b', type: 'choice', choices: [32, 64, 128] },
      { name: 'c', type: 'integer', low: 3, high: 3 },
    ] as const
    for (const option of options) {
      const values =
        option.type === 'choice'
          ? option.choices
          : Array.from({ length: option.high - option.low + 1 }, (_, i) => option.low + i)
      for (const value of values) expect(atPlace(option, placeOf(option, value))).toBe(value)
    }
  })
})
