/**
 * What is coded, in which order, and in which contexts. ../latent-layout.ts explains bands and passes.
 *
 * A tile is a grid of blocks with `channels` coefficients each. A pass codes, block after block, the bands of one
 * resolution: for each band a bit that says whether anything in it differs from 0, then its coefficients: zero or not,
 * larger than 1, 2, …, 14 or not, what is left over, the sign. The lowest coefficient of each plane has no such bit, and
 * what is coded is its difference from a prediction by its neighbours.
 *
 * The contexts come from an expected magnitude: a weighted sum of magnitudes that are known already, of the same
 * frequency in blocks around, of near frequencies in the same block, and of other planes and lower passes. The weights
 * come with the model.
 */
import { beyond, encoding, finishEncoding, mostBeyond, startDecoding, startEncoding } from './arithmetic'
import { chooseBand, choosing } from './choice'
import { codeEven, codeInContexts, inContexts, weighedBy } from './mixing'

// Of the model; ../latent-layout.ts and ../entropy-model.ts make these tables.
let channels: i32 = 0
let bands: i32 = 0
let scan: usize = 0 // u16[channels]: coefficients in the order in which they are coded
let bandStarts: usize = 0 // u16[bands + 1]: where each band begins in the scan
let passStarts: usize = 0 // u16[passes + 1]: first band of each pass
let bandFacts: usize = 0 // u8[bands][4]: plane, level, band below it, same band of the plane before (255: none)
let partStarts: usize = 0 // u16[3 channels + 1]: where the three parts of a coefficient's neighbours begin
let partWeights: usize = 0 // u8: weights in 64ths
let levels: usize = 0 // u8[4096]: expected magnitudes in 64ths to 0 … 31
let counters: usize = 0
let weights: usize = 0

// Of the tile.
let partOffsets: usize = 0 // i32: from a block to a neighbouring magnitude
let columns: i32 = 0
let rows: i32 = 0
let planes: i32 = 0
let magnitudes: usize = 0 // u8[rows + 3][columns + 4][channels]: two empty blocks above and at each side, one below
let energies: usize = 0 // u8[rows + 3][columns + 4][bands]: 0 for an empty band, else 1 + its rough logarithm
let values: usize = 0 // i16[rows][columns][channels]

export function setLayout(
  channelCount: i32,
  bandCount: i32,
  scanAt: usize,
  bandStartsAt: usize,
  passStartsAt: usize,
  bandFactsAt: usize,
  partStartsAt: usize,
  partWeightsAt: usize,
  levelsAt: usize,
  countersAt: usize,
  weightsAt: usize,
): void {
  channels = channelCount
  bands = bandCount
  scan = scanAt
  bandStarts = bandStartsAt
  passStarts = passStartsAt
  bandFacts = bandFactsAt
  partStarts = partStartsAt
  partWeights = partWeightsAt
  levels = levelsAt
  counters = countersAt
  weights = weightsAt
}

export function setTile(
  columnCount: i32,
  rowCount: i32,
  planeCount: i32,
  partOffsetsAt: usize,
  magnitudesAt: usize,
  energiesAt: usize,
  valuesAt: usize,
): void {
  columns = columnCount
  rows = rowCount
  planes = planeCount
  partOffsets = partOffsetsAt
  magnitudes = magnitudesAt
  energies = energiesAt
  values = valuesAt
}

// Where the counters of each context begin. ../context-tables.ts has the same numbers for the twin and the model's size.
const isEmptyByNeighbours: i32 = 0
const isEmptyBySum: i32 = isEmptyByNeighbours + 128 * 16
const isEmptyByParent: i32 = isEmptyBySum + 128 * 32
const isEmptyBySurround: i32 = isEmptyByParent + 128 * 64
const isEmptyByPlane: i32 = isEmptyBySurround + 128 * 64
const isEmptyByBefore: i32 = isEmptyByPlane + 128 * 64
const isZeroByPlace: i32 = isEmptyByBefore + 128 * 64
const isZeroByExpected: i32 = isZeroByPlace + 768 * 8
const isZeroByParts: i32 = isZeroByExpected + 128 * 32
const isZeroByNearest: i32 = isZeroByParts + 128 * 256
const isZeroByPlane: i32 = isZeroByNearest + 16 * 256
const isZeroBySeen: i32 = isZeroByPlane + 128 * 256
const sizeByExpected: i32 = isZeroBySeen + 128 * 64
const sizeFinely: i32 = sizeByExpected + 128 * 256
const sizeByPlace: i32 = sizeFinely + 16 * 512
const sizeByNearest: i32 = sizeByPlace + 768 * 4
const sizeByPlane: i32 = sizeByNearest + 16 * 256
const sizeByBlock: i32 = sizeByPlane + 128 * 256

@inline
function counter(base: i32, index: i32): usize {
  return counters + (<usize>(base + index) << 2)
}

@inline
function weightSet(index: i32): usize {
  return weights + <usize>index * 24
}

