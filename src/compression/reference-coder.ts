/**
 * The entropy coder in plain TypeScript: what assembly/ does, written to be read, many times slower. Tests compare them bit
 * by bit; docs/format.md refers to it where words are not exact enough. It codes values as they stand: choosing them is no
 * part of the format.
 */
import { contextStarts, mixtureInputs, mixtureStarts, type Context } from './context-tables.js'
import { counterLimit, type EntropyModel } from './entropy-model.js'
import { channelCount, latentLayout, passCount } from './latent-layout.js'
import type { PassBytes, TileShape } from './coefficient-coder.js'

const { bands, scan, bandStarts, passStarts, bandFacts } = latentLayout

/** Bytes of each pass. @param values `[rows, columns, 768]` */
export function referenceEncode(model: EntropyModel, shape: TileShape, values: Int16Array): Uint8Array[] {
  const state = stateOf(model, shape, Int16Array.from(values))
  return Array.from({ length: passCount }, (_, pass) => {
    const writer = bitWriter()
    codePass(state, pass, writer)
    return writer.finish()
  })
}

/** Values, `[rows, columns, 768]`; passes that are missing are zeros. */
export function referenceDecode(
  model: EntropyModel,
  shape: TileShape,
  passes: readonly PassBytes[],
): Int16Array {
  const state = stateOf(model, shape, new Int16Array(shape.columns * shape.rows * channelCount))
  passes.forEach((given, pass) => {
    if (given.bytes.length > 0 || !given.isCut) codePass(state, pass, bitReader(given))
  })
  return state.values
}

/** Bits that the values take by the probabilities themselves, were there no coder that writes whole bytes of them. */
export function idealBits(model: EntropyModel, shape: TileShape, values: Int16Array): number {
  let bits = 0
  const counter: BitCoder = {
    isReader: false,
    isOver: () => false,
    code(bit, ones) {
      bits -= Math.log2((bit ? ones : 65536 - ones) / 65536)
      return bit
    },
  }
  const state = stateOf(model, shape, Int16Array.from(values))
  for (let pass = 0; pass < passCount; pass++) codePass(state, pass, counter)
  return bits
}

/** Codes bits, one way or the other: a writer takes them, a reader returns them. */
interface BitCoder {
  readonly isReader: boolean
  /** Whether a stream goes on for longer than it should: one that was cut, or that no writer wrote. */
  readonly isOver: () => boolean
  /** @param ones probability of a 1, in 65,536ths */
  code(bit: number, ones: number): number
}

interface State {
  readonly model: EntropyModel
  readonly shape: TileShape
  readonly values: Int16Array
  readonly counters: Uint32Array
  readonly mixtures: Int32Array
  readonly magnitudes: Uint8Array
  readonly energies: Uint8Array
}

const stateOf = (model: EntropyModel, shape: TileShape, values: Int16Array): State => ({
  model,
  shape,
  values,
  counters: model.counters.slice(),
  mixtures: model.mixtures.slice(),
  magnitudes: new Uint8Array(values.length),
  energies: new Uint8Array(shape.columns * shape.rows * bands.length),
})

/** Narrows [low, high] by a bit; both ends as unsigned 32-bit numbers. */
const middleOf = (low: number, high: number, ones: number): number => {
  const range = high - low
  return low + Math.floor(range / 65536) * ones + Math.floor(((range % 65536) * ones) / 65536)
}

function bitWriter(): BitCoder & { finish: () => Uint8Array } {
  let [low, high] = [0, 2 ** 32 - 1]
  const bytes: number[] = []
  return {
    isReader: false,
    isOver: () => false,
    code(bit, ones) {
      const middle = middleOf(low, high, ones)
      if (bit) high = middle
      else low = middle + 1
      while (low >>> 24 === high >>> 24) {
        bytes.push(high >>> 24)
        low = (low << 8) >>> 0
        high = ((high << 8) | 255) >>> 0
      }
      return bit
    },
    finish() {
      for (const unit of [2 ** 24, 2 ** 16]) {
        const value = Math.ceil(low / unit) * unit
        if (low === 0) break
        if (value <= high) {
          for (let shift = 24; 2 ** shift >= unit; shift -= 8) bytes.push((value / 2 ** shift) & 255)
          return Uint8Array.from(bytes)
        }
      }
      if (low !== 0) for (const shift of [24, 16, 8, 0]) bytes.push((low >>> shift) & 255)
      return Uint8Array.from(bytes)
    },
  }
}

