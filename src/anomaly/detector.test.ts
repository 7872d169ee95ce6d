import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { selectRows, tableFromColumns, type Cell, type Table } from '../data/index.js'
import type { AnomalyDetector as Detector } from './detector-types.js'
import { evaluate } from './evaluation.js'
import { AnomalyDetector } from './node.js'

/** Readings of a machine: load sets temperature and power, the mode is a word, some cells are missing. */
function readings(rows: number, seed = 1): Record<string, Cell[]> {
  const stream = randomFor(seed, 'readings')
  const columns: Record<string, Cell[]> = {
    load: [],
    temperature: [],
    power: [],
    mode: [],
    alarm: [],
    cost: [],
  }
  for (let row = 0; row < rows; row++) {
    const load = stream.uniform()
    columns['load']!.push(load)
    columns['temperature']!.push(stream.uniform() < 0.05 ? null : 20 + 60 * load + stream.normal())
    columns['power']!.push(100 * load ** 2 + stream.normal())
    columns['mode']!.push(load > 0.7 ? 'high' : load > 0.3 ? 'middle' : 'low')
    columns['alarm']!.push(load > 0.9)
    columns['cost']!.push(Math.exp(2 * stream.normal() + load))
  }
  return columns
}

const quick = { epochs: 60, hidden: [64], latent: 64, threads: 1 }
const table = tableFromColumns(readings(800))
let folder = ''
let detector: Detector

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hourglass-detector-'))
  detector = await AnomalyDetector.fit(table, quick)
})
afterAll(async () => {
  await detector.dispose()
  await rm(folder, { recursive: true })
})

/** A table with cells of one row replaced. */
function changed(row: number, cells: Record<string, Cell>): Table {
  const columns = readings(800)
  for (const [name, cell] of Object.entries(cells)) columns[name]![row] = cell
  return selectRows(tableFromColumns(columns), Int32Array.of(row))
}

describe('a detector', () => {
  it('scores rows, and contributions add up to the score', async () => {
    const { score, contributions, columns, pValue, isAnomaly, latent } = await detector.score(table)
    expect(columns).toHaveLength(6)
    expect(latent).toHaveLength(800 * 64)
    for (let row = 0; row < 800; row++) {
      const sum = contributions.subarray(row * 6, row * 6 + 6).reduce((a, b) => a + b, 0)
      expect(Math.abs(sum - score[row]!)).toBeLessThan(1e-4 * Math.max(1, score[row]!))
      expect(isAnomaly[row]).toBe(pValue[row]! <= Math.fround(0.01) ? 1 : 0)
    }
  })

  it('gives scores without explanations the same', async () => {
    const [whole, only] = [await detector.score(table), await detector.scoreOnly(table)]
    for (let row = 0; row < 800; row++) expect(only.score[row]).toBeCloseTo(whole.score[row]!, 4)
  })

  it.each([
    ['temperature', { temperature: 200 }],
    ['power', { power: -300 }],
    ['mode', { mode: 'unheard of' }],
  ])('blames %s when it is wrong', async (name, cells) => {
    const { isAnomaly, contributions, columns } = await detector.score(changed(5, cells))
    const worst = contributions.indexOf(Math.max(...contributions))
    expect(columns[worst]).toBe(name)
    expect(isAnomaly[0]).toBe(1)
  })

  it('expects in a cell what the other cells say', async () => {
    const { expected, columns } = await detector.score(changed(5, { temperature: 200 }))
    const load = table.columns[0]!
    const column = expected[columns.indexOf('temperature')]!
    if (load.storage === 'string' || column.storage === 'string') throw new Error('numbers expected')
    expect(Math.abs(column.values[0]! - (20 + 60 * load.values[5]!))).toBeLessThan(15)
    const mode = expected[columns.indexOf('mode')]!
    expect(
      mode.storage === 'string' && mode.categories.every((name) => ['high', 'middle', 'low'].includes(name)),
    ).toBe(true)
  })

  it('does not blame missing cells', async () => {
    const { contributions, columns, score } = await detector.score(
      changed(5, { temperature: null, mode: null }),
    )
    expect(contributions[columns.indexOf('temperature')]).toBe(0)
    expect(contributions[columns.indexOf('mode')]).toBe(0)
    expect(score[0]).toBeLessThan(10)
  })

  it('tells anomalies from normal rows', async () => {
    const normal = tableFromColumns(readings(300, 2))
    const odd = readings(300, 3)
    odd['power'] = odd['power']!.map((power) => (power as number) + 40)
    const scores = [
      ...(await detector.scoreOnly(normal)).score,
      ...(await detector.scoreOnly(tableFromColumns(odd))).score,
    ]
    expect(
      evaluate(
        scores,
        scores.map((_, i) => Number(i >= 300)),
      ).auroc,
    ).toBeGreaterThan(0.95)
  })

  it('is the same after saving and loading', async () => {
    const path = join(folder, 'model.onnx')
    await detector.save(path)
    const loaded = await AnomalyDetector.load(path)
    expect(loaded.record).toEqual(detector.record)
    expect((await loaded.score(table)).score).toEqual((await detector.score(table)).score)
    expect(new Uint8Array(await readFile(path))).toEqual(loaded.toBytes())
    await loaded.dispose()
  })

  it('is the same for the same seed, in this thread and in a worker', async () => {
    const again = await AnomalyDetector.fit(table, { ...quick, epochs: 3 })
    const aside = await AnomalyDetector.fit(table, { ...quick, epochs: 3, worker: true })
    const other = await AnomalyDetector.fit(table, { ...quick, epochs: 3, seed: 1 })
    const scoresOf = async (each: Detector) => (await each.scoreOnly(table)).score
    expect(await scoresOf(aside)).toEqual(await scoresOf(again))
    expect(await scoresOf(other)).not.toEqual(await scoresOf(again))
    await Promise.all([again, aside, other].map((each) => each.dispose()))
  })

  it('learns with the undercomplete kind too', async () => {
    const narrow = await AnomalyDetector.fit(table, {
      kind: 'undercomplete',
      latent: 2,
      epochs: 60,
      threads: 1,
    })
    const { contributions, columns } = await narrow.score(changed(5, { temperature: 400 }))
    expect(columns[contributions.indexOf(Math.max(...contributions))]).toBe('temperature')
    await narrow.dispose()
  })
})

