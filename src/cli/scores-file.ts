/**
 * The scores file: one line for every row of the data, in its order. Its columns are listed here, in one table, from
 * which docs/cli.md is generated. Formats and atomic writing are the data room's.
 */
import { writeTable, type Column, type Table } from '../data/index.js'
import type { Io } from './io.js'
import { writeThrough, type Target } from './outputs.js'
import type { ScoredTable } from './scoring.js'

/** The columns of a scores file; an identifier, when there is one, comes after `row`. */
export const scoresColumns = {
  row: 'number of the row in the data, from 1',
  score:
    'mean reconstruction error of the known cells over what is usual: about 1 for a normal row, higher is more anomalous',
  p_value: 'share of normal rows expected to score at least as high',
  anomaly: '1 where the row is flagged, else 0',
  top_column: 'the column that adds most to the score (flagged rows only)',
  reason: 'what stands out, in words (flagged rows only)',
} as const

/** Writes the scores of every row. @throws HG_OUTPUT_UNWRITABLE */
export async function writeScores(target: Target, scored: ScoredTable, io: Io): Promise<void> {
  const scores = scoresTable(scored)
  await writeThrough(target, '.csv', io, (path) => writeTable(scores, path))
}

/** The scores file as a table. */
export function scoresTable({ table, scores, explained, identifier }: ScoredTable): Table {
  const { rowCount } = scores
  const flagged = explained.filter(({ isAnomaly, reasons }) => isAnomaly && reasons.length > 0)
  const text = (name: string, of: (row: (typeof flagged)[number]) => string): Column => {
    const codes = new Int32Array(rowCount).fill(-1)
    flagged.forEach(({ row }, i) => (codes[row] = i))
    return { name, storage: 'string', categories: flagged.map(of), codes }
  }
  const numbers = (name: string, values: ArrayLike<number>): Column => ({
    name,
    storage: 'number',
    values: Float64Array.from(values, (value) => Number(value.toPrecision(7))), // all that a float32 holds
  })
  return {
    source: `scores of ${table.source}`,
    rowCount,
    notes: [],
    columns: [
      numbers(
        'row',
        Float64Array.from({ length: rowCount }, (_, i) => i + 1),
      ),
      ...(identifier ? [{ ...identifier, name: freeName(identifier.name) }] : []),
      numbers('score', scores.score),
      numbers('p_value', scores.pValue),
      numbers('anomaly', scores.isAnomaly),
      text('top_column', ({ reasons }) => reasons[0]!.column),
      text('reason', ({ reasons }) => reasons.map((reason) => reason.text).join('; ')),
    ],
  }
}

/** The identifier's own name, with `_` after it where a column of the file has that name. */
function freeName(name: string): string {
  return Object.keys(scoresColumns).includes(name.toLowerCase()) ? `${name}_` : name
}
