// Illnesses of the world: data that change with time, sites that differ, new data that are unlike the old; and rows or
// columns that a given network cannot explain.
import { tableFromColumns } from '../../../dist/data/index.js'
import { columnNamed, numberNames, spreadOf, withCells, withColumn } from './input.mjs'

const fits = (table) => table.grid === undefined && numberNames(table).length >= 4 && table.rowCount >= 390

/** How much of a column's relation to the others is turned over. */
const turn = { faint: 0.25, moderate: 0.6, clear: 1 }

/** In some rows half of the columns are mirrored about their medians: each keeps its spread, their relations turn over. */
function mirrored(table, rows, strength, random) {
  const names = numberNames(table)
  let sick = table
  for (const name of names.slice(0, Math.max(2, names.length >> 1))) {
    const { median } = spreadOf(columnNamed(table, name).values)
    sick = withCells(sick, name, rows, (x) => (random.uniform() < turn[strength] ? 2 * median - x : x))
  }
  return sick
}

/** In some rows half of the columns are shifted. */
function shifted(table, rows, deviations) {
  const names = numberNames(table)
  let sick = table
  for (const name of names.slice(0, Math.max(2, names.length >> 1))) {
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
        random.uniform() < 0.5
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
        random.uniform() < 0.5
          ? mirrored(table, odd, strength, random)
          : shifted(table, odd, 4 * turn[strength])
      const column = tableFromColumns({ site: site.map((s) => `site ${'ABCDE'[s]}`) }).columns[0]
      return { table: withColumn(sick, column), options: { group: 'site' } }
    },
  },
  {
    code: 'drift',
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
    difficulty: 'generalisation',
    fits,
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
