/**
 * One picture that tells what the product does: how the scores of a table are spread, and the strangest row with its
 * reasons. It stands alone, on light and dark pages. Its parts are those of the report.
 */
import { formatCount, formatNumber, formatPlural } from '../base/index.js'
import { loadPlotting } from './charts/plotting.js'
import { position } from './charts/position.js'
import { scoreDistribution } from './charts/score-distribution.js'
import type { DetectReport, ReportContribution } from './detect-report.js'
import { clip, escapeText } from './html.js'
import { drawingStyle, paletteFor } from './style.js'
import { rangeTexts } from './texts.js'

const [width, height] = [900, 500]
const margin = 32
/** Reasons drawn, side by side. */
const reasons = 3

/**
 * @returns an SVG document of 900 × 500 pixels; without an anomaly it shows the distribution alone
 */
export async function renderHeroPicture(report: DetectReport): Promise<string> {
  const { scores, rows, source } = report
  const plotting = await loadPlotting()
  const chart = scoreDistribution(plotting, scores, { width: width - 2 * margin, height: 220 }) ?? ''
  const title = `${formatCount(scores.anomalies)} of ${formatPlural(rows, 'row')} stand out in ${clip(source, 30)}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" class="hero" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<title>${escapeText(title)}</title>`,
    `<style>${paletteFor('.hero')}${drawingStyle}\n.hero{color:var(--ink);font:15px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}</style>`,
    `<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="14" fill="var(--paper)" stroke="var(--line)"/>`,
    text({ x: margin, y: 50, size: 24, weight: 700 }, title),
    chart.replace('<svg ', `<svg x="${margin}" y="68" `),
    anomalyParts(report),
    '</svg>',
  ].join('\n')
}

/** The strangest row below the chart: its name, and a drawing for each of its reasons. */
function anomalyParts({ anomalies, columns }: DetectReport): string {
  const strangest = anomalies[0]
  if (!strangest) return ''
  const { id, row, score, contributions } = strangest
  const name = id === undefined || id === '' ? `Row ${formatCount(row)}` : clip(id, 50)
  const shown = contributions.filter(({ share }) => share >= 0.03).slice(0, reasons)
  const dates = new Set(columns.filter(({ kind }) => kind === 'datetime').map((column) => column.name))
  const gap = 28
  const each = (width - 2 * margin - gap * (reasons - 1)) / reasons
  return [
    `<line x1="${margin}" x2="${width - margin}" y1="308" y2="308" stroke="var(--line)"/>`,
    text({ x: margin, y: 342, size: 18, weight: 700 }, name),
    text(
      { x: width - margin, y: 342, size: 14, anchor: 'end', color: '--soft' },
      `row ${formatCount(row)}, score ${formatNumber(score)}`,
    ),
    ...shown.map((part, i) =>
      reasonPart(part, { x: margin + i * (each + gap), width: each, isDate: dates.has(part.column) }),
    ),
  ].join('\n')
}

function reasonPart(
  { column, value, expected, position: place }: ReportContribution,
  at: { readonly x: number; readonly width: number; readonly isDate: boolean },
): string {
  const texts = { value: clip(value, 26), expected: clip(expected, 26) }
  return [
    text({ x: at.x, y: 376, size: 14, color: '--soft' }, clip(column, 32)),
    `<circle cx="${at.x + 7}" cy="395" r="6" class="value"/>`,
    text({ x: at.x + 22, y: 402, size: 20, weight: 700 }, texts.value),
    `<path d="M${at.x + 7},412l7,7l-7,7l-7,-7Z" class="expected"/>`,
    text({ x: at.x + 22, y: 424, size: 14 }, `expected ${texts.expected}`),
    place
      ? `<svg x="${at.x}" y="434" width="${at.width}" height="46">${position(place, rangeTexts(place, at.isDate, texts))}</svg>`
      : '',
  ].join('')
}

interface TextPlace {
  readonly x: number
  readonly y: number
  readonly size: number
  readonly weight?: number
  readonly anchor?: 'start' | 'end'
  readonly color?: string
}

function text(
  { x, y, size, weight = 400, anchor = 'start', color = '--ink' }: TextPlace,
  content: string,
): string {
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="var(${color})">${escapeText(content)}</text>`
}
