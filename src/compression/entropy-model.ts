/**
 * What the entropy coder knows before it has seen an image: the neighbours that predict each coefficient and their weights,
 * the state that counters and mixtures begin with, and the integer tables of logarithms. A model is fitted to photographs
 * (fit-entropy-model.ts) and ships as one small file. Reading one is hostile ground: every size and index is checked.
 */
import { unzlibSync, zlibSync } from 'fflate'
import { HourglassError } from '../base/index.js'
import { joined, littleEndian, numbersOf } from './bytes.js'
import { counterCount, mixtureCount, mixtureInputs } from './context-tables.js'
import { neighborhoods, type Neighbor } from './neighborhoods.js'

/** A neighbour that has a weight. */
export interface WeightedNeighbor extends Neighbor {
  /** In 64ths, 1 to 255. */
  readonly weight: number
}

/** Weighted neighbours of a coefficient, in three parts. */
export type WeightedNeighborhood = readonly [WeightedNeighbor[], WeightedNeighbor[], WeightedNeighbor[]]

/** State and tables of the entropy coder. */
export interface EntropyModel {
  /** `[768]`, by place. */
  readonly neighborhoods: readonly WeightedNeighborhood[]
  /** `[counters]`: 22 bits of probability and 10 bits of how often each was met. */
  readonly counters: Uint32Array
  /** `[mixtures, 6]`, weights in 16,384ths. */
  readonly mixtures: Int32Array
  readonly tables: IntegerTables
}

/** The integer tables that every coder computes with. */
export interface IntegerTables {
  /** `[4096]`: 65,536 / (1 + e^−x) for x = (i − 2048) / 256. */
  readonly squash: Uint16Array
  /** `[4096]`: 256 ln(p / (1 − p)) for p = (i + ½) / 4096. */
  readonly stretch: Int16Array
  /** `[1024]`: the part of its error, in 65,536ths, that a counter moves when it was met n times. */
  readonly share: Uint16Array
  /** `[4096]`: expected magnitudes in 64ths to levels 0 … 31. */
  readonly levels: Uint8Array
}

/** Times after which a counter moves no slower. */
export const counterLimit = 255

/** Weight that mixtures begin with before anything is fitted. */
const evenWeight = Math.round(16384 * 0.28)

/** A model that knows nothing: even probabilities, neighbours with the weights given. */
export function blankModel(weighted: readonly WeightedNeighborhood[]): EntropyModel {
  return {
    neighborhoods: weighted,
    counters: new Uint32Array(counterCount).fill(2 ** 31),
    mixtures: new Int32Array(mixtureCount * mixtureInputs).fill(evenWeight),
    tables: integerTables(),
  }
}

/**
 * The tables, rounded once, when a model is made: a reader takes them from the file, since logarithms may differ in their
 * last digit from machine to machine.
 */
export function integerTables(): IntegerTables {
  const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value))
  return {
    squash: Uint16Array.from({ length: 4096 }, (_, i) =>
      clamp(Math.round(65536 / (1 + Math.exp((2048 - i) / 256))), 1, 65535),
    ),
    stretch: Int16Array.from({ length: 4096 }, (_, i) =>
      clamp(Math.round(256 * Math.log((i + 0.5) / (4095.5 - i))), -2047, 2047),
    ),
    share: Uint16Array.from({ length: 1024 }, (_, n) => Math.round(65536 / (n + 1.6))),
    levels: Uint8Array.from({ length: 4096 }, (_, sum) =>
      sum === 0 ? 0 : clamp(Math.round(1 + 2.7 * Math.log2(sum)), 0, 31),
    ),
  }
}

const sections = {
  squash: 4096 * 2,
  stretch: 4096 * 2,
  share: 1024 * 2,
  levels: 4096,
  chances: counterCount * 2,
  meetings: counterCount,
  mixtures: mixtureCount * mixtureInputs * 4,
} as const

/** A model as bytes, compressed. */
export function entropyModelToBytes({
  neighborhoods: given,
  counters,
  mixtures,
  tables,
}: EntropyModel): Uint8Array {
  const bytes = [
    littleEndian(tables.squash, 2),
    littleEndian(tables.stretch, 2),
    littleEndian(tables.share, 2),
    tables.levels,
    littleEndian(
      counters.map((state) => state >>> 16),
      2,
    ),
    Uint8Array.from(counters, (state) => Math.min(255, state & 1023)),
    littleEndian(mixtures, 4),
    weightsOf(given),
  ]
  return zlibSync(joined(bytes), { level: 9 })
}

/** @throws HG_MODEL_CORRUPT when the bytes are no such model */
export function entropyModelFromBytes(bytes: Uint8Array): EntropyModel {
  const weightBytes = neighborhoods().flat(2).length
  const size = Object.values(sections).reduce((sum, section) => sum + section, weightBytes)
  const whole = inflated(bytes, size)
  let at = 0
  const next = (section: keyof typeof sections): Uint8Array => whole.subarray(at, (at += sections[section]))
  const tables = {
    squash: Uint16Array.from(numbersOf(next('squash'), 2)),
    stretch: Int16Array.from(numbersOf(next('stretch'), 2)),
    share: Uint16Array.from(numbersOf(next('share'), 2)),
    levels: next('levels').map((level) => Math.min(31, level)),
  }
  const chances = numbersOf(next('chances'), 2)
  const meetings = next('meetings')
  const counters = Uint32Array.from(chances, (chance, i) => chance * 65536 + meetings[i]!)
  const mixtures = Int32Array.from(numbersOf(next('mixtures'), 4), (weight) =>
    Math.max(-65535, Math.min(65535, weight | 0)),
  )
  return { neighborhoods: weighted(whole.subarray(at)), counters, mixtures, tables }
}

/** Weights of all neighbours that there could be, in their order; 0 for those left out. */
function weightsOf(given: readonly WeightedNeighborhood[]): Uint8Array {
  const weights = neighborhoods().map((parts, place) =>
    parts.map((part, p) =>
      part.map(
        ({ right, down, place: other }) =>
          given[place]![p]!.find((n) => n.right === right && n.down === down && n.place === other)?.weight ??
          0,
      ),
    ),
  )
  return Uint8Array.from(weights.flat(2))
}

function weighted(weights: Uint8Array): WeightedNeighborhood[] {
  let at = 0
  return neighborhoods().map(
    (parts) =>
      parts.map((part) =>
        part.map((neighbor) => ({ ...neighbor, weight: weights[at++]! })).filter(({ weight }) => weight > 0),
      ) as unknown as WeightedNeighborhood,
  )
}

function inflated(bytes: Uint8Array, size: number): Uint8Array {
  const broken = (what: string): HourglassError =>
    new HourglassError(
      'HG_MODEL_CORRUPT',
      `entropy model: ${what}; get the codec's file again, the shipped one by installing the package again`,
    )
  try {
    const whole = unzlibSync(bytes, { out: new Uint8Array(size) })
    if (whole.length !== size) throw broken(`expected ${size} bytes once unpacked, got ${whole.length}`)
    return whole
  } catch (error) {
    if (error instanceof HourglassError) throw error
    throw broken(`it cannot be unpacked (${String(error)})`)
  }
}
