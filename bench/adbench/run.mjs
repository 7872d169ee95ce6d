// Detection quality on ADBench's classical sets: half of the normal rows train, the other half and all anomalies are
// the test, at most 50,000 rows, three seeds, one configuration. Beside it, on the same splits: k-nearest neighbours
// (k = 5, distance to the fifth) and Isolation Forest of scikit-learn, both on standardised columns.
//
//   node bench/adbench/run.mjs FOLDER [--seeds 3] [--sets glass,wine] [--kind denoising] [--calibration]
//
// FOLDER holds .npz files with X (n, d) and y (n,). Needs `npm run build`; Python with scikit-learn for the peers
// (HOURGLASS_PYTHON or python3), without it their columns stay empty. With --calibration: how often normal test rows
// are flagged at asked false-alarm rates of 0.1, 0.05 and 0.01. Labels are used to measure, never to train.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { binomialInterval, conformalInterval, evaluate, labelsOf } from '../../dist/anomaly/index.js'
import { AnomalyDetector } from '../../dist/anomaly/node.js'
import { permutation, randomFor } from '../../dist/base/index.js'
import { dropColumns, readTable, selectRows } from '../../dist/data/index.js'

const mostRows = 50_000
const rates = [0.1, 0.05, 0.01]

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '3' },
    sets: { type: 'string' },
    kind: { type: 'string', default: 'denoising' },
    calibration: { type: 'boolean', default: false },
    threads: { type: 'string', default: '1' },
  },
})
const folder = positionals[0]
if (folder === undefined) {
  console.error(
    'usage: node bench/adbench/run.mjs FOLDER [--seeds N] [--sets A,B] [--kind KIND] [--calibration]',
  )
  process.exit(2)
}

/** Training and test rows of one seed. */
function splitOf(labels, seed) {
  const order = permutation(labels.length, randomFor(seed, 'adbench')).subarray(0, mostRows)
  const normal = order.filter((row) => labels[row] === 0)
  const half = normal.length >> 1
  return {
    training: normal.slice(0, half),
    test: Int32Array.from([...normal.subarray(half), ...order.filter((row) => labels[row] === 1)]),
  }
}

async function ours(table, labels, { training, test }, seed) {
  const began = performance.now()
  const detector = await AnomalyDetector.fit(selectRows(table, training), {
    seed,
    kind: options.kind,
    threads: Number(options.threads),
  })
  const fitSeconds = (performance.now() - began) / 1000
  const { score, pValue } = await detector.scoreOnly(selectRows(table, test))
  await detector.dispose()
  const truth = Array.from(test, (row) => labels[row])
  const normal = Array.from(pValue).filter((_, i) => truth[i] === 0)
  const alarms = rates.map((rate) => normal.filter((p) => p <= rate).length / normal.length)
  return {
    ...evaluate(score, truth),
    fitSeconds,
    alarms,
    normal: normal.length,
    held: detector.record.rows.calibration,
  }
}

/** The peers' figures on the same rows, through files of float64. */
function peers(table, labels, { training, test }, seed, scratch) {
  const python = process.env.HOURGLASS_PYTHON ?? 'python3'
  const matrix = (rows) => {
    const columns = table.columns.map(({ values }) => values)
    return Float64Array.from(
      { length: rows.length * columns.length },
      (_, i) => columns[i % columns.length][rows[Math.floor(i / columns.length)]],
    )
  }
  writeFileSync(join(scratch, 'train.bin'), matrix(training))
  writeFileSync(join(scratch, 'test.bin'), matrix(test))
  writeFileSync(
    join(scratch, 'labels.bin'),
    Uint8Array.from(test, (row) => labels[row]),
  )
  const script = join(import.meta.dirname, 'peers.py')
  const { status, stdout, stderr } = spawnSync(
    python,
    [script, scratch, String(table.columns.length), String(seed)],
    {
      encoding: 'utf8',
    },
  )
  if (status === 0) return JSON.parse(stdout)
  if (seed === 0) console.error(`peers: ${stderr.trim().split('\n').at(-1)}`)
  return {}
}

const pad = (text, width) => String(text).padStart(width)
const pair = (result) =>
  result === undefined
    ? pad('–', 13)
    : `${pad(result.auroc.toFixed(3), 6)} ${pad(result.averagePrecision.toFixed(3), 6)}`
const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length
const meanOf = (results) =>
  results.some((result) => result === undefined)
    ? undefined
    : {
        auroc: mean(results.map((r) => r.auroc)),
        averagePrecision: mean(results.map((r) => r.averagePrecision)),
      }

const names = readdirSync(folder).filter((name) => name.endsWith('.npz'))
const wanted = options.sets?.split(',')
const chosen = names.filter((name) => wanted === undefined || wanted.some((set) => name.includes(set))).sort()
const seeds = Array.from({ length: Number(options.seeds) }, (_, seed) => seed)
const scratch = mkdtempSync(join(tmpdir(), 'adbench-'))
const all = { hourglass: [], knn: [], forest: [], alarms: [] }
const heading = `${'set'.padEnd(20)} ${pad('train', 6)} ${pad('test', 6)} ${pad('d', 4)}  hourglass      kNN (k=5)      Isolation F.   fit s`
console.log(`AUROC and average precision, mean of ${seeds.length} seeds\n${heading}`)
try {
  for (const name of chosen) {
    const whole = await readTable(join(folder, name))
    const labels = labelsOf(whole, whole.suggestedLabel)
    const table = dropColumns(whole, [whole.suggestedLabel])
    const results = { hourglass: [], knn: [], forest: [] }
    let split
    for (const seed of seeds) {
      split = splitOf(labels, seed)
      const mine = await ours(table, labels, split, seed)
      results.hourglass.push(mine)
      all.alarms.push({ name, seed, ...mine })
      const others = peers(table, labels, split, seed, scratch)
      results.knn.push(others.knn)
      results.forest.push(others.forest)
    }
    for (const method of ['hourglass', 'knn', 'forest']) all[method].push(meanOf(results[method]))
    console.log(
      `${name.replace('.npz', '').padEnd(20)} ${pad(split.training.length, 6)} ${pad(split.test.length, 6)} ${pad(table.columns.length, 4)}  ` +
        `${pair(all.hourglass.at(-1))}  ${pair(all.knn.at(-1))}  ${pair(all.forest.at(-1))}  ${pad(mean(results.hourglass.map((r) => r.fitSeconds)).toFixed(1), 5)}`,
    )
  }
} finally {
  rmSync(scratch, { recursive: true })
}
console.log(
  `${'mean'.padEnd(39)} ${pair(meanOf(all.hourglass))}  ${pair(meanOf(all.knn))}  ${pair(meanOf(all.forest))}`,
)

if (options.calibration) {
  console.log(
    '\nFalse alarms among normal test rows: share of runs whose observed rate lies in a 95 % interval',
  )
  console.log('asked   mean observed   binomial interval   interval that counts the calibration rows too')
  for (const [i, rate] of rates.entries()) {
    const inside = (interval) =>
      all.alarms.filter((run) => {
        const [low, high] = interval(run)
        return run.alarms[i] >= low && run.alarms[i] <= high
      }).length
    const binomial = inside(({ normal }) => binomialInterval(normal, rate))
    const conformal = inside(({ normal, held }) => conformalInterval(normal, held, rate))
    console.log(
      `${String(rate).padEnd(7)} ${mean(all.alarms.map((run) => run.alarms[i]))
        .toFixed(4)
        .padEnd(
          15,
        )} ${`${binomial} of ${all.alarms.length}`.padEnd(19)} ${conformal} of ${all.alarms.length}`,
    )
  }
}