/** Zeros that a reader takes beyond the end of what a writer wrote. */
const mostBeyond = 4

function bitReader({ bytes, isCut }: PassBytes): BitCoder {
  let [low, high, window, at] = [0, 2 ** 32 - 1, 0, 0]
  const take = (): void => {
    window = ((window << 8) | (bytes[at++] ?? 0)) >>> 0
  }
  for (let i = 0; i < 4; i++) take()
  return {
    isReader: true,
    isOver: () => at > bytes.length + (isCut ? 0 : mostBeyond),
    code(_, ones) {
      const middle = middleOf(low, high, ones)
      const bit = Number(window <= middle)
      if (bit) high = middle
      else low = middle + 1
      while (low >>> 24 === high >>> 24) {
        take()
        low = (low << 8) >>> 0
        high = ((high << 8) | 255) >>> 0
      }
      return bit
    },
  }
}

function codePass(state: State, pass: number, coder: BitCoder): void {
  const { columns, rows, planes } = state.shape
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let band = passStarts[pass]!; band < passStarts[pass + 1]!; band++) {
        if (bands[band]!.plane >= planes) break
        if (coder.isOver()) return
        codeBand(state, { column, row, band }, coder)
      }
}

interface Where {
  readonly column: number
  readonly row: number
  readonly band: number
}

function codeBand(state: State, where: Where, coder: BitCoder): void {
  const { column, row, band } = where
  const { plane, pass } = bands[band]!
  const [start, end] = [bandStarts[band]!, bandStarts[band + 1]!]
  const block = (row * state.shape.columns + column) * channelCount
  if (pass > 0) {
    const filled = scan.subarray(start, end).some((place) => state.values[block + place] !== 0)
    const { contexts, mixtures } = emptiness(state, where)
    if (!mixed(state, contexts, mixtures, coder, Number(filled))) return
  }
  let [seen, energy] = [0, 0]
  for (let i = start; i < end; i++) {
    const place = scan[i]!
    const prediction = pass === 0 ? predicted(state, column, row, place) : 0
    const difference = coder.isReader ? 0 : state.values[block + place]! - prediction
    const around = surroundings(state, where, i)
    const { level, parts, nearest } = around
    let isSome = Number(difference !== 0)
    if (pass > 0 && i === end - 1 && seen === 0) isSome = 1
    else
      isSome = mixed(
        state,
        [
          ['isZeroByPlace', place * 8 + (level >> 2)],
          ['isZeroByExpected', band * 32 + level],
          ['isZeroByParts', band * 256 + parts[0] * 16 + parts[1]],
          ['isZeroByNearest', (plane * 5 + pass) * 256 + nearest],
          ['isZeroByPlane', band * 256 + parts[2] * 16 + (level >> 1)],
          ['isZeroBySeen', band * 64 + Math.min(7, seen) * 8 + Math.min(7, (i - start) >> 1)],
        ],
        [mixtureStarts.isZeroByBand + band, mixtureStarts.isZeroByExpected + level],
        coder,
        isSome,
      )
    if (!isSome) {
      if (pass === 0) state.values[block + place] = prediction
      continue
    }
    const size = codeSize(state, where, place, around, coder, Math.abs(difference))
    const isNegative = coder.code(Number(difference < 0), 32768)
    seen++
    energy += size
    const coded = (isNegative ? -size : size) + prediction
    state.values[block + place] = Math.max(-32767, Math.min(32767, coded))
    state.magnitudes[block + place] = Math.min(255, size)
  }
  if (energy > 0)
    state.energies[(row * state.shape.columns + column) * bands.length + band] = Math.min(
      15,
      32 - Math.clz32(energy) + Number(energy > 2),
    )
}

