/**
 * A table as the network of cells takes it: its columns of numbers scaled and side by side, cut into windows of rows. A window
 * that reaches beyond its series, the group that its rows belong to, sees unknown cells there.
 */
import { randomFor } from '../base/index.js'
import type { RowSource } from '../training/index.js'
import { rowPlanes } from './cell-objective.js'

/** Columns of numbers, scaled. */
export interface CellGrid {
  readonly rows: number
  /** By column: `[rows]`, mean 0 and deviation 1, NaN where a cell is missing. */
  readonly columns: readonly Float32Array[]
  /** Where each series begins, ascending from 0, and the number of rows at the end. Rows in no order are one. */
  readonly starts: Int32Array
}

/** A window of rows about one series; it may reach beyond it. */
export interface Window {
  /** The window's first row; may lie before the series. */
  readonly start: number
  /** The series' range. */
  readonly from: number
  readonly to: number
}

/** Share of the cells that training is judged on, and never learnt from. */
const heldOutShare = 0.1

/** How windows are drawn for training. */
export interface WindowOptions {
  /** Rows of a window. */
  readonly length: number
  readonly batchSize: number
  readonly seed: number
}

/** Rows for training, made anew for every step, and the held-out ones: windows in which other cells count. */
export interface CellRows {
  /** `[batchSize + heldOut, 3 · columns · length]`; the first ones are the source's. */
  readonly features: Float32Array
  readonly heldOut: number
  readonly source: RowSource
}

/** Most held-out windows. */
const mostHeldOut = 64

/** The rows that a training on a grid goes through. */
export function cellRows(grid: CellGrid, options: WindowOptions): CellRows {
  const { length, batchSize, seed } = options
  const width = rowPlanes * grid.columns.length * length
  const role = heldOutCells(grid, seed)
  const heldOut = Math.min(mostHeldOut, Math.ceil(grid.rows / length))
  const features = new Float32Array((batchSize + heldOut) * width)
  const windows = randomFor(seed, 'held-out windows')
  for (let i = 0; i < heldOut; i++) {
    const row = features.subarray((batchSize + i) * width, (batchSize + i + 1) * width)
    writeWindow(grid, drawn(grid, length, windows.below(grid.rows)), row, (at) => role[at]!)
  }
  return {
    features,
    heldOut,
    source: {
      identity: `windows ${JSON.stringify(options)} of ${grid.rows} rows`,
      fill: (step, target) => {
        const stream = randomFor(seed, `windows of step ${step}`)
        for (let i = 0; i < batchSize; i++) {
          const row = target.subarray(i * width, (i + 1) * width)
          writeWindow(
            grid,
            drawn(grid, length, stream.below(grid.rows), stream.below(length)),
            row,
            (at) => 1 - role[at]!,
          )
        }
      },
    },
  }
}

/** Windows side by side over every series, each of `length` rows but for the last of a series. */
export function windowsOver({ starts }: CellGrid, length: number): readonly Window[] {
  const windows: Window[] = []
  for (let series = 0; series + 1 < starts.length; series++) {
    const [from, to] = [starts[series]!, starts[series + 1]!]
    for (let start = from; start < to; start += length) windows.push({ start, from, to })
  }
  return windows
}

/** A window of which one row is given: the row's place in it is `before`, in the middle where none is given. */
function drawn({ starts }: CellGrid, length: number, row: number, before = length >> 1): Window {
  const series = seriesOf(starts, row)
  return { start: row - before, from: starts[series]!, to: starts[series + 1]! }
}

/** The series that a row belongs to. */
function seriesOf(starts: Int32Array, row: number): number {
  let [low, high] = [0, starts.length - 1]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (starts[middle]! <= row) low = middle
    else high = middle
  }
  return low
}

/** 1 for cells that are held out: `[columns · rows]`. */
function heldOutCells({ rows, columns }: CellGrid, seed: number): Uint8Array {
  const stream = randomFor(seed, 'held-out cells')
  return Uint8Array.from({ length: rows * columns.length }, () => (stream.uniform() < heldOutShare ? 1 : 0))
}

/** Writes cells, which are known, and which count: three planes of `[length, columns]`. */
function writeWindow(
  { rows, columns }: CellGrid,
  { start, from, to }: Window,
  row: Float32Array,
  counted: (cell: number) => number,
): void {
  const plane = row.length / rowPlanes
  const length = plane / columns.length
  row.fill(0)
  for (const [c, cells] of columns.entries()) {
    for (let i = Math.max(0, from - start); i < Math.min(length, to - start); i++) {
      const value = cells[start + i]!
      if (Number.isNaN(value)) continue
      const at = i * columns.length + c
      row[at] = value
      row[plane + at] = 1
      row[2 * plane + at] = counted(c * rows + start + i)
    }
  }
}
