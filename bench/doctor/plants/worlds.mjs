// Illnesses of the world: data that change with time, sites that differ, new data that are unlike the old; and rows or
// columns that a given network cannot explain.
import { selectRows, tableFromColumns } from '../../../dist/data/index.js'
import { rowsOf } from '../cases.mjs'
import { columnNamed, numberNames, spreadOf, withCells, withColumn } from './input.mjs'
import { batchSize } from './model.mjs'

/** Columns that are mirrored, and those that are not. */
const halves = (table) => {
  const names = numberNames(table)
  const half = Math.max(2, names.length >> 1)
  return [names.slice(0, half), names.slice(half)]
}

/** Whether mirroring turns anything over: some mirrored column must hang together with one that stays. */
function hangsTogether(table) {
  const [mirroredNames, others] = halves(table)
  const strongest = mirroredNames.map((a) =>
    Math.max(
      0,
      ...others.map((b) =>
        Math.abs(correlationOf(columnNamed(table, a).values, columnNamed(table, b).values)),
      ),
    ),
  )
  return strongest.filter((r) => r > 0.6).length >= Math.max(1, mirroredNames.length / 2)
}

function correlationOf(a, b) {
  const rows = [...a.keys()].filter((i) => !Number.isNaN(a[i]) && !Number.isNaN(b[i]))
  const mean = (values) => rows.reduce((sum, i) => sum + values[i], 0) / rows.length
  const [ma, mb] = [mean(a), mean(b)]
  const sum = (f) => rows.reduce((total, i) => total + f(i), 0)
  return (
    sum((i) => (a[i] - ma) * (b[i] - mb)) /
    Math.sqrt(sum((i) => (a[i] - ma) ** 2) * sum((i) => (b[i] - mb) ** 2) || 1)
  )
}

const fits = (table) => table.grid === undefined && numberNames(table).length >= 4 && table.rowCount >= 390

/** How much of a column's relation to the others is turned over. */
const turn = { faint: 0.25, moderate: 0.6, clear: 1 }

/**
 * A change of the world, for any rows of it: half of the columns are mirrored about their medians, where that turns
 * relations over (each column keeps its spread), or else shifted.
 */
function changeOf(table, strength, random) {
  const mirrors = random.uniform() < 0.5 && hangsTogether(table)
  return mirrors ? mirroring(table, strength, random) : shifting(table, 4 * turn[strength])
}

function mirroring(table, strength, random) {
  const changes = halves(table)[0].map((name) => {
    const { median } = spreadOf(columnNamed(table, name).values)
    return [name, (x) => (random.uniform() < turn[strength] ? 2 * median - x : x)]
  })
  return (of, rows = allRows(of)) => changed(of, rows, changes)
}

function shifting(table, deviations) {
  const changes = halves(table)[0].map((name) => {
    const { deviation } = spreadOf(columnNamed(table, name).values)
    return [name, (x) => x + deviations * deviation]
  })
  return (of, rows = allRows(of)) => changed(of, rows, changes)
}

const changed = (table, rows, changes) =>
  changes.reduce((sick, [name, change]) => withCells(sick, name, rows, change), table)

const allRows = (table) => Array.from({ length: table.rowCount }, (_, row) => row)

/** New data that are changed, and what learning from them does for later rows of their kind. */
const newWorld = (table, fresh, change) => {
  const cut = Math.round(0.6 * fresh.rowCount)
  const newTable = change(rowsOf(fresh, 0, cut))
  return {
    table,
    options: { newTable },
    remedied: { before: table, after: newTable, world: change(rowsOf(fresh, cut, fresh.rowCount)) },
  }
}

/** Columns of several modes, and of a bent relation, and rows of which some obey another law: what a tiny network misses. */
const modeColumns = (table, strength, random) => {
  const modes = { faint: 2, moderate: 4, clear: 8 }[strength]
  const mode = allRows(table).map(() => random.below(modes))
  return Object.fromEntries(
    Array.from({ length: 6 }, (_, j) => {
      const centres = Array.from({ length: modes }, () => 6 * random.normal())
      return [`mode${j}`, mode.map((m) => centres[m] + 0.3 * random.normal())]
    }),
  )
}

