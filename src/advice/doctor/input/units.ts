/**
 * Columns of which a part is in another unit: from some row on, in the rows of one category, or here and there.
 *
 * Two heaps of values are no proof: data have modes. A change of units multiplies place and spread by one factor, so
 * that the part, changed back, cannot be told from the rest; and it leaves all other columns as they are, which a
 * cluster of the data does not.
 */
import { formatNumber, formatPercent, formatPlural } from '../../../base/index.js'
import { fixCommand } from '../command.js'
import type { Illness } from '../diagnosis.js'
import { kolmogorovSmirnov } from '../statistics/two-sample.js'
import { explain, figure, listed, orderOf, type InputFacts, type NumberFacts, type Order } from './facts.js'
import { fewestRows, partitionsOf, type Partition } from './partitions.js'
import { changed, reversed, unitChanges, type UnitChange } from './unit-factors.js'

/** A part that a change of units explains. */
interface Change {
  readonly partition: Partition
  readonly unit: UnitChange
  /** Kolmogorov–Smirnov distance of part and rest before and after the part is changed back. */
  readonly before: number
  readonly after: number
  /** Of any other column between part and rest. */
  readonly elsewhere: number
  readonly verdict: Illness['verdict']
}

/** Finds unit jumps. */
export function checkUnits(facts: InputFacts): readonly Illness[] {
  if (facts.onGrid) return []
  const texts = facts.texts.filter(({ reading }) => reading.kind === 'categorical')
  return facts.numbers
    .filter(({ reading }) => reading.used && reading.distinct >= 20)
    .flatMap((column) => {
      const best = partitionsOf(column, texts, facts.explained.get(column.name))
        .flatMap((partition) => changeOf(facts, column, partition))
        .toSorted((a, b) => rank(b) - rank(a) || a.after - b.after)[0]
      return best === undefined ? [] : [illnessOf(facts, column, best)]
    })
}

const rank = ({ verdict, partition }: Change): number =>
  (verdict === 'ill' ? 4 : 0) + ['rows', 'category', 'values'].indexOf(partition.how)

/** How nearly apart part and rest must lie: a share that overlaps could be the data's own. */
const apart = 0.9

function changeOf(facts: InputFacts, column: NumberFacts, partition: Partition): Change[] {
  const { values } = column.column
  const inPart = new Set(partition.rows)
  const odd = facts.explained.get(column.name)
  const pick = (wanted: boolean): Order =>
    orderOf(values.filter((_, row) => inPart.has(row) === wanted && odd?.has(row) !== true))
  const [part, rest] = [pick(true), pick(false)]
  if (
    part.sorted.length < fewestRows ||
    part.deviation === 0 ||
    rest.deviation === 0 ||
    rest.sorted.length < part.sorted.length
  )
    return []
  const before = kolmogorovSmirnov(part.sorted, rest.sorted).effect
  if (before < apart) return []
  const fits = unitChanges.flatMap((unit) => fit(part, rest, unit))
  const best = fits.toSorted((a, b) => a.after - b.after)[0]
  if (best === undefined) return []
  const elsewhere = differenceElsewhere(facts, column, partition)
  const named = partition.how !== 'values'
  // Where the part was found by the values alone, the rest of the row must not know of it.
  const bound = named ? 0.8 : Math.min(0.75, 0.4 + 1.4 / Math.sqrt(part.sorted.length))
  if (elsewhere > bound) return []
  return [{ partition, ...best, before, elsewhere, verdict: 'ill' }]
}

/** Whether the part, changed back, agrees with the rest in place, spread and shape. */
function fit(
  part: Order,
  rest: Order,
  unit: UnitChange,
): { readonly unit: UnitChange; readonly after: number }[] {
  const back = reversed(unit)
  const n = part.sorted.length
  const deviation = part.deviation * Math.abs(back.factor)
  const spread = Math.log(deviation / rest.deviation)
  if (Math.abs(spread) > 0.2 + 2.3 / Math.sqrt(n)) return [] // 1.16/√n is the error of a log interquartile range
  const shift = Math.abs(changed(part.median, back) - rest.median) / rest.deviation
  if (shift > 0.25 + 2.5 / Math.sqrt(n)) return []
  const after = kolmogorovSmirnov(
    part.sorted.map((x) => changed(x, back)),
    rest.sorted,
  ).effect
  return after > 0.1 + 1.4 / Math.sqrt(n) ? [] : [{ unit, after }]
}

/** The largest difference that any other column shows between part and rest. */
function differenceElsewhere({ columns }: InputFacts, { name }: NumberFacts, { rows }: Partition): number {
  const inPart = new Set(rows)
  let largest = 0
  for (const other of columns) {
    if (other.name === name || !other.reading.used) continue
    const cells = other.column.storage === 'string' ? other.column.codes : other.column.values
    const side = (wanted: boolean): Float64Array =>
      Float64Array.from(cells as ArrayLike<number>)
        .filter((cell, row) => inPart.has(row) === wanted && !Number.isNaN(cell))
        .sort()
    largest = Math.max(largest, kolmogorovSmirnov(side(true), side(false)).effect)
  }
  return largest
}

function illnessOf(facts: InputFacts, { name }: NumberFacts, change: Change): Illness {
  const { partition, unit, before, after, elsewhere, verdict } = change
  const { rows } = partition
  explain(facts, name, rows)
  const back = reversed(unit)
  const formula = `x · ${formatNumber(back.factor, 6)}${back.offset === 0 ? '' : ` ${back.offset < 0 ? '−' : '+'} ${formatNumber(Math.abs(back.offset), 6)}`}`
  return {
    code: 'unit-jump',
    verdict,
    text: `${formatPlural(rows.length, 'cell')} of ${name} (${partition.words}) seem to be in another unit, by ${unit.name}.`,
    ...listed(rows),
    columns: [name],
    evidence: [
      figure(
        'before',
        before,
        'largest difference of the two distributions as they are, 1 when they do not overlap',
      ),
      figure('after', after, 'the same once these cells are changed back'),
      figure(
        'elsewhere',
        elsewhere,
        'the largest difference in any other column; a cluster of the data differs in several',
      ),
      figure(
        'share',
        rows.length / facts.rowCount,
        `${formatPercent(rows.length / facts.rowCount)} of the rows`,
      ),
    ],
    remedies: [
      {
        text: `Change them back: ${formula}.`,
        command: fixCommand(facts.patient),
        fix: { kind: 'rescale-cells', column: name, rows, ...back },
      },
    ],
  }
}
