/**
 * `hourglass tune`: search for the options of a fit, learn with the best from all rows, say what mattered, and how to
 * make the model again. The search is src/advice/tuning; this file puts its steps in order.
 */
import { existsSync } from 'node:fs'
import {
  bestOf,
  importanceOf,
  leastTrials,
  lossOf,
  metrics,
  observationOf,
  tune as search,
  type Importance,
  type MetricName,
  type Trial,
  type TuneResult as Found,
} from '../../advice/index.js'
import { nodeTuning, studyExists } from '../../advice/node.js'
import { AnomalyDetector } from '../../anomaly/node.js'
import { HourglassError, formatPercent, formatPlural } from '../../base/index.js'
import { readColumns, type Table } from '../../data/index.js'
import { targetsOf, writeOutput, type Target } from '../outputs.js'
import { labelNameOf, overridesFor, readData } from '../reading.js'
import type { TuneResult } from '../results.js'
import type { Session } from '../session.js'
import type { Style } from '../io.js'
import { columnLines, learnedLines, tableLines, writtenLines } from '../summary.js'
import { trainCommandLine } from '../train-command.js'
import { optionWords, spaced, trialHeading, trialLine } from '../trial-lines.js'
import type { TuneOptions } from '../tune-options.js'
import { tuneReport } from '../tune-report.js'

const defaultBudget = { seconds: 600 }

/** Options that are told of as having mattered. */
const mostTold = 6

/** Runs `tune`; `data` and `options` are the words of the command line. */
export async function tune(session: Session, data: string, options: TuneOptions): Promise<TuneResult> {
  const targets = await targetsOf(
    { model: options.model, report: options.report },
    { json: session.json, inputs: [data] },
  )
  expectStudyPlace(session, options, data)
  const table = await readData(session, data, options)
  const label = labelNameOf(table, options)
  if (label !== undefined) session.note(`label: ${label} is set aside; nothing is compared by it`)
  const columns = overridesFor(table, options, label)
  session.note([...tableLines(table), ...columnLines(readColumns(table, columns, table.grid))].join('\n'))
  const found = await searched(session, table, options, columns)
  const importance = importanceOfTrials(found)
  const refit = targets.model && (await learnBest(session, table, found, options, targets.model))
  const reproduce = trainCommandLine({
    program: session.io.program,
    data,
    reading: options,
    fit: found.fit,
    falseAlarms: options.falseAlarms,
    threads: refit?.threads,
    model: options.model ?? 'model.onnx',
  })
  if (targets.report) {
    const { renderTuneReport } = await import('../../report/index.js')
    const report = tuneReport({ found, importance, table, reproduce, modelFile: targets.model?.path })
    await writeOutput(targets.report, await renderTuneReport(report), session.io)
  }
  session.answer([...answerLines(found, importance, reproduce), ...writtenWords(session, options)].join('\n'))
  return resultOf(session, table, found, { importance, reproduce, options, warnings: refit?.warnings ?? [] })
}

/**
 * Looks at the place of the study before the work begins.
 *
 * @throws HG_USAGE when it has no file to go on with, or would replace the data; HG_STUDY_EXISTS
 */
function expectStudyPlace(session: Session, options: TuneOptions, data: string): void {
  const { study, resume = false, model, report } = options
  if (study === undefined && resume)
    throw new HourglassError('HG_USAGE', '--resume: give the file of the study to go on with, by --study')
  const taken = [data, model, report].filter((path) => path !== undefined)
  if (study !== undefined && taken.includes(study))
    throw new HourglassError('HG_USAGE', `--study: ${study} is taken by another file of this command`)
  if (study === undefined) return
  const exists = existsSync(study)
  if (exists && !resume) throw studyExists(study)
  if (resume && !exists) session.note(`--resume: there is no ${study}; the search starts from the beginning`)
}

/** The search, with a line for every trial. @throws HG_INTERRUPTED with how to go on */
async function searched(
  session: Session,
  table: Table,
  options: TuneOptions,
  columns: ReturnType<typeof overridesFor>,
): Promise<Found> {
  const {
    metric = 'planted',
    budget = defaultBudget,
    kind,
    seed,
    epochs,
    workers,
    study,
    resume = false,
  } = options
  session.note(trialHeading(metric))
  try {
    return await search(
      table,
      {
        ...{ budget, metric, columns, signal: session.signal, onProgress: session.onProgress },
        ...(kind && { kinds: kind }),
        ...(seed !== undefined && { seed }),
        ...(epochs !== undefined && { epochs }),
        onResume: (trials) => session.note(resumedLines(trials, metric, study, session.style)),
        onTrial: (trial, trials) =>
          session.note(trialLine(trial, isBest(trial, trials, metric), session.style)),
      },
      nodeTuning({
        ...(workers !== undefined && { workers }),
        ...(study && { study: { path: study, resume } }),
      }),
    )
  } catch (error) {
    throw withWayOn(error, study)
  }
}

/** The trials that a study has already, as if they had been told of now. */
function resumedLines(
  trials: readonly Trial[],
  metric: MetricName,
  study: string | undefined,
  style: Style,
): string {
  const told = trials.filter(({ results, error }) => results.length > 0 || error !== undefined)
  const lines = told.map((trial) => trialLine(trial, isBest(trial, trials, metric), style))
  return [
    ...lines,
    `these ${formatPlural(told.length, 'trial')} were in ${study ?? 'the study'} already`,
  ].join('\n')
}

const isBest = (trial: Trial, trials: readonly Trial[], metric: MetricName): boolean =>
  trials[
    bestOf(trials.map(({ results }) => ({ losses: results.map(({ value }) => lossOf(metric, value)) }))) ?? -1
  ]?.number === trial.number

