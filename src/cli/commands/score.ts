/** `hourglass score`: score the rows of a table with a model, and explain the most anomalous. */
import { AnomalyDetector } from '../../anomaly/node.js'
import type { ScoreOptions } from '../options.js'
import { targetsOf } from '../outputs.js'
import { labelOf, readForModel } from '../reading.js'
import type { ScoreResult } from '../results.js'
import { writeScores } from '../scores-file.js'
import { scoreTable } from '../scoring.js'
import type { Session } from '../session.js'
import { tableLines } from '../summary.js'
import { defaultTop, scoredFacts, tell } from '../verdict.js'

/** Runs `score`; `data` and `options` are the words of the command line. */
export async function score(session: Session, data: string, options: ScoreOptions): Promise<ScoreResult> {
  const { out, top = defaultTop } = options
  const targets = await targetsOf({ out }, { json: session.json, inputs: [data, options.model] })
  const detector = await AnomalyDetector.load(options.model)
  try {
    const table = await readForModel(session, data, options, detector.record)
    session.note(tableLines(table).join('\n'))
    const label = labelOf(session, table, options)
    const scored = await scoreTable(session, detector, table, {
      top,
      explainFlagged: out !== undefined,
      label,
    })
    if (targets.out) await writeScores(targets.out, scored, session.io)
    tell(session, detector.record, scored, targets, top)
    return {
      command: 'score',
      ...scoredFacts(scored, detector.record, top),
      modelFile: options.model,
      outFile: out ?? null,
      seconds: session.seconds(),
    }
  } finally {
    await detector.dispose()
  }
}
