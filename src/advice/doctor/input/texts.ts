/** Columns of text: numbers with some words among them, one category written in several ways, too many categories. */
import { formatPercent, formatPlural } from '../../../base/index.js'
import { parseNumber } from '../../../data/index.js'
import { columnList, fixCommand, trainCommand } from '../command.js'
import type { Illness } from '../diagnosis.js'
import { figure, listed, rowsWhere, type InputFacts, type TextFacts } from './facts.js'

/** Finds what is wrong with texts. */
export function checkTexts(facts: InputFacts): readonly Illness[] {
  return facts.texts.flatMap((text) => {
    const mixed = mixedTypes(facts, text)
    if (mixed !== undefined) return [mixed] // what follows would speak of numbers as categories
    return [...variants(facts, text), ...tooMany(facts, text), ...single(facts, text)]
  })
}

/** A column of numbers that a few words made one of texts. */
function mixedTypes({ patient, rowCount }: InputFacts, { name, column }: TextFacts): Illness | undefined {
  const isNumber = column.categories.map((text) => parseNumber(text) !== undefined)
  const numbers = isNumber.filter(Boolean).length
  const rows = rowsWhere(rowCount, (row) => column.codes[row]! >= 0 && !isNumber[column.codes[row]!]!)
  const known = rowsWhere(rowCount, (row) => column.codes[row]! >= 0).length
  const share = 1 - rows.length / known
  if (numbers < 10 || share < 0.7) return undefined
  const words = [...new Set(rows.slice(0, 500).map((row) => column.categories[column.codes[row]!]!))]
  // Codes of many different words between numbers (`12A`, `13B`) are names, not numbers with flaws.
  const many = column.categories.length - numbers > 20 && share < 0.95
  return {
    code: 'mixed-types',
    verdict: many ? 'watch' : 'ill',
    text:
      `${name} is read as text, since ${formatPlural(rows.length, 'cell')} such as "${words[0]!.slice(0, 40)}" ` +
      `${rows.length === 1 ? 'is no number' : 'are no numbers'}; ${formatPercent(share)} of the cells are.`,
    ...listed(rows),
    columns: [name],
    evidence: [
      figure('numbers', share, 'share of the known cells that are numbers'),
      figure('words', column.categories.length - numbers, 'distinct texts that are none'),
    ],
    remedies: [
      {
        text: 'Make these cells missing and read the column as numbers.',
        command: fixCommand(patient),
        ...(!many && { fix: { kind: 'read-as-numbers', column: name } as const }),
      },
    ],
  }
}

/** What is left of a text without case, accents, blanks and marks. */
const bare = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[\s_.,;:'"`-]+/g, '')

/** One category in several spellings. */
function variants(
  { patient, rowCount }: InputFacts,
  { name, column, reading }: TextFacts,
): readonly Illness[] {
  if (reading.kind !== 'categorical') return []
  const counts = countsOf(column.codes, column.categories.length)
  const groups = new Map<string, number[]>()
  column.categories.forEach((text, code) => {
    const key = bare(text)
    if (key !== '' && counts[code]! > 0) groups.set(key, [...(groups.get(key) ?? []), code])
  })
  const renamed = new Map<number, number>()
  for (const codes of groups.values()) {
    const usual = codes.toSorted((a, b) => counts[b]! - counts[a]!)[0]!
    for (const code of codes) if (code !== usual) renamed.set(code, usual)
  }
  if (renamed.size === 0) return []
  const rows = rowsWhere(rowCount, (row) => renamed.has(column.codes[row]!))
  const names = [...renamed].map(([from, to]) => [column.categories[from]!, column.categories[to]!] as const)
  const single = names.every(([from]) => from.length < 2) // letters may be codes of their own: a and A in genetics
  return [
    {
      code: 'category-variants',
      verdict: !single && (rows.length >= 0.005 * rowCount || rows.length >= 20) ? 'ill' : 'watch',
      text: `${name} writes one category in several ways: ${names
        .slice(0, 3)
        .map(([from, to]) => `"${from}" and "${to}"`)
        .join(', ')}.`,
      ...listed(rows),
      columns: [name],
      evidence: [
        figure(
          'spellings',
          names.length,
          'that differ from a more frequent one by case, blanks, accents or marks alone',
        ),
        figure('rows', rows.length, 'hold them'),
      ],
      remedies: [
        {
          text: 'Write each category in the way that is most frequent.',
          command: fixCommand(patient),
          fix: { kind: 'rename-categories', column: name, names },
        },
      ],
    },
  ]
}

/** Categories beyond those that get a feature of their own. */
function tooMany(
  { patient, rowCount }: InputFacts,
  { name, column, reading }: TextFacts,
): readonly Illness[] {
  if (!reading.used) return []
  const kept = new Set(
    patient.preprocessing.layout.columns.find((used) => used.name === name)?.categories ?? [],
  )
  const rows = rowsWhere(
    rowCount,
    (row) => column.codes[row]! >= 0 && !kept.has(column.categories[column.codes[row]!]!),
  )
  const share = rows.length / rowCount
  if (share < 0.2) return []
  return [
    {
      code: 'many-categories',
      verdict: 'watch',
      text: `${name} has ${formatPlural(reading.distinct, 'category', 'categories')}; ${formatPercent(share)} of the rows hold one too rare to be told from the other rare ones.`,
      columns: [name],
      evidence: [
        figure('categories', reading.distinct, 'there are'),
        figure('told apart', kept.size, 'have a feature of their own'),
        figure('share', share, 'of the rows hold another'),
      ],
      remedies: [
        {
          text: 'Put categories together into fewer, or leave the column out.',
          command: trainCommand(patient, `--ignore ${columnList([name])}`),
        },
      ],
    },
  ]
}

/** Categories of one row, where they are few: each is either a slip of the pen or an anomaly by itself. */
function single({ rowCount }: InputFacts, { name, column, reading }: TextFacts): readonly Illness[] {
  if (reading.kind !== 'categorical' || rowCount < 200) return []
  const counts = countsOf(column.codes, column.categories.length)
  const alone = column.categories.flatMap((_, code) => (counts[code] === 1 ? [code] : []))
  const present = counts.filter((count) => count > 0).length
  if (alone.length === 0 || alone.length > Math.max(2, 0.1 * present)) return []
  const rows = rowsWhere(rowCount, (row) => alone.includes(column.codes[row]!))
  return [
    {
      code: 'single-category',
      verdict: 'watch',
      text: `${name} has ${formatPlural(alone.length, 'category', 'categories')} of one row: ${alone
        .slice(0, 3)
        .map((code) => `"${column.categories[code]!.slice(0, 40)}"`)
        .join(', ')}.`,
      ...listed(rows),
      columns: [name],
      evidence: [
        figure(
          'categories',
          alone.length,
          `of ${formatPlural(present, 'category', 'categories')} stand in one row`,
        ),
      ],
      remedies: [{ text: 'Look whether they are misspelt.' }],
    },
  ]
}

function countsOf(codes: Int32Array, categories: number): Uint32Array {
  const counts = new Uint32Array(categories)
  for (const code of codes) if (code >= 0) counts[code]!++
  return counts
}
