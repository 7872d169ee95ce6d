/**
 * From the options of the command line to a fit: what the library is asked for, where the checkpoint lies, what is
 * said when the training is stopped.
 */
import { access } from 'node:fs/promises'
import type { DetectorRecord, FitOptions } from '../anomaly/index.js'
import { AnomalyDetector } from '../anomaly/node.js'
import { HourglassError } from '../base/index.js'
import type { ColumnOverrides, Table } from '../data/index.js'
import type { KindChoice, LearningSettings } from '../learning/index.js'
import type { LearningOptions } from './options.js'
import type { Target } from './outputs.js'
import type { DetectResult } from './results.js'
import type { Session } from './session.js'

/** Where the checkpoint of a command lies: beside its first file; none when no file is asked for. */
export function checkpointFor(
  targets: readonly (Target | undefined)[],
  { resume }: Pick<LearningOptions, 'resume'>,
): string | undefined {
  const beside = targets.find((target) => target?.kind === 'file')
  if (beside === undefined && resume) {
    throw new HourglassError(
      'HG_USAGE',
      '--resume: no file is asked for, and a checkpoint lies beside one; give the --model of the stopped training',
    )
  }
  return beside && `${beside.path}.checkpoint`
}

/** Learns a detector. @throws HG_INTERRUPTED with how to resume, and what `AnomalyDetector.fit` throws */
export async function learn(
  session: Session,
  table: Table,
  options: LearningOptions,
  { columns, checkpoint }: { readonly columns: ColumnOverrides; readonly checkpoint: string | undefined },
): Promise<AnomalyDetector> {
  if (options.resume && checkpoint !== undefined && !(await exists(checkpoint))) {
    session.note(`--resume: there is no ${checkpoint}; training starts from the beginning`)
  }
  try {
    return await AnomalyDetector.fit(table, fitOptions(session, options, columns, checkpoint))
  } catch (error) {
    throw await withWayToResume(error, checkpoint)
  }
}

function fitOptions(
  { onProgress, signal }: Session,
  options: LearningOptions,
  columns: ColumnOverrides,
  checkpoint: string | undefined,
): FitOptions {
  const { falseAlarms, resume = false } = options
  return {
    ...learningChoice(options),
    ...(falseAlarms !== undefined && { falseAlarmRate: falseAlarms }),
    ...(checkpoint !== undefined && { checkpoint: { path: checkpoint, resume } }),
    columns,
    onProgress,
    signal,
  }
}

/** What the options of the command line mean to the library, before anything is known of the data. */
export function learningChoice({ set, ...options }: LearningOptions): KindChoice & LearningSettings {
  return { ...pick(options), ...(set !== undefined && { options: set }) } // checked by the kind
}

/** The options that have the same name in the library. */
function pick(options: Omit<LearningOptions, 'set'>) {
  const names = ['kind', 'seed', 'latent', 'hidden', 'epochs', 'batchSize', 'learningRate'] as const
  const more = ['scaling', 'weightDecay', 'pretrainSteps', 'calibrationShare', 'threads'] as const
  const given = [...names, ...more].filter((name) => options[name] !== undefined)
  return Object.fromEntries(given.map((name) => [name, options[name]])) as typeof options
}

/** An interruption, with how to go on from it. */
export async function withWayToResume(error: unknown, checkpoint: string | undefined): Promise<unknown> {
  if (!(error instanceof HourglassError) || error.code !== 'HG_INTERRUPTED') return error
  const remedy =
    checkpoint !== undefined && (await exists(checkpoint))
      ? `the best state so far is kept in ${checkpoint}; the same command with --resume goes on from it`
      : 'nothing was kept; with --model, a stopped training can be resumed'
  return new HourglassError('HG_INTERRUPTED', `${error.message}; ${remedy}`, { cause: error })
}

/** What `--json` says of how columns were read. */
export function learnedColumns(readings: DetectorRecord['readings']) {
  return readings.map(({ name, kind, used, reason, missing, distinct }) => ({
    name,
    kind,
    used,
    reason,
    missing,
    distinct,
  }))
}

/** What `--json` says of a training. */
export function learnedFacts({ kind, readings, rows, training, seed }: DetectorRecord) {
  return {
    kind,
    columns: learnedColumns(readings),
    trainingRows: rows.training,
    calibrationRows: rows.calibration,
    steps: training.steps,
    stopped: training.stopped,
    seed,
  } satisfies Partial<DetectResult>
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
