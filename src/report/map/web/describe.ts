/** A row, or a place between rows, in elements: for the tip beside the pointer and for the card. */
import { formatNumber } from '../../../base/index.js'
import { blendImages, blendRows, cornersAt } from '../blend.js'
import type { Column, MapData } from './data.js'
import { element } from './element.js'
import { partNames } from './paint.js'
import { imageElement, imageOfRow } from './pictures.js'

/** Names and cells of a row, without its number. */
export type Cells = readonly (readonly [name: string, cell: string])[]

/** A cell as people read it. */
export function cellText(column: Column, row: number): string {
  if (column.kind === 'category') {
    const code = column.codes[row]!
    return code < 0 ? 'missing' : column.categories[code]!
  }
  const value = column.values[row]!
  return Number.isNaN(value)
    ? 'missing'
    : formatNumber(value, 5) + (column.unit === undefined ? '' : ` ${column.unit}`)
}

export function rowTitle({ known, numberOf }: MapData, row: number): string {
  const label = known.labels?.[row]
  return label === undefined ? `row ${numberOf(row)}` : `${label} (row ${numberOf(row)})`
}

/** Cells of the columns that have been read; the column `first` leads. */
export function cellsOf({ known, split }: MapData, row: number, first?: number): Cells {
  const read = known.columns.map((column, index) => ({ column, index }))
  const ordered =
    first === undefined
      ? read
      : [...read.filter(({ index }) => index === first), ...read.filter(({ index }) => index !== first)]
  return [
    ...ordered.flatMap(({ column }) =>
      column === undefined ? [] : [[column.name, cellText(column, row)] as const],
    ),
    ...(split === undefined ? [] : [['part', partNames[split[row]! as 0 | 1]] as const]),
  ]
}

/** The image of a row, or a word for a row without, or nothing where there are no images. */
export function rowImage(data: MapData, row: number): Node | undefined {
  const { images } = data.known
  if (images === undefined) return undefined
  const bytes = imageOfRow(images, row)
  if (bytes === undefined)
    return element('p', { class: 'soft small' }, 'This page holds no image of this row.')
  return imageElement(images, bytes, `image of ${rowTitle(data, row)}`)
}

/** A list of names and cells, ended with a count. */
export function cellList(cells: Cells, most = Infinity): HTMLElement {
  const list = element('dl', { class: 'cells' })
  for (const [name, text] of cells.slice(0, most)) {
    list.append(element('div', {}, element('dt', {}, name), element('dd', {}, text)))
  }
  if (cells.length > most)
    list.append(element('div', { class: 'soft' }, `and ${cells.length - most} more: click`))
  return list
}

/** What the decoder makes of a place, as elements. */
export function decodedPlace({ header, known }: MapData, u: number, v: number): readonly Node[] {
  const { decoded } = header
  if (decoded === undefined) return []
  const corners = cornersAt(decoded, u, v)
  if (corners === undefined) {
    return [
      element('p', { class: 'soft small' }, 'This place lies outside of what was decoded for this page.'),
    ]
  }
  const { decodedImages: images, decodedTable: table } = known
  const made: Node[] = []
  if (images !== undefined) {
    const size = images.width * images.height * images.channels
    made.push(
      imageElement(images, blendImages(images.pixels, size, corners), 'what the decoder makes of this place'),
    )
  }
  if (decoded.table !== undefined && table !== undefined) {
    const { names, categories } = decoded.table
    const values = blendRows(
      table,
      categories.map((list) => list !== null),
      corners,
    )
    made.push(cellList(names.map((name, i) => [name, decodedText(values[i]!, categories[i] ?? undefined)])))
  }
  return made.length > 0 ? made : [element('p', { class: 'soft small' }, 'Still reading what was decoded …')]
}

function decodedText(value: number, categories: readonly string[] | undefined): string {
  return categories === undefined ? formatNumber(value, 4) : (categories[value] ?? 'missing')
}

/** Coordinates of the data for a place in unit coordinates. */
export function placeText({ header: { frame } }: MapData, u: number, v: number): string {
  return `(${formatNumber(frame.x0 + u * frame.span, 4)}, ${formatNumber(frame.y0 + v * frame.span, 4)})`
}
