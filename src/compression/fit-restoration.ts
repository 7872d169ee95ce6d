/**
 * Trains the restoration on what the codec does to photographs. Crops are coded at several steps first, with the choice of
 * values that encoders make; a row of the training is a square of one of them, before and after.
 *
 *     row: [decoded planes, 3 · 64 · 64 │ what they should be, 3 · 64 · 64 │ log₂ step │ weight]
 *
 *     loss = weight · mean (decoded + correction − original)²,     weight = 1 / mean (decoded − original)² of the crop's step
 *
 * so that a tenth of the error counts the same at every step: what is reported are decibels. Blocks of a square begin at its
 * corner, as those of a tile do.
 */
import { progressOf, randomFor, throwIfAborted, type LongWork } from '../base/index.js'
import { cutOut } from '../data/index.js'
import { add, exp, mul, reduceMean, reshape, slice, square, sub, type Value } from '../graph/index.js'
import type { Learner, RowSource } from '../training/index.js'
import { blockSize, planeCount } from './latent-layout.js'
import { restorationNetwork } from './restoration.js'
import { blockAt, type TileCoder } from './tile-coder.js'
import { pixelsAround, tilesOf, valuesAround, type Pixels } from './tiles.js'
import { planeAt } from './transform-graphs.js'

/** Pixels of a row's square along either axis. */
export const restorationSide = 64
const side = restorationSide
const area = planeCount * side * side
const rowWidth = 2 * area + 2
/** Planes are kept in 32nds of a level. */
const fine = 32

/** A crop as it was and as it comes back, at one step. */
export interface CodedPair {
  readonly width: number
  readonly height: number
  /** `[3, height, width]`, in 32nds of a level, grey at 0. */
  readonly decoded: Int16Array
  readonly original: Int16Array
  readonly step: number
  /** One over the mean squared error in levels. */
  readonly weight: number
}

/** How crops are coded. */
export interface PairOptions extends LongWork {
  readonly coder: TileCoder
  readonly lambda: number
  /** Steps at which each crop is coded. */
  readonly stepsOfEach: number
  readonly seed: number
}

/** Steps are drawn between these, evenly in their logarithms. */
const [finest, coarsest] = [6, 180]

/** Codes every crop, as far as it has whole blocks, at some steps. @param crops each of one tile at most */
export async function codedPairs(crops: readonly Pixels[], options: PairOptions): Promise<CodedPair[]> {
  const { coder, lambda, stepsOfEach, seed, onProgress, signal } = options
  const report = progressOf('coding crops', onProgress)
  const random = randomFor(seed, 'steps of crops')
  const pairs: CodedPair[] = []
  for (const [i, crop] of crops.map(wholeBlocks).entries()) {
    throwIfAborted(signal, `coding crop ${i + 1} of ${crops.length}`)
    const [tile] = tilesOf(crop.width, crop.height, crop.channels)
    const latent = await coder.analyze(pixelsAround(crop, tile!), tile!)
    const original = planesOf(crop)
    for (let s = 0; s < stepsOfEach; s++) {
      // One in each part of the range, so that every crop is seen fine and coarse.
      const share = (s + random.uniform()) / stepsOfEach
      const step = finest * (coarsest / finest) ** share
      const { values } = coder.encode(latent, tile!, { step, lambda })
      const around = valuesAround(tile!, tile!, (column, row) => blockAt(values, tile!, column, row))
      const planes = await coder.synthesizePlanes(around, tile!, step)
      const decoded = Int16Array.from(planes, (value) => Math.round(fine * value))
      pairs.push({
        width: crop.width,
        height: crop.height,
        decoded,
        original,
        step,
        weight: weightOf(decoded, original),
      })
    }
    report((i + 1) / crops.length, `crop ${i + 1} of ${crops.length}`)
  }
  return pairs
}

/** A picture without the blocks that it does not fill. */
function wholeBlocks(picture: Pixels): Pixels {
  const [width, height] = [picture.width, picture.height].map((size) => size - (size % blockSize))
  return cutOut(picture, { left: 0, top: 0, width: width!, height: height! })
}

function planesOf(picture: Pixels): Int16Array {
  const count = picture.width * picture.height
  return Int16Array.from({ length: planeCount * count }, (_, i) =>
    Math.round(fine * planeAt(picture, Math.floor(i / count), i % count)),
  )
}

function weightOf(decoded: Int16Array, original: Int16Array): number {
  let sum = 0
  for (let i = 0; i < decoded.length; i++) sum += (decoded[i]! - original[i]!) ** 2
  return 1 / Math.max(0.1, sum / decoded.length / fine ** 2)
}

/** Squares of the pairs, made anew for every step. */
export function pairSource(pairs: readonly CodedPair[], batchSize: number, seed: number): RowSource {
  return {
    identity: `restoration of ${pairs.length} crops at ${pairs.map(({ step }) => step.toPrecision(6)).join(' ')}`,
    fill(step, features) {
      const random = randomFor(seed, `squares of step ${step}`)
      for (let row = 0; row < batchSize; row++) {
        const pair = pairs[random.below(pairs.length)]!
        const [left, top] = [pair.width, pair.height].map(
          (size) => blockSize * random.below((size - side) / blockSize + 1),
        )
        writeRow(pair, left!, top!, features.subarray(row * rowWidth, (row + 1) * rowWidth))
      }
    },
  }
}

function writeRow({ width, height, ...pair }: CodedPair, left: number, top: number, row: Float32Array): void {
  let at = 0
  for (const planes of [pair.decoded, pair.original])
    for (let p = 0; p < planeCount; p++)
      for (let y = 0; y < side; y++) {
        const from = (p * height + top + y) * width + left
        for (let x = 0; x < side; x++) row[at++] = planes[from + x]! / fine
      }
  row[at++] = Math.log2(pair.step)
  row[at] = pair.weight
}

/** The restoration as something that can be trained. */
export function restorationLearner(): Learner {
  const network = restorationNetwork()
  return {
    kind: `restoration, squares of ${side}`,
    space: { width: rowWidth, numericCount: rowWidth, columns: [] },
    parameters: network.parameters,
    objective: ({ features }, context) => {
      const part = (start: number, end: number, shape: readonly number[]): Value =>
        reshape(slice(features, [{ axis: 1, start, end }]), shape)
      const planes = part(0, area, [-1, planeCount, side, side])
      const original = part(area, 2 * area, [-1, planeCount, side, side])
      const logStep = part(2 * area, 2 * area + 1, [-1, 1, 1, 1])
      const weight = part(2 * area + 1, 2 * area + 2, [-1])
      const step = exp(mul(logStep, Math.LN2))
      const error = sub(add(planes, network.correction({ planes, step, logStep }, context)), original)
      const loss = mul(reduceMean(square(error), { axes: [1, 2, 3] }), weight)
      return { loss, parts: { loss } }
    },
  }
}

/** Rows of features that a batch needs. */
export const featuresFor = (batchSize: number): Float32Array => new Float32Array(batchSize * rowWidth)
