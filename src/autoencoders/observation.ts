/**
 * Observation models: what a decoder's raw numbers say about a row, and how wrong they are. Numeric columns follow the
 * chosen loss, categorical columns are always a softmax.
 *
 *     raw [batch, outputs] ──► reconstruction [batch, width]
 *            └───────────────► errors by column [batch, columns], in nats
 */
import { z } from 'zod'
import type { Value } from '../graph/index.js'
import type { LayerContext, Parameter } from '../layers/index.js'
import { boundLogits, columnErrors, type FeatureSpace } from './feature-space.js'

/** Losses of numeric columns. */
export const lossNames = ['squared'] as const

/** Options of the observation model. */
export const observationOptions = {
  loss: z.enum(lossNames).optional().describe('loss of numeric columns (default squared)'),
}

export type ObservationOptions = Readonly<z.input<z.ZodObject<typeof observationOptions>>>

/** What a decoder's output means. */
export interface ObservationModel {
  readonly parameters: readonly Parameter[]
  /** Numbers that the decoder gives for each row. */
  readonly outputs: number
  /** `[…, outputs]` to `[…, width]`: numbers, and bounded logits of categories. */
  readonly reconstruction: (raw: Value, context: LayerContext) => Value
  /** Errors of every column, `[…, columns]` in nats; not masked. */
  readonly errors: (target: Value, raw: Value, context: LayerContext) => Value
}

/** The observation model that the options name. */
export function observationModel(space: FeatureSpace, _: ObservationOptions): ObservationModel {
  return {
    parameters: [],
    outputs: space.width,
    reconstruction: (raw) => boundLogits(space, raw),
    errors: (target, raw) => columnErrors(space, target, boundLogits(space, raw)),
  }
}
