// Healthy tables: nothing of them should be called ill. Real ones of several sizes, and simulated ones of every shape.
import { randomFor } from '../../dist/base/index.js'
import { tableFromColumns } from '../../dist/data/index.js'
import { baseTable } from './bases.mjs'
import { basesOf, rowsOf } from './cases.mjs'

const sizes = [300, 1000, 3000]

/** So many controls, real and simulated in turn, each with a name, a base, a number of rows and a seed. */
export function controlCases(folder, half, count) {
  const bases = basesOf(folder, half)
  return Array.from({ length: count }, (_, i) => {
    const base = bases[i % bases.length]
    const rows = sizes[Math.floor(i / bases.length) % sizes.length]
    return { id: `control ${base} ${rows} ${i}`, base, rows, seed: 1000 + i }
  })
}

/**
 * The table of a control and the world around it: new rows of the same base, and, for tables, sites and times that rows
 * were given by chance, so that nothing depends on them.
 */
export async function controlTable(folder, { base, rows, seed }) {
  const whole = await baseTable(folder, base, Math.round(1.4 * rows), seed)
  const cut = Math.round(whole.rowCount / 1.4)
  const [table, newTable] = [rowsOf(whole, 0, cut), rowsOf(whole, cut, whole.rowCount)]
  if (table.grid !== undefined || seed % 2 === 0) return { table, newTable }
  const random = randomFor(seed, 'sites and times')
  const among = (count) => [
    tableFromColumns({ site: Array.from({ length: count }, () => `site ${'ABCDE'[random.below(5)]}`) })
      .columns[0],
    {
      name: 'when',
      storage: 'number',
      values: Float64Array.from({ length: count }, () => 1000 * random.uniform()),
    },
  ]
  const withMore = (of) => ({ ...of, columns: [...of.columns, ...among(of.rowCount)] })
  return { table: withMore(table), newTable: withMore(newTable), group: 'site', time: 'when' }
}
