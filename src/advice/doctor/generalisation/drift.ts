/**
 * Whether new data are like the old: column by column, and as a whole by the errors of an autoencoder, which sees what
 * no single column shows. Each difference needs a size that matters besides a p-value, corrected for all columns.
 */
import { formatNumber, formatPercent, formatPlural, formatPValue } from '../../../base/index.js'
import { cellText, isMissing, selectRows, type Column, type Table } from '../../../data/index.js'
import { featuresOf } from '../../../learning/index.js'
import type { Chart, Evidence, Illness, Patient, Remedy } from '../diagnosis.js'
import { figure } from '../input/facts.js'
import { sortedKnown } from '../statistics/order.js'
import { benjaminiHochberg } from '../statistics/multiplicity.js'
import { chiSquare, kolmogorovSmirnov, mannWhitney, type TestResult } from '../statistics/two-sample.js'
import { cellErrors, trainTrial } from '../trial.js'
import { rowErrors, type HoldoutTraining } from './holdout.js'
import { nothing, type Part } from './time.js'

/** Adjusted p-value below which a difference counts, and the sizes that are to be watched and that matter. */
const level = 1e-3
const weak = 0.1
const strong = 0.2

/** Fewest new rows that anything is told from, and most rows of either table that are compared. */
const fewestRows = 20
const mostRows = 20_000

/** Compares the tables. */
export async function examineDrift(patient: Patient, training: HoldoutTraining): Promise<Part> {
  const fresh = thinned(patient.newTable!)
  if (fresh.rowCount < fewestRows)
    return nothing(
      `${formatPlural(fresh.rowCount, 'new row')} are too few to compare; give at least ${fewestRows}.`,
    )
  const used = patient.readings.filter((reading) => reading.used).map(({ name }) => name)
  const lacking = used.filter((name) => !fresh.columns.some((column) => column.name === name))
  if (lacking.length > 0) return lackingPart(patient, lacking)
  const old = thinned(patient.table)
  const columns = columnDrifts(used, old, fresh)
  const whole = await wholeDrift(patient, fresh, training)
  const drifted = columns.filter(({ verdict }) => verdict !== 'fine')
  const remedies: Remedy[] = [learnFromNew(patient)]
  return {
    illnesses: [
      ...columnIllnesses(drifted, remedies),
      ...whole.illnesses.map((illness) => ({ ...illness, remedies })),
    ],
    evidence: [
      figure('columns that differ', drifted.length, `of ${formatPlural(used.length, 'column')}`),
      ...whole.evidence,
    ],
    charts: [chartOf(columns)],
  }
}

const learnFromNew = ({ paths }: Patient): Remedy => ({
  text: 'Find out what has changed. If the new data are what is to come, learn from them.',
  ...(paths.newData !== undefined && {
    command: `hourglass train ${paths.newData} --model ${paths.model ?? 'model.onnx'}`,
  }),
})

function lackingPart(patient: Patient, lacking: readonly string[]): Part {
  return {
    illnesses: [
      {
        code: 'lacking-column',
        verdict: 'ill',
        text: `The new data lack ${lacking.slice(0, 4).join(', ')}${lacking.length > 4 ? ', …' : ''}, which is learned from.`,
        columns: lacking,
        evidence: [figure('columns', lacking.length, 'that are learned from and not there')],
        remedies: [
          {
            text: `Add ${lacking.length === 1 ? 'it' : 'them'} to the new data, or learn without.`,
            command: `hourglass train ${patient.paths.data} --ignore ${lacking.join(',')} --model model.onnx`,
          },
        ],
      },
    ],
    evidence: [],
    charts: [],
  }
}

/** One difference of one column. */
interface Drift extends TestResult {
  readonly name: string
  readonly what: 'values' | 'missing cells'
  readonly adjusted: number
  readonly verdict: 'fine' | 'watch' | 'ill'
}

