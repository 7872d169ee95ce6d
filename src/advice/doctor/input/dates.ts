/**
 * Dates that cannot be: defaults of programs (1900-01-01, 1970-01-01, 9999-12-31) far from all others, and texts such as
 * 30 February, for which a whole column is read as text.
 */
import { formatInstant, formatPlural } from '../../../base/index.js'
import { parseDate, quantile, type NumberColumn } from '../../../data/index.js'
import { fixCommand, trainCommand } from '../command.js'
import type { Illness } from '../diagnosis.js'
import { sortedKnown } from '../statistics/order.js'
import { explain, figure, listed, rowsWhere, type InputFacts, type TextFacts } from './facts.js'

/** Days that programs write where they know none. */
const defaults: readonly string[] = [
  '0001-01-01',
  '1582-10-15',
  '1753-01-01',
  '1800-01-01',
  '1899-12-30',
  '1899-12-31',
  '1900-01-01',
  '1901-01-01',
  '1904-01-01',
  '1970-01-01',
  '1980-01-01',
  '2038-01-19',
  '2099-12-31',
  '2100-01-01',
  '2999-12-31',
  '3000-01-01',
  '9999-01-01',
  '9999-12-31',
]
const defaultDays: ReadonlySet<number> = new Set(defaults.map((day) => Date.parse(`${day}T00:00:00Z`)))

const dayMs = 86_400_000

/** Finds impossible dates. */
export function checkDates(facts: InputFacts): readonly Illness[] {
  const instants = facts.columns.flatMap(({ column }) => (column.storage === 'datetime' ? [column] : []))
  return [
    ...instants.flatMap((column) => oddDates(facts, column)),
    ...facts.texts.flatMap((text) => noDates(facts, text)),
  ]
}

/** Dates apart from the others by more than the others span. */
function oddDates(facts: InputFacts, column: NumberColumn): readonly Illness[] {
  const sorted = sortedKnown(column.values)
  if (sorted.length < 20) return []
  const [low, high] = [quantile(sorted, 0.1), quantile(sorted, 0.9)]
  const reach = Math.max(high - low, dayMs)
  const now = Date.now()
  const isDefault = (time: number): boolean => defaultDays.has(Math.floor(time / dayMs) * dayMs)
  const odd = rowsWhere(facts.rowCount, (row) => {
    const time = column.values[row]!
    const beyond = Math.max(low - time, time - high)
    if (beyond > 3 * reach) return true
    return (isDefault(time) && beyond > reach) || (time > now + dayMs && high < now && beyond > reach / 2)
  })
  if (odd.length === 0 || odd.length > 0.3 * sorted.length) return []
  explain(facts, column.name, odd)
  const named = odd.filter((row) => isDefault(column.values[row]!)).length
  const example = formatInstant(column.values[odd[0]!]!)
  return [
    {
      code: 'impossible-dates',
      verdict: odd.length >= 2 || named > 0 ? 'ill' : 'watch',
      text:
        `${column.name} holds ${formatPlural(odd.length, 'date')} such as ${example}, far from the others, which lie between ` +
        `${formatInstant(low)} and ${formatInstant(high)} for the most part.`,
      ...listed(odd),
      columns: [column.name],
      evidence: [
        figure('dates', odd.length, 'far before or after the rest'),
        figure('defaults', named, 'of them days that programs write where they know none'),
      ],
      remedies: [
        {
          text: 'Make them missing.',
          command: fixCommand(facts.patient),
          fix: { kind: 'clear-cells', column: column.name, rows: odd },
        },
      ],
    },
  ]
}

const datePattern = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?$/

/** Columns that would be dates, were it not for a few texts. */
function noDates({ patient, rowCount }: InputFacts, { name, column }: TextFacts): readonly Illness[] {
  const parsed = column.categories.map((text) => parseDate(text) !== undefined)
  const dates = rowsWhere(rowCount, (row) => parsed[column.codes[row]!] === true).length
  const others = rowsWhere(rowCount, (row) => column.codes[row]! >= 0 && parsed[column.codes[row]!] === false)
  if (dates < 20 || others.length === 0 || others.length > 0.1 * dates) return []
  const text = column.categories[column.codes[others[0]!]!]!
  const impossible = others.filter((row) => datePattern.test(column.categories[column.codes[row]!]!)).length
  return [
    {
      code: 'impossible-dates',
      verdict: 'ill',
      text:
        `${name} is read as text, since ${formatPlural(others.length, 'cell')} such as "${text.slice(0, 40)}" ` +
        `${others.length === 1 ? 'is no date' : 'are no dates'}; the other ${formatPlural(dates, 'cell')} are.`,
      ...listed(others),
      columns: [name],
      evidence: [
        figure('cells', others.length, 'that are no dates'),
        figure('days that do not exist', impossible, 'of them look like dates'),
      ],
      remedies: [
        {
          text: 'Correct them, or make them missing and read the column as dates.',
          command: fixCommand(patient),
          fix: { kind: 'clear-cells', column: name, rows: others },
        },
        { text: 'Or leave the column out.', command: trainCommand(patient, `--ignore ${name}`) },
      ],
    },
  ]
}
