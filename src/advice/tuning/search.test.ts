/** Searches over a small table: what is tried, what survives, what fails. Trials run in this thread. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HourglassError, randomFor } from '../../base/index.js'
import { tableFromColumns, type Table } from '../../data/index.js'
import { nodeEngine } from '../../engine/node.js'
import { planFor } from '../../learning/index.js'
import { nodeMachine } from '../../training/node.js'
import { fitOptionsOf } from './fit-options.js'
import { halvingOf } from './halving.js'
import { memoryStudy, type StudyStore, type Trial } from './study.js'
import { openStudy, tableFingerprint } from './study-node.js'
import { tuningTask } from './task.js'
import { runTrial } from './trial.js'
import { hereRunner, type TrialRunner } from './trial-runner.js'
import { tune, type TuneOptions, type TuningMachine } from './tune.js'

/** Four numbers, of which two follow from the others, and a word. */
function related(rows = 120): Table {
  const stream = randomFor(0, 'tuning table')
  const [a, b] = [
    Array.from({ length: rows }, () => stream.normal()),
    Array.from({ length: rows }, () => stream.normal()),
  ]
  return tableFromColumns({
    a,
    b,
    sum: a.map((x, i) => x + b[i]! + 0.05 * stream.normal()),
    product: a.map((x, i) => x * b[i]! + 0.05 * stream.normal()),
    word: a.map((x) => (x > 0 ? 'above' : 'below')),
  })
}

/** This thread as a machine, with a store and a runner that tests may break. */
function machine(
  store: () => Promise<StudyStore> | StudyStore = memoryStudy,
  around: (runner: TrialRunner) => TrialRunner = (runner) => runner,
): TuningMachine {
  return {
    engine: nodeEngine,
    startRunner: (task) => Promise.resolve(around(hereRunner(task, nodeMachine()))),
    openStudy: async () => store(),
    fingerprintOf: tableFingerprint,
  }
}

const quick: TuneOptions = {
  budget: { trials: 5 },
  epochs: 6,
  kinds: ['denoising', 'undercomplete', 'variational'],
}

