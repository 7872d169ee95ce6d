// The Bjøntegaard delta rate: how many per cent fewer bits one codec takes than another at equal fidelity.
// Bjøntegaard (2001), VCEG-M33, with piecewise cubic Hermite interpolation (Fritsch & Carlson 1980) in place of one cubic.

/**
 * @param reference points `[rate, fidelity]` of the codec compared with
 * @param tested points of the other
 * @returns mean difference of log rates over the fidelities that both reach, as per cent; negative: fewer bits
 */
export function bjontegaardRate(reference, tested) {
  const [one, other] = [reference, tested].map(logRates)
  const low = Math.max(one.low, other.low)
  const high = Math.min(one.high, other.high)
  if (!(low < high)) return NaN
  const parts = 2000
  let sum = 0
  for (let i = 0; i < parts; i++) {
    const at = low + ((high - low) * (i + 0.5)) / parts
    sum += other.at(at) - one.at(at)
  }
  return (Math.exp(sum / parts) - 1) * 100
}

/** Log rate as a function of fidelity. */
function logRates(points) {
  const sorted = [...points].sort((a, b) => a[1] - b[1])
  const x = sorted.map((point) => point[1])
  const y = sorted.map((point) => Math.log(point[0]))
  const widths = x.slice(1).map((value, i) => value - x[i])
  const slopes = widths.map((width, i) => (y[i + 1] - y[i]) / width)
  const tangents = x.map((_, i) => tangentAt(i, widths, slopes))
  const at = (value) => {
    let i = 0
    while (i < x.length - 2 && value > x[i + 1]) i++
    const t = (value - x[i]) / widths[i]
    const [square, cube] = [t * t, t * t * t]
    return (
      y[i] * (2 * cube - 3 * square + 1) +
      widths[i] * tangents[i] * (cube - 2 * square + t) +
      y[i + 1] * (3 * square - 2 * cube) +
      widths[i] * tangents[i + 1] * (cube - square)
    )
  }
  return { low: x[0], high: x.at(-1), at }
}

function tangentAt(i, widths, slopes) {
  const last = slopes.length
  if (i === 0) return endTangent(widths[0], widths[1], slopes[0], slopes[1])
  if (i === last) return endTangent(widths[last - 1], widths[last - 2], slopes[last - 1], slopes[last - 2])
  if (slopes[i - 1] * slopes[i] <= 0) return 0
  const [before, after] = [2 * widths[i] + widths[i - 1], widths[i] + 2 * widths[i - 1]]
  return (before + after) / (before / slopes[i - 1] + after / slopes[i])
}

/** The three-point formula, kept from turning the curve. */
function endTangent(near, far, nearSlope, farSlope) {
  const tangent = ((2 * near + far) * nearSlope - near * farSlope) / (near + far)
  if (tangent * nearSlope <= 0) return 0
  return nearSlope * farSlope <= 0 && Math.abs(tangent) > 3 * Math.abs(nearSlope) ? 3 * nearSlope : tangent
}
