/**
 * What must not be known: rows that are held out and learned from at once, columns that number the rows, columns that
 * are the label under another name.
 */
import { formatPercent, formatPlural } from '../../../base/index.js'
import { columnList, fixCommand, trainCommand } from '../command.js'
import type { Illness } from '../diagnosis.js'
import { binomialTail } from '../statistics/distributions.js'
import { correlation, ranksOf } from '../statistics/order.js'
import { figure, listed, rowsWhere, type ColumnFacts, type InputFacts } from './facts.js'
import { learnedColumns, mostCells, mostLeftOut } from './duplicates.js'
import { rowHashes, type RowHashes } from './row-hashes.js'

/** Rows of the new table that are in the old one. */
export function checkOverlap(facts: InputFacts): readonly Illness[] {
  const { patient, rowCount } = facts
  const { newTable } = patient
  if (newTable === undefined) return []
  const names = learnedColumns(facts).map(({ name }) => name)
  const theirs = names.flatMap((name) => newTable.columns.filter((column) => column.name === name))
  if (theirs.length < names.length || names.length === 0) return []
  const old = rowHashes(learnedColumns(facts), rowCount)
  const fresh = rowHashes(theirs, newTable.rowCount)
  const counts = new Map<number, number>()
  for (let row = 0; row < rowCount; row++) counts.set(old.key(row), (counts.get(old.key(row)) ?? 0) + 1)
  const rows = rowsWhere(newTable.rowCount, (row) => counts.has(fresh.key(row)))
  if (rows.length < 3) return []
  // A row of the old table finds an equal one by itself so often; new rows of the same kind would too.
  const usual = rowsWhere(rowCount, (row) => counts.get(old.key(row))! > 1).length / rowCount
  const share = rows.length / newTable.rowCount
  const excess = share - usual
  const pValue = binomialTail(rows.length, newTable.rowCount, Math.min(0.999, usual + 6 / rowCount))
  // Where rows repeat by nature, more of them differ in one cell than in none.
  const ratio =
    rows.length / Math.max(1, nearlyEqual(old, fresh, names.length, [rowCount, newTable.rowCount]))
  if (excess < 0.002 || (pValue > 1e-6 && ratio < 2)) return []
  const isClear = (ratio >= 5 && excess >= 0.01 && rows.length >= 5) || (pValue < 1e-6 && excess >= 0.05)
  return [
    {
      code: 'leakage',
      verdict: isClear ? 'ill' : 'watch',
      text:
        `${formatPlural(rows.length, 'row')} of the new data (${formatPercent(share)}) ${rows.length === 1 ? 'is' : 'are'} also in the table that is learned from: ` +
        'whatever is measured on them is too good.',
      ...listed(rows),
      evidence: [
        figure(
          'share',
          share,
          'of the new rows that equal a row of the table in every column that is learned from',
        ),
        figure('usual', usual, 'of the rows of the table that equal another of its rows'),
        figure(
          'ratio',
          ratio,
          'new rows that equal an old one over new rows that differ from one in a single cell',
        ),
      ],
      remedies: [
        { text: 'Take these rows out of one of the two tables. Their numbers are those of the new data.' },
      ],
    },
  ]
}

/** New rows that differ from an old one in one cell, over columns left out in turn. */
function nearlyEqual(
  old: RowHashes,
  fresh: RowHashes,
  columnCount: number,
  [oldRows, newRows]: readonly [number, number],
): number {
  const most = Math.max(1, Math.min(mostLeftOut, columnCount, Math.floor(mostCells / (oldRows + newRows))))
  const equal = new Set<number>()
  for (let row = 0; row < oldRows; row++) equal.add(old.key(row))
  const near = new Set<number>()
  for (let i = 0; i < most; i++) {
    const column = Math.floor((i * columnCount) / most)
    const keys = new Set<number>()
    for (let row = 0; row < oldRows; row++) keys.add(old.keyWithout(row, column))
    for (let row = 0; row < newRows; row++)
      if (keys.has(fresh.keyWithout(row, column)) && !equal.has(fresh.key(row))) near.add(row)
  }
  return near.size
}

/** Columns that number the rows. */
export function checkRowNumbers(facts: InputFacts): readonly Illness[] {
  if (facts.onGrid) return []
  const counted = facts.columns.filter(
    ({ reading }) => reading.kind === 'identifier' && / rows/.test(reading.reason),
  )
  const known: Illness[] = counted.map(({ name, reading }) => ({
    code: 'row-number',
    verdict: 'watch',
    text: `${name} is left out of every model: ${reading.reason}.`,
    columns: [name],
    evidence: [],
    remedies: [
      {
        text: 'Drop it, or ignore it in other tools.',
        command: fixCommand(facts.patient),
        fix: { kind: 'drop-columns', columns: [name] },
      },
    ],
  }))
  return [...known, ...facts.numbers.flatMap((column) => rowNumber(facts, column))]
}

