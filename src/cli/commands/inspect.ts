/** `hourglass inspect`: what a model is, what it takes, and what it was learned from. */
import { stat } from 'node:fs/promises'
import type { DetectorRecord } from '../../anomaly/index.js'
import { AnomalyDetector } from '../../anomaly/node.js'
import {
  formatBytes,
  formatDuration,
  formatInstant,
  formatNumber,
  formatPercent,
  formatPlural,
} from '../../base/index.js'
import { learnedFacts } from '../learning.js'
import type { InspectResult } from '../results.js'
import type { Session } from '../session.js'
import { columnLines, thresholdText } from '../summary.js'

/** Runs `inspect` on a model file. */
export async function inspect(session: Session, path: string): Promise<InspectResult> {
  const detector = await AnomalyDetector.load(path)
  await detector.dispose()
  const { record } = detector
  const bytes = (await stat(path)).size
  session.answer(describe(path, bytes, record).join('\n'))
  return facts(path, bytes, record)
}

function facts(path: string, bytes: number, record: DetectorRecord): InspectResult {
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
    },
    falseAlarmRate,
    threshold: Number.isFinite(threshold) ? threshold : null,
    calibration: [...record.calibrationChecks],
    warnings: [...record.warnings],
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
    `threshold ${thresholdText(record)}`,
    ...record.calibrationChecks.map(
      ({ asked, observed, low, high, rows: checked }) =>
        `          asked ${formatPercent(asked)}: ${formatPercent(observed)} of ${formatPlural(checked, 'held-out row')} flagged ` +
        `(95 % interval ${formatPercent(low)} to ${formatPercent(high)})`,
    ),
    'inputs',
    ...record.columns.map(inputLine),
    'columns, as they were read',
    ...columnLines(record.readings),
    ...record.warnings.map((warning) => `warning: ${warning}`),
  ]
}

function inputLine({ name, kind, usual }: DetectorRecord['columns'][number]): string {
  const text = kind === 'datetime' ? formatInstant : (value: number) => formatNumber(value)
  return `  ${kind.padEnd(12)} ${name}${usual ? `, usually ${text(usual[0])} to ${text(usual[1])}` : ''}`
}

function bestPoint({ training }: DetectorRecord) {
  return training.points.find(({ step }) => step === training.bestStep) ?? training.points.at(-1)
}
