/**
 * Where the counters of every context begin, in one array, and how many there are; assembly/bands.ts has the same numbers.
 * The names say what a context tells: `isEmpty…` of whether a band is empty, `isZero…` of whether a coefficient is zero,
 * `size…` of whether it is larger than what is known.
 */

/** Most bands; room for them in every table. */
const bands = 128
/** Most planes and passes, together. */
const planePasses = 16

const sizes = {
  isEmptyByNeighbors: bands * 16,
  isEmptyBySum: bands * 32,
  isEmptyByParent: bands * 64,
  isEmptyBySurround: bands * 64,
  isEmptyByPlane: bands * 64,
  isEmptyByBefore: bands * 64,
  isZeroByPlace: 768 * 8,
  isZeroByExpected: bands * 32,
  isZeroByParts: bands * 256,
  isZeroByNearest: planePasses * 256,
  isZeroByPlane: bands * 256,
  isZeroBySeen: bands * 64,
  sizeByExpected: bands * 256,
  sizeFinely: planePasses * 512,
  sizeByPlace: 768 * 4,
  sizeByNearest: 16 * 256,
  sizeByPlane: bands * 256,
  sizeByBlock: bands * 256,
} as const

/** Names of contexts. */
export type Context = keyof typeof sizes

let end = 0
/** First counter of each context. */
export const contextStarts = Object.fromEntries(
  Object.entries(sizes).map(([name, size]) => [name, (end += size) - size]),
) as Readonly<Record<Context, number>>

/** Counters of all contexts. */
export const counterCount = end

/** Weights of one mixture: one for each of the contexts that a bit stands in. */
export const mixtureInputs = 6

/** First weight set of each kind of bit: by where it stands, and by how large it is expected to be. */
export const mixtureStarts = {
  isEmptyByBand: 0,
  isEmptyBySum: 128,
  isZeroByBand: 256,
  isZeroByExpected: 384,
  sizeByBand: 512,
  sizeByExpected: 1024,
} as const

/** Weight sets in all. */
export const mixtureCount = 1024 + 32 * 4
