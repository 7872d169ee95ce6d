// A whole training on a real table: shuttle of ADBench (49,097 rows, 9 columns), ten epochs in batches of 32 of the
// network 9-64-32-64-9, against PyOD's AutoEncoder with the same setup. Both standardise and train; reading the file
// is not counted. The mean squared errors that both end with are compared. Then scoring, in rows per second.
//
// Both work on one thread (a network this small is slower on two) and are measured in processor time: on a quiet machine
// it is the time that passes, and on a busy one the time that passes tells of the neighbours.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AnomalyDetector } from '../dist/anomaly/node.js'
import { dropColumns, readTable } from '../dist/data/index.js'
import { defaultTraining } from '../dist/training/index.js'
import { trainHere } from '../dist/training/node.js'
import { descriptionOf } from './lib/networks.mjs'
import { python, pythonPackage } from './lib/python-peer.mjs'
import { formatSeconds } from './lib/timing.mjs'

export const title = 'Whole job'

const file = '32_shuttle.npz'
const setup = { hidden: [64, 32], epochs: 10, batch: 32, learningRate: 1e-3, checkedRows: 16384 }
const wanted = 5

/** Rows of the table; none without `--data`. */
export async function run({ data, quick, say }) {
  if (data === undefined) {
    say(`whole job: left out; give --data FOLDER with ${file} of ADBench`)
    return []
  }
  const read = await readTable(join(data, file))
  const table = dropColumns(read, read.suggestedLabel === undefined ? [] : [read.suggestedLabel])
  const rounds = quick ? 1 : 3
  const peers = []
  const ours = []
  for (let round = 0; round < rounds; round++) {
    say(`whole job, round ${round + 1} of ${rounds}`)
    ours.push(await train(table))
    if (pythonPackage('pyod') !== undefined) peers.push(pyod(table))
  }
  if (peers.length === 0) say('PyOD not found: set HOURGLASS_PYTHON to a Python that has pyod and torch')
  return [...trainingRows(ours, peers), ...(await scoringRows(table, peers))]
}

const best = (results, key) => Math.min(...results.map((result) => result[key]))

function trainingRows(ours, peers) {
  const what = `shuttle, ${setup.epochs} epochs, batch ${setup.batch}`
  const error = best(ours, 'meanSquaredError')
  const row = { what, ours: `${formatSeconds(best(ours, 'trainSeconds'))}, MSE ${error.toPrecision(2)}` }
  if (peers.length === 0) return [{ ...row, peer: '' }]
  const theirs = best(peers, 'meanSquaredError')
  // Both learn by chance; an error of another size would mean another job.
  if (!(error < 2 * theirs)) throw new Error(`shuttle: error ${error}, PyOD has ${theirs}`)
  return [
    {
      ...row,
      peer: `PyOD ${peers[0].version} ${formatSeconds(best(peers, 'trainSeconds'))}, MSE ${theirs.toPrecision(2)}`,
      ratio: best(peers, 'trainSeconds') / best(ours, 'trainSeconds'),
      wanted,
    },
  ]
}

async function scoringRows(table, peers) {
  const rows = []
  const perSecond = (seconds) => `${Math.round(table.rowCount / seconds).toLocaleString('en')} rows/s`
  for (const [name, options] of [
    ['undercomplete 9-64-32-64-9', { kind: 'undercomplete', hidden: [64], latent: 32 }],
    ['the default detector', {}],
  ]) {
    const detector = await AnomalyDetector.fit(table, { ...options, epochs: 1, threads: 1 })
    await detector.scoreOnly(table)
    const times = []
    for (let i = 0; i < 5; i++) {
      const seconds = stopwatch()
      await detector.scoreOnly(table)
      times.push(seconds())
    }
    await detector.dispose()
    const ours = Math.min(...times)
    rows.push({
      what: `score shuttle, ${name}`,
      ours: perSecond(ours),
      peer: peers.length === 0 ? '' : `PyOD ${perSecond(best(peers, 'scoreSeconds'))}`,
      ...(peers.length > 0 && { ratio: best(peers, 'scoreSeconds') / ours }),
    })
  }
  return rows
}

/** Standardises and trains; seconds, and the mean squared error over the first rows. */
async function train(table) {
  const width = table.columns.length
  const seconds = stopwatch()
  const features = standardised(table)
  const training = Int32Array.from({ length: table.rowCount }, (_, row) => row)
  const steps = setup.epochs * Math.floor(table.rowCount / setup.batch)
  const { record } = await trainHere({
    autoencoder: descriptionOf({ widths: [width, ...setup.hidden, setup.hidden[0], width] }),
    data: { rows: table.rowCount, features, training, validation: training.subarray(0, setup.checkedRows) },
    options: {
      ...defaultTraining,
      steps,
      batchSize: setup.batch,
      learningRate: setup.learningRate,
      schedule: 'constant',
      warmupSteps: 0,
      weightDecay: 0,
      evaluateEvery: steps,
      threads: 1,
    },
  })
  return { trainSeconds: seconds(), meanSquaredError: 2 * record.points.at(-1).validationLoss }
}

/** Seconds of processor time since the call. */
function stopwatch() {
  const began = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(began)
    return (user + system) / 1e6
  }
}

function standardised({ columns, rowCount }) {
  const features = new Float32Array(rowCount * columns.length)
  columns.forEach(({ values }, column) => {
    const mean = values.reduce((sum, x) => sum + x, 0) / rowCount
    const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / rowCount) || 1
    for (let row = 0; row < rowCount; row++)
      features[row * columns.length + column] = (values[row] - mean) / deviation
  })
  return features
}

function pyod({ columns, rowCount }) {
  const folder = mkdtempSync(join(tmpdir(), 'hourglass-bench-'))
  try {
    const width = columns.length
    const matrix = Float64Array.from(
      { length: rowCount * width },
      (_, i) => columns[i % width].values[Math.floor(i / width)],
    )
    const path = join(folder, 'matrix')
    writeFileSync(path, matrix)
    const script = fileURLToPath(new URL('peers/pyod-autoencoder.py', import.meta.url))
    const { status, stdout } = spawnSync(python, [script, path, String(width), JSON.stringify(setup)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error('PyOD failed; its message stands above')
    return JSON.parse(stdout)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
