/**
 * A map as a picture for papers: SVG, or PNG through sharp (loaded when it is needed). Few points are shapes; of many a layer of pixels is drawn
 * (map/raster.ts) under texts that stay shapes. The page to explore is render-map-report.ts; both share their colours.
 */
import { formatCount, formatPlural, HourglassError, permutation, random } from '../base/index.js'
import { clip, escapeText } from './html.js'
import { legendOf, legendWidth } from './map-picture-legend.js'
import type { MapColumn, MapReport } from './map-report.js'
import { checkMap } from './map/check.js'
import {
  colourRanks,
  countsOf,
  paintAlike,
  paintCategories,
  paintNumbers,
  rangeOfNumbers,
} from './map/colouring.js'
import { lookOf, type Look } from './map/density.js'
import { boxOf, fitTo, frameOf, homeOf, mediansOf, pixelAt, unitPlaces, type Fit } from './map/frame.js'
import {
  categoryColours,
  distinctColours,
  hexOf,
  plainColours,
  rampColours,
  type Theme,
} from './map/palette.js'
import { rasterOf } from './map/raster.js'
import { colourOf, fontStack } from './style.js'

export interface MapPictureOptions {
  readonly format: 'svg' | 'png'
  /** In pixels, 200 to 8000 (default 1200 × 900). Texts grow with the width. */
  readonly width?: number
  readonly height?: number
  readonly theme?: Theme
  /** Name of the column to colour by (default: the first). */
  readonly colourBy?: string
  /** Names of categories in the middle of their points (default: yes, of up to 20). */
  readonly hasNames?: boolean
}

/** More points than this become pixels. */
const mostShapes = 20_000
const mostNames = 20
/** Width in units that texts are laid out for. */
const layoutWidth = 900
const [margin, titleHeight, footHeight] = [20, 34, 22]
/** Longest side of the layer of pixels. */
const mostPixels = 6000

/**
 * @returns SVG as text
 * @throws HG_USAGE for a size out of range, HG_COLUMN_MISSING for an unknown column, HG_SHAPE_MISMATCH for lists that
 *   do not agree
 * @example
 * writeFileSync('map.svg', await renderMapPicture(map, { format: 'svg' }))
 */
export function renderMapPicture(
  map: MapReport,
  options: MapPictureOptions & { format: 'svg' },
): Promise<string>
/** @returns the bytes of a PNG file */
export function renderMapPicture(
  map: MapReport,
  options: MapPictureOptions & { format: 'png' },
): Promise<Uint8Array>
/** @returns SVG as text or PNG as bytes, as `format` says */
export function renderMapPicture(map: MapReport, options: MapPictureOptions): Promise<string | Uint8Array>
export async function renderMapPicture(
  map: MapReport,
  options: MapPictureOptions,
): Promise<string | Uint8Array> {
  const svg = await svgOf(map, options)
  if (options.format === 'svg') return svg
  const { default: sharp } = await import('sharp')
  return new Uint8Array(await sharp(Buffer.from(svg)).png().toBuffer())
}

async function svgOf(map: MapReport, options: MapPictureOptions): Promise<string> {
  const { width = 1200, height = 900, theme = 'light' } = options
  checkSize(width, height)
  const rows = checkMap(map)
  const column = columnOf(map, options.colourBy)
  const paint = paintOf(column, rows, theme)
  const { x, y } = map.points
  const places = unitPlaces(x, y, frameOf(boxOf(x, y)))
  const scale = Math.max(0.5, width / layoutWidth)
  const [w, h] = [width / scale, height / scale]
  const side = legendWidth(column)
  const plot = {
    x: margin,
    y: margin + titleHeight,
    width: Math.max(60, w - 2 * margin - side),
    height: Math.max(60, h - 2 * margin - titleHeight - footHeight),
  }
  const scene = { places, paint, order: new Uint32Array(permutation(rows, random(1)).buffer as ArrayBuffer) }
  const fit = fitTo(homeOf(places), plot.width, plot.height, 12)
  const isPlaced = (row: number): boolean => !Number.isNaN(places[2 * row]!)
  const look = lookOf(scene, { fit, ...plot, least: 1 / Math.sqrt(2 * scale) }, isPlaced)
  const points =
    rows > mostShapes ? await pixelLayer(scene, { fit, look, plot, scale }) : shapes(scene, fit, look)
  const ink = colourOf(theme, 'ink')
  const soft = colourOf(theme, 'soft')
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${at(w)} ${at(h)}" font-family="${escapeText(fontStack)}">`,
    `<title>${escapeText(clip(map.title))}</title>`,
    `<rect width="100%" height="100%" fill="${colourOf(theme, 'paper')}"/>`,
    `<text x="${margin}" y="${margin + 18}" font-size="18" font-weight="700" fill="${ink}">${escapeText(clip(map.title, Math.floor(w / 11)))}</text>`,
    `<svg x="${plot.x}" y="${plot.y}" width="${at(plot.width)}" height="${at(plot.height)}" overflow="hidden">`,
    points,
    options.hasNames === false ? '' : nameTexts(column, places, fit, theme),
    `</svg>`,
    `<rect x="${plot.x}" y="${plot.y}" width="${at(plot.width)}" height="${at(plot.height)}" fill="none" stroke="${colourOf(theme, 'line')}"/>`,
    legendOf(column, { x: plot.x + plot.width + 14, y: plot.y, height: plot.height, theme }),
    `<text x="${margin}" y="${at(h - margin)}" font-size="11" fill="${soft}">${escapeText(footOf(places, fit, plot, rows))}</text>`,
    `</svg>`,
  ].join('\n')
}

