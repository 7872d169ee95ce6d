// Illnesses of the world: data that change with time, sites that differ, new data that are unlike the old; and rows or
// columns that a given network cannot explain.
import { tableFromColumns } from '../../../dist/data/index.js'
import { columnNamed, numberNames, spreadOf, withCells, withColumn } from './input.mjs'

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

/** In some rows half of the columns are mirrored about their medians: each keeps its spread, their relations turn over. */
function mirrored(table, rows, strength, random) {
  let sick = table
  for (const name of halves(table)[0]) {
    const { median } = spreadOf(columnNamed(table, name).values)
    sick = withCells(sick, name, rows, (x) => (random.uniform() < turn[strength] ? 2 * median - x : x))
  }
  return sick
}

/** In some rows half of the columns are shifted. */
function shifted(table, rows, deviations) {
  let sick = table
  for (const name of halves(table)[0]) {
    const { deviation } = spreadOf(columnNamed(table, name).values)
    sick = withCells(sick, name, rows, (x) => x + deviations * deviation)
  }
  return sick
}

const allRows = (table) => Array.from({ length: table.rowCount }, (_, row) => row)

export const worldPlants = [
  {
    code: 'time-drift',
    difficulty: 'generalisation',
    fits,
    plant: (table, strength, random) => {
      const late = allRows(table).filter((row) => row >= 0.8 * table.rowCount)
      const sick =
        random.uniform() < 0.5 && hangsTogether(table)
          ? mirrored(table, late, strength, random)
          : shifted(table, late, 4 * turn[strength])
      const values = Float64Array.from(allRows(table), (row) => 1.6e12 + 3_600_000 * row)
      return {
        table: withColumn(sick, { name: 'when', storage: 'datetime', values }),
        options: { time: 'when' },
      }
    },
  },
  {
    code: 'group-shift',
    difficulty: 'generalisation',
    fits,
    plant: (table, strength, random) => {
      const site = allRows(table).map(() => random.below(5))
      const odd = allRows(table).filter((row) => site[row] === 0)
      const sick =
        random.uniform() < 0.5 && hangsTogether(table)
          ? mirrored(table, odd, strength, random)
          : shifted(table, odd, 4 * turn[strength])
      const column = tableFromColumns({ site: site.map((s) => `site ${'ABCDE'[s]}`) }).columns[0]
      return { table: withColumn(sick, column), options: { group: 'site' } }
    },
  },
  {
    code: 'drift',
    also: ['drift-of-rows'],
    difficulty: 'generalisation',
    fits,
    plant: (table, strength, random, { fresh }) => ({
      table,
      options: {
        newTable: shifted(
          fresh,
          allRows(fresh),
          (random.uniform() < 0.5 ? -1 : 1) * { faint: 0.2, moderate: 0.7, clear: 1.5 }[strength],
        ),
      },
    }),
  },
  {
    code: 'drift-of-rows',
    also: ['drift'],
    difficulty: 'generalisation',
    fits: (table) => fits(table) && hangsTogether(table),
    plant: (table, strength, random, { fresh }) => ({
      table,
      options: { newTable: mirrored(fresh, allRows(fresh), strength, random) },
    }),
  },
  {
    // A network far too small for data of several modes. Columns or parts may be named: any finding counts.
    code: 'column-unexplained',
    also: ['part-unexplained', 'modes-unexplained'],
    difficulty: 'variability',
    fits,
    plant: (table, strength, random) => {
      const modes = { faint: 2, moderate: 4, clear: 8 }[strength]
      const mode = allRows(table).map(() => random.below(modes))
      const columns = Object.fromEntries(
        Array.from({ length: 6 }, (_, j) => {
          const centres = Array.from({ length: modes }, () => 6 * random.normal())
          return [`mode${j}`, mode.map((m) => centres[m] + 0.3 * random.normal())]
        }),
      )
      const sick = tableFromColumns(columns).columns.reduce(withColumn, table)
      return {
        table: sick,
        options: { learning: { kind: 'undercomplete', options: { hidden: [4], latent: 1 } } },
      }
    },
  },
]
