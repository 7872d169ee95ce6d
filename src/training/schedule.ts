/** Learning-rate schedules. */
import type { TrainingOptions } from './options.js'

/**
 * The learning rate of a step.
 *
 * A linear rise over the first `warmupSteps`, then `constant`, `linear` (to zero) or `cosine`,
 * ½(1 + cos(π t)) (Loshchilov & Hutter 2017, eq. 5 without restarts), where t runs from 0 to 1 over the rest.
 *
 * @param step from 0
 */
export function learningRateAt(step: number, options: TrainingOptions): number {
  const { learningRate, schedule, steps, warmupSteps } = options
  const warmup = Math.min(warmupSteps, Math.floor(steps / 2))
  if (step < warmup) return (learningRate * (step + 1)) / warmup
  const t = (step - warmup) / Math.max(1, steps - warmup)
  switch (schedule) {
    case 'constant':
      return learningRate
    case 'linear':
      return learningRate * (1 - t)
    case 'cosine':
      return (learningRate * (1 + Math.cos(Math.PI * t))) / 2
  }
}