function checkSize(width: number, height: number): void {
  for (const [name, value] of [
    ['width', width],
    ['height', height],
  ] as const) {
    if (Number.isInteger(value) && value >= 200 && value <= 8000) continue
    throw new HourglassError(
      'HG_USAGE',
      `map picture: ${name}: expected a whole number of pixels from 200 to 8000, got ${value}; a column of a paper is about 1000 pixels wide`,
    )
  }
}

function columnOf({ columns }: MapReport, name: string | undefined): MapColumn | undefined {
  if (name === undefined) return columns[0]
  const found = columns.find((column) => column.name === name)
  if (found !== undefined) return found
  const known = columns.map((column) => clip(column.name, 40)).join(', ')
  throw new HourglassError(
    'HG_COLUMN_MISSING',
    `map picture: expected the name of a column to colour by, got "${clip(name, 80)}"; columns are: ${known}`,
  )
}

/** Red, green, blue and 1 for every row. */
function paintOf(column: MapColumn | undefined, rows: number, theme: Theme): Uint8Array {
  const paint = new Uint8Array(4 * rows).fill(1)
  const { point, missing } = plainColours(theme)
  if (column === undefined) paintAlike(paint, point)
  else if (column.kind === 'number') {
    const range = rangeOfNumbers(column.values)
    paintNumbers(paint, column.values, { ramp: rampColours('viridis', theme), range, missing })
  } else {
    const ranks = colourRanks(countsOf(column.codes, column.categories.length), distinctColours)
    paintCategories(paint, column.codes, categoryColours(ranks, theme), missing)
  }
  return paint
}

interface PictureScene {
  readonly places: Float32Array
  readonly paint: Uint8Array
  readonly order: Uint32Array
}

/** Every point as a dot, in random order, so that the last category does not cover the others. */
function shapes({ places, paint, order }: PictureScene, fit: Fit, look: Look): string {
  const dots: string[] = []
  for (const row of order) {
    if (Number.isNaN(places[2 * row]!)) continue
    const [x, y] = pixelAt(fit, places[2 * row]!, places[2 * row + 1]!)
    dots.push(`<path d="M${at(x)} ${at(y)}h.01" stroke="${hexOf(paint.subarray(4 * row, 4 * row + 3))}"/>`)
  }
  return `<g stroke-width="${at(look.diameter)}" stroke-linecap="round" stroke-opacity="${look.opacity.toFixed(2)}">${dots.join('')}</g>`
}

/** All points as one image, twice as fine as the picture. */
async function pixelLayer(
  scene: PictureScene,
  {
    fit,
    look,
    plot,
    scale,
  }: {
    readonly fit: Fit
    readonly look: Look
    readonly plot: { readonly width: number; readonly height: number }
    readonly scale: number
  },
): Promise<string> {
  const fine = Math.min(2 * scale, mostPixels / Math.max(plot.width, plot.height))
  const [width, height] = [Math.round(plot.width * fine), Math.round(plot.height * fine)]
  const finer = { scale: fit.scale * fine, x: fit.x * fine, y: fit.y * fine }
  const { opacity, diameter } = look
  const pixels = rasterOf(scene, { fit: finer, width, height, diameter: diameter * fine, opacity })
  const { default: sharp } = await import('sharp')
  const png = await sharp(pixels, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer()
  return `<image width="${at(plot.width)}" height="${at(plot.height)}" href="data:image/png;base64,${png.toString('base64')}"/>`
}

/** Names of a few categories, the most frequent first; one that would cover another moves or is left out. */
function nameTexts(column: MapColumn | undefined, places: Float32Array, fit: Fit, theme: Theme): string {
  if (column?.kind !== 'category' || column.categories.length > mostNames) return ''
  const taken: { x: number; y: number; width: number }[] = []
  const texts = mediansOf(places, column.codes, column.categories.length)
    .flatMap((middle, code) =>
      middle === undefined ? [] : [{ ...middle, name: clip(column.categories[code]!, 24) }],
    )
    .sort((a, b) => b.points - a.points)
    .map(({ u, v, name }) => {
      const [x, middle] = pixelAt(fit, u, v)
      const width = 7.4 * name.length
      const isFree = (y: number): boolean =>
        taken.every(
          (other) => Math.abs(x - other.x) > (width + other.width) / 2 || Math.abs(y - other.y) > 15,
        )
      const y = [middle, middle + 16, middle - 16].find(isFree)
      if (y === undefined) return ''
      taken.push({ x, y, width })
      return `<text x="${at(x)}" y="${at(y + 4)}">${escapeText(name)}</text>`
    })
  const [ink, paper] = [colourOf(theme, 'ink'), colourOf(theme, 'paper')]
  return `<g font-size="12.5" font-weight="700" text-anchor="middle" fill="${ink}" stroke="${paper}" stroke-width="3" stroke-linejoin="round" paint-order="stroke">${texts.join('')}</g>`
}

function footOf(
  places: Float32Array,
  fit: Fit,
  plot: { readonly width: number; readonly height: number },
  rows: number,
): string {
  let [outside, unplaced] = [0, 0]
  for (let i = 0; i < places.length; i += 2) {
    const [x, y] = pixelAt(fit, places[i]!, places[i + 1]!)
    if (Number.isNaN(x)) unplaced++
    else if (x < 0 || y < 0 || x > plot.width || y > plot.height) outside++
  }
  return [
    formatPlural(rows, 'row'),
    ...(outside > 0 ? [`${formatCount(outside)} far outside`] : []),
    ...(unplaced > 0 ? [`${formatCount(unplaced)} without a place`] : []),
    'axes have no units; both have the same scale',
  ].join(' · ')
}

function at(x: number): string {
  return String(Number(x.toFixed(1)))
}
