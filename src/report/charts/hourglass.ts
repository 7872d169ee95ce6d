/**
 * The network as an hourglass: one bar a layer, as tall as it is wide, joined to the next. Drawn by hand: no axis,
 * no scale that Plot could help with.
 */
import { formatCount } from '../../base/index.js'
import { escapeText } from '../html.js'
import type { ReportModel } from '../detect-report.js'

const [width, height] = [400, 190]
const [left, right, top, bottom] = [22, 378, 26, 150]
const barWidth = 12
/** Most widths written; of deeper networks the first, the last and the latent are. */
const mostLabels = 9

/** @returns an `<svg>` element, or undefined for a model without layers */
export function hourglass({ widths, latent }: ReportModel): string | undefined {
  if (widths.length < 2) return undefined
  const waist = waistOf(widths, latent)
  const layers = widths.map((size, i) => ({
    size,
    x: left + ((right - left) * i) / (widths.length - 1),
    half: halfHeight(size, Math.max(...widths)),
    isWaist: i === waist,
    isLabelled: widths.length <= mostLabels || i === 0 || i === waist || i === widths.length - 1,
  }))
  const middle = (top + bottom) / 2
  const joints = layers.slice(1).map((to, i) => {
    const from = layers[i]!
    return `<path d="M${at(from.x)},${at(middle - from.half)}L${at(to.x)},${at(middle - to.half)}V${at(middle + to.half)}L${at(from.x)},${at(middle + from.half)}Z"/>`
  })
  const bars = layers.map(
    ({ x, half, isWaist }) =>
      `<rect x="${at(x - barWidth / 2)}" y="${at(middle - half)}" width="${barWidth}" height="${at(2 * half)}" rx="3" fill="var(${isWaist ? '--anomaly' : '--normal'})"/>`,
  )
  const labels = layers
    .filter(({ isLabelled }) => isLabelled)
    .map(
      ({ x, half, size, isWaist }) =>
        `<text x="${at(x)}" y="${at(middle - half - 7)}"${isWaist ? ' font-weight="700"' : ''}>${formatCount(size)}</text>`,
    )
  const waistX = layers[waist]!.x
  const captions = [
    [left, 'features', 'start'],
    [waistX, 'code', 'middle'],
    [right, 'rebuilt', 'end'],
  ].map(
    ([x, text, anchor]) => `<text x="${x!}" y="176" text-anchor="${anchor!}" class="soft">${text!}</text>`,
  )
  const description = `Layers of ${widths.map(formatCount).join(', ')} values; the code has ${formatCount(latent)}.`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" class="chart" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<title>The network, layer by layer</title><desc>${escapeText(description)}</desc>`,
    `<g fill="var(--normal)" fill-opacity="0.16">${joints.join('')}</g>${bars.join('')}`,
    `<g fill="currentColor" text-anchor="middle" font-size="12">${labels.join('')}${captions.join('')}</g></svg>`,
  ].join('')
}

/** The layer that holds the code: the first as wide as the latent away from the ends, else the middle. */
function waistOf(widths: readonly number[], latent: number): number {
  const middle = (widths.length - 1) / 2
  const found = widths
    .map((size, i) => ({ i, isLatent: size === latent && i > 0 && i < widths.length - 1 }))
    .filter(({ isLatent }) => isLatent)
    .sort((a, b) => Math.abs(a.i - middle) - Math.abs(b.i - middle))
  return found[0]?.i ?? Math.floor(middle)
}

/** Square root, so that a code of 4 can be seen beside 500 features. */
function halfHeight(size: number, widest: number): number {
  return Math.max(5, (Math.sqrt(size / widest) * (bottom - top)) / 2)
}

function at(x: number): string {
  return String(Math.round(x * 10) / 10)
}
