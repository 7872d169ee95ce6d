// How good the doctor is: illnesses planted in real, image and simulated tables at graded strength, and healthy controls.
//
//   node bench/doctor/run.mjs FOLDER [--half unseen] [--clear 20] [--others 6] [--controls 104] [--budget 10]
//                             [--only input,overfitting] [--names leakage,…] [--shard 1/2] [--results FILE] [--no-remedies]
//
// FOLDER holds adbench/*.npz and, for images, mnist/ and fashion-mnist/ in idx form; without them simulated tables alone
// are used. Needs `npm run build`. Every case is written to FILE (bench/doctor/results.jsonl by default) as it is done;
// cases that are there already are not run again. `node bench/doctor/table.mjs FILE…` makes the table.
//
// --clear and --others: cases of each difficulty, over its plants, of clear and of each lesser strength; of the input, which
// has many plants, at least three and one of each. --budget: seconds of the doctor for one difficulty.
//
// A case counts as found when the doctor names the planted illness and calls it ill or to be watched. A control counts as
// false when anything at all is called ill.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { examine } from '../../dist/advice/index.js'
import { randomFor } from '../../dist/base/index.js'
import { nodeLearning } from '../../dist/learning/node.js'
import { casesOf } from './cases.mjs'
import { controlCases, controlTable } from './controls.mjs'
import { plants } from './plant.mjs'
import { batchSize } from './plants/model.mjs'
import { remedyOf } from './remedy.mjs'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    half: { type: 'string', default: 'unseen' },
    clear: { type: 'string', default: '20' },
    others: { type: 'string', default: '6' },
    controls: { type: 'string', default: '104' },
    budget: { type: 'string', default: '10' },
    only: { type: 'string' },
    names: { type: 'string' },
    shard: { type: 'string', default: '1/1' },
    remedies: { type: 'boolean', default: true },
    results: { type: 'string', default: new URL('results.jsonl', import.meta.url).pathname },
  },
  allowNegative: true,
})
const folder = positionals[0]
if (folder === undefined) {
  console.error(
    'usage: node bench/doctor/run.mjs FOLDER [--clear N] [--others N] [--controls N] [--only D,…] [--names P,…]',
  )
  process.exit(2)
}
const budgetSeconds = Number(options.budget)
const only = options.only?.split(',')
const names = options.names?.split(',')
const [shard, shards] = options.shard.split('/').map(Number)
const rounds = 20

/** A ladder of trainings must be long to tell anything of trainings of a hundred thousand steps. */
const moreTime = { cost: 3 }

const done = new Set()
if (existsSync(options.results))
  for (const line of readFileSync(options.results, 'utf8').split('\n').filter(Boolean))
    done.add(JSON.parse(line).id)

// Difficulties and controls in turn, so that what a run that is stopped has done is balanced.
const chosen = plants.filter(
  ({ code, name = code, difficulty }) =>
    (!only || only.includes(difficulty)) && (!names || names.includes(name) || names.includes(code)),
)
const queues = [
  ...['clear', 'moderate', 'faint'].flatMap((strength) => queuesOf(strength)),
  controlQueue(controlCases(folder, options.half, Number(options.controls))),
]
let number = 0
for (let round = 0; queues.some((queue) => queue.left > 0); round++)
  for (const queue of queues) {
    // Each gives as many of its cases to a round as leaves all of them done at about the same time.
    const due = Math.ceil((queue.all * (round + 1)) / rounds) - (queue.all - queue.left)
    for (let i = 0; i < due; i++) await once(await queue.next())
  }

function queuesOf(strength) {
  const isClear = strength === 'clear'
  const count = Number(isClear ? options.clear : options.others)
  return [...new Set(chosen.map(({ difficulty }) => difficulty))].map((difficulty) => {
    const ofIt = chosen.filter((plant) => plant.difficulty === difficulty)
    const all = count === 0 ? 0 : Math.max(count, (isClear ? 3 : 1) * ofIt.length)
    const cases = casesOf(folder, options.half, ofIt, strength, all)
    return queueOf(all, async () => {
      const { value } = await cases.next()
      return value && { id: value.id, run: () => runCase(value) }
    })
  })
}

function controlQueue(controls) {
  return queueOf(controls.length, async (i) => ({ id: controls[i].id, run: () => runControl(controls[i]) }))
}

function queueOf(all, make) {
  const queue = { all, left: all, next: () => make(all - queue.left--) }
  return queue
}

/** Runs what is of this shard and not done yet. */
async function once(work) {
  if (work === undefined || number++ % shards !== shard - 1 || done.has(work.id)) return
  const began = performance.now()
  const before = process.cpuUsage()
  const result = await work.run()
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(before)
  const record = { id: work.id, ...result, seconds, cpuSeconds: (user + system) / 1e6 }
  appendFileSync(options.results, `${JSON.stringify(record)}\n`)
}

async function runCase({ plant, strength, base, table, fresh, seed }) {
  const { code, name = code, difficulty, also = [] } = plant
  const sick = plant.plant(table, strength, randomFor(seed, `${name} ${strength}`), { fresh })
  const learning = { batchSize, ...sick.options?.learning, threads: 1 }
  const report = await examine(
    sick.table,
    {
      only: [difficulty],
      budgetSeconds: budgetSeconds * (moreTime[difficulty] ?? 1),
      ...sick.options,
      learning,
    },
    nodeLearning,
  )
  const [diagnosis] = report.diagnoses
  const matches = diagnosis.illnesses.filter(
    (illness) =>
      [code, ...also].includes(illness.code) &&
      illness.verdict !== 'fine' &&
      (sick.columns === undefined || sick.columns.some((column) => illness.columns?.includes(column))),
  )
  const remedy =
    options.remedies && matches.length > 0
      ? await remedyOf(sick, matches, { fresh, seed, difficulty })
      : undefined
  return {
    ...{
      name,
      code,
      difficulty,
      strength,
      base,
      rows: sick.table.rowCount,
      columns: sick.table.columns.length,
    },
    verdict: diagnosis.verdict,
    found: matches.length > 0,
    ill: matches.some(({ verdict }) => verdict === 'ill'),
    illnesses: diagnosis.illnesses.map((illness) => `${illness.code}: ${illness.verdict}`),
    ...(matches.length === 0 && {
      summary: diagnosis.summary,
      evidence: diagnosis.evidence
        .slice(0, 12)
        .map(({ name: what, value, low, high }) => [what, value, low, high]),
    }),
    ...(remedy && { remedy, advice: matches[0].remedies[0]?.text }),
    doctorSeconds: diagnosis.seconds,
  }
}

async function runControl({ base, rows, seed }) {
  const { table, ...world } = await controlTable(folder, { base, rows, seed })
  const report = await examine(
    table,
    {
      ...world,
      learning: { batchSize, threads: 1 },
      budgetSeconds: 8 * budgetSeconds,
      ...(only && { only }),
    },
    nodeLearning,
  )
  return {
    control: true,
    base,
    verdicts: Object.fromEntries(report.diagnoses.map(({ difficulty, verdict }) => [difficulty, verdict])),
    illnesses: report.diagnoses.flatMap(({ difficulty, illnesses }) =>
      illnesses
        .filter(({ verdict }) => verdict === 'ill')
        .map(({ code, text }) => `${difficulty}: ${code}: ${text}`),
    ),
    times: Object.fromEntries(report.diagnoses.map(({ difficulty, seconds }) => [difficulty, seconds])),
  }
}
