/**
 * Missing cells and their pattern. Cells missing at random cost rows; cells missing because of something bend what is
 * learned. Told from the data: whether the missing cells of a column depend on the other columns (a likelihood-free
 * form of Little's test, column by column, with the share of false finds held down), and whether they come in blocks.
 *
 * That a cell is missing because of what it held cannot be seen in it; it shows where another column tells of it.
 *
 * @see Little 1988, JASA 83; Benjamini & Hochberg 1995
 */
import { formatPercent, formatPlural, formatPValue } from '../../../base/index.js'
import { isMissing } from '../../../data/index.js'
import { columnList, fixCommand, trainCommand } from '../command.js'
import type { Chart, Illness, Patient, Remedy } from '../diagnosis.js'
import { benjaminiHochberg } from '../statistics/multiplicity.js'
import { chiSquare, mannWhitneyOf, rankedSample } from '../statistics/two-sample.js'
import { figure, listed, rowsWhere, type ColumnFacts, type InputFacts } from './facts.js'

/** Fewest missing and known cells of a column whose pattern is looked at, and rows it is told from. */
const fewestCells = 10
const mostRows = 20_000

/** Adjusted p-value below which a dependence counts, and the effects that matter, as AUC − ½ or difference of shares. */
const level = 1e-3
const strongEffect = 0.18
const weakEffect = 0.08

/** A column and the rows in which it is missing. */
interface Holes {
  readonly facts: ColumnFacts
  /** `[rowCount]`, 1 where missing. */
  readonly missing: Uint8Array
  readonly count: number
}

/** Finds what is missing and how. */
export function checkMissing(facts: InputFacts): readonly Illness[] {
  const holed = holesOf(facts)
  return [...mostlyMissing(facts, holed), ...patterns(facts, holed), ...blocks(facts, holed)]
}

function holesOf({ columns, rowCount }: InputFacts): readonly Holes[] {
  return columns.flatMap((column): Holes[] => {
    if (column.reading.missing === 0 || column.reading.missing === rowCount) return []
    const missing = Uint8Array.from({ length: rowCount }, (_, row) => (isMissing(column.column, row) ? 1 : 0))
    return [{ facts: column, missing, count: column.reading.missing }]
  })
}

function mostlyMissing({ patient, rowCount }: InputFacts, holed: readonly Holes[]): readonly Illness[] {
  const names = holed.filter(({ count }) => count > rowCount / 2).map(({ facts }) => facts.name)
  if (names.length === 0) return []
  return [
    {
      code: 'mostly-missing',
      verdict: 'watch',
      text: `${formatPlural(names.length, 'column')} ${names.length === 1 ? 'is' : 'are'} missing in more than half of the rows: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}.`,
      columns: names,
      evidence: holed
        .filter(({ count }) => count > rowCount / 2)
        .slice(0, 10)
        .map(({ facts, count }) => figure(facts.name, count / rowCount, 'share of missing cells')),
      remedies: [
        {
          text: 'Leave them out, unless that they are missing says something.',
          command: trainCommand(patient, `--ignore ${columnList(names)}`),
          fix: {
            kind: 'drop-columns',
            columns: names.filter((name) =>
              holed.some(({ facts, count }) => facts.name === name && count > 0.95 * rowCount),
            ),
          },
        },
      ],
    },
  ]
}

/** One test: are the missing cells of `holes` where `by` holds other values? */
interface Dependence {
  readonly holes: Holes
  readonly by: string
  readonly effect: number
  readonly pValue: number
}

function patterns(facts: InputFacts, holed: readonly Holes[]): readonly Illness[] {
  const { rowCount, patient, columns } = facts
  const step = Math.max(1, Math.ceil(rowCount / mostRows))
  const rows = rowsWhere(rowCount, (row) => row % step === 0)
  const told = holed.filter(({ missing }) => {
    const inside = rows.filter((row) => missing[row] === 1).length
    return inside >= fewestCells && rows.length - inside >= fewestCells
  })
  const tests = told.length === 0 ? [] : columns.flatMap((by) => dependences(told, by, rows))
  const adjusted = benjaminiHochberg(tests.map(({ pValue }) => pValue))
  return holed.flatMap((holes): Illness[] => {
    const found = tests
      .map((test, i) => ({ ...test, adjusted: adjusted[i]! }))
      .filter((test) => test.holes === holes && test.adjusted < level && test.effect >= weakEffect)
      .toSorted((a, b) => b.effect - a.effect)
    const [strongest] = found
    if (strongest === undefined) return []
    const share = holes.count / rowCount
    const { name } = holes.facts
    return [
      {
        code: 'missing-pattern',
        verdict: strongest.effect >= strongEffect && share >= 0.02 ? 'ill' : 'watch',
        text:
          `${name} is missing in ${formatPlural(holes.count, 'row')} (${formatPercent(share)}), and not at random: ` +
          `it depends on ${found
            .slice(0, 3)
            .map(({ by }) => by)
            .join(', ')}.`,
        ...listed(rowsWhere(rowCount, (row) => holes.missing[row] === 1)),
        columns: [name, ...found.slice(0, 5).map(({ by }) => by)],
        evidence: [
          figure('missing', share, 'share of the cells'),
          ...found
            .slice(0, 3)
            .map(({ by, effect, adjusted: p }) =>
              figure(
                `effect of ${by}`,
                effect,
                `0 when missing and known rows are alike in it, ½ when it tells them apart; p ${formatPValue(p)} over all pairs of columns`,
              ),
            ),
        ],
        remedies: [
          {
            text: 'Find out why; until then learn with a kind that predicts hidden cells from the others, so that gaps are filled by what the other columns say.',
            command: trainCommand(patient, '--kind masked'),
          },
        ],
      },
    ]
  })
}

