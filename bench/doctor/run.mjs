// How good the doctor is: illnesses planted in real, image and simulated tables at graded strength, and healthy controls.
//
//   node bench/doctor/run.mjs FOLDER [--cases 24] [--controls 120] [--budget 30] [--only input,overfitting] [--codes leakage,…]
//                             [--quick] [--results FILE] [--no-remedies]
//
// FOLDER holds adbench/*.npz and, for images, mnist/ and fashion-mnist/ in idx form; without them simulated tables alone
// are used. Needs `npm run build`. Every case is written to FILE (bench/doctor/results.jsonl by default) as it is done;
// cases that are there already are not run again. --quick: 3 cases of each illness and strength, 13 controls.
//
// A case counts as found when the doctor names the planted illness and calls it ill or to be watched. A control counts as
// false when anything at all is called ill.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { applyFixes, examine, fixesOf } from '../../dist/advice/index.js'
import { randomFor } from '../../dist/base/index.js'
import { selectRows } from '../../dist/data/index.js'
import { nodeLearning } from '../../dist/learning/node.js'
import { baseNames, baseTable } from './bases.mjs'
import { controlCases, controlTable } from './controls.mjs'
import { aurocOf, testRows } from './measure.mjs'
import { plants, strengths } from './plant.mjs'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cases: { type: 'string' },
    controls: { type: 'string' },
    budget: { type: 'string', default: '30' },
    only: { type: 'string' },
    codes: { type: 'string' },
    quick: { type: 'boolean', default: false },
    remedies: { type: 'boolean', default: true },
    results: { type: 'string', default: new URL('results.jsonl', import.meta.url).pathname },
  },
  allowNegative: true,
})
const folder = positionals[0]
if (folder === undefined) {
  console.error(
    'usage: node bench/doctor/run.mjs FOLDER [--cases N] [--controls N] [--only D,…] [--codes C,…] [--quick]',
  )
  process.exit(2)
}
const perStrength = Number(options.cases ?? (options.quick ? 3 : 24))
const controlCount = Number(options.controls ?? (options.quick ? 13 : 120))
const budgetSeconds = Number(options.budget)
const only = options.only?.split(',')
const codes = options.codes?.split(',')
const sizes = [400, 1000, 2500]

const done = new Map()
if (existsSync(options.results))
  for (const line of readFileSync(options.results, 'utf8').split('\n').filter(Boolean)) {
    const result = JSON.parse(line)
    done.set(result.id, result)
  }

function keep(result) {
  done.set(result.id, result)
  appendFileSync(options.results, `${JSON.stringify(result)}\n`)
}

for (const plant of chosenPlants()) for (const strength of strengths) await runPlant(plant, strength)
for (const control of controlCases(folder, controlCount))
  if (!done.has(control.id)) keep(await runControl(control))
print()

function chosenPlants() {
  return plants.filter(
    ({ code, difficulty }) => (!only || only.includes(difficulty)) && (!codes || codes.includes(code)),
  )
}

/** Plants one illness so often at one strength, in as many different bases as it fits. */
async function runPlant(plant, strength) {
  const { real, images, simulated } = baseNames(folder)
  const order = [...real, ...simulated, ...images]
  const random = randomFor(strengths.indexOf(strength), `order of bases for ${plant.code}`)
  let [planted, tries] = [0, 0]
  while (planted < perStrength && tries < 8 * perStrength) {
    const base = order[(tries * 7 + random.below(order.length)) % order.length]
    const [seed, rows] = [tries, sizes[tries % sizes.length]]
    tries++
    const whole = await baseTable(folder, base, Math.round(rows * 1.6), seed)
    const cut = Math.round(whole.rowCount / 1.6)
    const part = (from, to) =>
      selectRows(
        whole,
        Int32Array.from({ length: to - from }, (_, i) => from + i),
      )
    const [table, fresh] = [part(0, cut), part(cut, whole.rowCount)]
    if (!plant.fits(table)) continue
    planted++
    const id = `${plant.code} ${strength} ${base} ${rows} ${seed}`
    if (!done.has(id)) keep({ id, ...(await runCase(plant, strength, { table, fresh, seed })) })
  }
}

