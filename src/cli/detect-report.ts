/**
 * From what `detect` read, learned and scored to the record that the report room draws. Nothing is computed here;
 * sentences come from reasons.ts.
 */
import type { DetectorRecord } from '../anomaly/index.js'
import { formatInstant, formatNumber } from '../base/index.js'
import type { DetectReport, ReportAnomaly, ReportColumn, ReportContribution } from '../report/index.js'
import { worded, type ExplainedCell } from './reasons.js'
import type { ExplainedRow, ScoredTable } from './scoring.js'
import { nothingStandsOut } from './summary.js'

/** Columns whose contributions a row of the report shows. */
const contributionsShown = 6

/** What the report says besides what was found. */
export interface ReportFrame {
  readonly version: string
  /** The command line that was run. */
  readonly command: string
  readonly modelFile: string | undefined
  /** How many rows the report explains. */
  readonly top: number
}

/** The record of a report. */
export function detectReport(scored: ScoredTable, record: DetectorRecord, frame: ReportFrame): DetectReport {
  const { kind, widths, latent, parameterCount, training, rows } = record
  const { version, command, modelFile, top } = frame
  return {
    title: `Anomalies in ${scored.table.source}`,
    source: scored.table.source,
    createdAt: record.createdAt,
    version,
    seed: record.seed,
    command,
    rows: scored.scores.rowCount,
    trainedRows: rows.training,
    calibrationRows: rows.calibration,
    columns: reportColumns(record),
    model: {
      kind,
      widths,
      latent,
      parameterCount,
      seconds: training.seconds,
      ...(modelFile !== undefined && { modelFile }),
    },
    training: {
      points: training.points,
      bestStep: training.bestStep,
      stopped: training.stopped,
      steps: training.steps,
    },
    scores: {
      values: scored.scores.score,
      threshold: record.threshold,
      falseAlarmRate: record.falseAlarmRate,
      anomalies: scored.anomalies,
      ...(scored.label && { labels: scored.label.values }),
      ...scored.evaluation,
    },
    calibration: { rows: rows.calibration, checks: record.calibrationChecks },
    anomalies: scored.explained.slice(0, top).map(reportAnomaly),
    warnings: [...scored.table.notes, ...record.warnings, ...scored.notes],
  }
}

function reportColumns({ readings, columns }: DetectorRecord): readonly ReportColumn[] {
  const usual = new Map(columns.map((column) => [column.name, column]))
  return readings.map((reading) => {
    const column = usual.get(reading.name)
    const text = column?.kind === 'datetime' ? formatInstant : (value: number) => formatNumber(value)
    const range = column?.usual
    return range === undefined
      ? reading
      : { ...reading, summary: `usually ${text(range[0])} to ${text(range[1])}` }
  })
}

function reportAnomaly({
  row,
  identifier,
  score,
  pValue,
  isAnomaly,
  reasons,
  cells,
}: ExplainedRow): ReportAnomaly {
  return {
    row: row + 1,
    score,
    pValue,
    isAnomaly,
    reason: reasons[0]?.text ?? nothingStandsOut,
    contributions: cells.slice(0, contributionsShown).map((cell) => reportContribution(cell, score)),
    ...(identifier !== undefined && identifier !== '' && { id: identifier }),
  }
}

function reportContribution(cell: ExplainedCell, score: number): ReportContribution {
  const { column, value, expected, usual, contribution } = cell
  const { valueText, expectedText } = worded(cell)
  const share = score > 0 ? Math.min(1, Math.max(0, contribution / score)) : 0
  return {
    column,
    share,
    value: valueText,
    expected: expectedText,
    ...(typeof value === 'number' &&
      typeof expected === 'number' &&
      usual && { position: { value, expected, low: usual[0], high: usual[1] } }),
  }
}
