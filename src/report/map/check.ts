/** Whether the lists of a map agree with each other. What they mean is map-report.ts. */
import { HourglassError } from '../../base/index.js'
import type { MapImages, MapReport } from '../map-report.js'

/**
 * @returns how many rows the map has
 * @throws HG_SHAPE_MISMATCH when a list has another length than the rows, a code has no category, or an image is cut short
 */
export function checkMap(map: MapReport): number {
  const rows = map.points.x.length
  const perRow: readonly (readonly [string, number | undefined])[] = [
    ['points.y', map.points.y.length],
    ['rowLabels', map.rowLabels?.length],
    ['split', map.split?.length],
    ...map.columns.map(
      (column) =>
        [
          `column "${column.name}"`,
          (column.kind === 'category' ? column.codes : column.values).length,
        ] as const,
    ),
  ]
  for (const [name, length] of perRow) {
    if (length !== undefined && length !== rows) mismatch(name, `${rows}, as points.x has`, length)
  }
  for (const column of map.columns) {
    if (column.kind === 'number') continue
    const outside = column.codes.findIndex((code) => code < -1 || code >= column.categories.length)
    if (outside >= 0) {
      const range = `codes from -1 to ${column.categories.length - 1}`
      mismatch(`column "${column.name}", row ${outside + 1}`, range, column.codes[outside]!)
    }
  }
  checkImages(map, rows)
  checkDecoded(map)
  return rows
}

function checkImages({ images }: MapReport, rows: number): void {
  if (images === undefined) return
  const count = images.rows?.length ?? rows
  checkPixels('images.pixels', images, count)
  images.rows?.forEach((row, i) => {
    const last = i === 0 ? -1 : images.rows![i - 1]!
    if (row <= last || row >= rows) mismatch(`images.rows[${i}]`, `ascending rows from 0 to ${rows - 1}`, row)
  })
}

function checkDecoded({ decoded }: MapReport): void {
  if (decoded === undefined) return
  const { columns, rows, images, table, bounds } = decoded
  if (columns < 2 || rows < 2) mismatch('decoded', 'a grid of 2 × 2 or more', `${columns} × ${rows}`)
  const [x0, y0, x1, y1] = bounds
  if (!(x1 > x0 && y1 > y0)) mismatch('decoded.bounds', 'x0 below x1 and y0 below y1', bounds.join(', '))
  if (images !== undefined) checkPixels('decoded.images.pixels', images, columns * rows)
  if (table === undefined) return
  const cells = columns * rows * table.names.length
  if (table.values.length !== cells) mismatch('decoded.table.values', cells, table.values.length)
  const lists = table.categories?.length ?? table.names.length
  if (lists !== table.names.length) mismatch('decoded.table.categories', table.names.length, lists)
}

function checkPixels(name: string, { width, height, channels, pixels }: MapImages, count: number): void {
  const size = width * height * channels
  if (size === 0 || pixels.length !== count * size) {
    mismatch(name, `${count} × ${height} × ${width} × ${channels} = ${count * size}`, pixels.length)
  }
}

function mismatch(where: string, expected: string | number, got: string | number): never {
  throw new HourglassError(
    'HG_SHAPE_MISMATCH',
    `map: ${where}: expected ${expected}, got ${got}; give every list of a map one entry for each of its rows`,
  )
}