const bentColumns = (table, strength, random) => {
  const bend = { faint: 0.5, moderate: 1.5, clear: 3 }[strength]
  const [a, b] = [0, 1].map(() => allRows(table).map(() => 2 * random.uniform() - 1))
  const noisy = (values) => values.map((x) => x + 0.05 * random.normal())
  return {
    bent0: noisy(a),
    bent1: noisy(b),
    bent2: noisy(a.map((x) => Math.sin(bend * x))),
    bent3: noisy(a.map((x, i) => x * b[i])),
    bent4: noisy(b.map((x) => Math.cos(bend * x))),
    bent5: noisy(a.map((x, i) => Math.sin(bend * (x + b[i])))),
  }
}

/** The table with columns drawn for it; rows that are measured on get columns of the same law, so both are drawn as one. */
function withDrawn(table, fresh, draw) {
  const both = draw({ rowCount: table.rowCount + fresh.rowCount })
  const drawn = tableFromColumns(both).columns
  const part = (of, from) =>
    drawn.reduce(
      (sick, column) =>
        withColumn(sick, { ...column, values: column.values.slice(from, from + of.rowCount) }),
      of,
    )
  return { sick: part(table, 0), test: part(fresh, table.rowCount) }
}

const tiny = { kind: 'undercomplete', options: { hidden: [4], latent: 1 }, batchSize }

const unexplained = (name, columns) => ({
  // Columns, parts or modes may be named: any finding counts.
  name,
  code: 'column-unexplained',
  also: ['part-unexplained', 'modes-unexplained'],
  difficulty: 'variability',
  fits,
  plant: (table, strength, random, { fresh }) => {
    const { sick, test } = withDrawn(table, fresh, (of) => columns(of, strength, random))
    return { table: sick, options: { learning: tiny }, test: () => test }
  },
})

export const worldPlants = [
  {
    code: 'time-drift',
    difficulty: 'generalisation',
    fits,
    plant: (table, strength, random, { fresh }) => {
      const start = Math.ceil(0.8 * table.rowCount)
      const change = changeOf(table, strength, random)
      const values = Float64Array.from(allRows(table), (row) => 1.6e12 + 3_600_000 * row)
      const late = allRows(table).filter((row) => row >= start)
      const sick = withColumn(change(table, late), { name: 'when', storage: 'datetime', values })
      return {
        table: sick,
        options: { time: 'when' },
        remedied: { before: rowsOf(sick, 0, start), after: sick, world: change(fresh) },
      }
    },
  },
  {
    code: 'group-shift',
    difficulty: 'generalisation',
    fits,
    plant: (table, strength, random, { fresh }) => {
      const site = allRows(table).map(() => random.below(5))
      const change = changeOf(table, strength, random)
      const column = tableFromColumns({ site: site.map((s) => `site ${'ABCDE'[s]}`) }).columns[0]
      const odd = allRows(table).filter((row) => site[row] === 0)
      const sick = withColumn(change(table, odd), column)
      const others = Int32Array.from(allRows(table).filter((row) => site[row] !== 0))
      return {
        table: sick,
        options: { group: 'site' },
        remedied: { before: selectRows(sick, others), after: sick, world: change(fresh) },
      }
    },
  },
  {
    code: 'drift',
    also: ['drift-of-rows'],
    difficulty: 'generalisation',
    fits,
    plant: (table, strength, random, { fresh }) => {
      const side = random.uniform() < 0.5 ? -1 : 1
      const change = shifting(table, side * { faint: 0.2, moderate: 0.7, clear: 1.5 }[strength])
      return newWorld(table, fresh, change)
    },
  },
  {
    code: 'drift-of-rows',
    also: ['drift'],
    difficulty: 'generalisation',
    fits: (table) => fits(table) && hangsTogether(table),
    plant: (table, strength, random, { fresh }) => newWorld(table, fresh, mirroring(table, strength, random)),
  },
  unexplained('several-modes', modeColumns),
  unexplained('bent-relations', bentColumns),
]
