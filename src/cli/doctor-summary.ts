/** What `hourglass doctor` says on the terminal and in `--json`. The page is the report room's. */
import type { Diagnosis, DoctorReport, Evidence, Illness, Remedy, Verdict } from '../advice/index.js'
import { formatCount, formatDuration, formatNumber } from '../base/index.js'
import type { Style } from './io.js'
import type { DoctorResult } from './results.js'

/** A sign and a word for each verdict, so that nobody depends on colour. */
const signs: Readonly<Record<Verdict, string>> = { fine: '✓', watch: '!', ill: '✗', unknown: '?' }

/** Illnesses and figures of each that the terminal shows; the page and --json have more. */
const mostIllnesses = 6
const mostFigures = 3

/** The whole answer: a line for each difficulty, below it what is wrong and what to do. */
export function doctorLines(report: DoctorReport, style: Style): readonly string[] {
  const ill = report.diagnoses.filter(({ verdict }) => verdict === 'ill').length
  const watch = report.diagnoses.filter(({ verdict }) => verdict === 'watch').length
  const all = report.diagnoses.length
  const rest =
    ill + watch === 0 ? 'nothing is wrong' : `${formatCount(ill)} ill, ${formatCount(watch)} to watch`
  return [
    `${formatCount(all)} ${all === 1 ? 'difficulty' : 'difficulties'} looked at in ${formatDuration(report.seconds)}: ${rest}`,
    ...report.diagnoses.flatMap((diagnosis) => diagnosisLines(diagnosis, style)),
  ]
}

function diagnosisLines(diagnosis: Diagnosis, style: Style): readonly string[] {
  const { difficulty, verdict, summary, illnesses, remedies, evidence } = diagnosis
  const word = `${signs[verdict]} ${verdict.padEnd(7)}`
  const head = `${verdict === 'ill' ? style.red(word) : style.bold(word)} ${style.bold(difficulty.padEnd(16))} `
  // One illness is the summary already; of several, each has its own line.
  const shown = illnesses.slice(0, mostIllnesses)
  const more = illnesses.length - shown.length
  const figures = verdict === 'fine' || illnesses.length > 0 ? [] : figureLines(evidence, style)
  return [
    `${head} ${summary}`,
    ...figures,
    ...shown.flatMap((illness) =>
      illnessLines(illness, style, illnesses.length === 1 && summary === illness.text),
    ),
    ...(more > 0 ? [`    and ${formatCount(more)} more, in --report and --json`] : []),
    ...remedyLines(remedies, style),
  ]
}

function illnessLines(illness: Illness, style: Style, isSaid: boolean): readonly string[] {
  const { verdict, code, text, evidence, remedies, rows, rowCount } = illness
  const where =
    rows === undefined || rows.length === 0
      ? []
      : [`      ${style.dim(rowsText(rows, rowCount ?? rows.length))}`]
  return [
    ...(isSaid ? [] : [`    ${signs[verdict]} ${verdict.padEnd(6)} ${style.bold(code)}: ${text}`]),
    ...where,
    ...figureLines(evidence, style),
    ...remedyLines(remedies, style),
  ]
}

const figureLines = (evidence: readonly Evidence[], style: Style): readonly string[] =>
  evidence
    .slice(0, mostFigures)
    .map((figure) => `      ${style.dim(`${figure.name} ${valueText(figure)}: ${figure.meaning}`)}`)

/** A figure with its interval. */
function valueText({ value, unit, low, high }: Evidence): string {
  const number = typeof value === 'string' ? value : formatNumber(value)
  const interval =
    low === undefined || high === undefined ? '' : ` (${formatNumber(low)} to ${formatNumber(high)})`
  return `${number}${unit === undefined ? '' : ` ${unit}`}${interval}`
}

const remedyLines = (remedies: readonly Remedy[], style: Style): readonly string[] =>
  remedies.flatMap(({ text, command }) => [
    `      → ${text}`,
    ...(command === undefined ? [] : [`        ${style.cyan(command)}`]),
  ])

/** Rows as people count them, from 1. */
function rowsText(rows: readonly number[], count: number): string {
  const shown = rows.slice(0, 8).map((row) => formatCount(row + 1))
  return `${count === 1 ? 'row' : 'rows'} ${shown.join(', ')}${count > shown.length ? `, and ${formatCount(count - shown.length)} more` : ''}`
}

/** The report as JSON: rows from 1, numbers that JSON has no word for as null. */
export function doctorFacts(
  report: DoctorReport,
): Pick<DoctorResult, 'rows' | 'columns' | 'verdict' | 'diagnoses'> {
  return {
    rows: report.rows,
    columns: report.columns,
    verdict: report.verdict,
    diagnoses: report.diagnoses.map(({ charts, illnesses, evidence, remedies, ...same }) => ({
      ...same,
      evidence: evidence.map(evidenceFacts),
      illnesses: illnesses.map(({ rows, rowCount, columns, ...illness }) => ({
        ...illness,
        ...(rows && { rows: rows.map((row) => row + 1), rowCount: rowCount ?? rows.length }),
        ...(columns && { columns: [...columns] }),
        evidence: illness.evidence.map(evidenceFacts),
        remedies: illness.remedies.map(remedyFacts),
      })),
      remedies: remedies.map(remedyFacts),
      charts: charts.map((chart) => ({
        ...chart,
        series: chart.series.map(({ name, x, y }) => ({ name, x: [...x], y: y.map(finite) })),
        marks: [...(chart.marks ?? [])],
      })),
    })),
  }
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

const evidenceFacts = ({ name, value, unit, low, high, meaning }: Evidence) => ({
  name,
  value: typeof value === 'number' ? finite(value) : value,
  ...(unit !== undefined && { unit }),
  ...(low !== undefined && Number.isFinite(low) && { low }),
  ...(high !== undefined && Number.isFinite(high) && { high }),
  meaning,
})

const remedyFacts = ({ text, command, fix }: Remedy) => ({
  text,
  ...(command !== undefined && { command }),
  fixable: fix !== undefined,
})
