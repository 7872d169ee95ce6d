// Do explanations find the planted cell? On a table of machines, one numeric cell of a normal row is put out of the
// column's range, and the column that contributes most to the score should be that one. 500 trials, seeded.
//
//   node bench/explanations.mjs ai4i2020.csv [--trials 500] [--beyond 0.25]
//
// --beyond: how far outside, as a share of the column's range, is drawn between this and twice this. The detector learns
// from half of the normal rows; trials use the other half. Needs `npm run build`.
import { parseArgs } from 'node:util'
import { labelsOf } from '../dist/anomaly/index.js'
import { AnomalyDetector } from '../dist/anomaly/node.js'
import { permutation, randomFor } from '../dist/base/index.js'
import { dropColumns, readTable, selectRows } from '../dist/data/index.js'

const failures = ['Machine_failure', 'TWF', 'HDF', 'PWF', 'OSF', 'RNF']
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { trials: { type: 'string', default: '500' }, beyond: { type: 'string', default: '0.25' } },
})
if (positionals[0] === undefined) {
  console.error('usage: node bench/explanations.mjs ai4i2020.csv [--trials N] [--beyond SHARE]')
  process.exit(2)
}

const whole = await readTable(positionals[0])
const labels = labelsOf(whole, failures[0])
const table = dropColumns(whole, failures)
const normal = permutation(table.rowCount, randomFor(0, 'explanations')).filter((row) => labels[row] === 0)
const half = normal.length >> 1
const detector = await AnomalyDetector.fit(selectRows(table, normal.slice(0, half)), { seed: 0 })

const stream = randomFor(0, 'planted cells')
const numeric = detector.record.columns.filter(({ kind }) => kind === 'numeric').map(({ name }) => name)
const trials = Number(options.trials)
const rows = normal.slice(half, half + trials)
const picked = Array.from({ length: trials }, () => numeric[stream.below(numeric.length)])
const planted = selectRows(table, rows)
for (const [i, name] of picked.entries()) {
  const { values } = table.columns.find((column) => column.name === name)
  const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]
  const distance = (high - low) * Number(options.beyond) * (1 + stream.uniform())
  planted.columns.find((column) => column.name === name).values[i] = stream.below(2)
    ? high + distance
    : low - distance
}
const { contributions, columns, isAnomaly } = await detector.score(planted)
await detector.dispose()

const ranks = picked.map((name, i) => {
  const row = contributions.subarray(i * columns.length, (i + 1) * columns.length)
  return 1 + row.filter((share) => share > row[columns.indexOf(name)]).length
})
console.log('column                     trials   ranked first')
for (const name of numeric) {
  const mine = ranks.filter((_, i) => picked[i] === name)
  const first = mine.filter((rank) => rank === 1).length
  console.log(
    `${name.padEnd(26)} ${String(mine.length).padStart(6)}   ${((100 * first) / mine.length).toFixed(1)} %`,
  )
}
const first = ranks.filter((rank) => rank === 1).length
console.log(
  `\nplanted column first in ${first} of ${trials} trials (${((100 * first) / trials).toFixed(1)} %), flagged ${isAnomaly.reduce((a, b) => a + b)}`,
)
