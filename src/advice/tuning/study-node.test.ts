/** Studies in files: what comes back, and which files are refused. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tableFromColumns } from '../../data/index.js'
import { halvingOf } from './halving.js'
import { openStudy, tableFingerprint, type OpenStudy } from './study-node.js'
import { memoryStudy, type RungResult, type StudySetup, type StudyStore } from './study.js'

const setup: StudySetup = {
  space: { options: [{ name: 'kind', type: 'choice', choices: ['sparse', 'robust'] }] },
  metric: 'planted',
  seed: 0,
  halving: halvingOf(),
  epochs: null,
  sampler: 'random',
}
const data = { fingerprint: 'abc', source: 'orders.csv' }

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-study-'))
})
afterAll(() => rm(folder, { recursive: true }))

const at = (name: string, changes: Partial<OpenStudy> = {}): OpenStudy => ({
  ...{ path: join(folder, name), resume: false, setup, data },
  ...changes,
})

const result = (value: number): RungResult => ({
  ...{ steps: 12, value, parts: { local: 0.25, global: 1 }, seconds: 0.5 },
  finishedAt: '2026-01-02T03:04:05.678Z',
})

/** Two trials that get somewhere, one that fails, one that is at work. */
async function fill(store: StudyStore): Promise<void> {
  for (let number = 0; number < 4; number++)
    await store.begin({ number, configuration: { kind: 'sparse', number } })
  await store.finishRung(0, result(0.1 + 0.2), 'paused', Uint8Array.of(1, 2, 3))
  await store.begin({ number: 0, configuration: {} })
  await store.finishRung(0, result(0.5), 'paused', Uint8Array.of(4, 5))
  await store.finishRung(1, result(1), 'done', Uint8Array.of(6))
  await store.fail(2, { code: 'HG_TRAINING_DIVERGED', message: 'it\'s "over"' })
}

describe('a study', () => {
  it('comes back from a file as it went in, and as memory has it', async () => {
    const [file, memory] = [await openStudy(at('a')), memoryStudy()]
    await Promise.all([fill(file), fill(memory)])
    await file.close()
    const again = await openStudy(at('a', { resume: true }))
    const plain = (trials: Awaited<ReturnType<StudyStore['trials']>>) =>
      trials.map((trial) => ({ ...trial, startedAt: '' }))
    expect(plain(await again.trials())).toEqual(plain(await memory.trials()))
    for (const store of [again, memory]) {
      expect([...(await store.checkpoint(0))!]).toEqual([4, 5])
      for (const number of [1, 2, 3]) expect(await store.checkpoint(number)).toBeUndefined()
    }
    const [first] = await again.trials()
    expect(first!.results[0]!.value).toBe(0.1 + 0.2) // every bit of it
    await again.close()
  })

  it('keeps large states', async () => {
    const state = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 7) % 251)
    const store = await openStudy(at('large'))
    await store.begin({ number: 0, configuration: {} })
    await store.finishRung(0, result(1), 'paused', state)
    expect(Buffer.compare((await store.checkpoint(0))!, state)).toBe(0)
    await store.close()
  })

  it.each([
    [
      'another table',
      { data: { ...data, fingerprint: 'def' } },
      'HG_STUDY_DATA',
      /orders\.csv, as it was then/,
    ],
    [
      'other kinds',
      { setup: { ...setup, space: { options: [{ name: 'kind', type: 'choice', choices: ['robust'] }] } } },
      'HG_STUDY_SETUP',
      /--kind sparse,robust/,
    ],
    [
      'another space',
      {
        setup: {
          ...setup,
          space: { options: [...setup.space.options, { name: 'x', type: 'number', low: 0, high: 1 }] },
        },
      },
      'HG_STUDY_SETUP',
      /another search space/,
    ],
    [
      'another metric',
      { setup: { ...setup, metric: 'hiddenCells' } },
      'HG_STUDY_SETUP',
      /metric planted, not hiddenCells/,
    ],
    ['another seed', { setup: { ...setup, seed: 3 } }, 'HG_STUDY_SETUP', /seed 0, not 3/],
    ['other epochs', { setup: { ...setup, epochs: 7 } }, 'HG_STUDY_SETUP', /epochs left to the plan/],
    ['other rungs', { setup: { ...setup, halving: halvingOf({ count: 1 }) } }, 'HG_STUDY_SETUP', /rungs at/],
  ] as const)('refuses %s', async (name, changes, code, message) => {
    await (await openStudy(at(name))).close()
    const other = openStudy(at(name, { ...changes, resume: true }))
    await expect(other).rejects.toMatchObject({ code })
    await expect(other).rejects.toThrow(message)
  })

  it('refuses a form of another version, what is no study, and one that is not asked for', async () => {
    await (await openStudy(at('v'))).close()
    await expect(openStudy(at('v'))).rejects.toMatchObject({ code: 'HG_STUDY_EXISTS' })
    await sql('v', 'UPDATE study SET version = 99')
    await expect(openStudy(at('v', { resume: true }))).rejects.toMatchObject({ code: 'HG_STUDY_VERSION' })
    await sql('v', 'DELETE FROM study')
    await expect(openStudy(at('v', { resume: true }))).rejects.toMatchObject({ code: 'HG_STUDY_INVALID' })
    await sql('foreign', 'CREATE TABLE t (x INTEGER)')
    await expect(openStudy(at('foreign', { resume: true }))).rejects.toMatchObject({
      code: 'HG_STUDY_INVALID',
    })
    await writeFile(join(folder, 'text'), 'a,b\n1,2\n'.repeat(1000))
    await expect(openStudy(at('text', { resume: true }))).rejects.toMatchObject({ code: 'HG_STUDY_INVALID' })
    await expect(openStudy(at('none/b'))).rejects.toMatchObject({ code: 'HG_OUTPUT_UNWRITABLE' })
  })

  it('begins anew in the empty file that a process killed at once leaves', async () => {
    await sql('empty', 'SELECT 1')
    const store = await openStudy(at('empty', { resume: true }))
    expect(await store.trials()).toEqual([])
    await store.close()
  })
})

describe('tableFingerprint', () => {
  it('changes with a cell, a name, a category and a reading', () => {
    const table = (cells: readonly (number | string)[], name = 'a') =>
      tableFromColumns({ [name]: cells, b: [1, 2, 3] })
    const prints = [
      tableFingerprint(table([1, 2, 3]), {}),
      tableFingerprint(table([1, 2, 4]), {}),
      tableFingerprint(table([1, 2, 3], 'c'), {}),
      tableFingerprint(table(['x', 'y', 'x']), {}),
      tableFingerprint(table(['x', 'z', 'x']), {}),
      tableFingerprint(table([1, 2, 3]), { a: 'ignore' }),
    ]
    expect(new Set(prints).size).toBe(prints.length)
    expect(tableFingerprint(table([1, 2, 3]), {})).toBe(prints[0])
  })
})

async function sql(name: string, text: string): Promise<void> {
  const instance = await DuckDBInstance.create(join(folder, name))
  const connection = await instance.connect()
  await connection.run(text)
  connection.closeSync()
  instance.closeSync()
}
