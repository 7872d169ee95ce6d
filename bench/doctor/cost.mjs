// How well the doctor foretells the cost of a fit: predictions of time and memory against fits that are then done, each in
// a process of its own. Needs `npm run build`.
//
//   node bench/doctor/cost.mjs [--quick]
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AnomalyDetector } from '../../dist/anomaly/node.js'
import { predictCost } from '../../dist/advice/doctor/cost-prediction.js'
import { patientOf } from '../../dist/advice/doctor/doctor.js'
import { randomFor } from '../../dist/base/index.js'
import { tableFromColumns } from '../../dist/data/index.js'
import { nodeLearning } from '../../dist/learning/node.js'

/** Rows, columns and options of learning. */
const cases = [
  [1000, 8, {}],
  [5000, 20, {}],
  [20_000, 20, {}],
  [5000, 20, { kind: 'undercomplete', options: { hidden: [64, 32], latent: 6 } }],
  [60_000, 12, { kind: 'undercomplete', options: { hidden: [64, 32], latent: 6 } }],
  [5000, 100, { kind: 'masked' }],
  [4000, 200, { kind: 'variational' }],
  [2000, 30, { options: { hidden: [512, 512], latent: 512 } }],
]

const [task, number] = process.argv.slice(2)
if (task === 'predict' || task === 'fit')
  console.log(JSON.stringify(await (task === 'fit' ? fit : predict)(...cases[Number(number)])))
else table()

function tableOf(rows, columns) {
  const random = randomFor(rows, 'cost')
  const common = Array.from({ length: rows }, () => [random.normal(), random.normal(), random.normal()])
  const column = () => {
    const weights = [random.normal(), random.normal(), random.normal()]
    return Float64Array.from(
      common,
      (z) => weights[0] * z[0] + weights[1] * z[1] + weights[2] * z[2] + 0.3 * random.normal(),
    )
  }
  return tableFromColumns(Object.fromEntries(Array.from({ length: columns }, (_, j) => [`c${j}`, column()])))
}

async function predict(rows, columns, learning) {
  const patient = await patientOf(tableOf(rows, columns), { learning }, nodeLearning)
  const began = performance.now()
  const { seconds, bytes, parts, steps, threads } = await predictCost(patient, learning)
  return { seconds, bytes, parts, steps, threads, took: (performance.now() - began) / 1000 }
}

async function fit(rows, columns, learning) {
  const data = tableOf(rows, columns)
  const began = performance.now()
  const { record, dispose } = await AnomalyDetector.fit(data, learning)
  const seconds = (performance.now() - began) / 1000
  await dispose()
  const { training } = record
  return {
    seconds,
    bytes: process.resourceUsage().maxRSS * 1024,
    steps: training.steps,
    threads: training.threads,
    stopped: training.stopped,
  }
}

function table() {
  const run = (what, i) =>
    JSON.parse(
      execFileSync(process.execPath, [fileURLToPath(import.meta.url), what, String(i)], { encoding: 'utf8' }),
    )
  console.log(
    '| rows × columns | kind | steps | foretold s | took s | ratio | foretold MB | took MB | ratio |',
  )
  console.log('| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |')
  const chosen = process.argv.includes('--quick') ? [0, 3] : cases.keys()
  for (const i of chosen) {
    const [rows, columns, { kind = 'denoising' }] = cases[i]
    const [foretold, took] = [run('predict', i), run('fit', i)]
    // A training that stopped early took fewer steps than were foretold: the prediction is of the steps that were done.
    const share = took.steps / foretold.steps
    const { start, preparing, steps, evaluations, scoring } = foretold.parts
    const seconds = start + preparing + share * (steps + evaluations) + scoring
    const numbers = [seconds.toFixed(1), took.seconds.toFixed(1), (seconds / took.seconds).toFixed(2)]
    const memory = [
      (foretold.bytes / 1e6).toFixed(0),
      (took.bytes / 1e6).toFixed(0),
      (foretold.bytes / took.bytes).toFixed(2),
    ]
    console.log(`| ${rows} × ${columns} | ${kind} | ${took.steps} | ${[...numbers, ...memory].join(' | ')} |`)
  }
}