function columnDrifts(names: readonly string[], old: Table, fresh: Table): readonly Drift[] {
  const tests = names.flatMap((name) => {
    const [a, b] = [old, fresh].map((table) => table.columns.find((column) => column.name === name)!) as [
      Column,
      Column,
    ]
    const counts = [a, b].map((column) => missingCounts(column)) as [number[], number[]]
    return [
      { name, what: 'values' as const, ...valueTest(a, b) },
      ...(counts[0][1]! + counts[1][1]! > 0
        ? [{ name, what: 'missing cells' as const, ...chiSquare(...counts) }]
        : []),
    ]
  })
  const adjusted = benjaminiHochberg(tests.map(({ pValue }) => pValue))
  return tests.map((test, i) => {
    const counts = adjusted[i]! < level
    const verdict = counts && test.effect >= strong ? 'ill' : counts && test.effect >= weak ? 'watch' : 'fine'
    return { ...test, adjusted: adjusted[i]!, verdict }
  })
}

function missingCounts(column: Column): number[] {
  const rows = column.storage === 'string' ? column.codes.length : column.values.length
  let missing = 0
  for (let row = 0; row < rows; row++) if (isMissing(column, row)) missing++
  return [rows - missing, missing]
}

function valueTest(a: Column, b: Column): TestResult {
  if (a.storage !== 'string' && b.storage !== 'string')
    return kolmogorovSmirnov(sortedKnown(a.values), sortedKnown(b.values))
  const tally = new Map<string, [number, number]>()
  for (const [side, column] of [a, b].entries()) {
    const rows = column.storage === 'string' ? column.codes.length : column.values.length
    for (let row = 0; row < rows; row++) {
      const text = cellText(column, row)
      if (text === '') continue
      const counts = tally.get(text) ?? [0, 0]
      counts[side === 0 ? 0 : 1]++
      tally.set(text, counts)
    }
  }
  const counts = [...tally.values()]
  return chiSquare(
    counts.map(([x]) => x),
    counts.map(([, y]) => y),
  )
}

function columnIllnesses(drifted: readonly Drift[], remedies: readonly Remedy[]): readonly Illness[] {
  if (drifted.length === 0) return []
  const sorted = drifted.toSorted((a, b) => b.effect - a.effect)
  const names = [...new Set(sorted.map(({ name }) => name))]
  return [
    {
      code: 'drift',
      verdict: sorted.some(({ verdict }) => verdict === 'ill') ? 'ill' : 'watch',
      text: `${names.slice(0, 4).join(', ')}${names.length > 4 ? ` and ${names.length - 4} more` : ''} ${names.length === 1 ? 'is' : 'are'} distributed otherwise in the new data.`,
      columns: names,
      evidence: sorted
        .slice(0, 5)
        .map(({ name, what, effect, adjusted }) =>
          figure(
            `${name}, ${what}`,
            effect,
            `share of rows that would have to change for the two to agree, about; p ${formatPValue(adjusted)} over all columns`,
          ),
        ),
      remedies,
    },
  ]
}

/** Errors of new rows against errors of rows that were held out: by the model that is given, or by a short training. */
async function wholeDrift(
  patient: Patient,
  fresh: Table,
  training: HoldoutTraining,
): Promise<Pick<Part, 'illnesses' | 'evidence'>> {
  const { detector } = patient
  if (detector === undefined) return byTraining(patient, fresh, training)
  const { pValue, isAnomaly } = await detector.scoreOnly(fresh, { signal: patient.signal })
  const { falseAlarmRate } = detector.record
  const share = isAnomaly.reduce((sum, flag) => sum + flag, 0) / fresh.rowCount
  const mean = pValue.reduce((sum, p) => sum + p, 0) / fresh.rowCount
  // Of rows like those that calibrated the model, p-values are even between 0 and 1.
  const error = Math.sqrt((1 / fresh.rowCount + 1 / Math.max(1, detector.record.rows.calibration)) / 12)
  return verdictOfWhole({
    effect: 0.5 - mean,
    z: (0.5 - mean) / error,
    share,
    rate: falseAlarmRate,
    rows: fresh.rowCount,
  })
}

