/**
 * How strong the noise of an image is, from the image alone.
 *
 * Small patches of a photograph lie near a subspace, those of white noise spread alike in all directions: of the eigenvalues
 * of the patches' covariance the small ones are the noise's variance. How many of them are "small" follows from their
 * being normal around it, for which mean and median agree (Chen, Zhu & Heng 2015, "An efficient statistical method for
 * image noise level estimation", ICCV, algorithm 1). Each colour is measured by itself and the variances are averaged.
 *
 * Patches that touch the darkest or the lightest value are left out: clipping takes noise away there.
 */
import { EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { randomFor, type Random } from '../base/index.js'
import { colourChannels, type PixelImage } from '../data/index.js'

/** Pixels along either axis of a patch, and its numbers. */
const side = 8
const size = side * side

/** Most patches that are looked at: the eigenvalues' own spread is then below a tenth of the noise's variance. */
const mostPatches = 20_000

/** Fewest patches for a covariance of this size; where fewer are unclipped, clipped ones count too. */
const fewestPatches = 4 * size

/**
 * The standard deviation of the noise, in units of an image of 8 bits (0 to 255).
 *
 * @returns 0 for images of less than 8 pixels along an axis, where nothing can be told
 */
export function estimateNoiseLevel(image: PixelImage): number {
  const { width, height, channels, bitDepth } = image
  if (Math.min(width, height) < side) return 0
  const variances = Array.from({ length: colourChannels(channels) }, (_, channel) => {
    const stream = randomFor(0, `patches of channel ${channel}`)
    return smallVariance(eigenvaluesOf(covariance(patchesOf(image, channel, stream))))
  })
  const mean = variances.reduce((sum, variance) => sum + variance, 0) / variances.length
  return Math.sqrt(mean) * (bitDepth === 16 ? 255 / 65535 : 1)
}

/** Patches, `[count, size]`, at random places; all there are in a small image. */
function patchesOf(image: PixelImage, channel: number, stream: Random): Float64Array {
  const columns = image.width - side + 1
  const places = columns * (image.height - side + 1)
  const count = Math.min(places, mostPatches)
  const at = (i: number): number => (places <= mostPatches ? i : stream.below(places))
  const [inside, all] = [new Float64Array(count * size), new Float64Array(count * size)]
  let kept = 0
  for (let i = 0; i < count; i++) {
    const place = at(i)
    const patch = all.subarray(i * size, (i + 1) * size)
    if (copyPatch(image, channel, { left: place % columns, top: Math.floor(place / columns) }, patch))
      inside.set(patch, size * kept++)
  }
  return kept >= Math.min(fewestPatches, count) ? inside.subarray(0, kept * size) : all
}

/** Copies a patch; false when it touches the darkest or the lightest value. */
function copyPatch(
  { width, channels, data, bitDepth }: PixelImage,
  channel: number,
  { left, top }: { readonly left: number; readonly top: number },
  patch: Float64Array,
): boolean {
  const lightest = 2 ** bitDepth - 1
  let inside = true
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const value = data[((top + y) * width + left + x) * channels + channel]!
      patch[y * side + x] = value
      inside &&= value > 0 && value < lightest
    }
  }
  return inside
}

/** Covariance of patches, `[size, size]` as rows. */
function covariance(patches: Float64Array): Float64Array[] {
  const count = patches.length / size
  const means = new Float64Array(size)
  for (let i = 0; i < patches.length; i++) means[i % size]! += patches[i]! / count
  const rows = Array.from({ length: size }, () => new Float64Array(size))
  const centred = new Float64Array(size)
  for (let start = 0; start < patches.length; start += size) {
    for (let i = 0; i < size; i++) centred[i] = patches[start + i]! - means[i]!
    for (let i = 0; i < size; i++) {
      const [row, value] = [rows[i]!, centred[i]!]
      for (let j = 0; j <= i; j++) row[j]! += value * centred[j]!
    }
  }
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) rows[i]![j] = rows[j]![i] = rows[i]![j]! / Math.max(1, count - 1)
  return rows
}

/** Eigenvalues of a symmetric matrix, descending. */
const eigenvaluesOf = (rows: Float64Array[]): number[] =>
  new EigenvalueDecomposition(new Matrix(rows), { assumeSymmetric: true }).realEigenvalues.sort(
    (a, b) => b - a,
  )

/** The mean of the smallest eigenvalues, as many as leave their mean at their median. */
function smallVariance(values: readonly number[]): number {
  const count = values.length
  for (let first = 0; first < count; first++) {
    const rest = values.slice(first)
    const mean = rest.reduce((sum, value) => sum + value, 0) / rest.length
    const middle = (rest.length - 1) / 2
    const [above, below] = [rest[Math.max(0, Math.floor(middle - 0.5))]!, rest[Math.ceil(middle + 0.5)] ?? 0]
    if (mean <= above && mean >= below) return Math.max(0, mean)
  }
  return Math.max(0, values.at(-1) ?? 0)
}
