/**
 * The plain twin of the preprocessing graph: the same features in float64, row by row. Tests hold the graph against
 * it; nothing else uses it.
 */
import { numbersOf } from './column-readings.js'
import type { LayoutColumn, TablePreprocessing } from './preprocessing.js'
import { scale } from './scaling.js'
import { cellText, isMissing, type Column, type Table } from './table.js'

/** Features and mask of some rows, row-major. */
export interface PlainFeatures {
  /** `[rows, width]`; 0 where the cell is missing. */
  readonly features: Float64Array
  /** `[rows, columns]`; 1 where the cell is known. */
  readonly mask: Float64Array
}

/** Features of every row of a table. @throws HG_COLUMN_TYPE when a column holds text where numbers are needed */
export function preprocessRows(table: Table, { layout }: TablePreprocessing): PlainFeatures {
  const { columns, width } = layout
  const features = new Float64Array(table.rowCount * width)
  const mask = new Float64Array(table.rowCount * columns.length)
  columns.forEach((wanted, place) => {
    const column = table.columns.find(({ name }) => name === wanted.name)!
    const numbers = wanted.kind === 'categorical' ? undefined : numbersOf(column, wanted.kind)
    for (let row = 0; row < table.rowCount; row++) {
      if (isMissing(column, row)) continue
      mask[row * columns.length + place] = 1
      features.set(cellFeatures(wanted, column, numbers, row), row * width + wanted.start)
    }
  })
  return { features, mask }
}

function cellFeatures(
  { kind, width, scaling, categories = [] }: LayoutColumn,
  column: Column,
  numbers: Float64Array | undefined,
  row: number,
): number[] {
  if (kind === 'numeric' || kind === 'datetime') return [scale(numbers![row]!, scaling!)]
  const position = kind === 'boolean' ? numbers![row]! : categories.indexOf(cellText(column, row))
  return Array.from({ length: width }, (_, i) => (i === (position < 0 ? width - 1 : position) ? 1 : 0))
}
