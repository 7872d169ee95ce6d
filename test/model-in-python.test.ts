/**
 * The promise of the model file: ten lines of Python with onnxruntime give the numbers that Hourglass gives, row by
 * row. On a table that an npm package carries, and on larger ones where the shared data folder is found.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { AnomalyDetector } from '../src/anomaly/node.js'
import { readTable, selectRows } from '../src/data/index.js'
import { findPython, runPython } from './support/python.js'

const { command, reason } = findPython('onnx', 'onnxruntime', 'numpy')
const folder = mkdtempSync(join(tmpdir(), 'hourglass-model-'))
afterAll(() => rmSync(folder, { recursive: true }))

const vega = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '../data')
const shared = resolve(import.meta.dirname, '../../shared/data')

const tables: readonly (readonly [string, string, boolean])[] = [
  ['seattle-weather.csv', join(vega, 'seattle-weather.csv'), true],
  ['ai4i2020.csv', join(shared, 'manufacturing/ai4i2020.csv'), true],
  ['KDDTest+.txt', join(shared, 'security/KDDTest+.txt'), false],
]

interface PythonScores {
  readonly score: readonly number[]
  readonly p_value: readonly number[]
  readonly is_anomaly: readonly boolean[]
  readonly top: readonly string[]
}

describe(`a model file in Python (${reason})`, () => {
  // Without Python, or without the folder of larger tables, there is nothing to compare with.
  const present = tables.filter(([, path]) => command !== undefined && existsSync(path))
  const absent = tables.filter((table) => !present.includes(table))
  it.skipIf(true).each(absent)('scores %s alike (no Python, or no such file)', () => undefined)

  it.each(present)('scores %s alike', async (name, path, header) => {
    const table = await readTable(path)
    const learned = selectRows(
      table,
      Int32Array.from({ length: Math.min(1500, table.rowCount) }, (_, i) => i),
    )
    const detector = await AnomalyDetector.fit(learned, { epochs: 20, threads: 1 })
    const model = join(folder, `${name}.onnx`)
    await detector.save(model)
    const ours = await detector.score(table)
    await detector.dispose()
    const flags = header ? [] : ['--no-header']
    const theirs = JSON.parse(runPython(command!, 'score_rows.py', model, path, ...flags)) as PythonScores

    expect(theirs.score).toHaveLength(table.rowCount)
    theirs.score.forEach((score, row) => {
      expect(Math.abs(score - ours.score[row]!) / Math.max(1, ours.score[row]!)).toBeLessThan(1e-5)
    })
    // A p-value jumps where a score meets a held-out one; there, and only there, rounding may move it by one step.
    const step = 2 / (detector.record.rows.calibration + 1)
    theirs.p_value.forEach((p, row) => expect(Math.abs(p - ours.pValue[row]!)).toBeLessThanOrEqual(step))
    const moved = theirs.is_anomaly.filter((flag, row) => Number(flag) !== ours.isAnomaly[row]).length
    expect(moved).toBeLessThanOrEqual(Math.ceil(table.rowCount * 1e-3))
  })
})
