/** The largest of many numbers, as a threshold: what top-k codes and the revival of dead units select by. */
import {
  cast,
  constant,
  greaterOrEqual,
  integers,
  mul,
  reduceMin,
  reshape,
  shapeOf,
  slice,
  stopGradient,
  topK,
  type Value,
} from '../graph/index.js'

/**
 * 1 for the k largest numbers of each row, else 0; numbers equal to the k-th count too. No gradient passes. A threshold
 * costs one comparison where writing k numbers back into zeros would need a scatter.
 *
 * @param x `[batch, n]`
 * @param k from 1 to n
 * @returns `[batch, n]`
 */
export function largestOfEachRow(x: Value, k: number): Value {
  const still = stopGradient(x)
  const least = reduceMin(topK(still, k, 1).values, { axes: [1], keepDims: true })
  return cast(greaterOrEqual(still, least), 'float32')
}

/**
 * The smallest of the k · batch largest numbers of a batch.
 *
 * @param x `[batch, n]`, at least one row
 * @param k from 1 to n
 * @returns `[]`
 */
export function leastOfLargest(x: Value, k: number): Value {
  const count = mul(slice(shapeOf(x), [{ axis: 0, start: 0, end: 1 }]), constant(integers([k])))
  return reduceMin(topK(reshape(stopGradient(x), [-1]), count, 0).values)
}
