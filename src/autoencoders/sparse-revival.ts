/**
 * Dead units of a sparse code: who has not been active for long, and a loss that gives them something to learn.
 *
 *     e = x − x̂ (frozen) ◄── the largest dead units alone reconstruct it ──► error · coefficient
 *
 * Gao et al. (2024), "Scaling and evaluating sparse autoencoders", appendix A.2 (AuxK).
 */
import {
  add,
  cast,
  greater,
  lessOrEqual,
  minimum,
  mul,
  reduceMax,
  reduceMean,
  shapeOf,
  slice,
  stopGradient,
  sub,
  where,
  type Value,
} from '../graph/index.js'
import type { Parameter } from '../layers/index.js'
import { buffer } from './sparse-methods.js'
import { largestOfEachRow } from './sparse-selection.js'

const rowsInactive = 'sparse.rowsInactive'

/** Above 2²⁴ a float32 counter stands still. */
const longest = 2 ** 24

/** What is known of the life of units. */
export interface UnitLife {
  /** `[latent]`, 1 for units that were dead before this batch. */
  readonly dead: Value
  /** `[]`, share of units that are alive after it. */
  readonly live: Value
  readonly updates: Readonly<Record<string, Value>>
}

/** The buffer that counts, for each unit, the rows since it was active. */
export const lifeParameters = (latent: number): readonly Parameter[] => [buffer(rowsInactive, [latent])]

/**
 * Counts on.
 *
 * @param active `[batch, latent]`, 1 where a unit is active
 * @param deadAfter rows without activity after which a unit is dead
 */
export function unitLife(active: Value, deadAfter: number, weight: (name: string) => Value): UnitLife {
  const before = weight(rowsInactive)
  const rows = cast(slice(shapeOf(active), [{ axis: 0, start: 0, end: 1 }]), 'float32')
  const idle = sub(1, reduceMax(active, { axes: [0] }))
  const after = mul(idle, minimum(add(before, rows), longest))
  return {
    dead: cast(greater(before, deadAfter), 'float32'),
    live: reduceMean(cast(lessOrEqual(after, deadAfter), 'float32')),
    updates: { [rowsInactive]: after },
  }
}

/**
 * The dead units of a row that come nearest to being active.
 *
 * @param a `[batch, latent]`, the encoder's linear output
 * @param ghost what a unit would give (SparseMethod)
 * @param dead `[latent]`
 * @param count how many, from 1 to latent
 * @returns `[batch, latent]`, zero but for them; gradients pass to them alone
 */
export function deadCode(a: Value, ghost: (a: Value) => Value, dead: Value, count: number): Value {
  const candidates = where(greater(dead, 0.5), stopGradient(a), -3e38)
  // Where fewer are dead than wanted the threshold lets the living through: multiply by `dead` again.
  return mul(ghost(a), mul(largestOfEachRow(candidates, count), dead))
}

/** `[]`, 1 when any unit is dead: without one there is nothing to revive, and the loss would be a constant. */
export const anyDead = (dead: Value): Value => reduceMax(dead)
