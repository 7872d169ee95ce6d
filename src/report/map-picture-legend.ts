/** What the colours of a map's picture mean, beside it: a list of categories or a scale of numbers. */
import { formatCount, formatNumber } from '../base/index.js'
import { clip, escapeText } from './html.js'
import type { MapColumn } from './map-report.js'
import { colourRanks, countsOf, rangeOfNumbers } from './map/colouring.js'
import {
  categoryColours,
  distinctColours,
  hexOf,
  plainColours,
  rampColours,
  type Theme,
} from './map/palette.js'
import { colourOf } from './style.js'

interface LegendPlace {
  readonly x: number
  readonly y: number
  readonly height: number
  readonly theme: Theme
}

/** Of a line, and of a letter about. */
const [lineHeight, letterWidth] = [18, 6.6]
const longestText = 26
const barHeight = 160

/** Width that the legend needs; 0 without a column. */
export function legendWidth(column: MapColumn | undefined): number {
  if (column === undefined) return 0
  const texts =
    column.kind === 'category'
      ? [column.name, 'missing', ...column.categories]
      : [column.name, '≥ 123,456 000']
  const letters = texts.reduce((most, text) => Math.max(most, Math.min(longestText, text.length)), 0)
  return Math.ceil(36 + letterWidth * letters)
}

/** @returns shapes and texts; nothing without a column */
export function legendOf(column: MapColumn | undefined, place: LegendPlace): string {
  if (column === undefined) return ''
  const { x, y, theme } = place
  const heading = `<text x="${x}" y="${y + 12}" font-weight="700">${escapeText(clip(column.name, longestText))}</text>`
  const inner = column.kind === 'category' ? categoryEntries(column, place) : numberScale(column, place)
  return `<g font-size="12" fill="${colourOf(theme, 'ink')}">${heading}${inner}</g>`
}

function categoryEntries(
  column: Extract<MapColumn, { kind: 'category' }>,
  { x, y, height, theme }: LegendPlace,
): string {
  const counts = countsOf(column.codes, column.categories.length)
  const ranks = colourRanks(counts, distinctColours)
  const colours = categoryColours(ranks, theme)
  const codes = column.categories.map((_, code) => code).sort((a, b) => ranks[a]! - ranks[b]!)
  const room = Math.max(1, Math.floor(height / lineHeight) - 3)
  const entries = codes
    .slice(0, room)
    .map((code) => [hexOf(colours, code), column.categories[code]!] as const)
    .concat(counts.at(-1)! > 0 ? [[hexOf(plainColours(theme).missing), 'missing'] as const] : [])
    .map(([colour, name], i) => entry(colour, name, x, y + (i + 1) * lineHeight))
  const more = codes.length - room
  if (more <= 0) return entries.join('')
  const end = y + 12 + (entries.length + 1) * lineHeight
  return `${entries.join('')}<text x="${x}" y="${end}" fill="${colourOf(theme, 'soft')}">and ${formatCount(more)} more</text>`
}

function entry(colour: string, name: string, x: number, y: number): string {
  const text = escapeText(clip(name === '' ? '(empty)' : name, longestText))
  return `<circle cx="${x + 5}" cy="${y + 8}" r="5" fill="${colour}"/><text x="${x + 17}" y="${y + 12}">${text}</text>`
}

function numberScale(column: Extract<MapColumn, { kind: 'number' }>, { x, y, theme }: LegendPlace): string {
  const range = rangeOfNumbers(column.values)
  const top = y + lineHeight + 6
  if (range.known === 0) return `<text x="${x}" y="${top + 12}">every cell is missing</text>`
  const ramp = rampColours('viridis', theme)
  const stops = Array.from({ length: 17 }, (_, i) => {
    const offset = (100 * i) / 16
    return `<stop offset="${offset}%" stop-color="${hexOf(ramp, 255 - Math.min(255, i * 16))}"/>`
  })
  const unit = column.unit === undefined ? '' : ` ${clip(column.unit, 12)}`
  const tick = (share: number, text: string): string =>
    `<text x="${x + 20}" y="${top + 4 + (1 - share) * barHeight}">${escapeText(text + unit)}</text>`
  const low = (range.low > range.least ? '≤ ' : '') + formatNumber(range.low)
  const high = (range.high < range.most ? '≥ ' : '') + formatNumber(range.high)
  const isOne = range.low === range.high
  return [
    `<linearGradient id="ramp" x1="0" y1="0" x2="0" y2="1">${stops.join('')}</linearGradient>`,
    `<rect x="${x}" y="${top}" width="13" height="${barHeight}" rx="3" fill="url(#ramp)"/>`,
    isOne
      ? tick(0.5, low)
      : tick(0, low) + tick(0.5, formatNumber((range.low + range.high) / 2)) + tick(1, high),
    range.missing > 0 ? entry(hexOf(plainColours(theme).missing), 'missing', x, top + barHeight + 12) : '',
  ].join('')
}
