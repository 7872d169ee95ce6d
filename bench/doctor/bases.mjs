// Tables that illnesses are planted into, and that are healthy as they are: real ones of the data folder, and simulated
// ones of every common shape. All are made from a number, so that a case can be run again.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { permutation, randomFor } from '../../dist/base/index.js'
import { dropColumns, readTable, selectRows, tableFromColumns } from '../../dist/data/index.js'

/** Real sets whose normal rows hold none of the illnesses by nature (looked at one by one: no copies, no codes, no gaps). */
const soundSets = [
  'letter',
  'magic.gamma',
  'pendigits',
  'satellite',
  'Stamps',
  'vertebral',
  'Waveform',
  'WDBC',
  'wine',
  'yeast',
  'Ionosphere',
]

/** Names of the bases there are: `real:…`, `images:…`, `simulated:…`. */
export function baseNames(folder) {
  const sets = existsSync(join(folder, 'adbench')) ? readdirSync(join(folder, 'adbench')) : []
  const real = sets
    .filter((file) => soundSets.some((name) => file.endsWith(`_${name}.npz`)))
    .map((file) => `real:${file}`)
  const images = ['mnist', 'fashion-mnist']
    .filter((name) => existsSync(join(folder, name)))
    .map((name) => `images:${name}`)
  return { real, images, simulated: Object.keys(shapes).map((shape) => `simulated:${shape}`) }
}

/** `seen` bases were looked at while the doctor was made, `unseen` ones were not: halves by the name alone. */
export function halfOf(name) {
  let hash = 2166136261
  for (const letter of name) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619) >>> 0 // FNV-1a
  return (hash >>> 7) % 2 === 0 ? 'seen' : 'unseen'
}

const cache = new Map()

/** A base of about so many rows, drawn by a seed. */
export async function baseTable(folder, name, rows, seed) {
  const [kind, what] = name.split(':')
  if (kind === 'simulated') return simulated(what, rows, seed)
  if (!cache.has(name)) cache.set(name, await read(folder, kind, what))
  const whole = cache.get(name)
  const order = permutation(whole.rowCount, randomFor(seed, name)).slice(0, rows)
  return selectRows(whole, order)
}

async function read(folder, kind, what) {
  if (kind === 'images') return halved(await readTable(join(folder, what, 't10k-images-idx3-ubyte.gz')))
  const table = await readTable(join(folder, 'adbench', what))
  const label = table.columns.find(({ name }) => name === table.suggestedLabel)
  const normal = Int32Array.from({ length: table.rowCount }, (_, i) => i).filter(
    (row) => label.values[row] === 0,
  )
  return dropColumns(selectRows(table, normal), [label.name])
}

/** Images of half the height and width, each pixel the mean of four: as many trainings as a bench needs can be afforded. */
function halved({ columns, grid, source, rowCount, notes }) {
  const [height, width] = [grid.height >> 1, grid.width >> 1]
  const pixels = Array.from({ length: height * width }, (_, i) => {
    const [y, x] = [2 * Math.floor(i / width), 2 * (i % width)]
    const four = [0, 1, grid.width, grid.width + 1].map((step) => columns[y * grid.width + x + step].values)
    const values = four[0].map((value, row) => (value + four[1][row] + four[2][row] + four[3][row]) / 4)
    return { name: `pixel ${y / 2},${x / 2}`, storage: 'number', values }
  })
  return { source, rowCount, notes, columns: pixels, grid: { ...grid, height, width } }
}

