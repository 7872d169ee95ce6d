/** Columns that say nothing, or nothing of their own: constant, nearly constant, copies of another column. */
import { formatPercent, formatPlural } from '../../../base/index.js'
import { columnList, fixCommand, trainCommand } from '../command.js'
import type { Illness } from '../diagnosis.js'
import { figure, listed, rowsWhere, type ColumnFacts, type InputFacts, type NumberFacts } from './facts.js'

/** Constant and empty columns; Hourglass leaves them out by itself. */
export function checkConstant(facts: InputFacts): readonly Illness[] {
  if (facts.onGrid) return [] // the border of images may be black in every row
  const names = facts.columns
    .filter(({ reading }) => ['constant', 'empty'].includes(reading.kind))
    .map(({ name }) => name)
  const constant: Illness[] =
    names.length === 0
      ? []
      : [
          {
            code: 'constant-column',
            verdict: 'watch',
            text: `${shortNames(names)} ${names.length === 1 ? 'holds' : 'hold'} one value or none: ${names.length === 1 ? 'it is' : 'they are'} left out of every model.`,
            columns: names,
            evidence: [figure('columns', names.length, 'columns of one value or none')],
            remedies: [
              {
                text: 'Find out why nothing varies, or drop them.',
                command: fixCommand(facts.patient),
                fix: { kind: 'drop-columns', columns: names },
              },
            ],
          },
        ]
  return [...constant, ...facts.columns.flatMap((column) => nearlyConstant(facts, column))]
}

/** Share of one value from which a column counts as nearly constant. */
const nearlyAll = 0.995

function nearlyConstant({ patient }: InputFacts, { name, column, reading }: ColumnFacts): readonly Illness[] {
  if (!reading.used || reading.distinct < 2) return []
  const cells = column.storage === 'string' ? column.codes : column.values
  const known = rowsWhere(cells.length, (row) =>
    column.storage === 'string' ? cells[row]! >= 0 : !Number.isNaN(cells[row]!),
  )
  if (known.length < 200) return []
  const usual = majority(cells, known)
  const others = known.filter((row) => cells[row] !== usual)
  const share = 1 - others.length / known.length
  if (share < nearlyAll) return []
  return [
    {
      code: 'nearly-constant-column',
      verdict: 'watch',
      text: `${name} is the same in ${formatPercent(share)} of the rows; the other ${formatPlural(others.length, 'row')} will stand out by it alone.`,
      ...listed(others),
      columns: [name],
      evidence: [figure('share', share, 'of known cells that hold the usual value')],
      remedies: [
        {
          text: 'Leave it out, unless these few rows are what you look for.',
          command: trainCommand(patient, `--ignore ${columnList([name])}`),
        },
      ],
    },
  ]
}

/** The value that more than half of some cells hold, if any does (Boyer & Moore 1981). */
function majority(cells: ArrayLike<number>, rows: readonly number[]): number {
  let [value, lead] = [NaN, 0]
  for (const row of rows) {
    if (lead === 0) value = cells[row]!
    lead += cells[row] === value ? 1 : -1
  }
  return value
}

/** Columns compared with each other, and rows that a first look takes. */
const mostColumns = 2000
const firstLook = 256

/** Columns that are copies or affine functions of another. */
export function checkCopies(facts: InputFacts): readonly Illness[] {
  if (facts.onGrid) return []
  const used = facts.numbers.filter(({ reading }) => reading.used).slice(0, mostColumns)
  return [...numericCopies(facts, used), ...categoricalCopies(facts)]
}

