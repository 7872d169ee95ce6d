// Which cases there are: each plant of a difficulty in turn, in as many different bases as it fits, at three sizes. Every
// case follows from its number, so that it can be run again alone.
import { permutation, randomFor } from '../../dist/base/index.js'
import { selectRows } from '../../dist/data/index.js'
import { baseNames, baseTable, halfOf } from './bases.mjs'

const sizes = [400, 1000, 2500]

/** Most bases that are looked at for one case. */
const mostTries = 60

/** Rows `from` to `to` of a table. */
export const rowsOf = (table, from, to) =>
  selectRows(
    table,
    Int32Array.from({ length: to - from }, (_, i) => from + i),
  )

/** Names of the bases of a half: `seen` ones were looked at while the doctor was made, `unseen` ones were not. */
export function basesOf(folder, half) {
  const { real, images, simulated } = baseNames(folder)
  return [...real, ...simulated, ...images].filter((name) => half === 'all' || halfOf(name) === half)
}

/**
 * So many cases of one strength, spread evenly over some plants. The first five eighths of a base are planted into, the rest
 * is `fresh`: rows of the same world that nobody learns from.
 */
export async function* casesOf(folder, half, plants, strength, count) {
  const bases = basesOf(folder, half)
  const tried = plants.map(() => 0)
  for (let i = 0; i < count; i++) {
    const which = i % plants.length
    const plant = plants[which]
    const order = permutation(bases.length, randomFor(0, `bases for ${plant.code} ${strength}`))
    for (let tries = 0; tries < mostTries; tries++) {
      const seed = tried[which]++
      const base = bases[order[seed % order.length]]
      const rows = sizes[(seed + Math.floor(seed / order.length)) % sizes.length]
      const whole = await baseTable(folder, base, Math.round(rows * 1.6), seed)
      const cut = Math.round(whole.rowCount / 1.6)
      const [table, fresh] = [rowsOf(whole, 0, cut), rowsOf(whole, cut, whole.rowCount)]
      if (!plant.fits(table)) continue
      yield {
        id: `${plant.code} ${strength} ${base} ${rows} ${seed}`,
        plant,
        strength,
        base,
        table,
        fresh,
        seed,
      }
      break
    }
  }
}
