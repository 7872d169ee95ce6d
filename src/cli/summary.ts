/**
 * What a person reads on the terminal: how columns were read, what was learned, what stands out, what was written.
 * Numbers come from base/format.ts, reasons from reasons.ts; this file is about layout alone.
 */
import type { DetectorRecord } from '../anomaly/index.js'
import {
  formatCount,
  formatDuration,
  formatNumber,
  formatPercent,
  formatPlural,
  formatPValue,
} from '../base/index.js'
import type { ColumnReading, Table } from '../data/index.js'
import type { Style } from './io.js'
import type { ExplainedRow, ScoredTable } from './scoring.js'

const namesShown = 12

/** Said of a row whose score has no single cause. */
export const nothingStandsOut = 'no single column stands out; the combination is unusual'

/** The columns, one line a kind, those left out with the reason. */
export function columnLines(readings: readonly ColumnReading[]): readonly string[] {
  const used = groupByKind(readings)
  const left = readings.filter((reading) => !reading.used)
  return [
    ...[...used].map(([kind, names]) => `  ${kind.padEnd(12)} ${shortList(names)}`),
    ...left
      .slice(0, namesShown)
      .map(({ name, kind, reason }) => `  ${'left out'.padEnd(12)} ${name} (${kind}): ${reason}`),
    ...(left.length > namesShown
      ? [`  ${'left out'.padEnd(12)} and ${formatCount(left.length - namesShown)} more`]
      : []),
  ]
}

/** The size of a table, and what was noticed on reading it. */
export function tableLines({ source, rowCount, columns, notes }: Table): readonly string[] {
  return [
    `${source}: ${formatPlural(rowCount, 'row')}, ${formatPlural(columns.length, 'column')}`,
    ...notes.map((note) => `  note: ${note}`),
  ]
}

/** What was learned, from how much, in what time. */
export function learnedLines({
  kind,
  widths,
  parameterCount,
  rows,
  training,
  warnings,
}: DetectorRecord): readonly string[] {
  const best = training.points.find(({ step }) => step === training.bestStep)?.validationLoss
  const loss = best === undefined ? '' : `, held-out loss ${formatNumber(best)}`
  const early = training.stopped === 'early' ? ', stopped early' : ''
  return [
    `${kind} autoencoder ${widths.join('-')}, ${formatPlural(parameterCount, 'parameter')}`,
    `learned from ${formatPlural(rows.training, 'row')} in ${formatPlural(training.steps, 'step')}, ` +
      `${formatDuration(training.seconds)}${early}${loss}; ${formatPlural(rows.calibration, 'row')} set the threshold`,
    ...warnings.map((warning) => `  warning: ${warning}`),
  ]
}

/** How many rows are flagged, and how well that agrees with the label. */
export function verdictLines(scored: ScoredTable, record: DetectorRecord): readonly string[] {
  const { anomalies, scores, evaluation, label } = scored
  const verb = anomalies === 1 ? 'is an anomaly' : 'are anomalies'
  return [
    `${formatCount(anomalies)} of ${formatPlural(scores.rowCount, 'row')} ${verb}; ${thresholdText(record)}`,
    ...(evaluation && label
      ? [
          `AUROC ${evaluation.auroc.toFixed(3)}, average precision ${evaluation.averagePrecision.toFixed(3)} ` +
            `against ${label.name}, which was never learned from`,
        ]
      : []),
  ]
}

/** Where the threshold lies and what it means. */
export function thresholdText({ threshold, falseAlarmRate }: DetectorRecord): string {
  return Number.isFinite(threshold)
    ? `a score above ${formatNumber(threshold)} is flagged, as about ${formatPercent(falseAlarmRate)} of normal rows are`
    : `no score can be flagged: too few rows for a threshold at ${formatPercent(falseAlarmRate)} false alarms`
}

/** The most anomalous rows with their reasons. */
export function topLines(explained: readonly ExplainedRow[], top: number, style: Style): readonly string[] {
  return explained.slice(0, top).flatMap((found) => {
    const name =
      found.identifier === undefined || found.identifier === '' ? '' : `  ${style.bold(found.identifier)}`
    const flag = found.isAnomaly ? '' : style.dim('  (not flagged)')
    const facts = style.dim(`score ${formatNumber(found.score)}, p ${formatPValue(found.pValue)}`)
    const reasons = found.reasons.map(({ text }) => `    ${text}`)
    return [
      `  ${style.cyan(`row ${formatCount(found.row + 1)}`)}${name}  ${facts}${flag}`,
      ...(reasons.length > 0 ? reasons : [`    ${nothingStandsOut}`]),
    ]
  })
}

/** Files that were written, each with how to open it. */
export function writtenLines(files: readonly (readonly [path: string, use: string])[]): readonly string[] {
  const width = Math.max(0, ...files.map(([path]) => path.length))
  return files.map(([path, use]) => `  ${path.padEnd(width)}  ${use}`)
}

/** The command that opens a file where this runs. */
export function openCommand(platform: string): string {
  if (platform === 'darwin') return 'open'
  return platform === 'win32' ? 'start' : 'xdg-open'
}

function groupByKind(readings: readonly ColumnReading[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const { name, kind, used, missing } of readings) {
    if (!used) continue
    const shown = missing > 0 ? `${name} (${formatCount(missing)} missing)` : name
    groups.set(kind, [...(groups.get(kind) ?? []), shown])
  }
  return groups
}

function shortList(names: readonly string[]): string {
  const more = names.length - namesShown
  return names.slice(0, namesShown).join(', ') + (more > 0 ? `, and ${formatCount(more)} more` : '')
}
