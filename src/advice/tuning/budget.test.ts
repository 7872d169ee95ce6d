/** Budgets beside sums done by hand; a full training is 9 units, its rungs at 1, 3 and 9. */
import { describe, expect, it } from 'vitest'
import { isAffordable, mayStart, reachesForTraining, type Budget, type Spending } from './budget.js'
import { halvingOf } from './halving.js'
import type { RungResult, Trial } from './study.js'

const halving = halvingOf()

/** A trial that came to so many rungs, at one second a unit. */
function trial(rungs: number, state: Trial['state'] = 'paused'): Spending['trials'][number] {
  const results = [1, 2, 6].slice(0, rungs).map((seconds): RungResult => {
    return { steps: seconds, value: 0.5, parts: {}, seconds, finishedAt: '' }
  })
  return { results, state }
}
const after = (budget: Budget, seconds: number, ...trials: Spending['trials']): Spending => ({
  ...{ budget, halving, trials, seconds },
})

describe('mayStart', () => {
  it('counts trials, whatever they cost', () => {
    expect(mayStart(after({ trials: 2 }, 1e6, trial(3)))).toBe(true)
    expect(mayStart(after({ trials: 2 }, 0, trial(0, 'running'), trial(1)))).toBe(false)
  })

  it('keeps work for a full training of what it starts', () => {
    expect(mayStart(after({ trainings: 2 }, 0, trial(3)))).toBe(true) // 9 of 18 units are left
    expect(mayStart(after({ trainings: 2 }, 0, trial(3), trial(1)))).toBe(false) // 8 are
    expect(mayStart(after({ trainings: 2 }, 0, trial(3), trial(0, 'failed')))).toBe(false)
    expect(mayStart(after({ trainings: 2 }, 0, trial(3), trial(0, 'running')))).toBe(false)
  })

  it('keeps time for a full training, by what trials took', () => {
    const trials = [trial(3), trial(1), trial(2)] // 9 units in 9 seconds
    expect(mayStart(after({ seconds: 30 }, 20.9, ...trials))).toBe(true)
    expect(mayStart(after({ seconds: 30 }, 21.1, ...trials))).toBe(false)
    expect(mayStart(after({ seconds: 30 }, 29, trial(0, 'running')))).toBe(true) // nothing is known yet
  })

  it('compares by short trainings where a full one is out of reach', () => {
    expect(mayStart(after({ seconds: 4 }, 3, trial(1)))).toBe(true)
    expect(reachesForTraining(after({ seconds: 4 }, 3, trial(1)))).toBe(false)
    expect(reachesForTraining(after({ seconds: 4.5 }, 3, trial(1)))).toBe(true)
    expect(mayStart(after({ trainings: 0.5 }, 0, trial(2)))).toBe(true) // 3 of 4.5 units
    expect(mayStart(after({ trainings: 0.5 }, 0, trial(2), trial(1)))).toBe(false) // 4 of them
  })
})

it('affords the way to a rung, not all of the way', () => {
  const spending = after({ trainings: 1 }, 0, trial(2)) // 3 of 9 units
  expect(isAffordable(spending, 2)).toBe(true)
  expect(isAffordable(after({ trainings: 1 }, 0, trial(2), trial(1)), 2)).toBe(false)
  expect(isAffordable(after({ trainings: 1 }, 0, trial(2), trial(1)), 1)).toBe(true)
})
