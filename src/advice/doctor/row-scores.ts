/**
 * Scores of rows by a trained autoencoder, as a detector scores them: errors of every pass and column in units of what is
 * usual for them on reference rows, and their mean over the known cells. A row like the reference rows scores about 1.
 */
import { mul, reshape, unsqueeze } from '../../graph/index.js'
import { runOver, type FeatureRows, type Trained } from './bound.js'
import type { Patient } from './diagnosis.js'

/** The prior of a usual error, in rows, and its smallest share: as detectors weigh errors (src/anomaly/residuals.ts). */
const priorRows = 5
const floorShare = 0.02

/** Errors of some rows under every way in which the kind looks at them. */
export interface PassErrors {
  readonly rows: FeatureRows
  /** `[count, passes · columns]` in nats, 0 where a cell is missing. */
  readonly errors: Float32Array
  /** `[passes · columns]`: sizes that are to be expected before anything is known. */
  readonly scale: readonly number[]
  readonly columns: number
}

/** Errors of rows. */
export async function passErrors(
  machine: Patient['machine'],
  trained: Trained,
  rows: FeatureRows,
): Promise<PassErrors> {
  let scale: readonly number[] = []
  const { errors } = await runOver(
    machine,
    trained,
    rows,
    ({ autoencoder, context, batch }) => {
      scale = autoencoder.errorScale
      const each = autoencoder.errors(batch, context)
      const masked = batch.mask === undefined ? each : mul(each, unsqueeze(batch.mask, [1]))
      return { errors: reshape(masked, [-1, scale.length]) }
    },
    { outputWidth: 8 * trained.autoencoder.space.width },
  )
  return { rows, errors: errors!, scale, columns: trained.autoencoder.space.columns.length }
}

/** What an error of each pass and column counts: one over what is usual on reference rows. `[passes · columns]` */
export function usualWeights({ rows, errors, scale, columns }: PassErrors): Float64Array {
  return Float64Array.from(scale, (prior, cell) => {
    let [sum, known] = [priorRows * prior, priorRows]
    for (let row = 0; row < rows.count; row++) {
      sum += errors[row * scale.length + cell]!
      known += rows.mask?.[row * columns + (cell % columns)] ?? 1
    }
    return 1 / Math.max(sum / known, floorShare * prior)
  })
}

/** Mean weighted error over the known cells and passes of each row, `[count]`. */
export function scoresBy(weights: Float64Array, { rows, errors, scale, columns }: PassErrors): Float64Array {
  const passes = scale.length / columns
  return Float64Array.from({ length: rows.count }, (_, row) => {
    let [total, cells] = [0, 0]
    for (let cell = 0; cell < scale.length; cell++)
      total += errors[row * scale.length + cell]! * weights[cell]!
    for (let column = 0; column < columns; column++) cells += rows.mask?.[row * columns + column] ?? 1
    return total / Math.max(1, cells * passes)
  })
}
