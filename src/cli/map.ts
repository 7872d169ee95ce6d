/** From an embedding and the rows it placed to the record that the report room draws, and to the file that was asked for. */
import { isNumeric, type Column, type Table } from '../data/index.js'
import type { Embedding, EmbeddingQuality, MapPoints } from '../embedding/index.js'
import { qualityMeanings } from '../embedding/index.js'
import {
  renderMapPicture,
  renderMapReport,
  type MapColumn,
  type MapDecoded,
  type MapImages,
  type MapReport,
} from '../report/index.js'
import type { EmbedOptions } from './embed-options.js'
import { commandLine } from './io.js'
import { writeOutput, type Target } from './outputs.js'
import type { Session } from './session.js'
import { packageVersion } from './version.js'

/** What a map shows. */
export interface Shown {
  readonly embedding: Embedding
  readonly table: Table
  readonly points: MapPoints
  readonly quality: EmbeddingQuality | undefined
  readonly label: string | undefined
  readonly options: EmbedOptions
}

/** Columns to colour by and to show, rows whose images are shown, and places that are decoded along each side. */
const mostColumns = 24
const mostImages = 100_000
const decodedSide = 36

/** Draws the map in the format that the file's name asks for. */
export async function writeMap(session: Session, target: Target, shown: Shown): Promise<void> {
  const report = await mapReport(session, shown)
  const format = /\.(svg|png)$/i.exec(target.path)?.[1]?.toLowerCase()
  const bytes =
    format === 'svg' || format === 'png'
      ? await renderMapPicture(report, { format })
      : await renderMapReport(report)
  await writeOutput(target, bytes, session.io)
}

async function mapReport(session: Session, shown: Shown): Promise<MapReport> {
  const { embedding, table, points, quality, label } = shown
  const { record } = embedding
  const coordinate = (dim: number): Float32Array =>
    Float32Array.from({ length: points.rowCount }, (_, row) => points.values[row * 2 + dim]!)
  const unit = table.grid === undefined ? 1 : 255 / brightest(table)
  const images = imagesOf(table, unit)
  const named = identifierOf(shown)
  return {
    title: `Map of ${table.source}`,
    source: table.source,
    version: packageVersion(),
    createdAt: record.createdAt,
    points: { x: coordinate(0), y: coordinate(1) },
    ...(named && { rowLabels: named }),
    columns: columnsOf(shown),
    ...(images && { images }),
    decoded: await decodedPlaces(session, shown, images, unit),
    quality: (Object.keys(qualityMeanings) as (keyof typeof qualityMeanings)[])
      .filter((name) => quality?.[name] !== undefined)
      .map((name) => ({ name, value: quality![name]!, meaning: qualityMeanings[name] })),
    facts: [
      { name: 'kind', value: record.kind },
      { name: 'learned from', value: record.source },
      { name: 'training rows', value: record.rows.training },
      ...(record.training ? [{ name: 'steps', value: record.training.steps }] : []),
      ...(label === undefined ? [] : [{ name: 'classes', value: label }]),
    ],
    notes: [...table.notes, ...record.warnings, ...points.notes],
    command: commandLine(session.io),
  }
}

/**
 * The label first, then what is known of the rows beside what was measured, then the columns of the table; of images,
 * whose pixels say nothing one by one, only the label.
 */
function columnsOf({ table, points, label, embedding }: Shown): readonly MapColumn[] {
  const left = table.columns.filter(
    ({ name }) => name !== label && (table.grid === undefined || !isPixel(table, name)),
  )
  const first = table.columns.filter(({ name }) => name === label)
  const skipped = new Set(
    embedding.record.readings.filter(({ kind }) => kind === 'identifier').map(({ name }) => name),
  )
  const isKnown = ({ name }: Column): boolean => table.readAs?.[name] === 'ignore'
  const others = left.filter(({ name }) => !skipped.has(name))
  const inOrder = [...first, ...others.filter(isKnown), ...others.filter((column) => !isKnown(column))]
  const shown = inOrder.slice(0, mostColumns)
  return [
    ...shown.map((column) => mapColumn(column, column.name === label)),
    { kind: 'number', name: 'reconstruction error', values: points.error },
  ]
}

const isPixel = (table: Table, name: string): boolean => {
  const column = table.columns.find((other) => other.name === name)
  return column !== undefined && isNumeric(column) && name !== table.suggestedLabel
}