function codeSize(
  state: State,
  { band }: Where,
  place: number,
  { level, parts, nearest }: Surroundings,
  coder: BitCoder,
  size: number,
): number {
  const { plane, pass } = bands[band]!
  let known = 1
  for (; known < 15; known++) {
    const step = Math.min(known, 4) - 1
    const isMore = mixed(
      state,
      [
        ['sizeByExpected', (band * 16 + known) * 16 + (level >> 1)],
        ['sizeFinely', ((plane * 5 + pass) * 16 + known) * 32 + level],
        ['sizeByPlace', place * 4 + step],
        ['sizeByNearest', known * 256 + nearest],
        ['sizeByPlane', (band * 16 + known) * 16 + parts[2]],
        ['sizeByBlock', (band * 16 + known) * 16 + parts[1]],
      ],
      [mixtureStarts.sizeByBand + band * 4 + step, mixtureStarts.sizeByExpected + level * 4 + step],
      coder,
      Number(size > known),
    )
    if (!isMore) return known
  }
  return 15 + codeRest(coder, size - 15)
}

/** Exponential Golomb code. */
function codeRest(coder: BitCoder, rest: number): number {
  const number = rest + 1
  const bits = coder.isReader ? 0 : 31 - Math.clz32(number)
  let length = 0
  while (length < 16 && coder.code(Number(length < bits), 32768)) length++
  let read = 1
  for (let b = length - 1; b >= 0; b--) read = (read << 1) | coder.code((number >> b) & 1, 32768)
  return read - 1
}

/** Prediction of a lowest coefficient from the blocks around. */
function predicted(
  { values, shape: { columns } }: State,
  column: number,
  row: number,
  place: number,
): number {
  const at = (right: number, down: number): number =>
    values[((row + down) * columns + column + right) * channelCount + place]!
  if (row === 0) return column === 0 ? 0 : at(-1, 0)
  const north = at(0, -1)
  if (column === 0) return north
  const northEast = column + 1 < columns ? at(1, -1) : north
  return Math.trunc((8 * at(-1, 0) + 8 * north - 5 * at(-1, -1) + 3 * northEast + 7) / 14)
}

interface Surroundings {
  readonly level: number
  readonly parts: readonly [number, number, number]
  /** Magnitudes to the left, above, and the two before in the scan, up to 3 each. */
  readonly nearest: number
}

function surroundings(state: State, where: Where, i: number): Surroundings {
  const { levels } = state.model.tables
  const levelOf = (sum: number): number => levels[Math.min(sum, 4095)]!
  const place = scan[i]!
  const start = bandStarts[where.band]!
  const sums = state.model.neighborhoods[place]!.map((part) =>
    part.reduce(
      (sum, { right, down, place: other, weight }) =>
        sum + weight * magnitudeAt(state, where, right, down, other),
      0,
    ),
  ) as [number, number, number]
  const small = (right: number, down: number, other: number): number =>
    Math.min(3, magnitudeAt(state, where, right, down, other))
  return {
    level: levelOf(sums[0] + sums[1] + sums[2]),
    parts: sums.map((sum) => levelOf(sum) >> 1) as [number, number, number],
    nearest:
      small(-1, 0, place) |
      (small(0, -1, place) << 2) |
      ((i > start ? small(0, 0, scan[i - 1]!) : 0) << 4) |
      ((i > start + 1 ? small(0, 0, scan[i - 2]!) : 0) << 6),
  }
}

function magnitudeAt(
  { shape, magnitudes }: State,
  where: Where,
  right: number,
  down: number,
  place: number,
): number {
  const [column, row] = [where.column + right, where.row + down]
  if (column < 0 || row < 0 || column >= shape.columns || row >= shape.rows) return 0
  return magnitudes[(row * shape.columns + column) * channelCount + place]!
}

