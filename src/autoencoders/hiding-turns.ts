/**
 * Which cells are hidden together, and in which turns: how the masked kind gets an honest error for every cell. Cells that
 * belong together (patches of a grid) form units, units form at most 16 groups, and each pass hides one group or a few.
 */
import type { Grid } from '../base/index.js'

/** Passes that hide every column equally often. */
export interface HidingTurns {
  readonly passes: number
  /** `[columns]`: the group that each column is hidden with, from 0; there are as many groups as passes. */
  readonly groups: readonly number[]
  /** `[passes, columns]`, 0 where a cell is hidden. */
  readonly shown: Float32Array
  /** Passes in which each column is hidden. */
  readonly timesHidden: number
  /** Passes that hide two groups each, where a pass hides one. */
  readonly pairs?: {
    /** `[pairs, columns]`, 0 where a cell is hidden. */
    readonly shown: Float32Array
    /** The pass that hides two groups; any one for the same group twice. */
    readonly pairOf: (a: number, b: number) => number
  }
}

/** Most groups, and so most passes. */
const mostGroups = 16

/**
 * Turns of hiding.
 *
 * @param unitOf `[columns]`: the unit that each column belongs to, from 0
 * @param leastShare share of the cells that a pass hides at least, 0 to below 1
 */
export function hidingTurns(unitOf: readonly number[], leastShare: number): HidingTurns {
  const passes = Math.min(Math.max(...unitOf) + 1, mostGroups)
  const groups = unitOf.map((unit) => unit % passes)
  const timesHidden = Math.max(1, Math.min(passes - 1, Math.ceil(leastShare * passes)))
  const turns = Array.from({ length: passes }, (_, pass) => pass)
  const shownIn = (hidden: (pass: number, group: number) => boolean, count = passes): Float32Array =>
    Float32Array.from({ length: count * groups.length }, (_, i) =>
      hidden(Math.floor(i / groups.length), groups[i % groups.length]!) ? 0 : 1,
    )
  const shown = shownIn((pass, group) => (group - pass + passes) % passes < timesHidden)
  if (timesHidden > 1) return { passes, groups, shown, timesHidden }
  const pairs = turns.flatMap((a) => turns.slice(a + 1).map((b) => [a, b] as const))
  const numbers = new Map(pairs.map(([a, b], i) => [a * passes + b, i]))
  return {
    passes,
    groups,
    shown,
    timesHidden,
    pairs: {
      shown: shownIn((pair, group) => pairs[pair]!.includes(group), pairs.length),
      pairOf: (a, b) => (a === b ? 0 : numbers.get(Math.min(a, b) * passes + Math.max(a, b))!),
    },
  }
}

/**
 * The patch that each number of a grid belongs to, from 0: squares of pixels with all their channels, or runs of time
 * steps; at the right and the lower edge they may be smaller.
 *
 * @param patch side of a square, or steps of a run (default 4, and 2 where the grid has fewer than 16)
 */
export function patchesOf(grid: Grid, patch?: number): readonly number[] {
  const [height, width] = grid.kind === 'image' ? [grid.height, grid.width] : [grid.steps, 1]
  const size = patch ?? (Math.max(height, width) < 16 ? 2 : 4)
  const across = Math.ceil(width / size)
  return Array.from({ length: height * width * grid.channels }, (_, i) => {
    const pixel = Math.floor(i / grid.channels)
    const [row, column] = [Math.floor(pixel / width), pixel % width]
    return Math.floor(row / size) * across + Math.floor(column / size)
  })
}
