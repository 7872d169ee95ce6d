/** What makes directions definite: a choice where any would do, and a sign. Rows of matrices, in place. */

/**
 * Directions in which the points do not vary at all, of which there is a choice, are set: unit vectors made orthogonal
 * to the others (Gram–Schmidt, twice).
 */
export function completed(vectors: Float64Array, count: number, width: number): Float64Array {
  const row = (i: number): Float64Array => vectors.subarray(i * width, (i + 1) * width)
  let axis = 0
  for (let i = 0; i < count; i++) {
    while (lengthOf(row(i)) < 0.5) {
      row(i).fill(0)[axis++] = 1
      for (let round = 0; round < 2; round++)
        for (let other = 0; other < count; other++) if (other !== i) subtractAlong(row(i), row(other))
      const length = lengthOf(row(i))
      if (length < 0.1 / Math.sqrt(width)) row(i).fill(0)
      else row(i).forEach((value, c, all) => (all[c] = value / length))
    }
  }
  return vectors
}

const lengthOf = (vector: Float64Array): number =>
  Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))

function subtractAlong(vector: Float64Array, along: Float64Array): void {
  let inner = 0
  for (let c = 0; c < vector.length; c++) inner += vector[c]! * along[c]!
  for (let c = 0; c < vector.length; c++) vector[c]! -= inner * along[c]!
}

/** Turns each row so that its largest entry by size is positive, the first of equal ones. */
export function withFixedSigns(components: Float64Array, width: number): Float64Array {
  for (let start = 0; start < components.length; start += width) {
    const row = components.subarray(start, start + width)
    const largest = row.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0)
    if (largest < 0) row.forEach((value, c) => (row[c] = -value))
  }
  return components
}
