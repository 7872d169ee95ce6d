/**
 * Single cells of text: which ones mean "missing", and which are numbers, truth values or dates. Whole columns are
 * decided in string-columns.ts. What is not clearly a number or a date stays text.
 */

/** Texts that mean a missing cell; compared after trimming, case and all. `?` is what the UCI tables write. */
export const missingWords: readonly string[] = [
  '',
  'NA',
  'N/A',
  'n/a',
  '#N/A',
  'NaN',
  'nan',
  'null',
  'NULL',
  'None',
  '?',
]

const missingSet: ReadonlySet<string> = new Set(missingWords)

/** Whether a cell's text, already trimmed, means that the cell is missing. */
export const isMissingWord = (text: string): boolean => missingSet.has(text)

const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const infinityPattern = /^[+-]?inf(?:inity)?$/i

const thousandsPattern = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/

/** A number in plain or scientific notation or as `12,345.6`, possibly infinite; undefined for any other text. */
export function parseNumber(text: string): number | undefined {
  if (numberPattern.test(text)) return Number(text)
  if (thousandsPattern.test(text)) return Number(text.replaceAll(',', ''))
  if (infinityPattern.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  return undefined
}

/** `true` and `false` in any case as 1 and 0. */
export function parseBoolean(text: string): 0 | 1 | undefined {
  const word = text.toLowerCase()
  return word === 'true' ? 1 : word === 'false' ? 0 : undefined
}

const isoPattern =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?$/
const monthFirstPattern = /^([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4})$/
const dayFirstPattern = /^(\d{1,2})[ -]([A-Za-z]{3,9})\.?[ -](\d{4})$/
const months = 'january february march april may june july august september october november december'.split(
  ' ',
)

/**
 * Milliseconds since 1970 UTC of a date: ISO 8601 with or without time and offset, `2020/01/31`, `Jan 31 2020`,
 * `31 January 2020`, `31-Jan-2020`. A time without an offset counts as UTC. Numbers such as `01/02/03` are no
 * dates: nobody can tell which part is the month. Undefined for anything else and for days that do not exist.
 */
export function parseDate(text: string): number | undefined {
  const iso = isoPattern.exec(text)
  if (iso) return isoInstant(iso)
  const monthFirst = monthFirstPattern.exec(text)
  if (monthFirst) return dayInstant(monthFirst[3]!, monthNumber(monthFirst[1]!), monthFirst[2]!)
  const dayFirst = dayFirstPattern.exec(text)
  if (dayFirst) return dayInstant(dayFirst[3]!, monthNumber(dayFirst[2]!), dayFirst[1]!)
  return undefined
}

function isoInstant(match: RegExpExecArray): number | undefined {
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset = 'Z'] = match
  const midnight = dayInstant(year!, Number(month), day!)
  if (midnight === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
    return undefined
  const milliseconds = fraction === '' ? 0 : Math.floor(Number(`0.${fraction}`) * 1000 + 1e-6)
  const local = midnight + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + milliseconds
  return local - offsetMinutes(offset) * 60_000
}

function offsetMinutes(offset: string): number {
  if (offset === 'Z' || offset === 'UTC') return 0
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2))
  return offset.startsWith('-') ? -minutes : minutes
}

/** Month 1 to 12 of an English name or its first three letters or more; 0 for any other word. */
const monthNumber = (word: string): number =>
  months.findIndex((name) => name.startsWith(word.toLowerCase())) + 1

function dayInstant(year: string, month: number, day: string): number | undefined {
  const instant = Date.UTC(Number(year), month - 1, Number(day))
  const date = new Date(instant)
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === Number(day)
  return exists && Number(year) >= 100 ? instant : undefined
}
