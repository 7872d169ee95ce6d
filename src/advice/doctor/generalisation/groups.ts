/** Whether what is learned holds for other groups or sites: each held out in turn, against rows held out at random. */
import { formatNumber, formatPlural } from '../../../base/index.js'
import type { Chart, Illness, Patient } from '../diagnosis.js'
import { figure } from '../input/facts.js'
import { twoSided } from '../statistics/distributions.js'
import { bonferroni } from '../statistics/multiplicity.js'
import {
  blocksOf,
  holdOut,
  ratioOf,
  trainingsFor,
  verdictOn,
  type HoldoutTraining,
  type Paired,
  type Ratio,
} from './holdout.js'
import { nothing, type Part } from './time.js'

/** Fewest rows of a group that is judged, most trainings in pairs, rows measured on in each. */
const fewestRows = 12
const mostFolds = 4
const mostRows = 1000

/** Trainings that the look takes at most. */
export const trainingsOfGroups = (rows: number): number => mostFolds * trainingsFor(rows / mostFolds)

/** Errors of one group's rows. */
interface Group extends Pick<Paired, 'without' | 'withPart'> {
  readonly name: string
}

/** Leaves groups out. */
export async function examineGroups(patient: Patient, training: HoldoutTraining): Promise<Part> {
  const { groups, sampled } = patient
  const members = new Map<string, number[]>()
  sampled.forEach((row, position) => {
    const name = groups!.values[row]!
    if (name !== '') members.set(name, [...(members.get(name) ?? []), position])
  })
  const usable = [...members].filter(([, positions]) => positions.length >= fewestRows)
  if (usable.length < 2)
    return nothing(
      `${groups!.name} has ${formatPlural(usable.length, 'group')} of at least ${fewestRows} rows; two are needed.`,
    )
  const judged: Group[] = []
  for (const fold of foldsOf(usable)) {
    const inside = new Set(fold.flatMap(([, positions]) => positions))
    const rest = [...sampled.keys()].filter((position) => !inside.has(position))
    if (rest.length < 50) continue
    const paired = await holdOut(
      patient,
      { part: Int32Array.from(inside).sort(), rest: Int32Array.from(rest), mostRows, name: fold[0]![0] },
      training,
    )
    judged.push(...byGroup(patient, paired))
  }
  if (judged.length === 0)
    return nothing('the groups are too large to leave enough rows when one is held out.')
  return partOf(patient, judged)
}

/** Groups dealt to folds, the largest first, each to the smallest fold. */
function foldsOf(groups: readonly [string, number[]][]): [string, number[]][][] {
  const folds = Array.from({ length: Math.min(mostFolds, groups.length) }, () => ({
    size: 0,
    groups: [] as [string, number[]][],
  }))
  for (const group of groups.toSorted(([, a], [, b]) => b.length - a.length)) {
    const fold = folds.toSorted((a, b) => a.size - b.size)[0]!
    fold.groups.push(group)
    fold.size += group[1].length
  }
  return folds.map((fold) => fold.groups)
}

function byGroup({ groups, sampled }: Patient, { rows, without, withPart }: Paired): Group[] {
  const places = new Map<string, number[]>()
  rows.forEach((position, i) => {
    const name = groups!.values[sampled[position]!]!
    places.set(name, [...(places.get(name) ?? []), i])
  })
  return [...places].map(([name, at]) => ({
    name,
    without: Float64Array.from(at, (i) => without[i]!),
    withPart: Float64Array.from(at, (i) => withPart[i]!),
  }))
}

function partOf({ groups }: Patient, judged: readonly Group[]): Part {
  const whole = overall(judged)
  const single = judged.map((group) => ({ group, ratio: ratioOf(group, blocksOf(group.without.length, 10)) }))
  const worse = single
    .filter(
      ({ ratio, group }) =>
        group.without.length >= 20 &&
        ratio.low >= 1.15 &&
        ratio.ratio >= 1.5 &&
        ratio.z > 0 &&
        bonferroni(twoSided(ratio.z), single.length) < 1e-3,
    )
    .toSorted((a, b) => b.ratio.ratio - a.ratio.ratio)
  const verdict =
    worse.length > 0
      ? 'ill'
      : verdictOn(
          whole,
          judged.reduce((sum, { without }) => sum + without.length, 0),
        )
  const evidence = figure(
    'error elsewhere ÷ at random',
    whole.ratio,
    'error on groups that a model has seen nothing of, over that of one that has seen other rows of them',
    { low: whole.low, high: whole.high },
  )
  const illnesses: Illness[] =
    verdict === 'fine'
      ? []
      : [
          {
            code: 'group-shift',
            verdict,
            text:
              worse.length > 0
                ? `What is learned from other groups does not hold for ${worse
                    .slice(0, 3)
                    .map(({ group }) => group.name)
                    .join(
                      ', ',
                    )}: the error there is up to ${formatNumber(worse[0]!.ratio.ratio)} times that of a model that knows the group.`
                : `What is learned holds less for groups that were not seen: the error is ${formatNumber(whole.ratio)} times that on rows held out at random.`,
            columns: [groups!.name],
            evidence: [
              evidence,
              ...worse
                .slice(0, 3)
                .map(({ group, ratio }) =>
                  figure(
                    `error on ${group.name}`,
                    ratio.ratio,
                    'times that of a model that has seen other rows of it',
                    { low: ratio.low, high: ratio.high },
                  ),
                ),
            ],
            remedies: [
              {
                text: `Learn from every group that is to be scored, or keep one model for each; judge models by groups held out whole, never by rows drawn at random.`,
              },
            ],
          },
        ]
  return {
    illnesses,
    evidence: [evidence, figure('groups', judged.length, 'were held out')],
    charts: [chartOf(groups!.name, single)],
  }
}

/** Over all groups; uncertain by the groups where these are many, else by blocks of their rows too. */
function overall(judged: readonly Group[]): Ratio {
  const without = Float64Array.from(judged.flatMap((group) => [...group.without]))
  const withPart = Float64Array.from(judged.flatMap((group) => [...group.withPart]))
  const groupOf = judged.flatMap(({ without: errors }, i) => Array.from(errors, () => i))
  const byGroups = ratioOf({ without, withPart }, groupOf)
  const byBlocks = ratioOf({ without, withPart }, blocksOf(without.length, 20))
  const wider = Math.abs(byGroups.z) < Math.abs(byBlocks.z) ? byGroups : byBlocks
  return judged.length < 4 ? byBlocks : wider
}

function chartOf(name: string, single: readonly { readonly group: Group; readonly ratio: Ratio }[]): Chart {
  const shown = single.toSorted((a, b) => b.ratio.ratio - a.ratio.ratio).slice(0, 20)
  return {
    kind: 'bars',
    title: `Error on each ${name} when it was not seen`,
    x: name,
    y: 'times that of a model that has seen it',
    series: [
      {
        name: 'ratio',
        x: shown.map(({ group }) => group.name),
        y: shown.map(({ ratio }) => ratio.ratio),
        low: shown.map(({ ratio }) => ratio.low),
        high: shown.map(({ ratio }) => ratio.high),
      },
    ],
    marks: [{ axis: 'y', at: 1, text: 'no difference' }],
  }
}
