// Searches beside each other at equal budget: what `hourglass tune` does (tree-structured Parzen estimator and successive
// halving), random search of full trainings, and Optuna (multivariate TPE with groups, successive halving) driving the
// same objective in the same way. On tables of ADBench; half of the normal rows are searched on, without labels.
//
//   node bench/tune.mjs FOLDER [--sets a,b] [--tables 10] [--seeds 3] [--budget 8] [--steps 600] [--rows 1000]
//                       [--contenders random,optuna,hourglass] [--results tune-results.jsonl] [--labels] [--from-nothing]
//                       [--metric planted]
//
// FOLDER holds .npz files with X (n, d) and y (n,). The budget is counted in full trainings: a trial that is stopped at a
// ninth costs a ninth, and nobody begins a piece of work that goes over it (what Optuna has when its last trial may go over
// is kept beside, as `over`). A full training is the plan's in miniature: --steps steps, with warm-up and evaluations in
// proportion. All contenders search the same space and begin with what Hourglass does without a search, as `hourglass tune`
// does, or with --from-nothing with nothing; the number compared is the metric of the best trial that was trained in full.
// Searches that are done are kept in --results, so that a run that was stopped goes on. With --labels the best options are
// learned in full too, and the other half of the normal rows and the anomalies are scored: AUROC. Needs `npm run build`;
// Optuna in the Python that HOURGLASS_PYTHON names, without it its column stays empty.
import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fileURLToPath } from 'node:url'
import {
  defaultSpace,
  halvingOf,
  lossOf,
  metrics,
  randomSampler,
  treeParzenSampler,
  trialOptions,
  tune,
  tuningTask,
  usualKinds,
} from '../dist/advice/index.js'
import { usualConfiguration } from '../dist/advice/tuning/search-space.js'
import { memoryStudy } from '../dist/advice/tuning/study.js'
import { hereRunner } from '../dist/advice/tuning/trial-runner.js'
import { evaluate, labelsOf } from '../dist/anomaly/index.js'
import { AnomalyDetector } from '../dist/anomaly/node.js'
import { permutation, randomFor } from '../dist/base/index.js'
import { dropColumns, readTable, selectRows } from '../dist/data/index.js'
import { nodeEngine } from '../dist/engine/node.js'
import { planFor } from '../dist/learning/index.js'
import { nodeMachine } from '../dist/training/node.js'
import { python, pythonPackage } from './lib/python-peer.mjs'

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sets: { type: 'string' },
    tables: { type: 'string', default: '10' },
    seeds: { type: 'string', default: '3' },
    budget: { type: 'string', default: '8' },
    steps: { type: 'string', default: '600' },
    rows: { type: 'string', default: '1000' },
    contenders: { type: 'string', default: 'random,optuna,hourglass' },
    results: { type: 'string', default: 'tune-results.jsonl' },
    metric: { type: 'string', default: 'planted' },
    labels: { type: 'boolean', default: false },
    'from-nothing': { type: 'boolean', default: false },
  },
})
const folder = positionals[0]
if (folder === undefined) {
  console.error(
    'usage: node bench/tune.mjs FOLDER [--sets A,B] [--tables N] [--seeds N] [--budget N] [--contenders A,B] [--labels]',
  )
  process.exit(2)
}
const { metric } = given
const fromUsual = !given['from-nothing']
const [budget, steps, mostRows] = [given.budget, given.steps, given.rows].map(Number)
const halving = halvingOf()
const mostColumns = 64
const optunaVersion = pythonPackage('optuna')

/** Rows to search on, and rows to be scored. */
function splitOf(labels, seed) {
  const order = permutation(labels.length, randomFor(seed, 'bench tune'))
  const normal = order.filter((row) => labels[row] === 0)
  const half = Math.min(mostRows, normal.length >> 1)
  const odd = order.filter((row) => labels[row] === 1).subarray(0, mostRows)
  return {
    training: normal.slice(0, half),
    test: Int32Array.from([...normal.subarray(half, 2 * half), ...odd]),
  }
}

/** A full training in miniature: so many steps, and what is counted in steps in proportion. */
function miniature(training) {
  const scaled = (count) => Math.max(1, Math.round((count * steps) / training.steps))
  return {
    ...training,
    steps,
    warmupSteps: scaled(training.warmupSteps),
    evaluateEvery: scaled(training.evaluateEvery),
  }
}

/** A runner of such trainings, whatever the plan says. */
const shortened = (runner) => ({
  ...runner,
  run: (trial, resource, work) =>
    runner.run(
      { ...trial, training: miniature(trial.training) },
      { steps: Math.max(1, Math.round((resource.steps / trial.training.steps) * steps)) },
      work,
    ),
})