@inline
function placeAt(i: i32): i32 {
  return <i32>load<u16>(scan + (<usize>i << 1))
}

@inline
function valueAt(place: usize): i32 {
  return <i32>load<i16>(place)
}

/** A part of the expected magnitude, in 64ths: 0 blocks around, 1 the block itself, 2 other planes and lower passes. */
@inline
export function expected(block: usize, k: i32, part: i32): i32 {
  let i = <i32>load<u16>(partStarts + (<usize>(k * 3 + part) << 1))
  const end = <i32>load<u16>(partStarts + (<usize>(k * 3 + part + 1) << 1))
  let sum = 0
  for (; i < end; i++) {
    const offset = <usize>(<isize>load<i32>(partOffsets + (<usize>i << 2)))
    sum += <i32>load<u8>(block + offset) * <i32>load<u8>(partWeights + i)
  }
  return sum
}

@inline
export function levelOf(sum: i32): i32 {
  return <i32>load<u8>(levels + min(sum, 4095))
}

/** The counter that says most about whether a coefficient is zero, and about its size: what a choice goes by. */
@inline
export function zeroCounter(band: i32, level: i32): usize {
  return counter(isZeroByExpected, band * 32 + level)
}

@inline
export function sizeCounter(plane: i32, pass: i32, size: i32, level: i32): usize {
  return counter(sizeFinely, ((plane * 5 + pass) * 16 + size) * 32 + level)
}

@inline
function small(magnitude: usize): i32 {
  return min(3, <i32>load<u8>(magnitude))
}

/** Sets the contexts of whether a band is empty. */
@inline
function aboutEmptiness(here: usize, band: i32): void {
  const row = (columns + 4) * bands
  const parent = <i32>load<u8>(bandFacts + <usize>(band * 4 + 2))
  const before = <i32>load<u8>(bandFacts + <usize>(band * 4 + 3))
  const own = here + band
  const above = here + parent
  const west = <i32>load<u8>(own - bands)
  const north = <i32>load<u8>(own - row)
  const northWest = <i32>load<u8>(own - row - bands)
  const northEast = <i32>load<u8>(own - row + bands)
  const sum = 2 * west + 2 * north + northWest + northEast
  const below = min(7, <i32>load<u8>(above))
  const around =
    (<i32>load<u8>(above + bands) +
      <i32>load<u8>(above + row) +
      <i32>load<u8>(above - bands) +
      <i32>load<u8>(above - row) +
      2) >>
    2
  const other = before == 255 ? 0 : <i32>load<u8>(here + before)
  const last = <i32>load<u8>(own - 1)
  const secondLast = band > 1 ? <i32>load<u8>(own - 2) : 0
  const pattern =
    (west > 0 ? 1 : 0) + (north > 0 ? 2 : 0) + (northWest > 0 ? 4 : 0) + (northEast > 0 ? 8 : 0)
  inContexts(
    counter(isEmptyByNeighbours, band * 16 + pattern),
    counter(isEmptyBySum, band * 32 + min(31, sum)),
    counter(isEmptyByParent, band * 64 + min(7, (west + north + 1) >> 1) * 8 + below),
    counter(isEmptyBySurround, band * 64 + min(7, around) * 8 + below),
    counter(isEmptyByPlane, band * 64 + min(7, other) * 8 + min(7, (sum + 2) >> 2)),
    counter(isEmptyByBefore, band * 64 + min(7, last) * 8 + min(7, secondLast)),
  )
  weighedBy(weightSet(band), weightSet(128 + min(31, sum)))
}

/** Prediction of a lowest coefficient from the blocks around. */
@inline
function predicted(value: usize, column: i32, row: i32): i32 {
  const step = <usize>channels << 1
  const line = <usize>columns * step
  if (row == 0) return column == 0 ? 0 : valueAt(value - step)
  const north = valueAt(value - line)
  if (column == 0) return north
  const northEast = column + 1 < columns ? valueAt(value - line + step) : north
  return (8 * valueAt(value - step) + 8 * north - 5 * valueAt(value - line - step) + 3 * northEast + 7) / 14
}

/** Exponential Golomb code of what a magnitude has beyond 14. */
function codeRest(rest: i32): i32 {
  const number = rest + 1
  let bits = 0
  if (encoding) while (number >> (bits + 1) != 0) bits++
  let length = 0
  while (length < 16 && codeEven(length < bits ? 1 : 0)) length++
  let read = 1
  for (let b = length - 1; b >= 0; b--) read = (read << 1) | <i32>codeEven((number >> b) & 1)
  return read - 1
}

