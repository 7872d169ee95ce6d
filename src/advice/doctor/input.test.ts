/** Every check of the input: found where it is planted, with its rows, and not where it is not. */
import { describe, expect, it } from 'vitest'
import { random } from '../../base/index.js'
import { tableFromColumns, type Cell, type Table } from '../../data/index.js'
import { nodeLearning } from '../../learning/node.js'
import type { Illness } from './diagnosis.js'
import { examine, type DoctorOptions } from './doctor.js'
import { applyFixes, fixesOf } from './fixes.js'

const n = 400

/** Three related numbers, a category and a date: healthy. */
function healthy(seed = 1, rows = n): Record<string, Cell[]> {
  const stream = random(seed)
  const common = Array.from({ length: rows }, () => stream.normal())
  return {
    height: common.map((z) => 170 + 8 * z + 3 * stream.normal()),
    weight: common.map((z) => 70 + 9 * z + 4 * stream.normal()),
    score: common.map((z) => Math.exp(3 + 0.5 * z + 0.5 * stream.normal())),
    site: common.map(() => ['north', 'south', 'east'][stream.below(3)]!),
    day: common.map(() => new Date(Date.UTC(2021, 0, 1 + stream.below(700)))),
  }
}

const every = (step: number, first = 3): number[] =>
  Array.from({ length: n }, (_, i) => i).filter((i) => i % step === first)

async function illnessesOf(table: Table, options: DoctorOptions = {}): Promise<readonly Illness[]> {
  const { diagnoses } = await examine(table, { ...options, only: ['input'] }, nodeLearning)
  return diagnoses[0]!.illnesses
}

/** The healthy table with one column changed in some rows. */
function changed(name: string, rows: readonly number[], change: (cell: Cell, row: number) => Cell): Table {
  const columns = healthy()
  for (const row of rows) columns[name]![row] = change(columns[name]![row], row)
  return tableFromColumns(columns)
}

interface Case {
  readonly code: string
  readonly table: () => Table
  readonly options?: DoctorOptions
  readonly rows?: readonly number[]
  readonly verdict?: Illness['verdict']
}

const cases: readonly Case[] = [
  { code: 'sentinel', table: () => changed('weight', every(20), () => -999), rows: every(20) },
  { code: 'sentinel', table: () => changed('height', every(20), () => 0), rows: every(20) },
  {
    code: 'outliers',
    table: () => changed('weight', every(100), (_, row) => 4000 + 17 * row),
    rows: every(100),
  },
  {
    code: 'unit-jump',
    table: () =>
      changed(
        'height',
        Array.from({ length: 60 }, (_, i) => 200 + i),
        (x) => Number(x) / 2.54,
      ),
    rows: Array.from({ length: 60 }, (_, i) => 200 + i),
  },
  { code: 'unit-jump', table: () => changed('height', every(9), (x) => Number(x) / 100), rows: every(9) },
  {
    code: 'impossible-dates',
    table: () => changed('day', every(50), () => new Date('1900-01-01')),
    rows: every(50),
  },
  {
    code: 'impossible-dates',
    table: () => {
      const columns = healthy()
      columns['day'] = columns['day']!.map((day, row) =>
        row % 50 === 3 ? '2021-02-30' : (day as Date).toISOString().slice(0, 10),
      )
      return tableFromColumns(columns)
    },
    rows: every(50),
  },
  { code: 'mixed-types', table: () => changed('weight', every(50), () => 'n.d.'), rows: every(50) },
  {
    code: 'category-variants',
    table: () => changed('site', every(40), (text) => String(text).toUpperCase()),
    rows: every(40),
  },
  {
    code: 'missing-pattern',
    table: () => {
      const columns = healthy()
      const stream = random(5)
      const { weight, height } = columns
      columns['weight'] = weight!.map((x, row) =>
        Number(height![row]) > 172 && stream.uniform() < 0.5 ? null : x,
      )
      return tableFromColumns(columns)
    },
  },
  {
    code: 'missing-block',
    table: () =>
      changed(
        'score',
        Array.from({ length: 30 }, (_, i) => 100 + i),
        () => null,
      ),
    rows: Array.from({ length: 30 }, (_, i) => 100 + i),
  },
  {
    code: 'duplicate-rows',
    table: () => {
      const columns = healthy()
      for (const cells of Object.values(columns)) for (let i = 0; i < 20; i++) cells[380 + i] = cells[i]!
      return tableFromColumns(columns)
    },
    rows: Array.from({ length: 20 }, (_, i) => 380 + i),
  },
  {
    code: 'copied-column',
    table: () =>
      tableFromColumns({ ...healthy(), inches: healthy()['height']!.map((x) => Number(x) / 2.54) }),
  },
  {
    code: 'copied-column',
    table: () => tableFromColumns({ ...healthy(), place: healthy()['site']!.map((x) => `at ${String(x)}`) }),
  },
  {
    code: 'constant-column',
    table: () => tableFromColumns({ ...healthy(), unit: healthy()['height']!.map(() => 'cm') }),
    verdict: 'watch',
  },
  {
    code: 'row-number',
    table: () =>
      tableFromColumns({
        ...healthy(),
        clock: healthy()['height']!.map((_, row) => 7.5 * row + 0.1 * (row % 3)),
      }),
  },
  {
    code: 'label-copy',
    table: () =>
      tableFromColumns({
        ...healthy(),
        label: healthy()['height']!.map((_, row) => Number(row % 10 === 3)),
        outcome: healthy()['height']!.map((_, row) => (row % 10 === 3 ? 'bad' : 'good')),
      }),
    options: { label: 'label' },
  },
  {
    code: 'leakage',
    table: () => tableFromColumns(healthy()),
    options: {
      newTable: (() => {
        const [old, fresh] = [healthy(), healthy(2, 100)]
        for (const [name, cells] of Object.entries(fresh))
          for (let i = 0; i < 10; i++) cells[i] = old[name]![5 * i]!
        return tableFromColumns(fresh)
      })(),
    },
    rows: Array.from({ length: 10 }, (_, i) => i),
  },
]

