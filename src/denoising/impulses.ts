/**
 * Salt and pepper: pixels that were set to black or white, whatever stood there. They are no noise that a level describes, so
 * they are found and filled before the level is estimated: a pixel at an end of the range, far from the median of its
 * neighbours that are not, takes that median (Chan, Ho & Nikolova 2005, "Salt-and-pepper noise removal by median-type noise
 * detectors", first phase; the window grows where all neighbours are hit, Hwang & Haddad 1995).
 *
 * Strong noise, clipped, reaches the ends of the range too, but not so far from its neighbours; an image counts as hit only
 * where enough pixels lie farther than such noise goes, black ones as well as white ones: highlights are white alone.
 */
import { colourChannels, type PixelImage } from '../data/index.js'

/** Least and largest half width of the window of neighbours, and the fewest that make a median. */
const [leastReach, mostReach, fewestNeighbours] = [1, 5, 3]

/**
 * How many standard deviations a pixel lies from the median of its neighbours at least, to be an impulse beyond doubt: of
 * these neighbours, and of neighbours anywhere in the image, since those of so few differ by chance.
 */
const farDeviations = 6

/** The same once an image is known to be hit. */
const nearDeviations = 2.5

/** Least distance, of 255: neighbours that are all alike have no deviation. */
const leastDistance = 20

/** Share of pixels that are black, and white, impulses beyond doubt, from which on an image counts as hit. */
const leastShare = 0.0005

/** Pixels that tell what deviations of neighbours are usual. */
const mostSampled = 5000

/** An image without its impulses. */
export interface Repaired {
  readonly image: PixelImage
  /** Share of the pixels, channel by channel, that were filled; 0 when the image is as it was. */
  readonly share: number
}

/** Fills the impulses of an image. */
export function repairImpulses(image: PixelImage): Repaired {
  const { data, channels, bitDepth } = image
  const most = 2 ** bitDepth - 1
  const numbers = (data.length / channels) * colourChannels(channels)
  const usual = usualDeviation(image)
  let [black, white] = [0, 0]
  visitSuspects(image, ({ at, distance, deviation }) => {
    if (distance <= farDeviations * Math.max(deviation, usual)) return
    if (data[at] === most) white++
    else black++
  })
  if (Math.min(black, white) < leastShare * numbers) return { image, share: 0 }
  const filled = data.slice()
  let count = 0
  // Looked for again, not remembered: in a large image they would take more memory than the image.
  visitSuspects(image, ({ at, median }) => {
    filled[at] = median
    count++
  })
  return { image: { ...image, data: filled }, share: count / numbers }
}

/** Numbers at an end of the range that lie off their neighbours. */
function visitSuspects(image: PixelImage, visit: (suspect: Suspect) => void): void {
  const { data, channels, bitDepth } = image
  const most = 2 ** bitDepth - 1
  const least = (leastDistance * most) / 255
  for (let at = 0; at < data.length; at++) {
    const value = data[at]!
    if ((value > 0 && value < most) || at % channels >= colourChannels(channels)) continue
    const neighbours = neighboursOf(image, Math.floor(at / channels), at % channels)
    if (neighbours === undefined) continue
    const distance = Math.abs(value - neighbours.median)
    if (distance >= Math.max(least, nearDeviations * neighbours.deviation))
      visit({ at, distance, ...neighbours })
  }
}

/** The median deviation of neighbours over the image. */
function usualDeviation(image: PixelImage): number {
  const pixels = image.width * image.height
  const deviations: number[] = []
  // An odd step, so that the samples do not all stand in a few columns.
  const step = 2 * Math.floor(pixels / mostSampled / 2) + 1
  for (let pixel = 0; pixel < pixels; pixel += step) {
    const neighbours = neighboursOf(image, pixel, 0)
    if (neighbours !== undefined) deviations.push(neighbours.deviation)
  }
  return deviations.length === 0 ? 0 : medianOf(deviations)
}

/** What stands around a pixel. */
interface Neighbours {
  readonly median: number
  readonly deviation: number
}

interface Suspect extends Neighbours {
  /** Place in the data. */
  readonly at: number
  /** From the median. */
  readonly distance: number
}

/**
 * Median and standard deviation (by the median absolute deviation) of the neighbours that lie inside the range, in the least
 * window that has enough of them.
 */
function neighboursOf(
  { width, height, channels, data, bitDepth }: PixelImage,
  pixel: number,
  channel: number,
): Neighbours | undefined {
  const [x, y, most] = [pixel % width, Math.floor(pixel / width), 2 ** bitDepth - 1]
  for (let reach = leastReach; reach <= mostReach; reach++) {
    const values: number[] = []
    for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++) {
      for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) {
        const value = data[(v * width + u) * channels + channel]!
        if (value > 0 && value < most) values.push(value)
      }
    }
    if (values.length < fewestNeighbours) continue
    const median = medianOf(values)
    return { median, deviation: 1.4826 * medianOf(values.map((value) => Math.abs(value - median))) }
  }
  return undefined
}

const medianOf = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!
