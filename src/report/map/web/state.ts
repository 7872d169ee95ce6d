/** What a person has chosen on the page. Parts of the page change these cells and follow them. */
import type { RampName, Theme } from '../palette.js'
import { cell, type Cell } from './cell.js'
import type { MapData } from './data.js'

/** What a drag over the map does. */
export type Tool = 'move' | 'rectangle' | 'lasso' | 'decode'

/** Which rows are drawn. */
export type Part = 'all' | 'learned' | 'heldOut'

/** Colour by nothing, by whether a row was held out, or by the column of this number. */
export type ColourBy = 'none' | 'split' | number

/** What the card shows. */
export type Subject =
  | { readonly kind: 'row'; readonly row: number }
  | { readonly kind: 'place'; readonly u: number; readonly v: number }

export interface MapState {
  readonly tool: Cell<Tool>
  readonly part: Cell<Part>
  readonly colourBy: Cell<ColourBy>
  /** Codes that alone are drawn; empty: all are. −1 is the missing ones. */
  readonly isolated: Cell<ReadonlySet<number>>
  /** Rows that are selected, ascending. */
  readonly selected: Cell<Int32Array>
  readonly subject: Cell<Subject | undefined>
  readonly theme: Cell<Theme>
  readonly ramp: Cell<RampName>
  /** Factors on the size and the opacity that the density asks for. */
  readonly size: Cell<number>
  readonly strength: Cell<number>
  readonly hasNames: Cell<boolean>
}

const mostNamesAtFirst = 20

export function initialState({ header }: MapData): MapState {
  const first = header.columns[0]
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches
  return {
    tool: cell<Tool>('move'),
    part: cell<Part>('all'),
    colourBy: cell<ColourBy>(first === undefined ? 'none' : 0),
    isolated: cell<ReadonlySet<number>>(new Set()),
    selected: cell(new Int32Array(0)),
    subject: cell<Subject | undefined>(undefined),
    theme: cell<Theme>(isDark ? 'dark' : 'light'),
    ramp: cell<RampName>('viridis'),
    size: cell(1),
    strength: cell(1),
    hasNames: cell(first?.kind !== 'category' || first.categories.length <= mostNamesAtFirst),
  }
}
