/**
 * Tails so heavy that means and variances say nothing. Skewed columns, such as incomes, are none: the default scaling
 * bends them. Ill is a column whose tail has no mean and that is scaled by its deviation all the same.
 */
import { formatNumber } from '../../../base/index.js'
import { trainCommand } from '../command.js'
import type { Illness } from '../diagnosis.js'
import { hill } from '../statistics/tails.js'
import { figure, type InputFacts, type NumberFacts } from './facts.js'

/** Share of the values that the tail is told from, and the fewest. */
const tailShare = 0.05
const fewestInTail = 25

/** Finds tails without a mean, or nearly so. */
export function checkHeavyTails(facts: InputFacts): readonly Illness[] {
  if (facts.onGrid) return []
  return facts.numbers.filter(({ reading }) => reading.used).flatMap((column) => heavyTail(facts, column))
}

function heavyTail(
  { patient, explained }: InputFacts,
  { name, column, order }: NumberFacts,
): readonly Illness[] {
  const { median, sorted } = order()
  const odd = explained.get(name)
  const descending = Float64Array.from(
    column.values.filter((value, row) => !Number.isNaN(value) && odd?.has(row) !== true),
  )
    .map((value) => Math.abs(value - median))
    .sort()
    .reverse()
  const k = Math.round(sorted.length * tailShare)
  if (k < fewestInTail || !(descending[k]! > 0)) return []
  const tail = hill(descending, k)
  if (tail.low < 0.7) return []
  const scaling = patient.preprocessing.layout.columns.find((used) => used.name === name)?.scaling
  const bent = scaling?.method === 'asinh'
  return [
    {
      code: 'heavy-tail',
      verdict: bent ? 'watch' : 'ill',
      text: bent
        ? `${name} has a tail that falls like x^(−${formatNumber(1 / tail.index, 2)}); it is scaled by asinh, which bears it.`
        : `${name} has a tail that falls like x^(−${formatNumber(1 / tail.index, 2)}), and its few largest values decide its scale: all others look alike to the network.`,
      columns: [name],
      evidence: [
        figure('tail index', tail.index, 'Hill estimate; from ½ on there is no variance, from 1 on no mean', {
          low: tail.low,
          high: tail.high,
        }),
        figure('scaling', scaling?.method ?? 'none', 'how the column is scaled for the network'),
      ],
      remedies: bent
        ? []
        : [
            {
              text: 'Scale each column by itself; heavy ones are then bent by asinh.',
              command: trainCommand(patient, '--scaling own'),
              fix: { kind: 'options', options: { scaling: 'own' } },
            },
          ],
    },
  ]
}