/** Contexts of whether a band is empty. */
function emptiness({ shape, energies }: State, { column, row, band }: Where) {
  const energy = (right: number, down: number, other: number): number => {
    const [x, y] = [column + right, row + down]
    if (x < 0 || y < 0 || x >= shape.columns || y >= shape.rows || other < 0) return 0
    return energies[(y * shape.columns + x) * bands.length + other]!
  }
  const [, , parent, before] = bandFacts.subarray(4 * band, 4 * band + 4) as unknown as [
    number,
    number,
    number,
    number,
  ]
  const [west, north] = [energy(-1, 0, band), energy(0, -1, band)]
  const [northWest, northEast] = [energy(-1, -1, band), energy(1, -1, band)]
  const sum = 2 * west + 2 * north + northWest + northEast
  const below = Math.min(7, energy(0, 0, parent))
  const around =
    (energy(1, 0, parent) + energy(0, 1, parent) + energy(-1, 0, parent) + energy(0, -1, parent) + 2) >> 2
  const other = before === 255 ? 0 : energy(0, 0, before)
  const pattern =
    Number(west > 0) + 2 * Number(north > 0) + 4 * Number(northWest > 0) + 8 * Number(northEast > 0)
  const last = energy(0, 0, band - 1)
  const secondLast = band > 1 ? energy(0, 0, band - 2) : 0
  const contexts: Contexts = [
    ['isEmptyByNeighbors', band * 16 + pattern],
    ['isEmptyBySum', band * 32 + Math.min(31, sum)],
    ['isEmptyByParent', band * 64 + Math.min(7, (west + north + 1) >> 1) * 8 + below],
    ['isEmptyBySurround', band * 64 + Math.min(7, around) * 8 + below],
    ['isEmptyByPlane', band * 64 + Math.min(7, other) * 8 + Math.min(7, (sum + 2) >> 2)],
    ['isEmptyByBefore', band * 64 + Math.min(7, last) * 8 + Math.min(7, secondLast)],
  ]
  const mixtures = [
    mixtureStarts.isEmptyByBand + band,
    mixtureStarts.isEmptyBySum + Math.min(31, sum),
  ] as const
  return { contexts, mixtures }
}

type Contexts = readonly (readonly [Context, number])[]

/** Codes a bit by mixing its contexts, and learns from it. */
function mixed(
  { model: { tables }, counters, mixtures }: State,
  contexts: Contexts,
  sets: readonly [number, number],
  coder: BitCoder,
  bit: number,
): number {
  const places = contexts.map(([name, index]) => contextStarts[name] + index)
  const inputs = places.map((place) => tables.stretch[counters[place]! >>> 20]!)
  const squashed = (x: number): number => tables.squash[Math.max(-2047, Math.min(2047, x)) + 2048]!
  const sums = sets.map(
    (set) => inputs.reduce((sum, input, i) => sum + mixtures[set * mixtureInputs + i]! * input, 0) >> 14,
  )
  const chance = squashed((sums[0]! + sums[1]!) >> 1)
  const coded = coder.code(bit, Math.max(24, Math.min(65512, chance)))
  sets.forEach((set, s) => {
    const error = (((coded ? 65535 : 0) - squashed(sums[s]!)) * 3) >> 3
    inputs.forEach((input, i) => {
      const at = set * mixtureInputs + i
      const weight = mixtures[at]! + ((input * error + 0x8000) >> 16)
      mixtures[at] = Math.max(-65535, Math.min(65535, weight))
    })
  })
  for (const place of places) {
    const state = counters[place]!
    const [met, before] = [state % 1024, Math.floor(state / 1024)]
    const error = (coded ? 4194303 : 0) - before
    const after = before + Math.floor((error * tables.share[met]!) / 65536)
    counters[place] = after * 1024 + (met < counterLimit ? met + 1 : met)
  }
  return coded
}