async function runCase(plant, strength, { table, fresh, seed }) {
  const began = performance.now()
  const sick = plant.plant(table, strength, randomFor(seed, `${plant.code} ${strength}`), { fresh })
  const report = await examine(
    sick.table,
    { only: [plant.difficulty], budgetSeconds, ...sick.options },
    nodeLearning,
  )
  const [diagnosis] = report.diagnoses
  const matches = diagnosis.illnesses.filter(
    ({ code, verdict, columns }) =>
      (code === plant.code || plant.also?.includes(code)) &&
      verdict !== 'fine' &&
      (sick.columns === undefined || sick.columns.some((name) => columns?.includes(name))),
  )
  const result = {
    code: plant.code,
    difficulty: plant.difficulty,
    strength,
    verdict: diagnosis.verdict,
    found: matches.length > 0,
    ill: matches.some(({ verdict }) => verdict === 'ill'),
    others: diagnosis.illnesses
      .filter(({ code, verdict }) => verdict === 'ill' && code !== plant.code)
      .map(({ code }) => code),
    doctorSeconds: diagnosis.seconds,
  }
  const remedy =
    options.remedies && matches.length > 0 ? await remedyOf(sick, matches, fresh, seed) : undefined
  return { ...result, ...remedy, seconds: (performance.now() - began) / 1000 }
}

/** AUROC before and after what the found illness advises. */
async function remedyOf(sick, matches, fresh, seed) {
  const fixes = fixesOf([{ illnesses: matches, remedies: [] }])
  if (fixes.length === 0) return undefined
  const learning = sick.options?.learning ?? {}
  const label = sick.options?.label === undefined ? {} : { columns: { [sick.options.label]: 'ignore' } }
  const mended = applyFixes(sick.table, { ...learning, ...label }, fixes)
  const measured = testRows(fresh, seed)
  const test = sick.test === undefined ? measured : { ...measured, table: sick.test(measured.table) }
  return {
    before: await aurocOf(sick.table, { ...learning, ...label }, test),
    after: await aurocOf(mended.table, mended.learning, test),
  }
}

async function runControl({ id, base, rows, seed }) {
  const began = performance.now()
  const { table, ...world } = await controlTable(folder, { base, rows, seed })
  const report = await examine(
    table,
    {
      ...world,
      budgetSeconds: 8 * budgetSeconds,
      ...(only && { only }),
    },
    nodeLearning,
  )
  return {
    id,
    control: true,
    verdicts: Object.fromEntries(report.diagnoses.map(({ difficulty, verdict }) => [difficulty, verdict])),
    illnesses: report.diagnoses.flatMap(({ difficulty, illnesses }) =>
      illnesses
        .filter(({ verdict }) => verdict === 'ill')
        .map(({ code, text }) => `${difficulty}: ${code}: ${text}`),
    ),
    seconds: (performance.now() - began) / 1000,
  }
}

/** Remedies are counted where there is something to learn: exchanged cells of unrelated columns cannot be seen by anybody. */
function print() {
  const results = [...done.values()]
  console.log(
    '| difficulty | illness | strength | cases | found | called ill | remedy: better | equal | worse | median gain in AUROC |',
  )
  console.log('| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |')
  for (const { code, difficulty } of chosenPlants())
    for (const strength of strengths) {
      const cases = results.filter((result) => result.code === code && result.strength === strength)
      if (cases.length === 0) continue
      const gains = cases.flatMap(({ before, after }) =>
        Math.max(before, after) > 0.6 && Number.isFinite(after - before) ? [after - before] : [],
      )
      const share = (count) =>
        cases.length === 0 ? '' : `${count} (${Math.round((100 * count) / cases.length)} %)`
      const of = (test) => (gains.length === 0 ? '' : gains.filter(test).length)
      const median = gains.length === 0 ? '' : gains.toSorted((a, b) => a - b)[gains.length >> 1].toFixed(3)
      console.log(
        `| ${difficulty} | ${code} | ${strength} | ${cases.length} | ${share(cases.filter(({ found }) => found).length)} | ${share(cases.filter(({ ill }) => ill).length)} | ` +
          `${of((gain) => gain > 0.002)} | ${of((gain) => Math.abs(gain) <= 0.002)} | ${of((gain) => gain < -0.002)} | ${median} |`,
      )
    }
  const controls = results.filter(({ control }) => control)
  const wrong = controls.filter(({ verdicts }) => Object.values(verdicts).includes('ill'))
  console.log(`\ncontrols: ${wrong.length} of ${controls.length} called ill`)
  for (const { id, illnesses, verdicts } of wrong)
    console.log(
      `  ${id}: ${
        illnesses.join('; ') ||
        Object.keys(verdicts)
          .filter((name) => verdicts[name] === 'ill')
          .join(', ')
      }`,
    )
}