/** A used column that follows the row number more closely than sorted measurements do. */
function rowNumber(
  { patient, rowCount }: InputFacts,
  { name, column, reading }: ColumnFacts,
): readonly Illness[] {
  if (!reading.used || column.storage === 'string' || rowCount < 50 || reading.distinct < 0.5 * rowCount)
    return []
  const known = rowsWhere(rowCount, (row) => !Number.isNaN(column.values[row]!))
  if (known.length < 50) return []
  const values = known.map((row) => column.values[row]!)
  const line = 1 - correlation(known, values) ** 2
  // Sorted draws of an even distribution leave about 2/n; a counter, with gaps even, leaves less.
  const isCounter = line < 0.2 / known.length
  const isSorted = isCounter || Math.abs(correlation(known, ranksOf(values))) > 1 - 1e-9
  if (!isSorted) return []
  return [
    {
      code: isCounter ? 'row-number' : 'sorted-column',
      verdict: isCounter && column.storage === 'number' ? 'ill' : 'watch',
      text: isCounter
        ? `${name} counts the rows: it says where a row stands in the file, not what it is like, and new rows lie beyond all it has seen.`
        : `The table is sorted by ${name}: parts of the file are no random samples of it.`,
      columns: [name],
      evidence: [figure('left', line, 'share of its variance that a straight line of the row number leaves')],
      remedies: [
        isCounter
          ? {
              text: 'Leave it out.',
              command: trainCommand(patient, `--ignore ${columnList([name])}`),
              ...(column.storage === 'number' && { fix: { kind: 'drop-columns', columns: [name] } as const }),
            }
          : { text: 'Shuffle the rows before cutting the file into parts.' },
      ],
    },
  ]
}

/** Columns that are the label under another name. */
export function checkLabelCopies(facts: InputFacts): readonly Illness[] {
  const { labels } = facts.patient
  if (labels === undefined) return []
  const positives = labels.values.filter((value) => value === 1).length
  if (positives < 5 || labels.values.length - positives < 5) return []
  return facts.columns.flatMap((column): Illness[] => {
    if (!column.reading.used && column.reading.kind !== 'identifier') return []
    const [hit, alarm] = bestSplit(column, labels.values)
    if (hit < 0.99 || alarm > 0.01) return []
    const few = column.reading.distinct <= 10
    return [
      {
        code: 'label-copy',
        verdict: few ? 'ill' : 'watch',
        text: few
          ? `${column.name} is the label ${labels.name} under another name.`
          : `${column.name} alone tells anomalies from normal rows: ask whether it is known before the label is.`,
        columns: [column.name],
        evidence: [
          figure('found', hit, 'share of anomalies on one side of it'),
          figure('false alarms', alarm, 'share of normal rows on that side'),
        ],
        remedies: [
          {
            text: 'Leave it out, if it is only known once the label is.',
            command: trainCommand(facts.patient, `--ignore ${columnList([column.name])}`),
            ...(few && { fix: { kind: 'drop-columns', columns: [column.name] } as const }),
          },
        ],
      },
    ]
  })
}

/**
 * Share of anomalies and of normal rows on the side of the best split: a threshold of numbers, a set of categories. Of the
 * only row of a category nothing is known from others, so it counts as a normal one: a number of its own for each row tells
 * anomalies apart in no new data.
 */
function bestSplit({ column }: ColumnFacts, labels: Float64Array): readonly [hit: number, alarm: number] {
  const cells = column.storage === 'string' ? column.codes : column.values
  const tally = new Map<number, [anomalies: number, normals: number]>()
  let [anomalies, normals] = [0, 0]
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!
    if (label !== 0 && label !== 1) continue
    const cell = Number.isNaN(cells[row]!) ? -Infinity : cells[row]!
    const counts = tally.get(cell) ?? [0, 0]
    counts[label === 1 ? 0 : 1]++
    tally.set(cell, counts)
    if (label === 1) anomalies++
    else normals++
  }
  const groups =
    column.storage === 'string'
      ? [...tally.values()]
          .filter(([x, y]) => x + y > 1)
          .toSorted(([a, b], [c, d]) => c / (c + d) - a / (a + b))
      : [...tally].toSorted(([a], [b]) => a - b).map(([, counts]) => counts)
  let [a, n] = [0, 0]
  let best: readonly [number, number] = [0, 0]
  for (const [x, y] of groups) {
    a += x
    n += y
    for (const [hit, alarm] of [
      [a / anomalies, n / normals],
      [1 - a / anomalies, 1 - n / normals],
    ] as const)
      if (hit - alarm > best[0] - best[1]) best = [hit, alarm]
  }
  return best
}