describe('a table whose columns are named as outputs', () => {
  it('keeps both apart', async () => {
    const { load, temperature } = readings(200)
    const named = tableFromColumns({ score: load!, 'expected.score': temperature! })
    const fitted = await AnomalyDetector.fit(named, { ...quick, epochs: 5 })
    const { columns, score, expected } = await fitted.score(named)
    expect(columns).toEqual(['score', 'expected.score'])
    expect(expected.map(({ name }) => name)).toEqual(columns)
    expect(score.every((value) => value > 0)).toBe(true)
    await fitted.dispose()
  })
})

describe('bad input to a detector', () => {
  it('lacks columns', async () => {
    const poor = tableFromColumns({ load: [0.5], power: [25] })
    await expect(detector.score(poor)).rejects.toThrow(/lacks: "temperature", "cost", "alarm", "mode"/)
  })

  it('has words for numbers', async () => {
    const columns: Record<string, Cell[]> = { ...readings(2), power: ['much', 'little'] }
    await expect(detector.score(tableFromColumns(columns))).rejects.toThrow(
      /column "power", row 1: expected a number, got "much"/,
    )
  })

  it('is too small to learn from', async () => {
    await expect(AnomalyDetector.fit(tableFromColumns(readings(10)))).rejects.toMatchObject({
      code: 'HG_TABLE_TOO_SMALL',
    })
    const one = tableFromColumns({ x: readings(100)['load']!, same: Array.from({ length: 100 }, () => 1) })
    await expect(AnomalyDetector.fit(one)).rejects.toThrow(/1 usable column.*same: every known cell is 1/)
  })

  it('has options outside their range', async () => {
    for (const options of [
      { falseAlarmRate: 0 },
      { calibrationShare: 0.9 },
      { latent: 0.5 },
      { epochs: 0 },
      { hidden: [0] },
      { learningRate: -1 },
    ]) {
      await expect(AnomalyDetector.fit(table, options)).rejects.toMatchObject({ code: 'HG_USAGE' })
    }
  })
})
