/**
 * `hourglass doctor`: eight difficulties looked at, each with a verdict, evidence and a remedy. What is examined is the
 * advice room's; what is written by --fix stands here.
 */
import { stat } from 'node:fs/promises'
import {
  applyFixes,
  changeLines,
  examine,
  fixesOf,
  type DoctorReport,
  type Fixed,
  type Patient,
} from '../../advice/index.js'
import { AnomalyDetector } from '../../anomaly/node.js'
import { HourglassError } from '../../base/index.js'
import { writeTable, type Table } from '../../data/index.js'
import type { LearningOptions } from '../../learning/index.js'
import { nodeLearning } from '../../learning/node.js'
import { doctorFacts, doctorLines } from '../doctor-summary.js'
import { learningChoice } from '../learning.js'
import type { DoctorOptions } from '../options.js'
import { targetsOf, writeOutput, writeThrough, type Targets } from '../outputs.js'
import { labelNameOf, overridesFor, readData } from '../reading.js'
import type { DoctorResult } from '../results.js'
import { shellWord, type Session } from '../session.js'
import { openCommand, tableLines, writtenLines } from '../summary.js'
import { packageVersion } from '../version.js'

/** Runs `doctor`; `data` and `options` are the words of the command line. */
export async function doctor(session: Session, data: string, options: DoctorOptions): Promise<DoctorResult> {
  const writesModel = await checkFix(options)
  const targets = await targetsOf(
    { out: options.out, report: options.report, model: writesModel ? options.model : undefined },
    { json: session.json, inputs: [data, options.new, writesModel ? undefined : options.model] },
  )
  const table = await readData(session, data, options)
  session.note(tableLines(table).join('\n'))
  const newTable = options.new === undefined ? undefined : await readData(session, options.new, options)
  const label = labelNameOf(table, options)
  const learning: LearningOptions = {
    ...learningChoice(options),
    columns: overridesFor(table, { ...options }, label),
  }
  const detector =
    options.model === undefined || writesModel ? undefined : await AnomalyDetector.load(options.model)
  try {
    const report = await examine(
      table,
      {
        learning,
        ...(options.label !== undefined && { label: options.label }),
        ...(options.group !== undefined && { group: options.group }),
        ...(options.time !== undefined && { time: options.time }),
        ...(newTable && { newTable }),
        ...(detector && { detector }),
        ...(options.only && { only: options.only }),
        ...(options.budget !== undefined && { budgetSeconds: options.budget }),
        paths: pathsOf(data, options),
        signal: session.signal,
        onProgress: session.onProgress,
      },
      nodeLearning,
    )
    const fixed = options.fix ? applyFixes(table, learning, fixesOf(report.diagnoses)) : undefined
    await writeAll(session, report, fixed, targets, options)
    session.answer(
      [
        ...doctorLines(report, session.style),
        ...(fixed === undefined ? [] : fixLines(fixed)),
        ...writtenSection(session, targets),
      ].join('\n'),
    )
    return {
      command: 'doctor',
      data: table.source,
      ...doctorFacts(report),
      changes: [...(fixed?.changes ?? [])],
      modelFile: options.model ?? null,
      outFile: options.out ?? null,
      reportFile: options.report ?? null,
      seconds: session.seconds(),
    }
  } finally {
    await detector?.dispose()
  }
}

/**
 * Whether --fix is to write the model: it is the one of `--model` when there is no such file yet.
 *
 * @throws HG_USAGE when --fix has nowhere to write to, or --out nothing to write
 */
async function checkFix({ fix, out, model }: DoctorOptions): Promise<boolean> {
  if (fix !== true && out !== undefined) {
    throw new HourglassError('HG_USAGE', '--out: there is a mended table to write only with --fix')
  }
  const isNew =
    fix === true &&
    model !== undefined &&
    (model === '-' || (await stat(model).catch(() => undefined)) === undefined)
  if (fix === true && out === undefined && !isNew) {
    throw new HourglassError(
      'HG_USAGE',
      '--fix: say where the mended table goes, with --out fixed.csv, or a model that does not exist yet, with --model; nothing is changed in place',
    )
  }
  return isNew
}

/** How commands name the files. */
function pathsOf(data: string, options: DoctorOptions): Patient['paths'] {
  return {
    data: shellWord(data),
    ...(options.new !== undefined && { newData: shellWord(options.new) }),
    ...(options.model !== undefined && { model: shellWord(options.model) }),
    ...(options.label !== undefined && { label: shellWord(options.label) }),
  }
}

async function writeAll(
  session: Session,
  report: DoctorReport,
  fixed: Fixed | undefined,
  { out, model, report: page }: Targets,
  options: DoctorOptions,
): Promise<void> {
  if (fixed && out) await writeMended(session, fixed.table, out)
  if (fixed && model) {
    const { table, learning } = fixed
    const names = new Set(table.columns.map(({ name }) => name))
    const columns = Object.fromEntries(
      Object.entries(learning.columns ?? {}).filter(([name]) => names.has(name)),
    )
    const detector = await AnomalyDetector.fit(table, {
      ...learning,
      columns,
      ...(options.falseAlarms !== undefined && { falseAlarmRate: options.falseAlarms }),
      onProgress: session.onProgress,
      signal: session.signal,
    })
    await writeOutput(model, detector.toBytes(), session.io)
    await detector.dispose()
  }
  if (page) {
    const { renderDoctorReport } = await import('../../report/index.js')
    const html = await renderDoctorReport({
      ...report,
      title: `Doctor's report on ${report.source}`,
      createdAt: new Date().toISOString(),
      version: packageVersion(),
      changes: fixed?.changes ?? [],
    })
    await writeOutput(page, html, session.io)
  }
}

/** The mended table, without what the reader noticed about the old one. */
async function writeMended(session: Session, table: Table, out: NonNullable<Targets['out']>): Promise<void> {
  const ending = out.kind === 'file' ? '' : '.csv'
  await writeThrough(out, ending, session.io, (path) => writeTable(table, path, { signal: session.signal }))
}

function fixLines({ changes }: Fixed): readonly string[] {
  return changes.length === 0
    ? ['', 'nothing could be mended without a person']
    : ['', 'mended:', ...changeLines(changes).map((change) => `  ${change}`)]
}

function writtenSection({ io }: Session, { out, model, report }: Targets): readonly string[] {
  const written = [
    ...(out?.kind === 'file' ? [[out.path, `${io.program} doctor ${shellWord(out.path)}`] as const] : []),
    ...(model?.kind === 'file'
      ? [[model.path, `${io.program} inspect ${shellWord(model.path)}`] as const]
      : []),
    ...(report?.kind === 'file'
      ? [[report.path, `${openCommand(io.platform)} ${shellWord(report.path)}`] as const]
      : []),
  ]
  return written.length === 0 ? [] : ['', 'written:', ...writtenLines(written)]
}
