/** What a reference kernel is. */
import { HourglassError } from '../../base/index.js'
import type { Attributes, DType } from '../../graph/index.js'
import type { NdArray } from './array.js'

/** What a kernel knows besides its inputs. */
export interface KernelContext {
  readonly attributes: Attributes
  /** Element type of the first input, for operators on integers. */
  readonly dtype: DType
}

/** Computes the outputs of an operator. */
export type Kernel = (inputs: readonly NdArray[], context: KernelContext) => NdArray | readonly NdArray[]

/** An axis attribute counted from the front. */
export function axisIn({ attributes }: KernelContext, fallback: number, rank: number): number {
  const axis = Number(attributes['axis'] ?? fallback)
  return axis < 0 ? axis + rank : axis
}

/** A position along an axis counted from the front. @throws HG_ENGINE when it is outside */
export function placeIn(op: string, place: number, dim: number): number {
  if (place < -dim || place >= dim)
    throw new HourglassError('HG_ENGINE', `reference: ${op}: index ${place} is outside an axis of ${dim}`)
  return place < 0 ? place + dim : place
}