/** Shapes of simulated tables: `(random, n, d)` to columns. */
export const shapes = {
  correlated: (random, n, d) => factors(random, n, d, { noise: 1 }),
  'low-rank': (random, n, d) => factors(random, n, d, { noise: 0.1 }),
  independent: (random, n, d) => columnsOf(d, () => fill(n, () => 20 + 3 * random.normal())),
  mixture: (random, n, d) => {
    const centres = Array.from({ length: 2 + random.below(4) }, () => fill(d, () => 4 * random.normal()))
    const modes = fill(n, () => random.below(centres.length))
    return columnsOf(d, (j) => modes.map((mode) => 20 + centres[mode][j] + random.normal()))
  },
  incomes: (random, n, d) => {
    const common = fill(n, () => random.normal())
    return columnsOf(d, () => {
      const width = 0.5 + random.uniform()
      return common.map((z) => Math.exp(8 + width * (0.6 * z + 0.8 * random.normal())))
    })
  },
  counts: (random, n, d) => {
    const common = fill(n, () => random.normal())
    return columnsOf(d, () => {
      const mean = 1 + 30 * random.uniform()
      return common.map((z) => poisson(random, mean * Math.exp(0.3 * z)))
    })
  },
  'heavy-tailed': (random, n, d) =>
    columnsOf(d, () =>
      fill(
        n,
        () =>
          random.normal() /
          Math.sqrt((random.normal() ** 2 + random.normal() ** 2 + random.normal() ** 2) / 3),
      ),
    ),
  zeros: (random, n, d) =>
    columnsOf(d, (j) => {
      const share = 0.3 + 0.65 * random.uniform()
      return fill(n, () =>
        random.uniform() < share
          ? 0
          : j % 2 === 0
            ? -50 * Math.log(1 - random.uniform())
            : Math.exp(2 + random.normal()),
      )
    }),
  items: (random, n, d) => {
    const common = fill(n, () => random.normal())
    return columnsOf(d, () =>
      common.map((z) => Math.max(1, Math.min(5, Math.round(3 + 0.8 * z + 0.8 * random.normal())))),
    )
  },
  categories: (random, n, d) => ({
    ...columnsOf(d, () => {
      const weights = fill(2 + random.below(8), () => random.uniform() ** 2 + 0.1)
      const total = weights.reduce((a, b) => a + b)
      return fill(n, () => {
        let [left, i] = [random.uniform() * total, 0]
        while (i < weights.length - 1 && (left -= weights[i]) > 0) i++
        return `kind ${'abcdefghij'[i]}`
      })
    }),
    size: fill(n, () => random.normal()),
    weight: fill(n, () => 50 + 8 * random.normal()),
  }),
  mixed: (random, n, d) => {
    const site = fill(n, () => random.below(4))
    const numbers = factors(random, n, Math.max(3, d - 2), { noise: 0.5 })
    return {
      ...numbers,
      site: site.map((s) => `site ${'abcd'[s]}`),
      passed: fill(n, () => random.uniform() < 0.7),
    }
  },
  gaps: (random, n, d) => {
    const whole = factors(random, n, d, { noise: 1 })
    return Object.fromEntries(
      Object.entries(whole).map(([name, cells]) => {
        const share = 0.15 * random.uniform()
        return [name, cells.map((cell) => (random.uniform() < share ? null : cell))]
      }),
    )
  },
  hours: (random, n, d) => ({
    time: Array.from({ length: n }, (_, i) => new Date(Date.UTC(2021, 0, 1) + i * 3_600_000)),
    ...columnsOf(d, (j) =>
      Array.from(
        { length: n },
        (_, i) => 10 + 3 * Math.sin((2 * Math.PI * i) / (24 * (1 + (j % 4))) + j) + random.normal(),
      ),
    ),
  }),
}

function simulated(shape, rows, seed) {
  const random = randomFor(seed, `simulated ${shape}`)
  return tableFromColumns(shapes[shape](random, rows, 4 + random.below(12)), `${shape} ${seed}`)
}

function factors(random, n, d, { noise }) {
  const common = Array.from({ length: n }, () => [random.normal(), random.normal(), random.normal()])
  return columnsOf(d, (j) => {
    const weights = [random.normal(), random.normal(), random.normal()]
    const [shift, scale] = [60 + 5 * j, 2 + (j % 5)]
    return common.map(
      (z) =>
        shift + scale * (weights[0] * z[0] + weights[1] * z[1] + weights[2] * z[2] + noise * random.normal()),
    )
  })
}

const fill = (n, make) => Array.from({ length: n }, () => make())
const columnsOf = (d, make) => Object.fromEntries(Array.from({ length: d }, (_, j) => [`c${j}`, make(j)]))

function poisson(random, mean) {
  let [k, p] = [0, Math.exp(-mean)]
  let [sum, u] = [p, random.uniform()]
  while (u > sum && k < 500) sum += p *= mean / ++k
  return k
}
