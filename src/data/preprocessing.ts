/**
 * What is learned about columns before anything else: scalings of numbers, categories of words. Plain data; as graph
 * it stands in preprocessing-graph.ts, and tables are fed to that graph by table-feeds.ts.
 */
import { numbersOf, type ColumnReading, type UsedKind } from './column-readings.js'
import { fitScaling, quantile, type Scaling } from './scaling.js'
import { cellText, selectRows, type Column, type Table } from './table.js'

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
}

/** Everything that turns raw columns into features. */
export interface TablePreprocessing {
  readonly layout: FeatureLayout
}

/** Most categories of a column that get a feature of their own. */
const mostCategories = 63

/** Rows that scalings and categories are learned from; more would not change them. */
const mostRows = 200_000

/**
 * Learns the preprocessing of a table's used columns.
 *
 * @param rows positions to learn from (default all)
 */
export function fitPreprocessing(
  table: Table,
  readings: readonly ColumnReading[],
  { rows }: { readonly rows?: Int32Array } = {},
): TablePreprocessing {
  const learned = thinned(rows ?? Int32Array.from({ length: table.rowCount }, (_, i) => i))
  const used = readings.filter((reading) => reading.used)
  const byName = new Map(table.columns.map((column) => [column.name, column]))
  const columns: LayoutColumn[] = []
  let start = 0
  for (const kinds of [['numeric', 'datetime'], ['boolean'], ['categorical']] as const) {
    for (const { name, kind } of used.filter((reading) =>
      (kinds as readonly string[]).includes(reading.kind),
    )) {
      const whole = byName.get(name)!
      const [column] = selectRows({ ...table, columns: [whole] }, learned).columns
      const fitted = fitColumn(column!, kind as UsedKind)
      columns.push({ name, kind: kind as UsedKind, start, ...fitted })
      start += fitted.width
    }
  }
  const numericCount = columns.filter(({ kind }) => kind === 'numeric' || kind === 'datetime').length
  return { layout: { width: start, numericCount, columns } }
}

function thinned(rows: Int32Array): Int32Array {
  if (rows.length <= mostRows) return rows
  const stride = rows.length / mostRows
  return Int32Array.from({ length: mostRows }, (_, i) => rows[Math.floor(i * stride)]!)
}

function fitColumn(column: Column, kind: UsedKind): Omit<LayoutColumn, 'name' | 'kind' | 'start'> {
  if (kind === 'categorical') {
    const categories = commonCategories(column)
    return { width: categories.length + 1, categories }
  }
  if (kind === 'boolean') return { width: 3 }
  const known = numbersOf(column, kind).filter((value) => !Number.isNaN(value))
  if (known.length === 0) return { width: 1, scaling: fitScaling(Float64Array.of(0)) }
  const sorted = Float64Array.from(known).sort()
  return { width: 1, scaling: fitScaling(known), usual: [quantile(sorted, 0.01), quantile(sorted, 0.99)] }
}

/** The categories that are seen at least twice, and often enough, most frequent first. */
function commonCategories(column: Column): readonly string[] {
  const counts = new Map<string, number>()
  const rowCount = column.storage === 'string' ? column.codes.length : column.values.length
  for (let row = 0; row < rowCount; row++) {
    const text = cellText(column, row)
    if (text !== '') counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  const fewest = Math.max(2, Math.ceil(rowCount * 0.0005))
  return [...counts]
    .filter(([, count]) => count >= fewest)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, mostCategories)
    .map(([category]) => category)
}