const machine = {
  engine: nodeEngine,
  startRunner: (task) => Promise.resolve(shortened(hereRunner(task, nodeMachine()))),
  openStudy: () => Promise.resolve(memoryStudy()),
  fingerprintOf: () => '',
}

const lastOf = ({ results }) => results.at(-1)

async function searchOwn(table, seed, options) {
  const found = await tune(
    table,
    { metric, seed, startsWithUsual: fromUsual, budget: { trainings: budget }, ...options },
    machine,
  )
  const spent = found.trials.reduce(
    (sum, { results }) => sum + (options.halving.rungs[results.length - 1] ?? 0),
    0,
  )
  const isFull = ({ results }) => results.length === options.halving.rungs.length
  const full = found.trials.filter(isFull).map((trial) => lastOf(trial).value)
  return { value: lastOf(found.best).value, fit: found.fit, trials: found.trials.length, full, spent }
}

/** The same objective, asked for by Optuna. */
async function searchOptuna(table, seed) {
  const { task } = await tuningTask(table, { metric, seed }, nodeEngine, {})
  const kinds = usualKinds(task.space, metric)
  const space = defaultSpace({ space: task.space, trainingRows: task.data.training.length, kinds })
  const runner = shortened(hereRunner(task, nodeMachine()))
  const first = fromUsual ? usualConfiguration(space) : undefined
  const peer = await askPeer({ space, seed, reduction: halving.reduction, first })
  const top = halving.rungs.length - 1
  const full = [] // results of full trainings, with what had been spent by then
  let [spent, number] = [0, 0]
  try {
    while (spent + halving.rungs[0] <= budget + 1e-9) {
      const { configuration } = await peer.ask({ ask: true })
      const options = trialOptions({ configuration, number: number++ }, task.space.width, { seed })
      spent += await climb({ task, runner, peer, options }, ({ rung, loss, value }) => {
        if (rung === top) full.push({ loss, value, fit: options, spent: spent + 1 })
      })
    }
  } finally {
    peer.end()
  }
  const bestOf = (some) => some.toSorted((one, other) => one.loss - other.loss)[0]
  const best = bestOf(full.filter((trial) => trial.spent <= budget + 1e-9))
  const over = bestOf(full).value
  return {
    ...{ value: best.value, fit: best.fit, over },
    trials: number,
    full: full.map((trial) => trial.value),
    spent,
  }
}

/** One trial, rung by rung until Optuna prunes it. @returns what it cost */
async function climb({ task, runner, peer, options }, onResult) {
  const trial = { number: 0, ...planFor(task.space, task.data, { ...options, threads: 1 }) }
  let checkpoint
  for (const [rung, share] of halving.rungs.entries()) {
    let result
    try {
      const resource = { steps: Math.round(trial.training.steps * share) }
      result = await runner.run({ ...trial, ...(checkpoint && { checkpoint }) }, resource, {})
    } catch {
      await peer.ask({ failed: true })
      return share
    }
    checkpoint = result.checkpoint
    const loss = lossOf(metric, result.value)
    onResult({ rung, loss, value: result.value })
    if (rung === halving.rungs.length - 1) await peer.ask({ loss })
    else if ((await peer.ask({ rung, loss })).prune) {
      await peer.ask({ pruned: true })
      return share
    }
  }
  return 1
}

