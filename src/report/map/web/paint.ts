/** Fills the paint of the scene: each row's colour from the column it is coloured by, and whether it is drawn or chosen. */
import { colourRanks, countsOf, paintAlike, paintCategories, paintNumbers } from '../colouring.js'
import { categoryColours, distinctColours, plainColours, rampColours } from '../palette.js'
import type { Column, MapData } from './data.js'
import { states } from './scene.js'
import type { MapState } from './state.js'

/** What the map is coloured by now: what the legend explains. */
export type Colouring =
  | { readonly kind: 'none'; readonly colour: readonly number[] }
  | {
      readonly kind: 'category'
      readonly name: string
      readonly categories: readonly string[]
      readonly codes: ArrayLike<number>
      /** `[3 categories]`. */
      readonly colours: Uint8Array
      /** Which colour each category has; the first are those that stay apart. */
      readonly ranks: Int32Array
      readonly missing: readonly number[]
    }
  | {
      readonly kind: 'number'
      readonly column: Extract<Column, { kind: 'number' }>
      readonly ramp: Uint8Array
      readonly missing: readonly number[]
    }

/** Names of the two parts of a split, by its numbers. */
export const partNames = ['learned from', 'held out'] as const

/** The colouring that the state asks for; reads the column if it has not been read. */
export async function colouringOf(data: MapData, state: MapState): Promise<Colouring> {
  const [by, theme] = [state.colourBy.get(), state.theme.get()]
  const { point, missing } = plainColours(theme)
  if (by === 'none' || (by === 'split' && data.split === undefined)) return { kind: 'none', colour: point }
  if (by === 'split') return categorical('part', { categories: partNames, codes: data.split!, missing })
  const column = await data.column(by)
  if (column.kind === 'category') return categorical(column.name, { ...column, missing })
  return { kind: 'number', column, ramp: rampColours(state.ramp.get(), theme), missing }

  function categorical(
    name: string,
    of: {
      readonly categories: readonly string[]
      readonly codes: ArrayLike<number>
      readonly missing: readonly number[]
    },
  ): Colouring {
    const ranks = colourRanks(countsOf(of.codes, of.categories.length), distinctColours)
    return { kind: 'category', name, ...of, ranks, colours: categoryColours(ranks, theme) }
  }
}

/** Colours all rows. */
export function fillColours(paint: Uint8Array, colouring: Colouring): void {
  if (colouring.kind === 'none') paintAlike(paint, colouring.colour)
  else if (colouring.kind === 'number') {
    const { column, ramp, missing } = colouring
    paintNumbers(paint, column.values, { ramp, range: column.range, missing })
  } else paintCategories(paint, colouring.codes, colouring.colours, colouring.missing)
}

/** How many rows are drawn, and how many of them are chosen. */
export interface Shown {
  readonly drawn: number
  readonly chosen: number
}

/** Marks which rows are hidden, drawn and chosen. */
export function fillStates(paint: Uint8Array, data: MapData, state: MapState, colouring: Colouring): Shown {
  const { places, split, count } = data
  const [isolated, part] = [state.isolated.get(), state.part.get()]
  const codes = colouring.kind === 'category' && isolated.size > 0 ? colouring.codes : undefined
  const hiddenPart = part === 'all' ? -1 : part === 'learned' ? 1 : 0
  let [drawn, chosen] = [0, 0]
  for (let row = 0; row < count; row++) {
    const isHidden =
      Number.isNaN(places[2 * row]!) ||
      split?.[row] === hiddenPart ||
      (codes !== undefined && !isolated.has(codes[row]!))
    paint[4 * row + 3] = isHidden ? states.hidden : states.shown
    if (!isHidden) drawn++
  }
  for (const row of state.selected.get()) {
    if (paint[4 * row + 3] === states.hidden) continue
    paint[4 * row + 3] = states.chosen
    chosen++
  }
  return { drawn, chosen }
}
