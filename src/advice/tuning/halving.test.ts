/** Successive halving beside an example worked by hand. */
import { describe, expect, it } from 'vitest'
import { bestOf, halvingOf, nextStep, workOf, type Climber } from './halving.js'

const halving = halvingOf()
const at = (state: Climber['state'], ...losses: number[]): Climber => ({ losses, state })

describe('nextStep', () => {
  it('goes through nine trials as worked out by hand', () => {
    // Losses at rung 0 by trial, then at rung 1; a third of rung 0 goes on, then a third of rung 1.
    const [first, second, third] = [
      [0.9, 0.4, 0.7, 0.8, 0.3, 0.6, 0.95, 0.2, 0.5],
      { 1: 0.35, 4: 0.33, 7: 0.31 } as Readonly<Record<number, number>>,
      { 7: 0.3 } as Readonly<Record<number, number>>,
    ]
    const trials: Climber[] = []
    const done: string[] = []
    for (;;) {
      const step = nextStep(trials, halving, trials.length < 9)
      if (step.kind === 'finished') break
      if (step.kind === 'start') {
        done.push('start')
        trials.push(at('paused', first[trials.length]!))
      } else if (step.kind === 'promote') {
        done.push(`${step.trial}→${step.rung}`)
        const { losses } = trials[step.trial]!
        trials[step.trial] = at('paused', ...losses, (step.rung === 1 ? second : third)[step.trial]!)
      }
    }
    expect(done).toEqual([
      ...['start', 'start', 'start', '1→1'], // 0.4 is the best of three
      ...['start', 'start', '4→1'], // 0.3 is the best of five
      ...['start', 'start', 'start', '7→1'], // 0.2 and 0.3 are the best two of eight
      ...['7→2', 'start'], // 0.31 is the best of three on rung 1; the best three of nine are promoted already
    ])
    expect(bestOf(trials)).toBe(7)
  })

  it('does not wait for a rung to fill, and prefers the highest rung', () => {
    const trials = [
      at('paused', 3, 2),
      at('paused', 4, 1),
      at('paused', 5, 3),
      at('paused', 1),
      at('running'),
    ]
    expect(nextStep(trials, halving, true)).toEqual({ kind: 'promote', trial: 1, rung: 2 })
    const promoted = trials.with(1, at('running', 4, 1))
    expect(nextStep(promoted, halving, true)).toEqual({ kind: 'promote', trial: 3, rung: 1 })
    expect(nextStep(promoted.with(3, at('running', 1)), halving, true)).toEqual({ kind: 'start' })
    expect(nextStep(promoted.with(3, at('running', 1)), halving, false)).toEqual({ kind: 'wait' })
  })

  it('counts failed trials as the worst of their rung, and never promotes them', () => {
    const trials = [at('failed'), at('failed'), at('paused', 9)]
    expect(nextStep(trials, halving, true)).toEqual({ kind: 'promote', trial: 2, rung: 1 })
    expect(nextStep([at('failed', 1), at('paused', 2), at('paused', 3)], halving, true)).toEqual({
      kind: 'start',
    })
  })

  it('brings the best of a short search to a full training', () => {
    const trials = [at('paused', 2), at('paused', 1)]
    expect(nextStep(trials, halving, true)).toEqual({ kind: 'start' })
    expect(nextStep(trials, halving, false)).toEqual({ kind: 'promote', trial: 1, rung: 1 })
    expect(nextStep(trials.with(1, at('paused', 1, 1)), halving, false)).toEqual({
      kind: 'promote',
      trial: 1,
      rung: 2,
    })
    expect(nextStep(trials.with(1, at('paused', 1, 1, 1)), halving, false)).toEqual({ kind: 'finished' })
  })

  it('goes on with the next best in the end, where there is something left to spend', () => {
    const trials = [at('paused', 3, 2), at('paused', 1, 1, 1), at('paused', 2), at('running', 4, 3)]
    expect(nextStep(trials, halving, false)).toEqual({ kind: 'wait' })
    expect(nextStep(trials, halving, false, Infinity)).toEqual({ kind: 'promote', trial: 0, rung: 2 })
    const full = trials.with(0, at('paused', 3, 2, 2))
    expect(nextStep(full, halving, false, Infinity)).toEqual({ kind: 'promote', trial: 2, rung: 1 })
    const stopped = full.with(3, at('failed', 4, 3))
    expect(nextStep(stopped.with(2, at('paused', 2, 2, 2)), halving, false, Infinity)).toEqual({
      kind: 'finished',
    })
  })

  it('is plain search with one rung', () => {
    const plain = halvingOf({ count: 1 })
    expect(plain.rungs).toEqual([1])
    expect(nextStep([at('paused', 1)], plain, true)).toEqual({ kind: 'start' })
    expect(nextStep([at('paused', 1)], plain, false)).toEqual({ kind: 'finished' })
  })
})

it('makes rungs that grow by the reduction', () => {
  expect(halving.rungs.map((share) => Math.round(share * 9))).toEqual([1, 3, 9])
  expect(() => halvingOf({ count: 0 })).toThrow(/at least 1 rung/)
})

it('knows what a search costs', () => {
  // 9 at a ninth, 3 of them to a third, 1 to the end.
  expect(workOf(9, halving)).toBeCloseTo(9 / 9 + 3 * (2 / 9) + 6 / 9, 12)
  expect(workOf(5, halvingOf({ count: 1 }))).toBe(5)
})