describe('the input', () => {
  it('is fine in healthy tables', async () => {
    const tables = [healthy(1), healthy(2), healthy(3)].map((columns) => tableFromColumns(columns))
    for (const table of tables) expect((await illnessesOf(table)).map(({ code }) => code)).toEqual([])
  })

  it.each(cases)('shows $code', async ({ code, table, options, rows, verdict = 'ill' }) => {
    const illnesses = await illnessesOf(table(), options)
    const found = illnesses.find((illness) => illness.code === code)
    expect(illnesses.map((illness) => illness.code)).toContain(code)
    expect(found?.verdict).toBe(verdict)
    if (rows !== undefined) expect(found?.rows).toEqual(rows)
    // One illness is told once: a sentinel is no outlier besides.
    expect(
      illnesses
        .filter((illness) => illness.verdict === 'ill' && illness.code !== code)
        .map((illness) => illness.code),
    ).toEqual([])
  })

  it('is healthy again once the fixes are applied', async () => {
    const sick = changed('height', every(9), (x) => Number(x) / 100)
    const { diagnoses } = await examine(sick, { only: ['input'] }, nodeLearning)
    const { table, changes } = applyFixes(sick, {}, fixesOf(diagnoses))
    expect(changes).toEqual(['height: 45 cells changed by x · 100'])
    expect((await illnessesOf(table)).map(({ code }) => code)).toEqual([])
    const [before, after] = [sick, table].map(
      (each) => each.columns[0]!.storage === 'number' && each.columns[0]!.values[3]!,
    )
    expect(Number(after)).toBeCloseTo(100 * Number(before), 6)
  })

  it('takes no number of its own for each row for the label', async () => {
    const label = healthy()['height']!.map((_, row) => Number(row % 10 === 3))
    const serial = label.map((_, row) => `${'XYZ'[row % 3]}${1000 + row}`)
    const illnesses = await illnessesOf(tableFromColumns({ ...healthy(), label, serial }), { label: 'label' })
    expect(illnesses.map(({ code }) => code)).not.toContain('label-copy')
  })

  it('says what it cannot tell of tables that are too small', async () => {
    const { diagnoses } = await examine(
      tableFromColumns({ a: [1, 2, 3], b: [3, 1, 2] }),
      { only: ['input', 'overfitting'] },
      nodeLearning,
    )
    expect(diagnoses.map(({ verdict }) => verdict)).toEqual(['unknown', 'fine'])
    expect(diagnoses[0]!.summary).toContain('too few to hold some out')
  })

  it('names a column that is not there', async () => {
    const table = tableFromColumns(healthy())
    await expect(examine(table, { group: 'hospital' }, nodeLearning)).rejects.toMatchObject({
      code: 'HG_COLUMN_MISSING',
    })
    await expect(examine(table, { time: 'site' }, nodeLearning)).rejects.toMatchObject({
      code: 'HG_COLUMN_TYPE',
    })
  })
})
