/**
 * `hourglass detect`: learn, score, explain, write. The steps are in learning.ts, scoring.ts, scores-file.ts and
 * detect-report.ts; this file puts them in order.
 */
import { HourglassError } from '../../base/index.js'
import { readColumns, type Table } from '../../data/index.js'
import type { DetectorRecord } from '../../anomaly/index.js'
import { detectReport } from '../detect-report.js'
import { commandLine } from '../io.js'
import { packageVersion } from '../version.js'
import { checkpointFor, learn, learnedFacts } from '../learning.js'
import type { DetectOptions } from '../options.js'
import { targetsOf, writeOutput, type Targets } from '../outputs.js'
import { labelNameOf, labelOf, overridesFor, readData } from '../reading.js'
import type { DetectResult } from '../results.js'
import { writeScores } from '../scores-file.js'
import { scoreTable, type ScoredTable } from '../scoring.js'
import type { Session } from '../session.js'
import { columnLines, learnedLines, tableLines } from '../summary.js'
import { defaultTop, scoredFacts, tell } from '../verdict.js'

/** Rows that a report explains, where --top asks for fewer. */
const reportTop = 20

/** Runs `detect`; `data` and `options` are the words of the command line. */
export async function detect(session: Session, data: string, options: DetectOptions): Promise<DetectResult> {
  const { model, out, report, top = defaultTop } = options
  const targets = await targetsOf(
    { model, out, report },
    { json: session.json, inputs: [data, options.train] },
  )
  const checkpoint = checkpointFor([targets.model, targets.out, targets.report], options)
  const { table, training, label } = await readBoth(session, data, options)
  const columns = overridesFor(training, options, labelNameOf(table, options))
  session.note(
    [...tableLines(table), ...columnLines(readColumns(training, columns, training.grid))].join('\n'),
  )
  const detector = await learn(session, training, options, { columns, checkpoint })
  try {
    session.note(learnedLines(detector.record).join('\n'))
    if (targets.model) await writeOutput(targets.model, detector.toBytes(), session.io) // before anything can go wrong
    const scored = await scoreTable(session, detector, table, {
      top: Math.max(top, targets.report ? reportTop : 0),
      explainFlagged: targets.out !== undefined,
      label,
    })
    if (targets.out) await writeScores(targets.out, scored, session.io)
    if (targets.report) await writeReport(session, detector.record, scored, targets, Math.max(top, reportTop))
    tell(session, detector.record, scored, targets, top)
    return {
      command: 'detect',
      ...scoredFacts(scored, detector.record, top),
      trainedOn: training.source,
      ...learnedFacts(detector.record),
      modelFile: model ?? null,
      outFile: out ?? null,
      reportFile: report ?? null,
      seconds: session.seconds(),
    }
  } finally {
    await detector.dispose()
  }
}

async function readBoth(session: Session, data: string, options: DetectOptions) {
  if (data === '-' && options.train === '-') {
    throw new HourglassError(
      'HG_USAGE',
      '--train: DATA is standard input already; give one of them as a file',
    )
  }
  const table = await readData(session, data, options)
  const label = labelOf(session, table, options)
  const training: Table =
    options.train === undefined ? table : await readData(session, options.train, options)
  return { table, training, label }
}

async function writeReport(
  { io }: Session,
  record: DetectorRecord,
  scored: ScoredTable,
  { model, report }: Targets,
  top: number,
): Promise<void> {
  const { renderDetectReport } = await import('../../report/index.js')
  const frame = { version: packageVersion(), command: commandLine(io), modelFile: model?.path, top }
  await writeOutput(report!, await renderDetectReport(detectReport(scored, record, frame)), io)
}