function numericCopies(facts: InputFacts, columns: readonly NumberFacts[]): readonly Illness[] {
  const step = Math.max(1, Math.floor(facts.rowCount / firstLook))
  const rows = Array.from({ length: Math.min(firstLook, facts.rowCount) }, (_, i) => i * step)
  const looks = columns.map(({ column }) => rows.map((row) => column.values[row]!))
  const copied = new Set<number>()
  const found: Illness[] = []
  for (let b = 1; b < columns.length; b++) {
    for (let a = 0; a < b; a++) {
      if (copied.has(a) || lineResidual(looks[a]!, looks[b]!).share > 0.01) continue
      const whole = lineResidual(columns[a]!.column.values, columns[b]!.column.values)
      if (whole.share > 1e-4 || whole.rows < 20) continue
      copied.add(b)
      found.push(copyIllness(facts, columns[a]!, columns[b]!, whole.share))
      break
    }
  }
  return found
}

/** What of b's variance a straight line of a leaves, over rows where both are known; 1 where nothing can be said. */
function lineResidual(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): { readonly share: number; readonly rows: number } {
  let [n, meanA, meanB, aa, bb, ab] = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!]
    if (Number.isNaN(x) || Number.isNaN(y)) continue
    n++
    const [dx, dy] = [x - meanA, y - meanB] // Welford 1962
    meanA += dx / n
    meanB += dy / n
    aa += dx * (x - meanA)
    bb += dy * (y - meanB)
    ab += dx * (y - meanB)
  }
  return { share: aa > 0 && bb > 0 ? Math.max(0, 1 - (ab / aa) * (ab / bb)) : 1, rows: n }
}

function copyIllness({ patient }: InputFacts, a: NumberFacts, b: NumberFacts, left: number): Illness {
  const exact = left < 1e-6
  return {
    code: 'copied-column',
    verdict: exact ? 'ill' : 'watch',
    text: exact
      ? `${b.name} is ${a.name} on another scale: it counts the same thing twice, and gives errors in it away for nothing.`
      : `${b.name} is ${a.name} on another scale but for ${formatPercent(left)} of its variance.`,
    columns: [b.name, a.name],
    evidence: [
      figure('left', left, `share of the variance of ${b.name} that a straight line of ${a.name} leaves`),
    ],
    remedies: [
      {
        text: `Leave ${b.name} out.`,
        command: trainCommand(patient, `--ignore ${columnList([b.name])}`),
        fix: { kind: 'drop-columns', columns: [b.name] },
      },
    ],
  }
}

/** Text columns that stand for each other word by word. */
function categoricalCopies({ patient, texts }: InputFacts): readonly Illness[] {
  const used = texts.filter(({ reading }) => reading.used)
  const found: Illness[] = []
  used.forEach((b, place) => {
    const a = used
      .slice(0, place)
      .find(
        (other) =>
          other.reading.distinct === b.reading.distinct && isBijection(other.column.codes, b.column.codes),
      )
    if (a === undefined) return
    found.push({
      code: 'copied-column',
      verdict: 'ill',
      text: `${b.name} says the same as ${a.name}, word by word.`,
      columns: [b.name, a.name],
      evidence: [
        figure('categories', b.reading.distinct, 'each stands for one of the other column in every row'),
      ],
      remedies: [
        {
          text: `Leave ${b.name} out.`,
          command: trainCommand(patient, `--ignore ${columnList([b.name])}`),
          fix: { kind: 'drop-columns', columns: [b.name] },
        },
      ],
    })
  })
  return found
}

/** Whether codes of two columns stand for each other in all rows, at least five of them away from the commonest pair. */
function isBijection(a: Int32Array, b: Int32Array): boolean {
  const [there, back] = [new Map<number, number>(), new Map<number, number>()]
  const counts = new Map<number, number>()
  for (let row = 0; row < a.length; row++) {
    const [x, y] = [a[row]!, b[row]!]
    if ((there.get(x) ?? y) !== y || (back.get(y) ?? x) !== x) return false
    there.set(x, y)
    back.set(y, x)
    counts.set(x, (counts.get(x) ?? 0) + 1)
  }
  return a.length - Math.max(...counts.values()) >= 5
}

/** Some names, the rest counted. */
export function shortNames(names: readonly string[]): string {
  const shown = names.slice(0, 4).join(', ')
  return names.length > 4 ? `${shown} and ${formatPlural(names.length - 4, 'more column')}` : shown
}
