/** Whether what is learned holds later: the last part of the time held out, against rows held out at random. */
import { formatNumber, formatPercent, formatPlural } from '../../../base/index.js'
import type { Chart, Evidence, Illness, Patient } from '../diagnosis.js'
import { figure } from '../input/facts.js'
import { trainCommand } from '../command.js'
import {
  blocksOf,
  errorsAfter,
  holdOut,
  ratioOf,
  rowErrors,
  trainingsFor,
  verdictOn,
  type HoldoutTraining,
  type Paired,
} from './holdout.js'

/** Share of the time that counts as late. */
const lateShare = 0.2
const mostRows = 1500
const blocks = 12

/** Trainings that the look takes, the ones that try a remedy among them. */
export const trainingsOfTime = (rows: number): number => 2 + trainingsFor(lateShare * rows)

/** What a part of an examination contributes. */
export interface Part {
  readonly illnesses: readonly Illness[]
  readonly evidence: readonly Evidence[]
  readonly charts: readonly Chart[]
  /** Why nothing could be told; absent when something could. */
  readonly unknown?: string
}

/** Holds out the end. */
export async function examineTime(patient: Patient, training: HoldoutTraining): Promise<Part> {
  const { time, sampled } = patient
  const ordered = [...sampled.keys()]
    .filter((position) => !Number.isNaN(time!.values[sampled[position]!]!))
    .sort((a, b) => time!.values[sampled[a]!]! - time!.values[sampled[b]!]! || a - b)
  if (ordered.length < 150)
    return nothing(`${formatPlural(ordered.length, 'row')} with a time are too few to hold some out.`)
  const cut = Math.round(ordered.length * (1 - lateShare))
  const [early, late] = [ordered.slice(0, cut), ordered.slice(cut)]
  const paired = await holdOut(
    patient,
    { part: Int32Array.from(late), rest: Int32Array.from(early), mostRows, name: 'time' },
    training,
  )
  const place = new Map(late.map((position, i) => [position, i]))
  const order = [...paired.rows.keys()].sort(
    (a, b) => place.get(paired.rows[a]!)! - place.get(paired.rows[b]!)!,
  )
  const inOrder: Paired = {
    rows: Int32Array.from(order, (i) => paired.rows[i]!),
    without: Float64Array.from(order, (i) => paired.without[i]!),
    withPart: Float64Array.from(order, (i) => paired.withPart[i]!),
  }
  const blockOf = blocksOf(order.length, blocks)
  const ratio = ratioOf(inOrder, blockOf)
  const verdict = verdictOn(ratio, order.length)
  const evidence = figure(
    'error later ÷ at random',
    ratio.ratio,
    `error on the last ${formatPercent(lateShare)} of ${time!.name} of a model that has seen nothing of it, over that of one that has`,
    { low: ratio.low, high: ratio.high },
  )
  const illness: Illness[] =
    verdict === 'fine'
      ? []
      : [
          {
            code: 'time-drift',
            verdict,
            text: `What is learned from the earlier ${formatPercent(1 - lateShare)} of the rows holds less later: the error is ${formatNumber(ratio.ratio)} times that on rows held out at random.`,
            columns: [time!.name],
            evidence: [evidence],
            remedies: [await recentRows(patient, early, inOrder, training)],
          },
        ]
  return { illnesses: illness, evidence: [evidence], charts: [chartOf(inOrder, blockOf)] }
}

/** Learning from the later half of the early rows alone: tried, and advised where it helps. */
async function recentRows(
  patient: Patient,
  early: readonly number[],
  paired: Paired,
  training: HoldoutTraining,
) {
  const half = early.slice(early.length >> 1)
  const errors = await errorsAfter(patient, Int32Array.from(half).toReversed(), paired.rows, training)
  const columns = patient.preprocessing.layout.columns.length
  const usual = new Float64Array(columns).fill(1)
  const before = await errorsAfter(patient, Int32Array.from(early).toReversed(), paired.rows, training)
  const recent = rowErrors(errors, usual, patient, paired.rows)
  const all = rowErrors(before, usual, patient, paired.rows)
  const gain = ratioOf({ without: recent, withPart: all }, blocksOf(recent.length, blocks))
  if (gain.ratio < 0.97 && gain.z < -2) {
    const rows = early.slice(0, early.length >> 1).map((position) => patient.sampled[position]!)
    const isWhole = patient.sampled.length === patient.table.rowCount
    return {
      text: `Learn from the later rows alone: without the older half the error on the last rows is ${formatPercent(1 - gain.ratio)} lower, as tried. And learn again as time goes on.`,
      ...(isWhole && { fix: { kind: 'drop-rows', rows: rows.toSorted((a, b) => a - b) } as const }),
    }
  }
  return {
    text: 'Learn again as time goes on, from all rows up to then, and judge models by later rows, never by rows drawn at random.',
    command: trainCommand(patient, `--ignore ${patient.time!.name}`),
  }
}

function chartOf({ without, withPart }: Paired, blockOf: Int32Array): Chart {
  const count = (blockOf.at(-1) ?? 0) + 1
  const means = (errors: Float64Array): number[] =>
    Array.from({ length: count }, (_, block) => {
      const inside = [...errors].filter((_, i) => blockOf[i] === block)
      return inside.reduce((sum, error) => sum + error, 0) / Math.max(1, inside.length)
    })
  const x = Array.from({ length: count }, (_, i) => i + 1)
  return {
    kind: 'curve',
    title: 'Error over the last part of the time',
    x: 'part, in order of time',
    y: 'error, 1 is usual',
    series: [
      { name: 'never seen', x, y: means(without) },
      { name: 'other rows seen', x, y: means(withPart) },
    ],
  }
}

export const nothing = (unknown: string): Part => ({ illnesses: [], evidence: [], charts: [], unknown })
