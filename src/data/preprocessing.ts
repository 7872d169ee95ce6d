/**
 * What is learned about columns before anything else: scalings of numbers, categories of words. Plain data; as graph
 * it stands in preprocessing-graph.ts, and tables are fed to that graph by table-feeds.ts.
 */
import type { Grid } from '../base/index.js'
import type { ColumnReading, UsedKind } from './column-readings.js'
import { fitScalings, knownNumbers, thinned, type ReadColumn, type ScalingOptions } from './fit-scalings.js'
import { quantile, type Scaling } from './scaling.js'
import { cellText, type Column, type Table } from './table.js'

/** One used column and the features that stand for it. */
export interface LayoutColumn {
  readonly name: string
  readonly kind: UsedKind
  /** First feature. */
  readonly start: number
  /** Number of features: 1, 3 for a truth value (false, true, neither), categories + 1 for a category. */
  readonly width: number
  /** Of numbers and instants: 1st and 99th percentile, in raw units. */
  readonly usual?: readonly [number, number]
  readonly scaling?: Scaling
  /** Of categories: the ones with a feature of their own. Every other string shares the last feature. */
  readonly categories?: readonly string[]
}

/** The features of a table: numbers and instants first, then truth values, then categories. */
export interface FeatureLayout {
  readonly width: number
  /** Number of columns that are one number each; they come first. */
  readonly numericCount: number
  /** In the order of their features. */
  readonly columns: readonly LayoutColumn[]
  /** How the features lie on a grid, when they do. */
  readonly grid?: Grid
}

/** Everything that turns raw columns into features. */
export interface TablePreprocessing {
  readonly layout: FeatureLayout
}

/** Most categories of a column that get a feature of their own. */
const mostCategories = 63

/** Rows of a grid that usual ranges are learned from: there are hundreds of columns. */
const mostGridRows = 5_000

/** Options of `fitPreprocessing`. */
export interface PreprocessingOptions extends ScalingOptions {
  /** Positions to learn from (default all). */
  readonly rows?: Int32Array | undefined
}

/**
 * Learns the preprocessing of a table's used columns.
 *
 * @example
 * const readings = readColumns(table, {}, table.grid)
 * const preprocessing = fitPreprocessing(table, readings, { grid: table.grid, scaling: 'range' })
 */
export function fitPreprocessing(
  table: Table,
  readings: readonly ColumnReading[],
  options: PreprocessingOptions = {},
): TablePreprocessing {
  const { grid, rows = Int32Array.from({ length: table.rowCount }, (_, i) => i) } = options
  const byName = new Map(table.columns.map((column) => [column.name, column]))
  const used = [['numeric', 'datetime'], ['boolean'], ['categorical']].flatMap((kinds) =>
    readings
      .filter((reading) => reading.used && kinds.includes(reading.kind))
      .map(({ name, kind }): ReadColumn => ({ column: byName.get(name)!, kind: kind as UsedKind })),
  )
  const scalings = fitScalings(used, rows, options)
  const learned = thinned(rows, grid && mostGridRows)
  const columns: LayoutColumn[] = []
  let start = 0
  used.forEach((read, place) => {
    const fitted = fitColumn(read, learned, scalings[place])
    columns.push({ name: read.column.name, kind: read.kind, start, ...fitted })
    start += fitted.width
  })
  const numericCount = scalings.filter((scaling) => scaling !== undefined).length
  return { layout: { width: start, numericCount, columns, ...(grid && { grid }) } }
}

function fitColumn(
  read: ReadColumn,
  rows: Int32Array,
  scaling: Scaling | undefined,
): Omit<LayoutColumn, 'name' | 'kind' | 'start'> {
  if (read.kind === 'boolean') return { width: 3 }
  if (scaling === undefined) {
    const categories = commonCategories(read.column, rows)
    return { width: categories.length + 1, categories }
  }
  const sorted = knownNumbers([read], rows).sort()
  if (sorted.length === 0) return { width: 1, scaling }
  return { width: 1, scaling, usual: [quantile(sorted, 0.01), quantile(sorted, 0.99)] }
}

/** The categories that are seen at least twice, and often enough, most frequent first. */
function commonCategories(column: Column, rows: Int32Array): readonly string[] {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const text = cellText(column, row)
    if (text !== '') counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  const fewest = Math.max(2, Math.ceil(rows.length * 0.0005))
  return [...counts]
    .filter(([, count]) => count >= fewest)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, mostCategories)
    .map(([category]) => category)
}
