/** `hourglass inspect`: what a model is, what it takes, what it was learned from, and how it works inside. */
import { stat } from 'node:fs/promises'
import type { DetectorRecord } from '../../anomaly/index.js'
import { AnomalyDetector } from '../../anomaly/node.js'
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatInstant,
  formatNumber,
  formatPercent,
  formatPlural,
  gridWords,
} from '../../base/index.js'
import type { TrainingPoint } from '../../training/index.js'
import { innerFacts, innerLines, traceOf } from '../inner-workings.js'
import { inspectReport, type Seen } from '../inspect-report.js'
import { learnedFacts } from '../learning.js'
import type { InspectOptions } from '../options.js'
import { targetsOf, writeOutput } from '../outputs.js'
import { readForModel } from '../reading.js'
import type { InspectResult } from '../results.js'
import type { Session } from '../session.js'
import { columnLines, thresholdText } from '../summary.js'

/** Columns that are listed one by one. */
const mostInputs = 100

/** Runs `inspect` on a model file, and on rows of a table where one is given. */
export async function inspect(
  session: Session,
  path: string,
  data: string | undefined,
  options: InspectOptions,
): Promise<InspectResult> {
  const { report } = await targetsOf({ report: options.report }, { json: session.json, inputs: [path, data] })
  const detector = await AnomalyDetector.load(path)
  try {
    const { record } = detector
    const bytes = (await stat(path)).size
    const table = data === undefined ? undefined : await readForModel(session, data, options, record)
    const seen: Seen | undefined = table && { trace: await traceOf(detector, table), source: table.source }
    session.answer(
      [...describe(path, bytes, record), ...(seen ? innerLines(seen.trace, seen.source) : [])].join('\n'),
    )
    if (report) {
      const { renderInspectReport } = await import('../../report/index.js')
      await writeOutput(report, await renderInspectReport(inspectReport(path, detector, seen)), session.io)
    }
    return {
      ...facts(path, bytes, record),
      ...(seen && { inner: innerFacts(seen.trace, seen.source) }),
      reportFile: options.report ?? null,
    }
  } finally {
    await detector.dispose()
  }
}

function facts(
  path: string,
  bytes: number,
  record: DetectorRecord,
): Omit<InspectResult, 'inner' | 'reportFile'> {
  const { kind, createdAt, source, rows, seed, training, threshold, falseAlarmRate } = record
  const best = bestPoint(record)
  return {
    command: 'inspect',
    modelFile: path,
    bytes,
    kind,
    createdAt,
    source,
    rows,
    seed,
    columns: learnedFacts(record).columns,
    inputs: record.columns.map(({ name, kind: columnKind, usual }) => ({
      name,
      kind: columnKind,
      ...(usual && { usual: [usual[0], usual[1]] as [number, number] }),
    })),
    options: record.options,
    widths: [...record.widths],
    latent: record.latent,
    parameters: record.parameterCount,
    training: {
      steps: training.steps,
      bestStep: training.bestStep,
      stopped: training.stopped,
      trainLoss: best?.trainLoss ?? null,
      validationLoss: best?.validationLoss ?? null,
      seconds: training.seconds,
      threads: training.threads,
      points: [...training.points],
    },
    falseAlarmRate,
    threshold: Number.isFinite(threshold) ? threshold : null,
    calibration: [...record.calibrationChecks],
    warnings: [...record.warnings],
    findings: [...record.findings],
  }
}

function describe(path: string, bytes: number, record: DetectorRecord): readonly string[] {
  const { kind, createdAt, source, rows, seed, training, widths, latent, parameterCount } = record
  const best = bestPoint(record)
  const heldOut =
    best?.validationLoss === undefined ? '' : `, held-out loss ${formatNumber(best.validationLoss)}`
  const threads = formatPlural(training.threads, 'thread')
  return [
    `${path}: ${kind} autoencoder, ${formatBytes(bytes)}`,
    `learned   ${createdAt.slice(0, 16).replace('T', ' ')} from ${source}, ${formatPlural(rows.total, 'row')}, seed ${seed}`,
    `layers    ${widths.join('-')}; code of ${latent}; ${formatPlural(parameterCount, 'parameter')}`,
    `training  ${formatPlural(rows.training, 'row')}, ${formatPlural(training.steps, 'step')} (best ${training.bestStep}), ` +
      `${formatDuration(training.seconds)}, ${threads}${heldOut}`,
    ...courseLines(record),
    `threshold ${thresholdText(record)}`,
    ...record.calibrationChecks.map(
      ({ asked, observed, low, high, rows: checked }) =>
        `          asked ${formatPercent(asked)}: ${formatPercent(observed)} of ${formatPlural(checked, 'held-out row')} flagged ` +
        `(95 % interval ${formatPercent(low)} to ${formatPercent(high)})`,
    ),
    ...inputLines(record),
    'columns, as they were read',
    ...columnLines(record.readings),
    ...record.warnings.map((warning) => `warning: ${warning}`),
  ]
}

/** Terms of the loss, what the kind watches, and gradients, at the first, the kept and the last point of the training. */
function courseLines({ training: { points, bestStep } }: DetectorRecord): readonly string[] {
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) return []
  const kept = points.find(({ step }) => step === bestStep) ?? last
  const shown = [...new Set([first, kept, last])]
  const course = (name: string, read: (point: TrainingPoint) => number | undefined): string[] => {
    const values = shown.map(read)
    return values.includes(undefined)
      ? []
      : [`            ${name}: ${values.map((value) => formatNumber(value!)).join(' → ')}`]
  }
  const steps = shown.map(({ step }) => formatCount(step)).join(' → ')
  return [
    `          course over steps ${steps}`,
    ...course(
      'gradient norm',
      ({ gradientNorms }) => gradientNorms && Math.hypot(...Object.values(gradientNorms)),
    ),
    ...Object.keys(first.parts).flatMap((name) => course(`loss, ${name}`, ({ parts }) => parts[name])),
    ...Object.keys(first.metrics ?? {}).flatMap((name) => course(name, ({ metrics }) => metrics?.[name])),
  ]
}

/** Columns that the model takes; of a grid its size. */
function inputLines({ columns, grid }: DetectorRecord): readonly string[] {
  if (grid !== undefined)
    return [`inputs    ${gridWords(grid)}, in ${formatPlural(columns.length, 'column')}`]
  const more = columns.length - mostInputs
  const shown = columns.slice(0, mostInputs).map(inputLine)
  return ['inputs', ...shown, ...(more > 0 ? [`  and ${formatCount(more)} more`] : [])]
}

function inputLine({ name, kind, usual }: DetectorRecord['columns'][number]): string {
  const text = kind === 'datetime' ? formatInstant : (value: number) => formatNumber(value)
  return `  ${kind.padEnd(12)} ${name}${usual ? `, usually ${text(usual[0])} to ${text(usual[1])}` : ''}`
}

function bestPoint({ training }: DetectorRecord) {
  return training.points.find(({ step }) => step === training.bestStep) ?? training.points.at(-1)
}
