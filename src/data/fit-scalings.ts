/**
 * Which numbers share a scaling, and what it is: each column its own, or pixels and channels together. The scalings
 * themselves are scaling.ts; preprocessing.ts puts them into the layout.
 */
import type { Grid } from '../base/index.js'
import { numbersOf, type UsedKind } from './column-readings.js'
import { fitScaling, noScaling, rangeScaling, standardScaling, type Scaling } from './scaling.js'
import type { Column } from './table.js'

/** How numbers are scaled; see `ScalingOptions.scaling`. */
export const scalingChoices = ['own', 'shared', 'range', 'none'] as const

export type ScalingChoice = (typeof scalingChoices)[number]

/** Options of scaling. */
export interface ScalingOptions {
  /** How the numeric columns lie on a grid; the same that the columns were read with. */
  readonly grid?: Grid | undefined
  /**
   * How numbers are scaled (default `shared` on a grid and `own` elsewhere); instants always by themselves.
   *
   * `own`: every column to mean 0 and deviation 1, by asinh where its tails are heavy.
   * `shared`: one mean and deviation for all pixels of an image, or all columns of a table; one scaling for each channel
   * of a series, by asinh where its tails are heavy.
   * `range`: smallest to largest becomes 0 to 1, shared in the same way on a grid, each column by itself elsewhere.
   * `none`: numbers stay as they are, as counts must.
   */
  readonly scaling?: ScalingChoice | undefined
}

/** A column and how it is read. */
export interface ReadColumn {
  readonly column: Column
  readonly kind: UsedKind
}

/** Most rows of a column, and most values of columns that share, that a scaling is learned from. */
const mostRows = 200_000
const mostShared = 2 ** 21

/**
 * The scaling of each column; undefined for truth values and categories.
 *
 * @param columns used columns in the order of their features
 * @param rows positions to learn from
 */
export function fitScalings(
  columns: readonly ReadColumn[],
  rows: Int32Array,
  { grid, scaling = grid === undefined ? 'own' : 'shared' }: ScalingOptions,
): readonly (Scaling | undefined)[] {
  const groups = new Map<string, number[]>()
  columns.forEach(({ kind }, place) => {
    if (kind === 'boolean' || kind === 'categorical') return
    const key = kind === 'datetime' ? `column ${place}` : groupOf(place, scaling, grid)
    groups.set(key, [...(groups.get(key) ?? []), place])
  })
  const fitted = columns.map((): Scaling | undefined => undefined)
  for (const places of groups.values()) {
    const group = places.map((place) => columns[place]!)
    const found =
      group[0]!.kind === 'datetime' && scaling !== 'range'
        ? own(group, rows)
        : fit[scaling](group, rows, grid)
    for (const place of places) fitted[place] = found
  }
  return fitted
}

/** Columns of one name share a scaling. */
function groupOf(place: number, scaling: ScalingChoice, grid: Grid | undefined): string {
  if (scaling === 'own' || scaling === 'none' || (scaling === 'range' && grid === undefined))
    return `column ${place}`
  return grid?.kind === 'series' ? `channel ${place % grid.channels}` : 'all'
}

type FitGroup = (group: readonly ReadColumn[], rows: Int32Array, grid?: Grid) => Scaling

const own: FitGroup = (group, rows) => {
  const values = knownNumbers(group, thinned(rows, mostRows))
  return values.length === 0 ? noScaling : fitScaling(values)
}

const fit: Readonly<Record<ScalingChoice, FitGroup>> = {
  own,
  shared: (group, rows, grid) => {
    const values = knownNumbers(group, thinned(rows, Math.ceil(mostShared / group.length)))
    if (values.length === 0) return noScaling
    return grid?.kind === 'series' ? fitScaling(values) : standardScaling(values)
  },
  range: (group, rows) => {
    let [low, high] = [Infinity, -Infinity]
    for (const one of group) {
      for (const value of knownNumbers([one], rows)) {
        low = Math.min(low, value)
        high = Math.max(high, value)
      }
    }
    return low > high ? noScaling : rangeScaling(low, high)
  },
  none: () => noScaling,
}

/** At most so many rows, evenly spread. */
export function thinned(rows: Int32Array, most: number = mostRows): Int32Array {
  if (rows.length <= most) return rows
  const stride = rows.length / most
  return Int32Array.from({ length: most }, (_, i) => rows[Math.floor(i * stride)]!)
}

/** The known cells of some numeric columns at some rows, one column after the other. */
export function knownNumbers(group: readonly ReadColumn[], rows: Int32Array): Float64Array {
  const found = new Float64Array(group.length * rows.length)
  let count = 0
  for (const { column, kind } of group) {
    if (kind === 'categorical') continue
    const values = numbersOf(column, kind)
    for (const row of rows) {
      const value = values[row]!
      if (!Number.isNaN(value)) found[count++] = value
    }
  }
  return found.subarray(0, count)
}
