/**
 * Values that are no part of their column's tail, however heavy it is, and rows that lie apart from all others. Both
 * are told by a gap that a power tail would hardly leave (statistics/tails.ts), so that skew alone is no illness.
 */
import { formatNumber, formatPercent, formatPlural, formatPValue } from '../../../base/index.js'
import { nearestNeighbors } from '../../../geometry/index.js'
import { fixCommand, trainCommand } from '../command.js'
import type { Chart, Illness } from '../diagnosis.js'
import { bonferroni } from '../statistics/multiplicity.js'
import { widestGap, type Gap } from '../statistics/tails.js'
import { pointsOf, quietly } from '../points.js'
import { figure, listed, rowsWhere, type InputFacts, type NumberFacts } from './facts.js'

/** Values beyond a gap are outliers only while they are few; more are a part of the data. */
const mostShare = 0.03

/** The p-value, over all columns, that a gap must stay below. */
const level = 1e-3

/** Outliers of single columns. */
export function checkOutliers(facts: InputFacts): readonly Illness[] {
  if (facts.onGrid) return []
  return facts.numbers.flatMap((column) => outliersOf(facts, column))
}

function outliersOf(facts: InputFacts, column: NumberFacts): readonly Illness[] {
  const { median, deviation, sorted } = column.order()
  if (sorted.length < 50) return []
  const explained = facts.explained.get(column.name)
  const { values } = column.column
  const kept = rowsWhere(facts.rowCount, (row) => !Number.isNaN(values[row]!) && explained?.has(row) !== true)
  const distances = Float64Array.from(kept, (row) => Math.abs(values[row]! - median))
  const descending = distances.slice().sort().reverse()
  const widest = widestGap(descending, Math.ceil(sorted.length * mostShare))
  if (widest === undefined) return []
  const gap = { ...widest, ratio: ratioOnGrid(descending, widest.count, stepOf(sorted)) }
  const pValue = bonferroni(gap.pValue, facts.numbers.length)
  const bound = descending[gap.count - 1]!
  const deviations = deviation > 0 ? bound / deviation : Infinity
  const verdict =
    pValue < level && deviations >= 3
      ? gap.ratio >= 2.5
        ? 'ill'
        : gap.ratio >= 1.8
          ? 'watch'
          : 'fine'
      : 'fine'
  if (verdict === 'fine') return []
  const rows = kept.filter((_, i) => distances[i]! >= bound)
  return [outlierIllness(facts, column, { gap, pValue, verdict, rows })]
}

/** Where values lie on a coarse grid, half a step on either side is the grid's, not the gap's. */
function ratioOnGrid(descending: Float64Array, count: number, step: number): number {
  return (descending[count - 1]! - step / 2) / (descending[count]! + step / 2)
}

/** The smallest distance between different values, where there are few of them; 0 for fine ones. */
function stepOf(sorted: Float64Array): number {
  let [step, distinct] = [Infinity, 1]
  for (let i = 1; i < sorted.length && distinct <= 50; i++) {
    if (sorted[i] === sorted[i - 1]) continue
    step = Math.min(step, sorted[i]! - sorted[i - 1]!)
    distinct++
  }
  return distinct <= 50 && Number.isFinite(step) ? step : 0
}

interface Found {
  readonly gap: Gap
  readonly pValue: number
  readonly verdict: Illness['verdict']
  readonly rows: readonly number[]
}

