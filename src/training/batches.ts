/**
 * Which rows a step sees. Every epoch is a fresh permutation of the training rows that depends on seed and epoch
 * alone, so a resumed training needs no generator state: the step's number is enough.
 */
import { permutation, randomFor } from '../base/index.js'

/** Batches of one training, addressed by step. */
export interface Batches {
  /** Steps in an epoch; the last one of an epoch may be smaller. */
  readonly stepsPerEpoch: number
  /** Rows of step number `step`, a view that stays valid until the next epoch begins. */
  at(step: number): Int32Array
}

/** Cuts permutations of `rows` into batches of `batchSize`. */
export function batches(rows: Int32Array, batchSize: number, seed: number): Batches {
  const stepsPerEpoch = Math.ceil(rows.length / batchSize)
  const order = new Int32Array(rows.length)
  let current = -1
  const shuffle = (epoch: number): void => {
    current = epoch
    permutation(rows.length, randomFor(seed, `epoch ${epoch}`)).forEach(
      (from, to) => (order[to] = rows[from]!),
    )
  }
  return {
    stepsPerEpoch,
    at: (step) => {
      const epoch = Math.floor(step / stepsPerEpoch)
      if (epoch !== current) shuffle(epoch)
      const start = (step % stepsPerEpoch) * batchSize
      return order.subarray(start, Math.min(start + batchSize, rows.length))
    },
  }
}
