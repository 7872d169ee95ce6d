/**
 * How far a decoded image is from the one it was: peak signal-to-noise ratio, and multi-scale structural similarity.
 * Both over red, green and blue as they are stored, alpha left out.
 */
import type { Pixels } from './tiles.js'

/** Mean squared error, in squared levels. */
export function meanSquaredError(a: Pixels, b: Pixels): number {
  let sum = 0
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i]! - b.data[i]!) ** 2
  return sum / a.data.length
}

/** 10 log₁₀(255² / mean squared error), in decibels; infinite for equal images. */
export const psnr = (a: Pixels, b: Pixels): number => 10 * Math.log10(255 ** 2 / meanSquaredError(a, b))

/** Weights of the scales, finest first. */
const scaleWeights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333] as const
/** A window of 11 pixels, Gaussian, deviation 1.5. */
const windowWidth = 11
const gaussian = gaussianWindow()
const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2]

/**
 * Multi-scale structural similarity, 0 to 1, the mean of the channels. Images whose shorter side is below 161 pixels have
 * fewer than five scales; the weights of those that there are then are scaled to sum to 1.
 *
 * @returns undefined for images with a side below 11 pixels, where no window fits
 * @see Wang, Simoncelli & Bovik (2003), "Multiscale structural similarity for image quality assessment", eq. 7
 */
export function msSsim(a: Pixels, b: Pixels): number | undefined {
  const side = Math.min(a.width, a.height)
  const scales = Math.min(5, Math.floor(Math.log2(side / windowWidth)) + 1)
  if (scales < 1) return undefined
  const weights = scaleWeights.slice(0, scales)
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  let sum = 0
  for (let c = 0; c < a.channels; c++) {
    let [x, y] = [planeOf(a, c), planeOf(b, c)]
    let product = 1
    weights.forEach((weight, scale) => {
      const { similarity, contrast } = ssim(x, y)
      const factor = scale === scales - 1 ? similarity : contrast
      product *= Math.max(0, factor) ** (weight / whole)
      if (scale < scales - 1) [x, y] = [halved(x), halved(y)]
    })
    sum += product
  }
  return sum / a.channels
}

interface Plane {
  readonly width: number
  readonly height: number
  readonly data: Float64Array
}

function planeOf({ width, height, channels, data }: Pixels, channel: number): Plane {
  return {
    width,
    height,
    data: Float64Array.from({ length: width * height }, (_, i) => data[i * channels + channel]!),
  }
}

/** Means of similarity and of contrast times structure over all windows that fit. */
function ssim(x: Plane, y: Plane): { similarity: number; contrast: number } {
  const of = (f: (a: number, b: number) => number): Plane =>
    blurred({ ...x, data: x.data.map((value, i) => f(value, y.data[i]!)) })
  const meansX = blurred(x).data
  const meansY = blurred(y).data
  const squaresX = of((a) => a * a).data
  const squaresY = of((_, b) => b * b).data
  const products = of((a, b) => a * b).data
  let [similarity, contrast] = [0, 0]
  for (let i = 0; i < meansX.length; i++) {
    const [mx, my] = [meansX[i]!, meansY[i]!]
    const structure =
      (2 * (products[i]! - mx * my) + c2) / (squaresX[i]! - mx * mx + squaresY[i]! - my * my + c2)
    contrast += structure
    similarity += structure * ((2 * mx * my + c1) / (mx * mx + my * my + c1))
  }
  return { similarity: similarity / meansX.length, contrast: contrast / meansX.length }
}

function gaussianWindow(): Float64Array {
  const weights = Float64Array.from({ length: windowWidth }, (_, i) =>
    Math.exp(-((i - 5) ** 2) / (2 * 1.5 ** 2)),
  )
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}

/** Gaussian means where the window fits: 10 pixels fewer each way. */
function blurred({ width, height, data }: Plane): Plane {
  const [narrow, low] = [width - windowWidth + 1, height - windowWidth + 1]
  const lines = new Float64Array(narrow * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < narrow; x++) {
      let sum = 0
      for (let i = 0; i < windowWidth; i++) sum += gaussian[i]! * data[y * width + x + i]!
      lines[y * narrow + x] = sum
    }
  const means = new Float64Array(narrow * low)
  for (let y = 0; y < low; y++)
    for (let i = 0; i < windowWidth; i++) {
      const [weight, from] = [gaussian[i]!, (y + i) * narrow]
      for (let x = 0; x < narrow; x++) means[y * narrow + x]! += weight * lines[from + x]!
    }
  return { width: narrow, height: low, data: means }
}

/** Means of squares of two by two pixels; an odd last row or column is left out. */
function halved({ width, height, data }: Plane): Plane {
  const [narrow, low] = [width >> 1, height >> 1]
  const means = new Float64Array(narrow * low)
  for (let y = 0; y < low; y++)
    for (let x = 0; x < narrow; x++) {
      const at = 2 * y * width + 2 * x
      means[y * narrow + x] = (data[at]! + data[at + 1]! + data[at + width]! + data[at + width + 1]!) / 4
    }
  return { width: narrow, height: low, data: means }
}
