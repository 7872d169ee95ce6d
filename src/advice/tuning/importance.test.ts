/** Importance beside functions whose variance can be worked out by hand. */
import { describe, expect, it } from 'vitest'
import { randomFor } from '../../base/index.js'
import { importanceOf } from './importance.js'
import { randomSampler, type Observation } from './sampler.js'
import type { Configuration, SearchSpace } from './search-space.js'

const space: SearchSpace = {
  options: [
    { name: 'a', type: 'number', low: 0, high: 1 },
    { name: 'b', type: 'number', low: 1e-3, high: 1, log: true },
    { name: 'c', type: 'choice', choices: ['p', 'q', 'r'] },
    { name: 'd', type: 'number', low: 0, high: 1 },
    { name: 'e', type: 'number', low: 0, high: 1, when: [{ option: 'c', among: ['p'] }] },
    { name: 'fixed', type: 'choice', choices: [1] },
  ],
}

function observed(loss: (of: Configuration) => number, trials: number): readonly Observation[] {
  const sampler = randomSampler(space)
  return Array.from({ length: trials }, (_, i) => {
    const configuration = sampler.suggest([], randomFor(i, 'importance test'))
    return { configuration, losses: [loss(configuration)], state: 'done' }
  })
}

const sharesOf = (loss: (of: Configuration) => number, trials = 300) =>
  Object.fromEntries(importanceOf(space, observed(loss, trials))!.map(({ option, share }) => [option, share]))

describe('importanceOf', () => {
  it('finds the shares of a sum: 16 to 4 to 1 of the variances, and nothing of the rest', () => {
    // Variance of w·u for u even on 0 to 1 is w²/12: shares 16/21, 4/21, 1/21.
    const place = (b: unknown) => (Math.log(Number(b)) + Math.log(1000)) / Math.log(1000)
    const shares = sharesOf(({ a, b, d }) => 4 * Number(a) + 2 * place(b) + Number(d))
    expect(Math.abs(shares['a']! - 16 / 21)).toBeLessThan(0.08)
    expect(Math.abs(shares['b']! - 4 / 21)).toBeLessThan(0.08)
    expect(shares['d']!).toBeLessThan(0.1)
    expect(shares['c']!).toBeLessThan(0.03)
    expect(shares['e']!).toBeLessThan(0.03)
    expect('fixed' in shares).toBe(false)
  })

  it('finds a choice, and an option that matters under one of its values', () => {
    // Means by choice are 1, 3, 3: variance 8/9. Inside p, e has variance 1/3, in a third of the space. Total 1. By itself e
    // moves the mean over c by 2/3: variance (2/3)²/12 = 0.037.
    const shares = sharesOf(({ c, e = 0 }) => (c === 'p' ? 2 * Number(e) : 3))
    expect(Math.abs(shares['c']! - 8 / 9)).toBeLessThan(0.08)
    expect(Math.abs(shares['e']! - 0.037)).toBeLessThan(0.03)
  })

  it('says nothing by itself of two options that matter only together', () => {
    const shares = sharesOf(({ a, d }) => (Number(a) < 0.5 === Number(d) < 0.5 ? 1 : 0))
    expect(shares['a']! + shares['d']!).toBeLessThan(0.35)
  })

  it('is not carried away by one trial that exploded', () => {
    const history = observed(({ a }) => Number(a), 100)
    const exploded = history.with(7, { ...history[7]!, losses: [1e9] })
    const [first] = importanceOf(space, exploded)!
    expect(first).toMatchObject({ option: 'a' })
    expect(first!.share).toBeGreaterThan(0.7)
  })

  it('keeps silent about few trials, and about losses that are all alike', () => {
    expect(
      importanceOf(
        space,
        observed(({ a }) => Number(a), 19),
      ),
    ).toBeUndefined()
    expect(
      importanceOf(
        space,
        observed(() => 1, 50),
      ),
    ).toBeUndefined()
  })
})
