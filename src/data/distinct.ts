/**
 * How many different values a column has: exactly up to 65,536, and for whole numbers and strings always. No set of
 * millions of boxed numbers is made. What the counts mean is decided in column-readings.ts.
 */
import type { Column } from './table.js'

/** Known cells, missing cells, and different values among the known ones. */
export interface Counts {
  readonly known: number
  readonly missing: number
  /** For fractional numbers at most 65,536: so many or more. */
  readonly distinct: number
}

/** Counts of a column. */
export function countsOf(column: Column): Counts {
  return column.storage === 'string'
    ? countCodes(column.codes, column.categories.length)
    : countNumbers(column.values)
}

function countCodes(codes: Int32Array, categories: number): Counts {
  const seen = new Uint8Array(categories)
  let [missing, distinct] = [0, 0]
  for (const code of codes) {
    if (code < 0) missing++
    else if (seen[code] === 0) {
      seen[code] = 1
      distinct++
    }
  }
  return { known: codes.length - missing, missing, distinct }
}

/** Different fractional numbers beyond which nobody asks for their number: they are no categories and no identifiers. */
const enough = 1 << 16

/** Open addressing with linear probing over the bits of the numbers; NaN marks an empty slot. */
function countNumbers(values: Float64Array): Counts {
  const most = values.every((value) => Number.isInteger(value) || Number.isNaN(value)) ? Infinity : enough
  let slots = new Float64Array(1024).fill(NaN)
  let [missing, distinct] = [0, 0]
  for (const raw of values) {
    if (Number.isNaN(raw)) missing++
    else if (distinct < most && insert(slots, raw + 0) && ++distinct * 2 > slots.length) {
      const larger = new Float64Array(slots.length * 2).fill(NaN)
      for (const value of slots) if (!Number.isNaN(value)) insert(larger, value)
      slots = larger
    }
  }
  return { known: values.length - missing, missing, distinct }
}

const bits = new Float64Array(1)
const words = new Int32Array(bits.buffer)

/** Puts a number into the table; false when it is there already. −0 must have been made 0. */
function insert(slots: Float64Array, value: number): boolean {
  bits[0] = value
  const mixed = Math.imul(words[0]! ^ Math.imul(words[1]!, 0x9e3779b1), 0x85ebca6b)
  let slot = (mixed ^ (mixed >>> 15)) & (slots.length - 1)
  for (; !Number.isNaN(slots[slot]); slot = (slot + 1) & (slots.length - 1))
    if (slots[slot] === value) return false
  slots[slot] = value
  return true
}
