/**
 * Why a row stands out, in words: `Worldwide Gross is 2.79 G, expected about 310 M given the other columns`.
 * The terminal, the scores file, `--json` and the report all take their reasons from here. How numbers are
 * written is base/format.ts; where contributions come from is the anomaly room.
 */
import type { DetectorRecord, Explanations } from '../anomaly/index.js'
import { formatInstant, formatNumber, formatNumberPair } from '../base/index.js'
import { otherCategory, type Column, type Table } from '../data/index.js'

/** Reasons shown for a row. */
const most = 3
/** Smallest share of the score that makes a reason. */
const leastShare = 0.1

/** A cell as it is and as the model would have it. */
export interface ExplainedCell {
  readonly column: string
  readonly kind: DetectorRecord['columns'][number]['kind']
  /** Numbers; dates in milliseconds since 1970; categories as text. */
  readonly value: number | string | boolean
  readonly expected: number | string | boolean
  /** What it adds to the score. */
  readonly contribution: number
  /** Where most numbers of the column lie. */
  readonly usual?: readonly [number, number]
}

/** A reason with its sentence. */
export interface WordedReason extends ExplainedCell {
  readonly valueText: string
  readonly expectedText: string
  readonly text: string
}

/**
 * The known cells of a row, the largest contribution first. Missing cells contribute nothing and are left out.
 *
 * @param table the rows that were explained, in the order of `explanations`
 * @returns a function from a row's position to its cells
 */
export function cellExplainer(
  table: Table,
  explanations: Explanations,
  record: DetectorRecord,
): (row: number) => readonly ExplainedCell[] {
  const width = explanations.columns.length
  const observed = new Map(table.columns.map((column) => [column.name, column]))
  return (row) =>
    record.columns
      .flatMap(({ name, kind, usual }, i): readonly ExplainedCell[] => {
        const column = observed.get(name)
        const value = column && cellOf(column, row, kind)
        const expected = cellOf(explanations.expected[i]!, row, kind)
        if (value === undefined || expected === undefined) return []
        const contribution = explanations.contributions[row * width + i]!
        return [{ column: name, kind, value, expected, contribution, ...(usual && { usual }) }]
      })
      .sort((a, b) => b.contribution - a.contribution)
}

/** The cells that make up most of a row's score, worded; none when no single one stands out. */
export function reasonsFor(cells: readonly ExplainedCell[], score: number): readonly WordedReason[] {
  return cells
    .filter((cell) => cell.contribution > 0 && cell.contribution >= leastShare * score)
    .filter((cell) => cell.value !== cell.expected)
    .slice(0, most)
    .map((cell, i) => worded(cell, i === 0 ? ' given the other columns' : ''))
}

/** A cell in words, whether it is a reason or not; `ending` closes the sentence. */
export function worded(cell: ExplainedCell, ending = ''): WordedReason {
  const [valueText, expectedText] = textsOf(cell)
  const about = cell.kind === 'numeric' || cell.kind === 'datetime' ? 'about ' : ''
  const text = `${cell.column} is ${valueText}, expected ${about}${expectedText}${ending}`
  return { ...cell, valueText, expectedText, text }
}

function textsOf({ kind, value, expected }: ExplainedCell): readonly [string, string] {
  if (typeof value === 'number' && typeof expected === 'number') {
    if (kind !== 'datetime') return formatNumberPair(value, expected)
    const texts = [formatInstant(value), formatInstant(expected)] as const
    const days = [texts[0].slice(0, 10), texts[1].slice(0, 10)] as const
    return days[0] === days[1] ? texts : days
  }
  return [textOf(value), textOf(expected)]
}

function textOf(value: number | string | boolean): string {
  if (value === otherCategory) return 'one of the rare values'
  if (typeof value === 'string') return `"${value}"`
  return typeof value === 'number' ? formatNumber(value) : String(value)
}

/** A cell in the terms of its kind, or undefined where it is missing. */
function cellOf(
  column: Column,
  row: number,
  kind: ExplainedCell['kind'],
): number | string | boolean | undefined {
  if (column.storage === 'string') return column.categories[column.codes[row]!]
  const value = column.values[row]!
  if (Number.isNaN(value)) return undefined
  if (kind === 'boolean') return value !== 0
  if (kind === 'categorical') return String(value)
  return value
}
