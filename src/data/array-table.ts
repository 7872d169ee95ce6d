/**
 * Arrays as tables: the first axis counts the rows, everything behind it becomes the columns x0, x1, …. An array of more
 * than two axes is taken for images, and the table remembers their size. The arrays come from numpy.ts and idx.ts.
 */
import { HourglassError, gridSize, gridWords, type Grid } from '../base/index.js'
import { columnFromStrings, withoutInfinities } from './string-columns.js'
import type { Column, Table } from './table.js'

/** An array, row-major, of numbers or strings. */
export interface PlainArray {
  readonly shape: readonly number[]
  readonly numbers?: ArrayLike<number>
  readonly strings?: readonly string[]
  /** Whether the numbers are truth values (default false). */
  readonly truth?: boolean
}

/**
 * The table of an array of rows, and of the labels of the rows where there are any.
 *
 * @param arrays `y` becomes the column `label` (default `y`), which the table suggests as its label
 * @throws HG_TABLE_EMPTY when there is no number, HG_TABLE_MALFORMED when there is not one label a row
 */
export function tableOfArray(
  source: string,
  { X, y, label = 'y' }: { X: PlainArray; y?: PlainArray; label?: string },
): Table {
  const [rowCount = 1, ...inner] = X.shape
  const width = productOf(inner)
  if (rowCount === 0 || width === 0) {
    throw new HourglassError('HG_TABLE_EMPTY', `${source}: the array has the shape (${X.shape.join(', ')})`)
  }
  const images = imagesIn(inner)
  const notes: string[] = []
  if (inner.length > 1)
    notes.push(`the array of shape (${X.shape.join(', ')}) is read as ${images?.words ?? `${width} columns`}`)
  const columns = Array.from({ length: width }, (_, i) =>
    columnOf(`x${i}`, X, { rowCount, width, offset: images?.offsetOf(i) ?? i }, notes),
  )
  const table = { source, rowCount, notes, ...(images && { grid: images.grid }) }
  if (!y) return { ...table, columns }
  const labels = productOf(y.shape)
  if (labels !== rowCount) {
    throw new HourglassError('HG_TABLE_MALFORMED', `${source}: X has ${rowCount} rows, but y has ${labels}`)
  }
  const column = columnOf(label, y, { rowCount, width: 1, offset: 0 }, notes)
  return { ...table, columns: [...columns, column], suggestedLabel: label }
}

const productOf = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1)

/** Images in an array, and where the number of each column lies within a row of it. */
interface Images {
  readonly grid: Grid
  readonly words: string
  readonly offsetOf: (column: number) => number
}

/** Most channels that an axis is taken for when the other end could be the channels as well. */
const mostChannels = 4

/** Height, width and perhaps channels; channels stand first (as PyTorch has them) only when that is plain to see. */
function imagesIn(inner: readonly number[]): Images | undefined {
  if (inner.length !== 2 && inner.length !== 3) return undefined
  const [first, second, third = 1] = inner as [number, number, number?]
  const channelsFirst = inner.length === 3 && first <= mostChannels && third > mostChannels
  const [height, width, channels] = channelsFirst ? [second, third, first] : [first, second, third]
  const grid: Grid = { kind: 'image', height, width, channels }
  const words = `${gridWords(grid)}${channelsFirst ? ', channels first in the file and last in the columns' : ''}: ${gridSize(grid)} columns`
  const offsetOf = channelsFirst
    ? (column: number): number => (column % channels) * height * width + Math.floor(column / channels)
    : (column: number): number => column
  return { grid, words, offsetOf }
}

/** One column out of a row-major array. */
function columnOf(
  name: string,
  { numbers, strings = [], truth = false }: PlainArray,
  { rowCount, width, offset }: { rowCount: number; width: number; offset: number },
  notes: string[],
): Column {
  if (!numbers) {
    return columnFromStrings(
      name,
      Array.from({ length: rowCount }, (_, row) => strings[row * width + offset]!),
      notes,
    )
  }
  const values = new Float64Array(rowCount)
  for (let row = 0; row < rowCount; row++) values[row] = numbers[row * width + offset]!
  return { name, storage: truth ? 'boolean' : 'number', values: withoutInfinities(name, values, notes) }
}