/** Classes are categories, even where they are written as numbers. */
function mapColumn(column: Column, isLabel: boolean): MapColumn {
  if (column.storage === 'string') {
    return { kind: 'category', name: column.name, categories: column.categories, codes: column.codes }
  }
  if (!isLabel && column.storage !== 'boolean')
    return { kind: 'number', name: column.name, values: Float32Array.from(column.values) }
  const distinct = [...new Set(column.values)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b)
  const places = new Map(distinct.map((value, i) => [value, i]))
  return {
    kind: 'category',
    name: column.name,
    categories: distinct.map(String),
    codes: Int32Array.from(column.values, (value) => places.get(value) ?? -1),
  }
}

/** What rows are called, where a column was left out because it only names them. */
function identifierOf({ table, embedding }: Shown): readonly string[] | undefined {
  const reading = embedding.record.readings.find(({ kind }) => kind === 'identifier')
  const column = table.columns.find(({ name }) => name === reading?.name)
  if (column === undefined) return undefined
  return Array.from({ length: table.rowCount }, (_, row) =>
    column.storage === 'string' ? (column.categories[column.codes[row]!] ?? '') : String(column.values[row]),
  )
}

/** The rows as images, an evenly spread part of them where there are many. */
function imagesOf(table: Table, unit: number): (MapImages & { readonly rows?: Int32Array }) | undefined {
  const { grid } = table
  if (grid?.kind !== 'image' || (grid.channels !== 1 && grid.channels !== 3)) return undefined
  const pixels = table.columns
    .filter((column) => isPixel(table, column.name))
    .map((column) => column as Column & { values: Float64Array })
  const count = Math.min(table.rowCount, mostImages)
  const rows = Int32Array.from({ length: count }, (_, i) => Math.floor((i * table.rowCount) / count))
  const size = pixels.length
  const bytes = new Uint8Array(count * size)
  rows.forEach((row, i) => {
    for (let p = 0; p < size; p++)
      bytes[i * size + p] = Math.max(0, Math.min(255, Math.round(pixels[p]!.values[row]! * unit)))
  })
  const { width, height, channels } = grid
  return { width, height, channels, pixels: bytes, ...(count < table.rowCount && { rows }) }
}

/** 255 for bytes, 1 for shares. */
function brightest({ columns }: Table): number {
  const numbers = columns.filter(isNumeric)
  return numbers.some(({ values }) => values.some((value) => value > 1.5)) ? 255 : 1
}

/** What the decoder makes of a grid of places over the map, as images or as rows. */
async function decodedPlaces(
  { signal, onProgress }: Session,
  { embedding, points }: Shown,
  images: MapImages | undefined,
  unit: number,
): Promise<MapDecoded> {
  const bounds = boundsOf(points)
  const [x0, y0, x1, y1] = bounds
  const places = new Float32Array(2 * decodedSide * decodedSide)
  for (let r = 0; r < decodedSide; r++) {
    for (let c = 0; c < decodedSide; c++) {
      const at = 2 * (r * decodedSide + c)
      places[at] = x0 + (c * (x1 - x0)) / (decodedSide - 1)
      places[at + 1] = y0 + (r * (y1 - y0)) / (decodedSide - 1)
    }
  }
  const columns = await embedding.inverse(places, { signal, onProgress })
  const grid = { columns: decodedSide, rows: decodedSide, bounds }
  return images === undefined
    ? { ...grid, table: decodedTable(columns) }
    : { ...grid, images: decodedImages(columns, images, unit) }
}

function boundsOf({ rowCount, values }: MapPoints): readonly [number, number, number, number] {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let row = 0; row < rowCount; row++) {
    const [x, y] = [values[2 * row]!, values[2 * row + 1]!]
    ;[x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)]
  }
  return [x0, y0, x1 > x0 ? x1 : x0 + 1, y1 > y0 ? y1 : y0 + 1]
}

function decodedImages(
  columns: readonly Column[],
  { width, height, channels }: MapImages,
  unit: number,
): MapImages {
  const size = columns.length
  const count = decodedSide * decodedSide
  const numbers = columns.map((column) => (column as { readonly values: Float64Array }).values)
  const pixels = new Uint8Array(count * size)
  numbers.forEach((values, p) => {
    for (let i = 0; i < count; i++)
      pixels[i * size + p] = Math.max(0, Math.min(255, Math.round(values[i]! * unit)))
  })
  return { width, height, channels, pixels }
}

function decodedTable(columns: readonly Column[]): NonNullable<MapDecoded['table']> {
  const shown = columns.slice(0, mostColumns)
  const values = new Float32Array(decodedSide * decodedSide * shown.length)
  shown.forEach((column, i) => {
    const numbers = column.storage === 'string' ? column.codes : column.values
    for (let place = 0; place < decodedSide * decodedSide; place++)
      values[place * shown.length + i] = numbers[place]!
  })
  return {
    names: shown.map(({ name }) => name),
    values,
    categories: shown.map((column) => (column.storage === 'string' ? column.categories : undefined)),
  }
}
