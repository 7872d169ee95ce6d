// The table of bench/doctor: what is in files of results of run.mjs, as Markdown, to standard output or into --write FILE.
//
//   node bench/doctor/table.mjs bench/doctor/results.jsonl… [--write bench/doctor/results.md]
//
// A remedy is better when the AUROC rises by more than 0.002, worse when it falls by more, and it is counted where there is
// something to learn: above 0.6 on either side (exchanged cells of unrelated columns cannot be seen by anybody). Errors fall
// when they do by more than 1 %. Of `cost` what counts is that the AUROC above chance keeps 95 % for at most half the cost.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'string' } },
})
const results = positionals
  .flatMap((file) => readFileSync(file, 'utf8').split('\n').filter(Boolean))
  .map((line) => JSON.parse(line))
const cases = results.filter(({ control }) => control !== true)
const controls = results.filter(({ control }) => control === true)

const strengths = ['clear', 'moderate', 'faint']
const levels = { auroc: 0.002, errors: 0.01, learnable: 0.6, kept: 0.95, cost: 0.5 }

const unique = (list) => [...new Set(list)]
const percent = (part, whole) => (whole === 0 ? '–' : `${Math.round((100 * part) / whole)} %`)
const countOf = (list, test) => list.filter(test).length
const share = (list, test) => `${countOf(list, test)} (${percent(countOf(list, test), list.length)})`
const row = (cells) => `| ${cells.join(' | ')} |`

/** Remedies that were measured where there is something to learn. */
const measured = (list) =>
  list.flatMap(({ remedy, difficulty }) =>
    remedy !== undefined && (remedy.failed || Math.max(remedy.before, remedy.after) > levels.learnable)
      ? [{ ...remedy, difficulty }]
      : [],
  )

const keeps = ({ before, after, cost }) => after - 0.5 >= levels.kept * (before - 0.5) && cost <= levels.cost
const rises = (remedy) => (remedy.difficulty === 'cost' ? keeps(remedy) : remedy.gain > levels.auroc)
const drops = (remedy) =>
  remedy.failed || (remedy.difficulty === 'cost' ? !keeps(remedy) : remedy.gain < -levels.auroc)
const clearly = (remedy, sign) => remedy.difficulty !== 'cost' && sign * remedy.gain > 2 * remedy.error
const errorsFall = ({ fall, fallInWrongCells }) =>
  [fall, fallInWrongCells].some((pair) => pair !== undefined && pair[0] > levels.errors)

function remedyCells(list) {
  const all = measured(list)
  if (all.length === 0) return ['0', '', '', '', '', '', '']
  const gains = all.map(({ gain }) => gain ?? -0.5).toSorted((a, b) => a - b)
  return [
    all.length,
    share(all, rises),
    countOf(all, (remedy) => !rises(remedy) && !drops(remedy)),
    countOf(all, drops),
    share(all, (remedy) => rises(remedy) || errorsFall(remedy)),
    `${countOf(all, (remedy) => clearly(remedy, 1))} / ${countOf(all, (remedy) => clearly(remedy, -1))}`,
    gains[gains.length >> 1].toFixed(3),
  ]
}

const heads = ['cases', 'found', 'called ill', 'remedies', 'AUROC up', 'equal', 'down', 'AUROC up or errors down', 'beyond 2 s.e., up / down', 'median gain'] // prettier-ignore
const table = (first, lines) => [row([...first, ...heads]), row([...first.map(() => '---'), ...heads.map(() => '---:')]), ...lines] // prettier-ignore
const cellsOf = (list) => [
  list.length,
  share(list, ({ found }) => found),
  share(list, ({ ill }) => ill),
  ...remedyCells(list),
]

const byDifficulty = unique(cases.map(({ difficulty }) => difficulty)).toSorted()
const summary = table(
  ['difficulty', 'strength'],
  byDifficulty.flatMap((difficulty) =>
    strengths.flatMap((strength) => {
      const list = cases.filter((one) => one.difficulty === difficulty && one.strength === strength)
      return list.length === 0 ? [] : [row([difficulty, strength, ...cellsOf(list)])]
    }),
  ),
)
const clear = cases.filter(({ strength }) => strength === 'clear')
const plants = table(
  ['difficulty', 'plant', 'strength'],
  unique(cases.map(({ name }) => name)).flatMap((name) =>
    strengths.flatMap((strength) => {
      const list = cases.filter((one) => one.name === name && one.strength === strength)
      return list.length === 0 ? [] : [row([list[0].difficulty, name, strength, ...cellsOf(list)])]
    }),
  ),
)
const wrong = controls.filter(({ verdicts }) => Object.values(verdicts).includes('ill'))
const told = unique(controls.flatMap(({ verdicts }) => Object.keys(verdicts)))
const text = [
  '# How good the doctor is',
  '',
  `${cases.length} planted illnesses and ${controls.length} healthy controls; how it was measured: README.md. Made by`,
  '`node bench/doctor/table.mjs`; do not edit.',
  '',
  '## By difficulty',
  '',
  ...summary,
  '',
  `Of all clear cases ${share(clear, ({ found }) => found)} were found. Of ${measured(cases).length} remedies that could be measured`,
  `${share(measured(cases), rises)} raised the AUROC, and ${share(measured(cases), (one) => rises(one) || errorsFall(one))} raised it or lowered held-out errors.`,
  '',
  '## Controls',
  '',
  `${wrong.length} of ${controls.length} (${percent(wrong.length, controls.length)}) were called ill.`,
  ...(wrong.length > 0 ? ['', ...wrong.map(({ id, illnesses }) => `- ${id}: ${illnesses.join('; ')}`)] : []),
  '',
  row(['difficulty', 'fine', 'watch', 'ill', 'could not be told']),
  row(['---', '---:', '---:', '---:', '---:']),
  ...told.map((difficulty) =>
    row([
      difficulty,
      ...['fine', 'watch', 'ill', 'unknown'].map((verdict) =>
        countOf(controls, ({ verdicts }) => verdicts[difficulty] === verdict),
      ),
    ]),
  ),
  '',
  '## By plant',
  '',
  ...plants,
  '',
].join('\n')
if (options.write === undefined) console.log(text)
else writeFileSync(options.write, text)
