/** What was found, in words and in numbers: the first screen of the report. */
import { formatCount, formatNumber, formatPercent, formatPlural } from '../../base/index.js'
import type { DetectReport } from '../detect-report.js'
import { clip, html, type Markup } from '../html.js'
import { factList } from './facts.js'
import { whenOf } from '../texts.js'

export function headline(report: DetectReport): Markup {
  const { title, source, createdAt, version, scores, columns } = report
  const facts: readonly (readonly [string, string])[] = [
    ['rows flagged', `${formatCount(scores.anomalies)} of ${formatCount(report.rows)}`],
    ['threshold', Number.isFinite(scores.threshold) ? formatNumber(scores.threshold) : 'none'],
    ['false alarms asked', formatPercent(scores.falseAlarmRate)],
    [
      'columns used',
      `${formatCount(columns.filter(({ used }) => used).length)} of ${formatCount(columns.length)}`,
    ],
    ...(scores.auroc === undefined ? [] : [['AUROC', scores.auroc.toFixed(3)] as const]),
    ...(scores.averagePrecision === undefined
      ? []
      : [['average precision', scores.averagePrecision.toFixed(3)] as const]),
  ]
  return html`<header>
    <p class="eyebrow">${clip(title)} · ${whenOf(createdAt)} · Hourglass ${version}</p>
    <h1>${found(scores.anomalies, report.rows)} in ${clip(source, 80)}</h1>
    <p class="lead">${meaning(report)}</p>
    ${factList(facts)}
  </header>`
}

function found(anomalies: number, rows: number): string {
  if (rows === 0) return 'No row'
  if (anomalies === 0) return `None of ${formatPlural(rows, 'row')} stands out`
  return `${formatCount(anomalies)} of ${formatPlural(rows, 'row')} ${anomalies === 1 ? 'stands' : 'stand'} out`
}

/** What a flag is worth. */
function meaning({ scores, anomalies }: DetectReport): string {
  const { threshold, falseAlarmRate, anomalies: flagged } = scores
  if (!Number.isFinite(threshold)) {
    return (
      `No row can be flagged: too few rows were held out to set a threshold at ` +
      `${formatPercent(falseAlarmRate)} false alarms. The order of the rows still says which are the strangest.`
    )
  }
  const first = flagged > 0 ? anomalies[0] : undefined
  const strongest = first ? ` The strongest: ${clip(first.id ?? `row ${formatCount(first.row)}`, 80)}.` : ''
  return (
    `A row is flagged when its score is above ${formatNumber(threshold)}. About ` +
    `${formatPercent(falseAlarmRate)} of new ordinary rows score that high too: a flag is a reason to look, ` +
    `not a proof.${strongest}`
  )
}
