/**
 * How far a decoded image is from the one it was: peak signal-to-noise ratio, and multi-scale structural similarity.
 * Both over red, green and blue as they are stored, alpha left out.
 */
import { planesOf, type AnyPixels } from './tiles.js'

/** Mean squared error, in squared levels. */
export function meanSquaredError(a: AnyPixels, b: AnyPixels): number {
  const planes = planesOf(a)
  const pixels = a.width * a.height
  let sum = 0
  for (let i = 0, atA = 0, atB = 0; i < pixels; i++, atA += a.channels, atB += b.channels)
    for (let c = 0; c < planes; c++) sum += (a.data[atA + c]! - b.data[atB + c]!) ** 2
  return sum / (pixels * planes)
}

/** 10 log₁₀(255² / mean squared error), in decibels; infinite for equal images. */
export const psnr = (a: AnyPixels, b: AnyPixels): number => 10 * Math.log10(255 ** 2 / meanSquaredError(a, b))

/** Weights of the scales, finest first. */
const scaleWeights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333] as const
/** A window of 11 pixels, Gaussian, deviation 1.5. */
const windowWidth = 11
const gaussian = gaussianWindow()
const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2]

/**
 * Multi-scale structural similarity, 0 to 1, the mean of the channels. Images whose shorter side is below 176 pixels have
 * fewer than five scales; the weights of those that there are then are scaled to the sum of all. Rows go through all scales one
 * after the other, so that nothing as large as the images stands beside them.
 *
 * @returns undefined for images with a side below 11 pixels, where no window fits
 * @see Wang, Simoncelli & Bovik (2003), "Multiscale structural similarity for image quality assessment", eq. 7
 */
export function msSsim(a: AnyPixels, b: AnyPixels): number | undefined {
  const scales = Math.min(5, Math.floor(Math.log2(Math.min(a.width, a.height) / windowWidth)) + 1)
  if (scales < 1) return undefined
  const weights = scaleWeights.slice(0, scales)
  const share = sumOf(weights) / sumOf(scaleWeights)
  const planes = planesOf(a)
  let sum = 0
  for (let c = 0; c < planes; c++) {
    const stages = stagesOf(a.width, scales)
    for (let y = 0; y < a.height; y++) stages[0]!.take(rowOf(a, c, y), rowOf(b, c, y))
    sum += stages.reduce((product, stage, scale) => {
      const { similarity, contrast } = stage.means()
      const factor = scale === scales - 1 ? similarity : contrast
      return product * Math.max(0, factor) ** (weights[scale]! / share)
    }, 1)
  }
  return sum / planes
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0)

/** One scale: takes rows of both images. */
interface Stage {
  take(x: Float64Array, y: Float64Array): void
  /** Means of similarity, and of contrast times structure, over all windows that fit. */
  means(): { similarity: number; contrast: number }
}

/** Stages of a width and of its halves; each hands on to the next. */
function stagesOf(width: number, scales: number): Stage[] {
  const stages: Stage[] = []
  for (let scale = scales - 1; scale >= 0; scale--) stages.unshift(stageOf(width >> scale, stages[0]))
  return stages
}

function rowOf({ width, channels, data }: AnyPixels, channel: number, y: number): Float64Array {
  const row = new Float64Array(width)
  for (let x = 0, at = y * width * channels + channel; x < width; x++, at += channels) row[x] = data[at]!
  return row
}

/** What is averaged over a window: both images, their squares, their product. */
const moments = 5

function stageOf(width: number, next: Stage | undefined): Stage {
  const narrow = width - windowWidth + 1
  /** The last rows, averaged along themselves: by row modulo 11 and by what is averaged. */
  const lines = Array.from({ length: windowWidth * moments }, () => new Float64Array(narrow))
  let [rows, similarity, contrast] = [0, 0, 0]
  let before: readonly [Float64Array, Float64Array] | undefined
  const compare = (): void => {
    const first = rows - windowWidth
    const column = Array.from({ length: moments }, (_, moment) => averaged(lines, first, moment, narrow))
    const [meansX, meansY, squaresX, squaresY, products] = column as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ]
    for (let i = 0; i < narrow; i++) {
      const [mx, my] = [meansX[i]!, meansY[i]!]
      const structure =
        (2 * (products[i]! - mx * my) + c2) / (squaresX[i]! - mx * mx + squaresY[i]! - my * my + c2)
      contrast += structure
      similarity += structure * ((2 * mx * my + c1) / (mx * mx + my * my + c1))
    }
  }
  return {
    take(x, y) {
      const line = (rows % windowWidth) * moments
      for (let moment = 0; moment < moments; moment++) blur(momentOf(x, y, moment), lines[line + moment]!)
      rows++
      if (rows >= windowWidth) compare()
      if (before !== undefined) next?.take(halved(before[0], x), halved(before[1], y))
      before = before === undefined ? [x, y] : undefined
    },
    means() {
      const windows = narrow * (rows - windowWidth + 1)
      return { similarity: similarity / windows, contrast: contrast / windows }
    },
  }
}

function momentOf(x: Float64Array, y: Float64Array, moment: number): Float64Array {
  if (moment < 2) return moment === 0 ? x : y
  const [one, other] = [moment === 3 ? y : x, moment === 2 ? x : y]
  return one.map((value, i) => value * other[i]!)
}

function gaussianWindow(): Float64Array {
  const weights = Float64Array.from({ length: windowWidth }, (_, i) =>
    Math.exp(-((i - 5) ** 2) / (2 * 1.5 ** 2)),
  )
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}

/** Gaussian means along a row, where the window fits. */
function blur(row: Float64Array, into: Float64Array): void {
  for (let x = 0; x < into.length; x++) {
    let sum = 0
    for (let i = 0; i < windowWidth; i++) sum += gaussian[i]! * row[x + i]!
    into[x] = sum
  }
}

/** Gaussian means down the columns of eleven rows. */
function averaged(
  lines: readonly Float64Array[],
  first: number,
  moment: number,
  width: number,
): Float64Array {
  const means = new Float64Array(width)
  for (let i = 0; i < windowWidth; i++) {
    const line = lines[((first + i) % windowWidth) * moments + moment]!
    for (let x = 0; x < width; x++) means[x]! += gaussian[i]! * line[x]!
  }
  return means
}

/** Means of squares of two by two pixels; an odd last column is left out, and so is an odd last row. */
function halved(upper: Float64Array, lower: Float64Array): Float64Array {
  return Float64Array.from({ length: upper.length >> 1 }, (_, x) => {
    const at = 2 * x
    return (upper[at]! + upper[at + 1]! + lower[at]! + lower[at + 1]!) / 4
  })
}