async function byTraining(patient: Patient, fresh: Table, { learning, steps, threads }: HoldoutTraining) {
  const { preprocessing, machine, split, signal } = patient
  const trial = await trainTrial(patient, { ...learning, threads }, { steps })
  const seen = await featuresOf(fresh, preprocessing, machine.engine, { signal })
  const columns = preprocessing.layout.columns.length
  const held = await cellErrors(patient, trial, split.validation, 'expected')
  const allNew = Int32Array.from({ length: fresh.rowCount }, (_, row) => row)
  const theirs = await cellErrors({ ...seen, machine }, trial, allNew, 'expected')
  const usual = new Float64Array(columns)
  held.forEach((value, i) => (usual[i % columns]! += value / split.validation.length))
  const floor = 0.02 * (usual.reduce((sum, value) => sum + value, 0) / columns)
  const weights = usual.map((value) => Math.max(value, floor, Number.MIN_VALUE))
  const ours = rowErrors(held, weights, patient, split.validation)
  const new_ = rowErrors(theirs, weights, seen, allNew)
  const { effect, pValue } = mannWhitney(ours, new_)
  const bound = ours.slice().sort()[Math.floor(0.99 * (ours.length - 1))]!
  const share = new_.filter((error) => error > bound).length / new_.length
  const z = pValue <= 0 ? Infinity : effect / Math.sqrt((1 / ours.length + 1 / new_.length) / 12)
  return verdictOfWhole({ effect, z, share, rate: 0.01, rows: new_.length })
}

function verdictOfWhole({
  effect,
  z,
  share,
  rate,
  rows,
}: {
  readonly effect: number
  readonly z: number
  readonly share: number
  readonly rate: number
  readonly rows: number
}): Pick<Part, 'illnesses' | 'evidence'> {
  const evidence: Evidence[] = [
    figure(
      'chance that a new row errs more',
      0.5 + effect,
      'than a held-out one; ½ when the new rows are like the old',
    ),
    figure(
      'flagged',
      share,
      `share of ${formatPlural(rows, 'new row')} beyond the threshold for ${formatPercent(rate)} of normal rows`,
    ),
  ]
  // Flagged rows beyond the asked rate are what a detector is for; a great many of them are another world.
  const many = share > Math.max(0.2, 5 * rate) && (share - rate) * Math.sqrt(rows / (rate * (1 - rate))) > 5
  const verdict = z > 5 && (effect >= 0.15 || many) ? 'ill' : z > 4 && effect >= 0.07 ? 'watch' : 'fine'
  if (verdict === 'fine') return { illnesses: [], evidence }
  return {
    evidence,
    illnesses: [
      {
        code: 'drift-of-rows',
        verdict,
        text: `The autoencoder gives new rows back worse than held-out ones: a new row errs more with a chance of ${formatNumber(0.5 + effect)}, and ${formatPercent(share)} would be flagged where ${formatPercent(rate)} is usual.`,
        evidence,
        remedies: [],
      },
    ],
  }
}

function thinned(table: Table): Table {
  if (table.rowCount <= mostRows) return table
  return selectRows(
    table,
    Int32Array.from({ length: mostRows }, (_, i) => Math.floor((i * table.rowCount) / mostRows)),
  )
}

function chartOf(columns: readonly Drift[]): Chart {
  const shown = columns
    .filter(({ what }) => what === 'values')
    .toSorted((a, b) => b.effect - a.effect)
    .slice(0, 20)
  return {
    kind: 'bars',
    title: 'Difference of each column between old and new data',
    x: 'column',
    y: 'difference of the distributions, 0 to 1',
    series: [{ name: 'difference', x: shown.map(({ name }) => name), y: shown.map(({ effect }) => effect) }],
    marks: [{ axis: 'y', at: strong, text: 'matters' }],
  }
}
