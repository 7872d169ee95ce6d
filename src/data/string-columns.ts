/**
 * Columns that arrive as text: gathered as codes, then settled as numbers, truth values, instants or strings. The
 * decision is made on the distinct strings, so it costs nothing for columns of few categories. Cells are read in
 * text-values.ts.
 */
import { isMissingWord, parseBoolean, parseDate, parseNumber } from './text-values.js'
import type { Column, StringColumn } from './table.js'

/** Turns strings into codes, in order of first appearance; trimmed, with missing words as −1. */
export interface Dictionary {
  readonly categories: readonly string[]
  /** The code of a cell; null is missing. */
  readonly codeOf: (text: string | null) => number
}

export function newDictionary(): Dictionary {
  const categories: string[] = []
  const known = new Map<string, number>()
  const add = (raw: string): number => {
    const text = raw.trim()
    const code = isMissingWord(text) ? -1 : (known.get(text) ?? categories.push(text) - 1)
    known.set(text, code)
    known.set(raw, code)
    return code
  }
  return { categories, codeOf: (text) => (text === null ? -1 : (known.get(text) ?? add(text))) }
}

/** A column from cells of text, settled as `settled` says. */
export function columnFromStrings(name: string, cells: readonly (string | null)[], notes: string[]): Column {
  const { categories, codeOf } = newDictionary()
  const codes = Int32Array.from(cells, codeOf)
  return settled({ name, storage: 'string', categories, codes }, notes)
}

/** The column as numbers, truth values or instants when every present cell is one, else as it is. */
export function settled(column: StringColumn, notes: string[]): Column {
  const { name, codes } = column
  if (column.categories.length === 0)
    return { name, storage: 'number', values: new Float64Array(codes.length).fill(NaN) }
  const numbers = parseAll(column.categories, parseNumber)
  if (numbers)
    return { name, storage: 'number', values: withoutInfinities(name, spread(codes, numbers), notes) }
  const truths = parseAll(column.categories, parseBoolean)
  if (truths) return { name, storage: 'boolean', values: spread(codes, truths) }
  const instants = parseAll(column.categories, parseDate)
  if (instants) return { name, storage: 'datetime', values: spread(codes, instants) }
  return column
}

/** Every text parsed, or undefined at the first that cannot be. */
function parseAll(
  texts: readonly string[],
  parse: (text: string) => number | undefined,
): Float64Array | undefined {
  const parsed = new Float64Array(texts.length)
  for (let i = 0; i < texts.length; i++) {
    const value = parse(texts[i]!)
    if (value === undefined) return undefined
    parsed[i] = value
  }
  return parsed
}

const spread = (codes: Int32Array, values: Float64Array): Float64Array =>
  Float64Array.from(codes, (code) => (code < 0 ? NaN : values[code]!))

/** Infinite numbers become missing, in place, and are counted in a note. */
export function withoutInfinities(name: string, values: Float64Array, notes: string[]): Float64Array {
  let infinite = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value === Infinity || value === -Infinity) {
      values[i] = NaN
      infinite++
    }
  }
  if (infinite > 0) {
    notes.push(
      `${name}: ${infinite} infinite ${infinite === 1 ? 'number is' : 'numbers are'} taken as missing`,
    )
  }
  return values
}
