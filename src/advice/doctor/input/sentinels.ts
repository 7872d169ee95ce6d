/**
 * Numbers that stand for "not known": −999, 9999, 0 where nothing is near 0. What gives them away: the same number
 * again and again, at the end of the column, farther from all others than those reach.
 */
import { formatNumber, formatPercent, formatPlural } from '../../../base/index.js'
import { quantile } from '../../../data/index.js'
import { fixCommand } from '../command.js'
import type { Illness } from '../diagnosis.js'
import { explain, figure, listed, orderOf, rowsWhere, type InputFacts, type NumberFacts } from './facts.js'

/** Numbers that people and programs write for a missing cell, besides 9, 99, 999, … and their negatives. */
const codes: ReadonlySet<number> = new Set([
  -1, -2, -8, 88, 888, 8888, -88, -888, 99.9, 99.99, 999.9, 999.99, -99.9, -99.99, -999.9, -999.99, 1e20,
  -1e20, 1e30, -1e30, 32767, -32768, 65535, 2147483647, -2147483648, 9.969209968386869e36,
  3.4028234663852886e38, -3.4028234663852886e38, 1.7976931348623157e308, -1.7976931348623157e308,
])

const isCode = (value: number): boolean => codes.has(value) || /^-?9+$/.test(String(value))

/** Fewest other numbers before an end of a column can be called far from them. */
const fewestOthers = 20

/** What stands at an end of a column. */
interface End {
  readonly value: number
  readonly count: number
  /** Distance to the nearest other value, in units of the others' 1st to 99th percentile range. */
  readonly spans: number
  /** The same in robust deviations of the others. */
  readonly deviations: number
  /** Distance of the others' median in their robust deviations. */
  readonly medianDistance: number
  /** How many different values the others have, counted up to 10. */
  readonly othersDistinct: number
}

/** Finds sentinel values. */
export function checkSentinels(facts: InputFacts): readonly Illness[] {
  if (facts.onGrid) return []
  return facts.numbers.flatMap((column) => sentinelsOf(facts, column))
}

function sentinelsOf(facts: InputFacts, column: NumberFacts): readonly Illness[] {
  const found: Illness[] = []
  let sorted = column.order().sorted
  for (let round = 0; round < 3; round++) {
    const ends = [endOf(sorted, sorted[0]), endOf(sorted, sorted.at(-1))]
    const best = ends
      .flatMap((end) => (end === undefined ? [] : [{ end, verdict: verdictOf(end, sorted) }]))
      .find(({ verdict }) => verdict !== 'fine')
    if (best === undefined) break
    const { end, verdict } = best
    const rows = rowsWhere(facts.rowCount, (row) => column.column.values[row] === end.value)
    explain(facts, column.name, rows)
    found.push(illnessOf(facts, column.name, end, verdict, rows))
    sorted = sorted.filter((value) => value !== end.value)
  }
  return found
}

/** The value at an end against all others; undefined where there are too few of them. */
function endOf(sorted: Float64Array, value: number | undefined): End | undefined {
  if (value === undefined) return undefined
  const others = sorted.filter((other) => other !== value)
  if (others.length < fewestOthers) return undefined
  const nearest = value < others[0]! ? others[0]! - value : value - others.at(-1)!
  const span = quantile(others, 0.99) - quantile(others, 0.01)
  const { median, deviation } = orderOf(others)
  const unit = deviation > 0 ? deviation : span / 4
  return {
    value,
    count: sorted.length - others.length,
    spans: span > 0 ? nearest / span : 0,
    deviations: unit > 0 ? nearest / unit : 0,
    medianDistance: unit > 0 ? Math.abs(median - value) / unit : 0,
    othersDistinct: distinctUpTo(others, 10),
  }
}

function distinctUpTo(sorted: Float64Array, most: number): number {
  let distinct = 1
  for (let i = 1; i < sorted.length && distinct < most; i++) if (sorted[i] !== sorted[i - 1]) distinct++
  return distinct
}

function verdictOf(end: End, sorted: Float64Array): Illness['verdict'] {
  const { value, count, spans, deviations, medianDistance } = end
  const share = count / sorted.length
  if (count < 2 || share > 0.6) return 'fine'
  // A number that means "not known" by custom, and lies out of reach of all others.
  if (isCode(value) && spans >= 1 && medianDistance >= 6) return share >= 0.001 ? 'ill' : 'watch'
  // Any number, repeated exactly, several times the reach of all others away; where it is frequent, it is a heap of the data.
  if (count >= 5 && share >= 0.005 && share <= 0.05 && spans >= 3) return 'ill'
  // Zero or a code within reach, where nothing else comes near: columns with many true zeros reach down to them.
  const odd = (value === 0 || isCode(value)) && end.othersDistinct >= 10
  if (
    odd &&
    count >= 3 &&
    share >= 0.003 &&
    share <= 0.2 &&
    deviations >= 1 &&
    medianDistance >= 3.5 &&
    spans >= 0.2
  )
    return share <= 0.1 && spans >= 0.3 ? 'ill' : 'watch'
  return 'fine'
}

function illnessOf(
  { patient, rowCount }: InputFacts,
  name: string,
  { value, count, spans, medianDistance }: End,
  verdict: Illness['verdict'],
  rows: readonly number[],
): Illness {
  return {
    code: 'sentinel',
    verdict,
    text:
      `${name} is ${formatNumber(value, 6)} in ${formatPlural(count, 'row')}, and no other value comes near: ` +
      `it seems to stand for "not known".`,
    ...listed(rows),
    columns: [name],
    evidence: [
      figure('share', count / rowCount, `${formatPercent(count / rowCount)} of the cells hold this number`),
      figure(
        'gap',
        spans,
        'distance to the nearest other value, in units of the range that 98 % of the others span',
      ),
      figure('distance', medianDistance, 'distance from the median of the others, in robust deviations'),
    ],
    remedies: [
      {
        text: 'Make these cells missing; Hourglass learns from rows with missing cells.',
        command: fixCommand(patient),
        fix: { kind: 'clear-cells', column: name, rows },
      },
    ],
  }
}
