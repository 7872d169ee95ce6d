/**
 * Rows as numbers, so that equal rows are found without comparing each with each: the hash of a row is the sum of the
 * hashes of its cells, so that the row without one cell is a subtraction away.
 */
import type { Column } from '../../../data/index.js'

/** Two 32-bit sums a row, and what each column adds to them. */
export interface RowHashes {
  /** Of the whole row. */
  readonly key: (row: number) => number
  /** Of the row without one column. */
  readonly keyWithout: (row: number, column: number) => number
}

/**
 * Hashes of rows over some columns.
 *
 * Hashes of strings depend on the text and those of numbers on the value, so that rows of two tables compare.
 */
export function rowHashes(columns: readonly Column[], rowCount: number): RowHashes {
  const sums = [new Uint32Array(rowCount), new Uint32Array(rowCount)] as const
  const cells = columns.map((column) => cellHashes(column, rowCount))
  for (const cell of cells)
    for (let row = 0; row < rowCount; row++) {
      sums[0][row]! += spread(cell[row]!, 0x9e3779b1)
      sums[1][row]! += spread(cell[row]!, 0x85ebca6b)
    }
  const joined = (high: number, low: number): number => high * 2 ** 21 + (low & 0x1fffff)
  return {
    key: (row) => joined(sums[0][row]!, sums[1][row]!),
    keyWithout: (row, column) => {
      const cell = cells[column]![row]!
      return joined(
        (sums[0][row]! - spread(cell, 0x9e3779b1)) >>> 0,
        (sums[1][row]! - spread(cell, 0x85ebca6b)) >>> 0,
      )
    },
  }
}

/** `[rowCount]`, a number for each cell; 0 mixed with the column where it is missing. */
function cellHashes(column: Column, rowCount: number): Uint32Array {
  const seed = textHash(column.name)
  if (column.storage === 'string') {
    const ofCategory = column.categories.map(textHash)
    return Uint32Array.from({ length: rowCount }, (_, row) =>
      mixed(ofCategory[column.codes[row]!] ?? 0, seed),
    )
  }
  const bits = new Float64Array(1)
  const words = new Uint32Array(bits.buffer)
  return Uint32Array.from({ length: rowCount }, (_, row) => {
    bits[0] = column.values[row]! + 0 // −0 is 0
    return mixed(words[0]! ^ Math.imul(words[1]!, 0x9e3779b1), seed)
  })
}

function textHash(text: string): number {
  let hash = 0x811c9dc5 // FNV-1a
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

function mixed(value: number, seed: number): number {
  let hash = Math.imul((value ^ seed) >>> 0, 0xcc9e2d51)
  hash ^= hash >>> 15
  hash = Math.imul(hash, 0x1b873593) + seed
  hash ^= hash >>> 13
  return hash >>> 0
}

function spread(hash: number, constant: number): number {
  const product = Math.imul(hash ^ (hash >>> 16), constant)
  return (product ^ (product >>> 13)) >>> 0
}