function withWayOn(error: unknown, study: string | undefined): unknown {
  if (!(error instanceof HourglassError) || error.code !== 'HG_INTERRUPTED') return error
  const remedy =
    study === undefined
      ? 'nothing was kept; with --study, a stopped search can go on'
      : `the study is kept in ${study}; the same command with --resume goes on with it`
  return new HourglassError('HG_INTERRUPTED', `${error.message}; ${remedy}`, { cause: error })
}

/** Learns from all rows with the best options, and writes the model. */
async function learnBest(
  session: Session,
  table: Table,
  { fit }: Found,
  { falseAlarms, study }: TuneOptions,
  target: Target,
): Promise<{ readonly threads: number; readonly warnings: readonly string[] }> {
  const { signal, onProgress } = session
  try {
    const detector = await AnomalyDetector.fit(table, {
      ...fit,
      ...(falseAlarms !== undefined && { falseAlarmRate: falseAlarms }),
      ...{ signal, onProgress },
    })
    try {
      await writeOutput(target, detector.toBytes(), session.io)
      session.note(learnedLines(detector.record).join('\n'))
      return { threads: detector.record.training.threads, warnings: detector.record.warnings }
    } finally {
      await detector.dispose()
    }
  } catch (error) {
    throw withWayOn(error, study)
  }
}

function importanceOfTrials({ setup, trials }: Found): readonly Importance[] | undefined {
  const history = trials.map((trial) => observationOf(trial, (value) => lossOf(setup.metric, value)))
  return importanceOf(setup.space, history, setup.seed)
}

function answerLines(
  found: Found,
  importance: readonly Importance[] | undefined,
  reproduce: string,
): readonly string[] {
  const { best, setup, trials } = found
  const { title, meaning } = metrics[setup.metric]
  const { kind, ...options } = best.configuration
  const failed = trials.filter(({ state }) => state === 'failed').length
  return [
    `best of ${formatPlural(trials.length, 'trial')}${failed > 0 ? ` (${failed} failed)` : ''}: trial ${best.number + 1}, ` +
      `${title} ${best.results.at(-1)!.value.toFixed(4)}, ${meaning}`,
    ...gainLines(found),
    `  ${String(kind)}: ${optionWords(options)}`,
    ...importanceLines(importance),
    'the same model again:',
    `  ${reproduce}`,
  ]
}

/** What the search brought beside no search, and how far to trust it. */
function gainLines({ best, setup, trials }: Found): readonly string[] {
  const { rungs } = setup.halving
  const rung = Math.min(best.results.length, trials[0]?.results.length ?? 0) - 1
  const [first, same] = [trials[0]?.results[rung], best.results[rung]]
  const after = (reached: number): string => `${formatPercent(rungs[reached]!)} of a training`
  return [
    ...(first && same && best.number !== 0
      ? [
          `without a search (trial 1) it was ${first.value.toFixed(4)} where the best had ${same.value.toFixed(4)}: after ${after(rung)}`,
        ]
      : []),
    ...(best.number === 0 && trials.length > 1
      ? ['that is what Hourglass does without a search; no other trial did better']
      : []),
    ...(best.results.length < rungs.length
      ? [
          `no trial could be trained in full within the budget, the best had ${after(best.results.length - 1)}; ` +
            'a larger --budget, or fewer --epochs, would tell them apart better',
        ]
      : []),
  ]
}

function importanceLines(importance: readonly Importance[] | undefined): readonly string[] {
  if (importance === undefined)
    return [`what mattered: too few trials to say; it takes ${leastTrials} or more`]
  const told = importance.filter(({ share }) => share >= 0.05).slice(0, mostTold)
  const words = told.map(({ option, share }) => `${spaced(option)} ${formatPercent(share)}`)
  return [`what mattered, by share of the variation: ${words.join(', ') || 'no option by itself'}`]
}

function writtenWords({ io }: Session, { model, report, study }: TuneOptions): readonly string[] {
  const files = [
    ...(model === undefined || model === '-'
      ? []
      : [[model, `${io.program} score NEW-DATA --model ${model}`] as const]),
    ...(report === undefined || report === '-' ? [] : [[report, 'the trials as pictures'] as const]),
    ...(study === undefined ? [] : [[study, 'the study; --resume goes on with it'] as const]),
  ]
  return files.length === 0 ? [] : ['written:', ...writtenLines(files)]
}

function resultOf(
  session: Session,
  table: Table,
  { setup, trials, best, fit, rows }: Found,
  rest: {
    readonly importance: readonly Importance[] | undefined
    readonly reproduce: string
    readonly options: TuneOptions
    readonly warnings: readonly string[]
  },
): TuneResult {
  const { model, study, report } = rest.options
  const last = best.results.at(-1)!
  const fitted = Object.entries(fit).filter(([name]) => name !== 'columns' && name !== 'grid')
  return {
    command: 'tune',
    data: table.source,
    rows: table.rowCount,
    trainingRows: rows.training,
    heldOutRows: rows.heldOut,
    metric: setup.metric,
    best: {
      trial: best.number + 1,
      value: last.value,
      parts: { ...last.parts },
      steps: last.steps,
      fit: Object.fromEntries<unknown>(fitted),
    },
    trials: trials.map(({ number, state, configuration, results, error }) => ({
      trial: number + 1,
      state,
      configuration: { ...configuration },
      results: results.map(({ steps, value, seconds }) => ({ steps, value, seconds })),
      ...(error && { error: { ...error } }),
    })),
    importance: rest.importance?.map((one) => ({ ...one })) ?? null,
    reproduce: rest.reproduce,
    seed: setup.seed,
    modelFile: model ?? null,
    studyFile: study ?? null,
    reportFile: report ?? null,
    notes: [...table.notes, ...rest.warnings],
    seconds: session.seconds(),
  }
}