function codeBand(column: i32, row: i32, band: i32): void {
  const at = <usize>(row * columns + column) * channels
  const block = magnitudes + <usize>((row + 2) * (columns + 4) + column + 2) * channels
  const own = values + (at << 1)
  const here = energies + <usize>((row + 2) * (columns + 4) + column + 2) * bands
  const start = <i32>load<u16>(bandStarts + (<usize>band << 1))
  const end = <i32>load<u16>(bandStarts + (<usize>(band + 1) << 1))
  const plane = <i32>load<u8>(bandFacts + <usize>(band * 4))
  const pass = <i32>load<u8>(bandFacts + <usize>(band * 4 + 1))
  if (pass > 0) {
    aboutEmptiness(here, band)
    let filled: u32 = 0
    if (encoding) {
      if (choosing) chooseBand(scan, start, end, block, own, at, band, plane, pass)
      for (let i = start; i < end && !filled; i++) filled = load<i16>(own + (<usize>placeAt(i) << 1)) != 0 ? 1 : 0
    }
    if (!codeInContexts(filled)) return
  }
  let seen = 0
  let energy = 0
  for (let i = start; i < end; i++) {
    const k = placeAt(i)
    const value = own + (<usize>k << 1)
    const prediction = pass == 0 ? predicted(value, column, row) : 0
    const around = expected(block, k, 0)
    const inside = expected(block, k, 1)
    const other = expected(block, k, 2)
    const level = levelOf(around + inside + other)
    const aroundLevel = levelOf(around) >> 1
    const insideLevel = levelOf(inside) >> 1
    const otherLevel = levelOf(other) >> 1
    const magnitude = block + k
    const before = i > start ? small(block + placeAt(i - 1)) : 0
    const secondBefore = i > start + 1 ? small(block + placeAt(i - 2)) : 0
    const nearest =
      small(magnitude - channels) |
      (small(magnitude - (columns + 4) * channels) << 2) |
      (before << 4) |
      (secondBefore << 6)
    const difference = encoding ? valueAt(value) - prediction : 0
    let size = abs(difference)
    // The last of a band that is not empty, when all before it were 0, cannot be 0.
    let isSome: u32 = size != 0 ? 1 : 0
    if (pass > 0 && i == end - 1 && seen == 0) isSome = 1
    else {
      inContexts(
        counter(isZeroByPlace, k * 8 + (level >> 2)),
        counter(isZeroByExpected, band * 32 + level),
        counter(isZeroByParts, band * 256 + aroundLevel * 16 + insideLevel),
        counter(isZeroByNearest, (plane * 5 + pass) * 256 + nearest),
        counter(isZeroByPlane, band * 256 + otherLevel * 16 + (level >> 1)),
        counter(isZeroBySeen, band * 64 + min(7, seen) * 8 + min(7, (i - start) >> 1)),
      )
      weighedBy(weightSet(256 + band), weightSet(384 + level))
      isSome = codeInContexts(isSome)
    }
    if (!isSome) {
      if (pass == 0) store<i16>(value, <i16>prediction)
      continue
    }
    let known = 1
    while (known < 15) {
      const step = min(known, 4) - 1
      inContexts(
        counter(sizeByExpected, (band * 16 + known) * 16 + (level >> 1)),
        sizeCounter(plane, pass, known, level),
        counter(sizeByPlace, k * 4 + step),
        counter(sizeByNearest, known * 256 + nearest),
        counter(sizeByPlane, (band * 16 + known) * 16 + otherLevel),
        counter(sizeByBlock, (band * 16 + known) * 16 + insideLevel),
      )
      weighedBy(weightSet(512 + band * 4 + step), weightSet(1024 + level * 4 + step))
      if (!codeInContexts(size > known ? 1 : 0)) break
      known++
    }
    if (known == 15) known += codeRest(size - 15)
    const negative = codeEven(difference < 0 ? 1 : 0)
    size = known
    seen++
    energy += size
    const coded = (negative ? -size : size) + prediction
    if (!encoding) store<i16>(value, <i16>max(min(coded, 32767), -32767))
    store<u8>(magnitude, <u8>min(size, 255))
  }
  if (energy > 0) store<u8>(here + band, <u8>min(15, 32 - clz(energy) + (energy > 2 ? 1 : 0)))
}

/**
 * Codes all blocks of one pass. A reader leaves the rest empty where a stream that was cut ends, and where one that was forged
 * goes on for longer than a writer's could: reading never takes longer than its bytes allow.
 */
function codePass(pass: i32, cut: bool): void {
  const most = cut ? 0 : mostBeyond
  const first = <i32>load<u16>(passStarts + (<usize>pass << 1))
  const last = <i32>load<u16>(passStarts + (<usize>(pass + 1) << 1))
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let band = first; band < last; band++) {
        if (<i32>load<u8>(bandFacts + <usize>(band * 4)) >= planes) break
        if (!encoding && beyond > most) return
        codeBand(column, row, band)
      }
}

/** Writes a pass of the tile; returns how many bytes. */
export function encodePass(pass: i32, out: usize): u32 {
  startEncoding(out)
  codePass(pass, false)
  return <u32>(finishEncoding() - out)
}

/** Reads a pass of the tile from `size` bytes; `cut` says that there were more once. */
export function decodePass(pass: i32, bytes: usize, size: u32, cut: bool): void {
  startDecoding(bytes, size)
  codePass(pass, cut)
}
