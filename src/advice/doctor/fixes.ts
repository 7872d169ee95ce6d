/** What `--fix` does: remedies that need no person, applied to a copy of the table and to the options of learning. */
import { formatCount, formatNumber, formatPlural, HourglassError } from '../../base/index.js'
import {
  cellText,
  dropColumns,
  parseNumber,
  selectRows,
  tableFromColumns,
  type Column,
  type Table,
} from '../../data/index.js'
import type { LearningOptions } from '../../learning/index.js'
import type { Diagnosis, Fix } from './diagnosis.js'
import { merged } from './training-command.js'

/** What came of some fixes. */
export interface Fixed {
  readonly table: Table
  readonly learning: LearningOptions
  /** What was changed, one sentence each. */
  readonly changes: readonly string[]
}

/** The fixes that diagnoses offer, in order; the same one only once. */
export function fixesOf(diagnoses: readonly Diagnosis[]): readonly Fix[] {
  const remedies = diagnoses.flatMap((diagnosis) => [
    ...diagnosis.illnesses.filter(({ verdict }) => verdict !== 'fine').flatMap((illness) => illness.remedies),
    ...diagnosis.remedies,
  ])
  const seen = new Set<string>()
  return remedies.flatMap(({ fix }) => {
    if (fix === undefined || isEmpty(fix) || seen.has(JSON.stringify(fix))) return []
    seen.add(JSON.stringify(fix))
    return [fix]
  })
}

const isEmpty = (fix: Fix): boolean =>
  ('columns' in fix && fix.columns.length === 0) || ('rows' in fix && fix.rows.length === 0)

/**
 * Applies fixes. Rows are those of the given table, so rows are dropped last, whatever the order of the fixes; what one
 * fix has dropped, others leave alone.
 *
 * @throws HG_TABLE_EMPTY when nothing would be left
 */
export function applyFixes(table: Table, learning: LearningOptions, fixes: readonly Fix[]): Fixed {
  const changes: string[] = []
  const dropped = new Set<number>()
  let [mended, options] = [table, learning]
  for (const fix of fixes) {
    if (fix.kind === 'options') {
      options = merged(options, fix.options)
      changes.push(`learning: ${optionWords(fix.options)}`)
    } else if (fix.kind === 'drop-rows') {
      const before = dropped.size
      fix.rows.forEach((row) => dropped.add(row))
      if (dropped.size > before) changes.push(`dropped ${formatPlural(dropped.size - before, 'row')}`)
    } else if (fix.kind === 'drop-columns') {
      const there = fix.columns.filter((name) => mended.columns.some((column) => column.name === name))
      mended = dropColumns(mended, there)
      if (there.length > 0)
        changes.push(`dropped ${there.length === 1 ? 'column' : 'columns'} ${there.join(', ')}`)
    } else {
      const column = mended.columns.find(({ name }) => name === fix.column)
      if (column === undefined) continue
      const [changed, what] = mendColumn(column, fix)
      mended = { ...mended, columns: mended.columns.map((other) => (other === column ? changed : other)) }
      changes.push(`${fix.column}: ${what}`)
    }
  }
  const kept = Int32Array.from({ length: table.rowCount }, (_, row) => row).filter((row) => !dropped.has(row))
  if (kept.length === 0 || mended.columns.length === 0) {
    throw new HourglassError(
      'HG_TABLE_EMPTY',
      `--fix: nothing of ${table.source} would be left; mend it by hand`,
    )
  }
  return { table: dropped.size > 0 ? selectRows(mended, kept) : mended, learning: options, changes }
}

type ColumnFix = Extract<Fix, { readonly column: string }>

/** A column after a fix, and what was done. */
function mendColumn(column: Column, fix: ColumnFix): readonly [Column, string] {
  switch (fix.kind) {
    case 'clear-cells':
      return [cleared(column, fix.rows), `${formatPlural(fix.rows.length, 'cell')} made missing`]
    case 'rescale-cells':
      return [
        rescaled(column, fix),
        `${formatPlural(fix.rows.length, 'cell')} changed by x · ${formatNumber(fix.factor, 6)}${fix.offset === 0 ? '' : ` + ${formatNumber(fix.offset, 6)}`}`,
      ]
    case 'rename-categories':
      return [
        renamed(column, fix.names),
        `${formatPlural(fix.names.length, 'spelling')} written as the usual one`,
      ]
    case 'read-as-numbers':
      return [asNumbers(column), 'read as numbers; other texts made missing']
  }
}

function cleared(column: Column, rows: readonly number[]): Column {
  if (column.storage !== 'string') {
    const values = column.values.slice()
    for (const row of rows) values[row] = NaN
    return { ...column, values }
  }
  const codes = column.codes.slice()
  for (const row of rows) codes[row] = -1
  const emptied = { ...column, codes }
  // Read again: without these cells it may be a column of dates or numbers.
  const cells = Array.from(codes, (code, row) => (code < 0 ? null : cellText(emptied, row)))
  return tableFromColumns({ [column.name]: cells }).columns[0]!
}

function rescaled(column: Column, { rows, factor, offset }: Extract<Fix, { kind: 'rescale-cells' }>): Column {
  if (column.storage === 'string') return column
  const values = column.values.slice()
  for (const row of rows) values[row] = values[row]! * factor + offset
  return { ...column, values }
}

function renamed(column: Column, names: readonly (readonly [from: string, to: string])[]): Column {
  if (column.storage !== 'string') return column
  const target = new Map(names)
  const codeOf = column.categories.map((text) =>
    Math.max(0, column.categories.indexOf(target.get(text) ?? text)),
  )
  return { ...column, codes: column.codes.map((code) => (code < 0 ? code : codeOf[code]!)) }
}

function asNumbers(column: Column): Column {
  if (column.storage !== 'string') return column
  const parsed = column.categories.map((text) => parseNumber(text) ?? NaN)
  const values = Float64Array.from(column.codes, (code) => {
    const value = code < 0 ? NaN : parsed[code]!
    return Number.isFinite(value) ? value : NaN
  })
  return { name: column.name, storage: 'number', values }
}

function optionWords({ options = {}, ...settings }: Readonly<Partial<LearningOptions>>): string {
  const all = Object.entries({ ...settings, ...options })
  return all
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(',') : String(value)}`)
    .join(', ')
}

/** The changes as a person reads them, long lists ended. */
export const changeLines = (changes: readonly string[], most = 40): readonly string[] =>
  changes.length <= most
    ? changes
    : [...changes.slice(0, most), `and ${formatCount(changes.length - most)} more changes`]
