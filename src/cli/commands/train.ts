/** `hourglass train`: learn and keep the model, without scoring. */
import { readColumns } from '../../data/index.js'
import { checkpointFor, learn, learnedFacts } from '../learning.js'
import type { TrainOptions } from '../options.js'
import { targetsOf, writeOutput } from '../outputs.js'
import { labelNameOf, overridesFor, readData } from '../reading.js'
import type { TrainResult } from '../results.js'
import type { Session } from '../session.js'
import { columnLines, learnedLines, tableLines, thresholdText, writtenLines } from '../summary.js'

/** Runs `train`; `data` and `options` are the words of the command line. */
export async function train(session: Session, data: string, options: TrainOptions): Promise<TrainResult> {
  const { model } = await targetsOf({ model: options.model }, { json: session.json, inputs: [data] })
  const checkpoint = checkpointFor([model], options)
  const table = await readData(session, data, options)
  const label = labelNameOf(table, options)
  if (label !== undefined) session.note(`label: ${label} is not learned from`)
  const columns = overridesFor(table, options, label)
  session.note([...tableLines(table), ...columnLines(readColumns(table, columns, table.grid))].join('\n'))
  const detector = await learn(session, table, options, { columns, checkpoint })
  try {
    const { record } = detector
    await writeOutput(model!, detector.toBytes(), session.io)
    const use = `${session.io.program} score NEW-DATA --model ${options.model}`
    session.answer(
      [
        ...learnedLines(record),
        thresholdText(record),
        'written:',
        ...writtenLines(model!.kind === 'stdout' ? [] : [[options.model, use]]),
      ].join('\n'),
    )
    return {
      command: 'train',
      data: table.source,
      rows: table.rowCount,
      ...learnedFacts(record),
      latent: record.latent,
      widths: [...record.widths],
      parameters: record.parameterCount,
      threshold: Number.isFinite(record.threshold) ? record.threshold : null,
      falseAlarmRate: record.falseAlarmRate,
      modelFile: options.model,
      notes: [...table.notes, ...record.warnings],
      seconds: session.seconds(),
    }
  } finally {
    await detector.dispose()
  }
}