/** Whether any column's missing cells depend on `by`. */
function dependences(holed: readonly Holes[], by: ColumnFacts, rows: readonly number[]): Dependence[] {
  const others = holed.filter(({ facts }) => facts.name !== by.name)
  const { column, name } = by
  if (column.storage === 'string') {
    if (by.reading.kind !== 'categorical') return []
    return others.map((holes): Dependence => {
      const counts = [0, 1].map((wanted) => {
        const sums = new Array<number>(column.categories.length).fill(0)
        for (const row of rows)
          if (holes.missing[row] === wanted && column.codes[row]! >= 0) sums[column.codes[row]!]!++
        return sums
      })
      const { effect, pValue } = chiSquare(counts[0]!, counts[1]!)
      return { holes, by: name, effect: effect / 2, pValue } // of two categories, AUC − ½ is half the distance
    })
  }
  const known = rows.filter((row) => !Number.isNaN(column.values[row]!))
  const ranked = rankedSample(known.map((row) => column.values[row]!))
  return others.flatMap((holes): Dependence[] => {
    const inside = known.flatMap((row, i) => (holes.missing[row] === 1 ? [i] : []))
    if (inside.length < fewestCells || known.length - inside.length < fewestCells) return []
    const { effect, pValue } = mannWhitneyOf(ranked, inside)
    return [{ holes, by: name, effect: Math.abs(effect), pValue }]
  })
}

/**
 * Runs of rows in which a column is missing, longer than chance allows: of n rows in random order of which a share p is
 * missing, the longest run reaches L with a probability of n·p^L at most.
 */
function blocks({ rowCount, patient }: InputFacts, holed: readonly Holes[]): readonly Illness[] {
  return holed.flatMap(({ facts: { name }, missing, count }): Illness[] => {
    const share = count / rowCount
    const { start, length } = longestRun(missing)
    const pValue = Math.min(1, rowCount * share ** length * holed.length)
    if (length < 8 || length < 0.01 * rowCount || pValue > 1e-6 || share > 0.9) return []
    const rows = Array.from({ length }, (_, i) => start + i)
    const others = holed.filter(
      (other) => other.facts.name !== name && rows.every((row) => other.missing[row] === 1),
    )
    const isSame = others.some(
      (other) => holed.indexOf(other) < holed.findIndex(({ facts }) => facts.name === name),
    )
    if (isSame) return [] // told of with the first of the columns that are missing together
    return [
      {
        code: 'missing-block',
        verdict: length >= 0.02 * rowCount && length >= 0.3 * count ? 'ill' : 'watch',
        text:
          `${[name, ...others.map(({ facts }) => facts.name)].slice(0, 4).join(', ')}${others.length > 3 ? ', …' : ''} ${others.length === 0 ? 'is' : 'are'} missing in the rows ${start + 1} to ${start + length} ` +
          'in one block: an outage, or a file that lacked the column.',
        ...listed(rows),
        columns: [name, ...others.map(({ facts }) => facts.name)],
        evidence: [
          figure('block', length, 'rows in a row without a value'),
          figure('p-value', pValue, `of so long a run with ${formatPercent(share)} missing in random order`),
        ],
        remedies: [
          blockRemedy(patient, [name, ...others.map(({ facts }) => facts.name)], rows, length / count),
        ],
      },
    ]
  })
}

/**
 * Rows that lack a few cells are still worth learning from, so rows are dropped only where most of them is gone, and
 * columns only where most of their cells are.
 */
function blockRemedy(
  patient: Patient,
  names: readonly string[],
  rows: readonly number[],
  shareOfColumn: number,
): Remedy {
  const used = patient.readings.filter((reading) => reading.used).length
  if (names.length >= used / 2) {
    return {
      text: 'Fetch the values, or leave these rows out of what is learned from: most of their cells are missing.',
      command: fixCommand(patient),
      fix: { kind: 'drop-rows', rows },
    }
  }
  if (shareOfColumn * rows.length > patient.table.rowCount / 2) {
    return {
      text: 'Fetch the values, or leave the column out.',
      command: trainCommand(patient, `--ignore ${columnList(names)}`),
    }
  }
  return {
    text: 'Fetch the values. Until then learn from the rows as they are: what they hold besides is used, and a kind that predicts hidden cells makes the most of it.',
    command: trainCommand(patient, '--kind masked'),
  }
}

function longestRun(flags: Uint8Array): { readonly start: number; readonly length: number } {
  let [start, length, run] = [0, 0, 0]
  for (let row = 0; row < flags.length; row++) {
    run = flags[row] === 1 ? run + 1 : 0
    if (run > length) [start, length] = [row - run + 1, run]
  }
  return { start, length }
}

/** Shares of missing cells by column; undefined when nothing is missing. */
export function missingChart({ columns, rowCount }: InputFacts): Chart | undefined {
  const holed = columns
    .filter(({ reading }) => reading.missing > 0)
    .toSorted((a, b) => b.reading.missing - a.reading.missing)
    .slice(0, 20)
  if (holed.length === 0) return undefined
  return {
    kind: 'bars',
    title: 'Missing cells',
    x: 'column',
    y: 'share missing',
    series: [
      {
        name: 'missing',
        x: holed.map(({ name }) => name),
        y: holed.map(({ reading }) => reading.missing / rowCount),
      },
    ],
  }
}
