/**
 * Scores a whole table and explains its most anomalous rows: the part that `detect` and `score` share. What is
 * told of the result is in summary.ts, what is written in scores-file.ts.
 */
import { evaluate, type AnomalyDetector, type Evaluation, type Scores } from '../anomaly/index.js'
import { formatCount, progressOf, throwIfAborted } from '../base/index.js'
import { cellText, selectRows, type Column, type Table } from '../data/index.js'
import type { Label } from './reading.js'
import { highest } from './ranking.js'
import { cellExplainer, reasonsFor, type ExplainedCell, type WordedReason } from './reasons.js'
import type { TopRow } from './results.js'
import type { Session } from './session.js'

/** Rows up to which the graph that explains is used for the scores too: setting up a second one takes longer. */
const smallTable = 1000
/** Cells explained at once; their explanations are held in memory together. */
const cellsAtOnce = 2 ** 21
/** Flagged rows beyond this many, in the order of their scores, get no reason. */
export const mostReasons = 50_000

/** One row that was explained. */
export interface ExplainedRow {
  /** Position in the table, from 0. */
  readonly row: number
  readonly identifier?: string
  readonly score: number
  readonly pValue: number
  readonly isAnomaly: boolean
  /** Every known cell of the first rows, as many as `top` asked for; none of later ones. */
  readonly cells: readonly ExplainedCell[]
  readonly reasons: readonly WordedReason[]
}

/** A table with its scores. */
export interface ScoredTable {
  readonly table: Table
  readonly scores: Scores
  readonly anomalies: number
  /** The column that names rows, when one was left out of the model as an identifier. */
  readonly identifier?: Column
  /** Explained rows, the most anomalous first. */
  readonly explained: readonly ExplainedRow[]
  readonly label?: Label
  readonly evaluation?: Evaluation
  readonly notes: readonly string[]
}

/** What is to be explained. */
export interface ScoringOptions {
  readonly top: number
  /** Whether every flagged row needs its reason, for a scores file. */
  readonly explainFlagged: boolean
  readonly label: Label | undefined
}

/** Scores every row, then explains the first ones. */
export async function scoreTable(
  session: Session,
  detector: AnomalyDetector,
  table: Table,
  { top, explainFlagged, label }: ScoringOptions,
): Promise<ScoredTable> {
  const isSmall = table.rowCount <= smallTable
  const scores: Scores = await (isSmall ? detector.score(table, session) : detector.scoreOnly(table, session))
  const anomalies = scores.isAnomaly.reduce((sum, flag) => sum + flag, 0)
  const flaggedToExplain = explainFlagged ? Math.min(anomalies, mostReasons) : 0
  const identifier = identifierOf(table, detector)
  const rows = highest(scores.score, Math.max(top, flaggedToExplain))
  const explained = await explainRows(session, detector, table, rows, { identifier, top })
  const notes = [...scores.notes]
  if (explainFlagged && anomalies > mostReasons) {
    notes.push(
      `only the ${formatCount(mostReasons)} most anomalous of the flagged rows have a reason in the file`,
    )
  }
  return {
    table,
    scores,
    anomalies,
    explained,
    notes,
    ...(identifier && { identifier }),
    ...(label && { label, evaluation: evaluate(scores.score, label.values) }),
  }
}

/** The first rows as `--json` has them. */
export function topRows(scored: ScoredTable, top: number): TopRow[] {
  return scored.explained.slice(0, top).map(({ row, identifier, score, pValue, isAnomaly, reasons }) => ({
    row: row + 1,
    ...(identifier !== undefined && { identifier }),
    score,
    pValue,
    anomaly: isAnomaly,
    reasons: reasons.map(({ column, kind, value, expected, contribution, text }) => ({
      column,
      value: kind === 'datetime' ? isoOf(value) : value,
      expected: kind === 'datetime' ? isoOf(expected) : expected,
      contribution,
      text,
    })),
  }))
}

async function explainRows(
  session: Session,
  detector: AnomalyDetector,
  table: Table,
  rows: Int32Array,
  { identifier, top }: { readonly identifier: Column | undefined; readonly top: number },
): Promise<readonly ExplainedRow[]> {
  const report = progressOf('explaining', session.onProgress)
  const atOnce = Math.max(1, Math.floor(cellsAtOnce / detector.record.columns.length))
  const explained: ExplainedRow[] = []
  for (let start = 0; start < rows.length; start += atOnce) {
    throwIfAborted(session.signal, 'explaining')
    const positions = rows.slice(start, start + atOnce)
    const chosen = selectRows(table, positions)
    const found = await detector.score(chosen)
    const cellsOf = cellExplainer(chosen, found, detector.record)
    positions.forEach((row, i) => {
      const cells = cellsOf(i)
      explained.push({
        row,
        ...(identifier && { identifier: cellText(identifier, row) }),
        score: found.score[i]!,
        pValue: found.pValue[i]!,
        isAnomaly: found.isAnomaly[i] === 1,
        cells: start + i < top ? cells : [],
        reasons: reasonsFor(cells, found.score[i]!),
      })
    })
    report((start + positions.length) / rows.length)
  }
  return explained
}

/** The identifier that the model left out, or else a left-out text that is different in nearly every row. */
function identifierOf(table: Table, { record }: AnomalyDetector): Column | undefined {
  const { readings, rows } = record
  const reading =
    readings.find(({ kind, used }) => kind === 'identifier' && !used) ??
    readings.find(({ kind, used, distinct }) => kind === 'text' && !used && distinct >= 0.9 * rows.total)
  return reading && table.columns.find(({ name }) => name === reading.name)
}

function isoOf(value: number | string | boolean): string {
  return typeof value === 'number' ? new Date(value).toISOString() : String(value)
}
