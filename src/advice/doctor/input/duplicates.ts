/**
 * Rows that are in the table more than once. Equal rows alone are no illness: tables of few distinct values repeat
 * themselves by nature. Such tables hold even more rows that differ in one cell only; where copies were made, equal rows
 * are many and nearly equal ones few.
 */
import { formatPercent, formatPlural } from '../../../base/index.js'
import { nearestNeighbors } from '../../../geometry/index.js'
import { fixCommand } from '../command.js'
import type { Illness } from '../diagnosis.js'
import { pointsOf, quietly } from '../points.js'
import { medianOf } from '../statistics/order.js'
import { figure, listed, rowsWhere, type InputFacts } from './facts.js'
import { rowHashes, type RowHashes } from './row-hashes.js'

/** Most columns that are left out in turn, and most cells that this looks at. */
export const mostLeftOut = 48
export const mostCells = 2e7

/** Exact copies. */
export function checkDuplicates(facts: InputFacts): readonly Illness[] {
  const { rowCount, patient } = facts
  const columns = learnedColumns(facts)
  if (columns.length === 0 || rowCount < 20) return []
  const hashes = rowHashes(columns, rowCount)
  const repeats = repeatedRows(hashes.key, rowCount)
  if (repeats.later.length < 3) return []
  const near = nearlyEqualRows(hashes, columns.length, rowCount)
  const share = repeats.later.length / rowCount
  const ratio = repeats.kinds / Math.max(1, near)
  const verdict =
    repeats.later.length >= 5 && share >= 0.01 && ratio >= 5
      ? 'ill'
      : share >= 0.002 && ratio >= 2
        ? 'watch'
        : 'fine'
  if (verdict === 'fine') return []
  return [
    {
      code: 'duplicate-rows',
      verdict,
      text:
        `${formatPlural(repeats.later.length, 'row')} (${formatPercent(share)}) ${repeats.later.length === 1 ? 'repeats' : 'repeat'} an earlier row in every cell that is ` +
        `learned from, while only ${formatPlural(near, 'distinct row')} differ from another in a single cell: these are copies.`,
      ...listed(repeats.later),
      evidence: [
        figure('share', share, 'rows that repeat an earlier one'),
        figure(
          'ratio',
          ratio,
          'distinct rows with copies over distinct rows that differ from another in one cell; below 1 where few values are distinct',
        ),
      ],
      remedies: [
        {
          text: 'Keep one row of each, so that no copy of a training row is held out.',
          command: fixCommand(patient),
          fix: { kind: 'drop-rows', rows: repeats.later },
        },
      ],
    },
  ]
}

/** Columns that are learned from; others, such as identifiers, make every row distinct. */
export function learnedColumns({ columns }: InputFacts) {
  return columns.filter(({ reading }) => reading.used).map(({ column }) => column)
}

/** Rows that equal an earlier one, and how many distinct rows they repeat. */
function repeatedRows(key: (row: number) => number, rowCount: number) {
  const copies = new Map<number, number>()
  const later: number[] = []
  let kinds = 0
  for (let row = 0; row < rowCount; row++) {
    const count = copies.get(key(row)) ?? 0
    copies.set(key(row), count + 1)
    if (count > 0) later.push(row)
    if (count === 1) kinds++
  }
  return { later, kinds }
}

/** How many distinct rows differ from another in one cell. */
function nearlyEqualRows(hashes: RowHashes, columnCount: number, rowCount: number): number {
  const seen = new Set<number>()
  const rows = rowsWhere(rowCount, (row) => {
    const key = hashes.key(row)
    return seen.has(key) ? false : (seen.add(key), true)
  })
  const most = Math.max(1, Math.min(mostLeftOut, columnCount, Math.floor(mostCells / rowCount)))
  const near = new Set<number>()
  for (let i = 0; i < most; i++) {
    const column = Math.floor((i * columnCount) / most)
    const firsts = new Map<number, number>()
    for (const row of rows) {
      const key = hashes.keyWithout(row, column)
      const first = firsts.get(key)
      if (first === undefined) firsts.set(key, row)
      else near.add(first).add(row)
    }
  }
  return near.size
}

/** Neighbours whose distance says how dense the data are around a row: more than copies of one row. */
const neighbours = 6
const mostQueries = 5000

/**
 * Rows that almost equal another: nearer to it than the density around them explains. Where rows spread over m
 * dimensions, the nearest is at a share r or less of the distance of the sixth with a probability of 5·r^m at most.
 */
export async function checkNearDuplicates(facts: InputFacts): Promise<readonly Illness[]> {
  const { patient } = facts
  const { cloud, rows } = pointsOf(patient, mostQueries)
  if (cloud.rows < 100 || cloud.width < 2) return []
  const { distances } = await nearestNeighbors(cloud, neighbours, {
    engine: patient.machine.engine,
    ...quietly(patient),
  })
  const nearest = Float64Array.from(rows, (_, i) => distances[i * neighbours]!)
  const sixth = Float64Array.from(rows, (_, i) => distances[(i + 1) * neighbours - 1]!)
  // Half of the dimension counts: it varies from place to place, and a low one has near neighbours by nature.
  const dimension = Math.max(1, dimensionOf(distances, cloud.rows) / 2)
  const bound = (0.001 / ((neighbours - 1) * cloud.rows)) ** (1 / dimension)
  const near = [...rows.keys()].filter((i) => nearest[i]! > 0 && nearest[i]! < bound * sixth[i]!)
  const share = near.length / cloud.rows
  if (near.length < 4 || share < 0.002) return []
  return [
    {
      code: 'near-duplicate-rows',
      verdict: near.length >= 8 && share >= 0.01 ? 'ill' : 'watch',
      text: `${formatPlural(near.length, 'row')} of ${formatPlural(cloud.rows, 'row')} looked at almost equal another row.`,
      ...listed(near.map((i) => rows[i]!)),
      evidence: [
        figure('share', share, `${formatPercent(share)} of the rows looked at`),
        figure(
          'bound',
          bound,
          'distance to the nearest row over that to the sixth below which chance is ruled out',
        ),
        figure('dimension', dimension, 'that the bound was worked out for, half of what was estimated'),
      ],
      remedies: [
        {
          text: 'Find out how the copies came about, and keep one row of each; until then split by --group, so that no copy of a training row is held out.',
        },
      ],
    },
  ]
}

/**
 * The dimension that ratios of second to first distances speak for: they are Pareto with it as exponent (Facco et al.
 * 2017, eq. 3), and half of them lie below 2^(1/dimension), however near some copies are.
 */
function dimensionOf(distances: Float32Array, rows: number): number {
  const ratios = Float64Array.from({ length: rows }, (_, i) => {
    const [first, second] = [distances[i * neighbours]!, distances[i * neighbours + 1]!]
    return first > 0 ? Math.log(second / first) : NaN
  })
    .filter((ratio) => ratio > 0)
    .sort()
  return ratios.length > 0 ? Math.LN2 / medianOf(ratios) : 1
}
