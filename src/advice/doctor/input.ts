/**
 * Difficulty 7, the input itself: missing cells and their pattern, outliers, copies of rows and columns, leakage, units,
 * sentinels, dates, tails, texts. Each check stands in a file of input/; this one runs them in order.
 *
 * The order matters: cells that one check explains, such as sentinels, are no outliers besides.
 */
import { formatCount, formatPercent, formatPlural, throwIfAborted } from '../../base/index.js'
import { worst, type Diagnosis, type Examination, type Illness } from './diagnosis.js'
import { checkConstant, checkCopies } from './input/columns.js'
import { checkDates } from './input/dates.js'
import { checkDuplicates, checkNearDuplicates } from './input/duplicates.js'
import { factsOf, figure, type InputCheck, type InputFacts } from './input/facts.js'
import { checkHeavyTails } from './input/heavy-tails.js'
import { checkLabelCopies, checkOverlap, checkRowNumbers } from './input/leakage.js'
import { checkMissing, missingChart } from './input/missing.js'
import { checkIsolatedRows, checkOutliers, outlierChart } from './input/outliers.js'
import { checkSentinels } from './input/sentinels.js'
import { checkTexts } from './input/texts.js'
import { checkUnits } from './input/units.js'

/** Every check, in the order in which they run. */
const checks: readonly InputCheck[] = [
  checkConstant,
  checkCopies,
  checkTexts,
  checkDates,
  checkSentinels,
  checkUnits,
  checkMissing,
  checkOutliers,
  checkIsolatedRows,
  checkHeavyTails,
  checkDuplicates,
  checkNearDuplicates,
  checkOverlap,
  checkRowNumbers,
  checkLabelCopies,
]

/** Looks at the table. */
export const examineInput: Examination = async (patient) => {
  const began = performance.now()
  const facts = factsOf(patient)
  const illnesses: Illness[] = []
  for (const check of checks) {
    throwIfAborted(patient.signal, 'examining the input')
    illnesses.push(...(await check(facts)))
  }
  illnesses.sort((a, b) => Number(b.verdict === 'ill') - Number(a.verdict === 'ill'))
  const charts = [missingChart(facts), outlierChart(facts, illnesses)].filter((chart) => chart !== undefined)
  return {
    difficulty: 'input',
    verdict: worst(illnesses.map(({ verdict }) => verdict)),
    summary: summaryOf(illnesses, facts),
    illnesses,
    evidence: evidenceOf(facts),
    charts,
    remedies: [],
    seconds: (performance.now() - began) / 1000,
  } satisfies Diagnosis
}

function summaryOf(illnesses: readonly Illness[], { rowCount, columns }: InputFacts): string {
  const size = `${formatPlural(rowCount, 'row')} and ${formatPlural(columns.length, 'column')}`
  const [first, ...rest] = illnesses
  if (first === undefined) return `${size}: nothing odd was found.`
  return rest.length === 0 ? first.text : `${first.text} And ${formatCount(rest.length)} more.`
}

function evidenceOf({ columns, rowCount }: InputFacts) {
  const missing =
    columns.reduce((sum, { reading }) => sum + reading.missing, 0) / (rowCount * Math.max(1, columns.length))
  const used = columns.filter(({ reading }) => reading.used).length
  return [
    figure('rows', rowCount, 'in the table'),
    figure('columns used', used, `of ${formatPlural(columns.length, 'column')}`),
    figure('missing', missing, `${formatPercent(missing)} of the cells are missing`),
  ]
}
