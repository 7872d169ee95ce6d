/** The patient's rows as points for the routines of geometry, at most so many of them. */
import type { LongWork } from '../../base/index.js'
import type { Points } from '../../geometry/index.js'
import type { Patient } from './diagnosis.js'
import { picked } from './trial.js'

/** Points and the rows of the table that they are. */
export interface PatientPoints {
  readonly cloud: Points
  /** `[cloud.rows]`, positions in the table. */
  readonly rows: Int32Array
}

/** At most `most` rows, evenly spread over the table. */
export function pointsOf({ features, sampled, preprocessing }: Patient, most: number): PatientPoints {
  const { width } = preprocessing.layout
  const count = Math.min(most, sampled.length)
  const positions = Int32Array.from({ length: count }, (_, i) => Math.floor((i * sampled.length) / count))
  return {
    cloud: { rows: count, width, values: picked(features, width, positions) },
    rows: positions.map((position) => sampled[position]!),
  }
}

/** Parts of an examination stop on request but do not report progress of their own. */
export const quietly = ({ signal }: LongWork): LongWork => ({ signal })
