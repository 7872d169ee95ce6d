/** Whether rows are ones that an autoencoder's loss has a meaning for. */
import { HourglassError } from '../base/index.js'
import type { Learner, TrainingData } from './options.js'

/**
 * Missing cells hold 0 and pass; NaN passes too, since training says itself where it comes from.
 *
 * @throws HG_USAGE when a numeric feature is outside the autoencoder's range, or the kind refuses a row
 */
export function expectInRange(autoencoder: Learner, data: TrainingData): void {
  autoencoder.checkRows?.(data)
  const { kind, range, space } = autoencoder
  const { features } = data
  if (range === undefined) return
  const [low, high] = range
  const { numericCount, width, columns } = space
  for (let start = 0; start < features.length; start += width) {
    for (let i = 0; i < numericCount; i++) {
      const value = features[start + i]!
      if (!(value < low || value > high)) continue
      throw new HourglassError(
        'HG_USAGE',
        `training: the loss of this ${kind} autoencoder takes numbers from ${low} to ${high}, but column ${columns[i]!.name} of row ` +
          `${start / width + 1} is ${value}; scale the numbers to that range, or choose another loss`,
      )
    }
  }
}
