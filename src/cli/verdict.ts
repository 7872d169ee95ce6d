/**
 * What `detect` and `score` tell at the end: for people, with the files written and how to open them, and for
 * programs, as fields of `--json`. Lines are laid out in summary.ts.
 */
import type { DetectorRecord } from '../anomaly/index.js'
import type { Io } from './io.js'
import type { Targets } from './outputs.js'
import { topRows, type ScoredTable } from './scoring.js'
import type { Session } from './session.js'
import { openCommand, topLines, verdictLines, writtenLines } from './summary.js'

/** Rows shown where --top does not say. */
export const defaultTop = 10

/** What `--json` says of scores. */
export function scoredFacts(scored: ScoredTable, record: DetectorRecord, top: number) {
  const { table, scores, anomalies, label, evaluation, notes } = scored
  return {
    data: table.source,
    rows: scores.rowCount,
    anomalies,
    threshold: Number.isFinite(record.threshold) ? record.threshold : null,
    falseAlarmRate: record.falseAlarmRate,
    ...(label && { label: label.name }),
    ...evaluation,
    top: topRows(scored, top),
    notes: [...table.notes, ...record.warnings, ...notes],
  }
}

/** Tells people how many rows are flagged, which ones and why, and what was written. */
export function tell(
  { style, io, answer }: Session,
  record: DetectorRecord,
  scored: ScoredTable,
  targets: Targets,
  top: number,
): void {
  const [first, ...rest] = verdictLines(scored, record)
  const written = writtenLines(filesOf(targets, io))
  answer(
    [
      style.bold(first ?? ''),
      ...rest,
      ...scored.notes.map((note) => `note: ${note}`),
      ...(top > 0 ? ['', ...topLines(scored.explained, top, style)] : []),
      ...(written.length > 0 ? ['', 'written:', ...written] : []),
    ].join('\n'),
  )
}

/** Every written file with its use; standard output needs no telling. */
function filesOf({ model, out, report }: Targets, io: Io): readonly (readonly [string, string])[] {
  const uses = [
    [model, `the model: ${io.program} score NEW-DATA --model ${model?.path ?? ''}, or any ONNX Runtime`],
    [out, 'the score of every row, with the reason where it is flagged'],
    [report, `the report: ${openCommand(io.platform)} ${report?.path ?? ''}`],
  ] as const
  return uses.flatMap(([target, use]) =>
    target === undefined || target.kind === 'stdout' ? [] : [[target.path, use] as const],
  )
}