function outlierIllness(
  { patient, rowCount }: InputFacts,
  { name, column }: NumberFacts,
  { gap, pValue, verdict, rows }: Found,
): Illness {
  const shown = rows.slice(0, 3).map((row) => formatNumber(column.values[row]!, 4))
  return {
    code: 'outliers',
    verdict,
    text:
      `${name} holds ${formatPlural(rows.length, 'value')} (${shown.join(', ')}${rows.length > 3 ? ', …' : ''}) ` +
      `at least ${formatNumber(gap.ratio)} times as far from the median as any other.`,
    ...listed(rows),
    columns: [name],
    evidence: [
      figure(
        'gap',
        gap.ratio,
        'distance of the nearest outlier from the median over that of the farthest other value',
      ),
      figure(
        'p-value',
        pValue,
        `a tail as heavy as this column's leaves such a gap with p ${formatPValue(pValue)}, all columns considered`,
      ),
      figure('share', rows.length / rowCount, `${formatPercent(rows.length / rowCount)} of the rows`),
    ],
    remedies: [
      {
        text: 'Correct these cells, or make them missing if they are errors.',
        command: fixCommand(patient),
        fix: { kind: 'clear-cells', column: name, rows },
      },
      {
        text: 'If they may be true, learn with a kind that sets such rows apart.',
        command: trainCommand(patient, '--kind robust'),
      },
    ],
  }
}

/** Neighbours that must be near a row for it to lie within the data. */
const neighbours = 5

/** Rows that are looked at. */
const mostRows = 5000

/** Rows apart from all others, though no cell of theirs need be odd. */
export async function checkIsolatedRows(facts: InputFacts): Promise<readonly Illness[]> {
  const { patient, explained, rowCount } = facts
  const points = pointsOf(patient, mostRows)
  if (points.cloud.rows < 100) return []
  const { distances } = await nearestNeighbors(points.cloud, neighbours, {
    engine: patient.machine.engine,
    ...quietly(patient),
  })
  const farthest = Float64Array.from(
    { length: points.cloud.rows },
    (_, i) => distances[(i + 1) * neighbours - 1]!,
  )
  const descending = farthest.slice().sort().reverse()
  const gap = widestGap(descending, Math.ceil(farthest.length * mostShare))
  if (gap === undefined || gap.pValue >= level) return []
  const bound = descending[gap.count - 1]!
  const isExplained = (row: number): boolean => [...explained.values()].some((rows) => rows.has(row))
  const rows = points.rows.filter((row, i) => farthest[i]! >= bound && !isExplained(row))
  if (rows.length === 0) return []
  const verdict = gap.ratio >= 2.5 ? 'ill' : gap.ratio >= 1.8 ? 'watch' : 'fine'
  if (verdict === 'fine') return []
  return [
    {
      code: 'isolated-rows',
      verdict,
      text: `${formatPlural(rows.length, 'row')} ${rows.length === 1 ? 'lies' : 'lie'} at least ${formatNumber(gap.ratio)} times as far from the nearest rows as any other.`,
      ...listed([...rows]),
      evidence: [
        figure(
          'gap',
          gap.ratio,
          `distance to the ${neighbours}th nearest row, over that of the farthest other row`,
        ),
        figure('p-value', gap.pValue, 'of such a gap in a tail as heavy as that of these distances'),
        figure('share', rows.length / Math.max(1, Math.min(rowCount, mostRows)), 'of the rows looked at'),
      ],
      remedies: [
        {
          text: 'Look at these rows. Where they are errors, leave them out of what is learned from.',
          command: fixCommand(patient),
          fix: { kind: 'drop-rows', rows: [...rows] },
        },
        {
          text: 'Where they may be true, learn with a kind that sets such rows apart.',
          command: trainCommand(patient, '--kind robust'),
        },
      ],
    },
  ]
}

/** How the values of the first column with outliers lie; undefined when there is none. */
export function outlierChart(facts: InputFacts, illnesses: readonly Illness[]): Chart | undefined {
  const ill = illnesses.find(({ code }) => code === 'outliers' || code === 'sentinel')
  const column = facts.numbers.find(({ name }) => name === ill?.columns?.[0])
  if (column === undefined) return undefined
  const { sorted } = column.order()
  const bins = 40
  const [low, high] = [sorted[0]!, sorted.at(-1)!]
  const width = (high - low) / bins
  const y = new Array<number>(bins).fill(0)
  for (const value of sorted) y[Math.min(bins - 1, Math.floor((value - low) / width))]!++
  return {
    kind: 'histogram',
    title: `Values of ${column.name}`,
    x: column.name,
    y: 'rows',
    series: [{ name: 'rows', x: y.map((_, i) => low + i * width), y }],
  }
}
