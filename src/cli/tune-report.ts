/** From what `tune` found to the record that the report room draws. Nothing is computed here. */
import { metrics, type Importance, type SearchOption, type TuneResult } from '../advice/index.js'
import type { Table } from '../data/index.js'
import type { ReportTrial, ReportTunedOption, TuneReport } from '../report/index.js'
import { spaced } from './trial-lines.js'
import { packageVersion } from './version.js'

/** What the report is made from. */
export interface TuneReportParts {
  readonly found: TuneResult
  readonly importance: readonly Importance[] | undefined
  readonly table: Pick<Table, 'source'>
  readonly reproduce: string
  readonly modelFile: string | undefined
}

/** The record of a report. */
export function tuneReport({ found, importance, table, reproduce, modelFile }: TuneReportParts): TuneReport {
  const { setup, trials, best, rows } = found
  return {
    title: `Tuning on ${table.source}`,
    source: table.source,
    createdAt: new Date().toISOString(),
    version: packageVersion(),
    seed: setup.seed,
    metric: metrics[setup.metric],
    rows,
    rungs: setup.halving.rungs.length,
    trials: reportTrials(found),
    best: trials.indexOf(best),
    options: setup.space.options.map(reportOption),
    ...(importance && { importance }),
    reproduce,
    ...(modelFile !== undefined && { modelFile }),
  }
}

function reportTrials({ trials }: TuneResult): readonly ReportTrial[] {
  const times = trials
    .flatMap(({ number, results }) =>
      results.map(({ finishedAt }, rung) => ({ key: `${number} ${rung}`, at: finishedAt })),
    )
    .toSorted((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)))
  const orderOf = new Map(times.map(({ key }, i) => [key, i + 1]))
  return trials.map(({ number, configuration, results, state }) => ({
    number: number + 1,
    options: configuration,
    results: results.map(({ value, steps }, rung) => ({
      value,
      steps,
      order: orderOf.get(`${number} ${rung}`)!,
    })),
    failed: state === 'failed',
  }))
}

function reportOption(option: SearchOption): ReportTunedOption {
  const named = { name: option.name, title: spaced(option.name) }
  if (option.type === 'choice')
    return { ...named, axis: { kind: 'choice', choices: option.choices.map(String) } }
  const { low, high, log = false } = option
  return { ...named, axis: { kind: 'number', log, whole: option.type === 'integer', low, high } }
}