/** What two searches must share: all but times. */
const essence = (trials: readonly Trial[]) =>
  trials.map(({ number, configuration, state, results }) => ({
    ...{ number, configuration, state },
    results: results.map(({ steps, value, parts }) => ({ steps, value, parts })),
  }))

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-tune-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('tune', () => {
  it('tries, promotes and finds a best, the same again with the same seed', async () => {
    const first = await tune(related(), quick, machine())
    expect(first.trials).toHaveLength(5)
    expect(first.best.results).toHaveLength(3) // trained in full
    expect(first.trials[0]!.results).toHaveLength(3) // what is done without a search, always
    expect(first.trials.filter(({ results }) => results.length === 3).length).toBeLessThan(4)
    expect(first.fit).toMatchObject({
      kind: first.best.configuration['kind'],
      epochs: 6,
      seed: first.best.number,
    })
    expect(first.best.results.at(-1)!.value).toBeGreaterThan(0.5)
    const again = await tune(related(), quick, machine())
    expect(essence(again.trials)).toEqual(essence(first.trials))
    const other = await tune(related(), { ...quick, seed: 1 }, machine())
    expect(essence(other.trials)).not.toEqual(essence(first.trials))
  })

  it('goes on with a study where it was cut off, and makes the same trials', async () => {
    const undisturbed = await tune(related(), quick, machine())
    const path = join(folder, 'cut.study')
    let pieces = 0
    const dying = (runner: TrialRunner): TrialRunner => ({
      ...runner,
      // A process that is killed writes nothing more; nothing of this error may be kept as a failed trial.
      run: (...args) =>
        ++pieces > 4 ? Promise.reject(new HourglassError('HG_STUDY_BUSY', 'killed')) : runner.run(...args),
    })
    const table = related()
    const opened = (resume: boolean) => () => openStudy({ path, resume, ...factsOf(undisturbed, table) })
    await expect(tune(table, quick, machine(opened(false), dying))).rejects.toThrow('killed')
    const known: (readonly Trial[])[] = []
    const told: TuneOptions = { ...quick, onResume: (trials) => known.push([...trials]) }
    const resumed = await tune(table, told, machine(opened(true)))
    expect(known.map((trials) => trials.map(({ number }) => number))).toEqual([[0, 1, 2]])
    expect(essence(resumed.trials)).toEqual(essence(undisturbed.trials))
  })

  it('does as much work as it may, and no more', async () => {
    const { trials } = await tune(related(), { ...quick, epochs: 2, budget: { trainings: 2.5 } }, machine())
    const spent = trials.reduce((sum, { results }) => sum + 3 ** (results.length - 3), 0)
    expect(spent).toBeLessThanOrEqual(2.5 + 1e-9)
    expect(spent).toBeGreaterThan(1.8)
  })

  it('keeps a failed trial as failed and goes on', async () => {
    const stumbling = (runner: TrialRunner): TrialRunner => ({
      ...runner,
      run: (...args) =>
        args[0].number === 1
          ? Promise.reject(new HourglassError('HG_TRAINING_DIVERGED', 'training: the loss became NaN'))
          : runner.run(...args),
    })
    const seen: Trial[] = []
    const options: TuneOptions = { ...quick, onTrial: (trial) => seen.push(trial) }
    const { trials } = await tune(related(), options, machine(memoryStudy, stumbling))
    expect(trials[1]).toMatchObject({
      state: 'failed',
      error: { code: 'HG_TRAINING_DIVERGED', message: 'training: the loss became NaN' },
    })
    expect(trials).toHaveLength(5)
    expect(seen.filter(({ state }) => state === 'failed').map(({ number }) => number)).toEqual([1])
  })

  it('ends when nothing works', async () => {
    const broken = (runner: TrialRunner): TrialRunner => ({
      ...runner,
      run: () => Promise.reject(new HourglassError('HG_ENGINE', 'engine: no')),
    })
    const run = tune(related(), { ...quick, budget: { trials: 30 } }, machine(memoryStudy, broken))
    await expect(run).rejects.toMatchObject({ code: 'HG_STUDY_FRUITLESS' })
    await expect(run).rejects.toThrow(/first 10 trials failed, the last with: engine: no/)
  })

  it('stops on request and when the time is over', async () => {
    const stop = new AbortController()
    const stopped = tune(related(), { ...quick, signal: stop.signal, onTrial: () => stop.abort() }, machine())
    await expect(stopped).rejects.toMatchObject({ code: 'HG_INTERRUPTED' })
    let pieces = 0
    const timed = await tune(
      related(),
      { ...quick, budget: { seconds: 1e-3 + 0.5 }, epochs: 2 },
      machine(memoryStudy, (runner) => ({
        ...runner,
        run: async (...args) => (pieces++, runner.run(...args)),
      })),
    ).catch((error: unknown) => error)
    if (timed instanceof Error)
      expect(timed).toMatchObject({ code: 'HG_STUDY_FRUITLESS' }) // a machine too busy for one rung
    else expect(pieces).toBeGreaterThan(0)
  })

  it.each([
    [{ budget: { trials: 0 } }, /at least 1 trial/],
    [{ budget: { seconds: 0 } }, /above 0/],
    [{ budget: { trials: 3 }, epochs: 0.5 }, /epochs/],
    [{ budget: { trials: 3 }, seed: 0.5 }, /seed/],
    [{ budget: { trials: 3 }, kinds: ['sparse', 'sparse'] }, /stands twice/],
  ] as const)('refuses %j', async (options, message) => {
    await expect(tune(related(), options, machine())).rejects.toThrow(message)
  })

  it('refuses tables that it cannot search on', async () => {
    await expect(tune(related(10), quick, machine())).rejects.toMatchObject({ code: 'HG_TABLE_TOO_SMALL' })
    const one = tableFromColumns({ a: Array.from({ length: 50 }, (_, i) => i / 7) })
    await expect(tune(one, quick, machine())).rejects.toMatchObject({ code: 'HG_TABLE_TOO_SMALL' })
  })
})

describe('runTrial', () => {
  it('gives the same from checkpoints as in one piece', async () => {
    const { task } = await tuningTask(related(), { metric: 'planted', seed: 0 }, nodeEngine, {})
    const plan = planFor(task.space, task.data, {
      ...fitOptionsOf(
        { kind: 'denoising', layers: 1, width: 32, latentWidth: 16, batchSize: 32 },
        task.space.width,
      ),
      epochs: 20,
      threads: 1,
    })
    const trial = { number: 0, ...plan }
    const whole = await runTrial(task, trial, { steps: plan.training.steps }, nodeMachine())
    let checkpoint: Uint8Array | undefined
    for (const share of halvingOf().rungs) {
      const steps = Math.round(share * plan.training.steps)
      const piece = await runTrial(
        task,
        { ...trial, ...(checkpoint && { checkpoint }) },
        { steps },
        nodeMachine(),
      )
      checkpoint = piece.checkpoint
      if (share < 1) expect(piece.steps).toBe(steps)
      else expect(piece).toMatchObject({ value: whole.value, parts: whole.parts, steps: whole.steps })
    }
  })
})

function factsOf({ setup }: Awaited<ReturnType<typeof tune>>, table: Table) {
  return { setup, data: { fingerprint: tableFingerprint(table, {}), source: table.source } }
}