async function askPeer(setup) {
  const script = fileURLToPath(new URL('peers/optuna-search.py', import.meta.url))
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  child.stdin.write(`${JSON.stringify(setup)}\n`)
  const ask = async (request) => {
    child.stdin.write(`${JSON.stringify(request)}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error('optuna-search.py ended early; its message stands above')
    return JSON.parse(value)
  }
  return { ask, end: () => child.stdin.end() }
}

const everybody = {
  random: (table, seed) =>
    searchOwn(table, seed, { halving: halvingOf({ count: 1 }), sampler: (space) => randomSampler(space) }),
  ...(optunaVersion !== undefined && { optuna: searchOptuna }),
  hourglass: (table, seed) =>
    searchOwn(table, seed, { halving, sampler: (space, by) => treeParzenSampler(space, { seed: by }) }),
}

const contenders = Object.fromEntries(
  Object.entries(everybody).filter(([name]) => given.contenders.split(',').includes(name)),
)

/** AUROC of a full fit with some options, on rows of a known label. */
async function labelledAuroc(table, labels, { training, test }, fit) {
  const detector = await AnomalyDetector.fit(selectRows(table, training), { ...fit, threads: 1 })
  const { score } = await detector.scoreOnly(selectRows(table, test))
  await detector.dispose()
  return evaluate(
    score,
    Array.from(test, (row) => labels[row]),
  ).auroc
}

const keyOf = ({ set, seed, contender }) =>
  [set, seed, contender, metric, budget, steps, mostRows, fromUsual ? 'usual' : 'nothing'].join(' ')
const known = new Map()
if (existsSync(given.results)) {
  for (const line of readFileSync(given.results, 'utf8').split('\n').filter(Boolean)) {
    const row = JSON.parse(line)
    known.set(row.key, row)
  }
}

async function rowFor(set, seed, contender, load) {
  const key = keyOf({ set, seed, contender })
  const found = known.get(key)
  if (found !== undefined && (!given.labels || found.auroc !== undefined)) return found
  const { table, labels } = await load()
  const split = splitOf(labels, seed)
  const began = performance.now()
  const { fit, ...result } = await contenders[contender](selectRows(table, split.training), seed)
  const row = {
    ...{ key, set, seed, contender, ...result, seconds: (performance.now() - began) / 1000 },
    ...(given.labels && { auroc: await labelledAuroc(table, labels, split, fit) }),
  }
  appendFileSync(given.results, `${JSON.stringify(row)}\n`)
  known.set(key, row)
  return row
}

/** Names of the tables, and a way to read each once. */
async function tablesIn() {
  const wanted = given.sets?.split(',')
  const names = readdirSync(folder)
    .filter(
      (name) => name.endsWith('.npz') && (wanted === undefined || wanted.some((set) => name.includes(set))),
    )
    .sort()
  const found = []
  for (const name of names) {
    if (found.length >= Number(given.tables)) break
    const whole = await readTable(join(folder, name))
    if (whole.columns.length > mostColumns || whole.rowCount > 50_000) continue
    const labels = labelsOf(whole, whole.suggestedLabel)
    found.push({
      name: name.replace('.npz', ''),
      load: () => ({ table: dropColumns(whole, [whole.suggestedLabel]), labels }),
    })
  }
  return found
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
const names = Object.keys(contenders)
const seeds = Array.from({ length: Number(given.seeds) }, (_, seed) => seed)
const pad = (text, width = 11) => String(text).padStart(width)
const isBetter = (one, other) => lossOf(metric, one) < lossOf(metric, other)

console.log(
  `${metrics[metric].title} of the best trial, mean of ${seeds.length} seeds; ${budget} full trainings of ${steps} steps; Optuna ${optunaVersion ?? 'not installed'}`,
)
console.log(
  `${'set'.padEnd(18)}${names.map((name) => pad(name)).join('')}${given.labels ? names.map((name) => pad(`${name.slice(0, 4)} AUROC`, 12)).join('') : ''}`,
)
const all = []
for (const { name, load } of await tablesIn()) {
  const rows = []
  for (const seed of seeds)
    for (const contender of names) rows.push(await rowFor(name, seed, contender, load))
  const of = (contender, field) =>
    mean(rows.filter((row) => row.contender === contender).map((row) => row[field]))
  const line = Object.fromEntries(names.map((contender) => [contender, of(contender, 'value')]))
  all.push({ name, line, rows })
  const labelled = given.labels
    ? names.map((contender) => pad(of(contender, 'auroc').toFixed(4), 12)).join('')
    : ''
  console.log(
    `${name.padEnd(18)}${names.map((contender) => pad(line[contender].toFixed(4))).join('')}${labelled}`,
  )
}
console.log(
  `${'mean'.padEnd(18)}${names.map((contender) => pad(mean(all.map(({ line }) => line[contender])).toFixed(4))).join('')}`,
)

/** How one value stands to another: 1 better, 0 alike, −1 worse. */
const standing = (one, other) => (one === other ? 0 : isBetter(one, other) ? 1 : -1)
const counted = (standings) =>
  `better ${standings.filter((x) => x > 0).length}, alike ${standings.filter((x) => x === 0).length}, worse ${standings.filter((x) => x < 0).length}`
for (const other of names.filter((name) => name !== 'hourglass' && names.includes('hourglass'))) {
  const tables = all.map(({ line }) => standing(line.hourglass, line[other]))
  const searches = all.flatMap(({ rows }) =>
    seeds.map((seed) => {
      const at = (contender) => rows.find((row) => row.seed === seed && row.contender === contender).value
      return standing(at('hourglass'), at(other))
    }),
  )
  console.log(`beside ${other}: tables ${counted(tables)}; searches ${counted(searches)}`)
}
