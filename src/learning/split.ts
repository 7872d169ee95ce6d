/** Which rows train, which stop the training early, and which calibrate. */
import { HourglassError, permutation, randomFor } from '../base/index.js'

/** Row numbers, each list ascending. */
export interface Split {
  /** Gradients come from these. */
  readonly training: Int32Array
  /** Held out of the gradients to choose the best weights. */
  readonly validation: Int32Array
  /** Never seen by the training; their scores calibrate p-values. */
  readonly calibration: Int32Array
}

/** Fewest rows that can be learned from: fewer leave no row to calibrate with. */
export const fewestRows = 20

/** Most rows that are used; beyond it the weights no longer depend on how many there are. */
export const mostRows = 500_000

/** Share of the rows that choose the best weights, and the most of them. */
const validationShare = 0.1
const mostValidation = 10_000

/** Most rows held out to calibrate: enough for p-values down to 1 in 100,000. */
const mostCalibration = 100_000

/**
 * Splits rows at random.
 *
 * @param rowCount rows there are
 * @param calibrationShare share of rows held out to calibrate, 0.05 to 0.5
 * @throws HG_TABLE_TOO_SMALL when there are fewer than 20 rows
 */
export function splitRows(rowCount: number, calibrationShare: number, seed: number): Split {
  if (rowCount < fewestRows) {
    throw new HourglassError(
      'HG_TABLE_TOO_SMALL',
      `fit: needs at least ${fewestRows} rows to learn from and to calibrate with, got ${rowCount}; add rows, or train on a larger table with --train`,
    )
  }
  const order = permutation(rowCount, randomFor(seed, 'split')).subarray(0, mostRows)
  const calibration = Math.min(Math.max(1, Math.round(order.length * calibrationShare)), mostCalibration)
  const validation = Math.min(Math.max(1, Math.round(order.length * validationShare)), mostValidation)
  const ascending = (start: number, end: number): Int32Array => order.slice(start, end).sort()
  return {
    calibration: ascending(0, calibration),
    validation: ascending(calibration, calibration + validation),
    training: ascending(calibration + validation, order.length),
  }
}
