/**
 * The Bjøntegaard delta rate: how many per cent fewer bits one codec takes than another at equal fidelity. Bjøntegaard
 * (2001), VCEG-M33, with piecewise cubic Hermite interpolation (Fritsch & Carlson 1980) in place of one cubic.
 */

/** A point of a curve: bits and decibels, or other measures of rate and fidelity. */
export type RatePoint = readonly [rate: number, fidelity: number]

/** Places at which two curves are compared. */
const parts = 2000

/**
 * @param reference of the codec compared with; two points at least, of different fidelities
 * @param tested of the other
 * @returns mean difference of log rates over the fidelities that both reach, in per cent: negative for fewer bits; NaN where
 *   they share none
 */
export function bjontegaardRate(reference: readonly RatePoint[], tested: readonly RatePoint[]): number {
  const [one, other] = [logRates(reference), logRates(tested)]
  const low = Math.max(one.low, other.low)
  const high = Math.min(one.high, other.high)
  if (!(low < high)) return NaN
  let sum = 0
  for (let i = 0; i < parts; i++) {
    const at = low + ((high - low) * (i + 0.5)) / parts
    sum += other.at(at) - one.at(at)
  }
  return (Math.exp(sum / parts) - 1) * 100
}

/** Log rate as a function of fidelity. */
function logRates(points: readonly RatePoint[]) {
  const sorted = points.toSorted((a, b) => a[1] - b[1])
  const x = sorted.map(([, fidelity]) => fidelity)
  const y = sorted.map(([rate]) => Math.log(rate))
  const widths = x.slice(1).map((value, i) => value - x[i]!)
  const slopes = widths.map((width, i) => (y[i + 1]! - y[i]!) / width)
  const tangents = x.map((_, i) => tangentAt(i, widths, slopes))
  const at = (value: number): number => {
    let i = 0
    while (i < x.length - 2 && value > x[i + 1]!) i++
    const t = (value - x[i]!) / widths[i]!
    const [square, cube] = [t * t, t * t * t]
    return (
      y[i]! * (2 * cube - 3 * square + 1) +
      widths[i]! * tangents[i]! * (cube - 2 * square + t) +
      y[i + 1]! * (3 * square - 2 * cube) +
      widths[i]! * tangents[i + 1]! * (cube - square)
    )
  }
  return { low: x[0]!, high: x.at(-1)!, at }
}

function tangentAt(i: number, widths: readonly number[], slopes: readonly number[]): number {
  const last = slopes.length
  if (last === 1) return slopes[0]!
  if (i === 0) return endTangent([widths[0]!, widths[1]!], [slopes[0]!, slopes[1]!])
  if (i === last)
    return endTangent([widths[last - 1]!, widths[last - 2]!], [slopes[last - 1]!, slopes[last - 2]!])
  const [before, after] = [slopes[i - 1]!, slopes[i]!]
  if (before * after <= 0) return 0
  const [near, far] = [2 * widths[i]! + widths[i - 1]!, widths[i]! + 2 * widths[i - 1]!]
  return (near + far) / (near / before + far / after)
}

type Pair = readonly [near: number, far: number]

/** The three-point formula, kept from turning the curve. */
function endTangent([near, far]: Pair, [nearSlope, farSlope]: Pair): number {
  const tangent = ((2 * near + far) * nearSlope - near * farSlope) / (near + far)
  if (tangent * nearSlope <= 0) return 0
  return nearSlope * farSlope <= 0 && Math.abs(tangent) > 3 * Math.abs(nearSlope) ? 3 * nearSlope : tangent
}
