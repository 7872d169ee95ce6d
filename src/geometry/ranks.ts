/** Order among the distances of one row to all others: its nearest, and the ranks of some. Plain loops, one pass each. */

/** Indices of the k smallest, in order; of equal ones the smaller index first. */
export function nearestOf(distances: Float64Array, k: number): Int32Array {
  const indices = new Int32Array(k)
  const values = new Float64Array(k).fill(Infinity)
  let worst = Infinity
  for (let j = 0; j < distances.length; j++) {
    const distance = distances[j]!
    if (distance >= worst) continue
    let at = k - 1
    for (; at > 0 && values[at - 1]! > distance; at--) {
      values[at] = values[at - 1]!
      indices[at] = indices[at - 1]!
    }
    values[at] = distance
    indices[at] = j
    worst = values[k - 1]!
  }
  return indices
}

/** Ranks, from 1, of some rows in the order of all distances; of equal ones the smaller index first. */
export function ranksOf(distances: Float64Array, rows: Int32Array): Int32Array {
  const order = rows.toSorted((a, b) => distances[a]! - distances[b]! || a - b)
  const limits = Float64Array.from(order, (row) => distances[row]!)
  const furthest = limits.at(-1)!
  // before[i] counts the rows that come before order[i] but not before order[i − 1].
  const before = new Int32Array(order.length)
  for (let j = 0; j < distances.length; j++) {
    const distance = distances[j]!
    if (distance > furthest) continue
    let [low, high] = [0, order.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const limit = limits[middle]!
      if (limit < distance || (limit === distance && order[middle]! <= j)) low = middle + 1
      else high = middle
    }
    if (low < order.length) before[low]!++
  }
  const rankOf = new Map<number, number>()
  let rank = 1
  order.forEach((row, i) => rankOf.set(row, (rank += before[i]!)))
  return rows.map((row) => rankOf.get(row)!)
}
