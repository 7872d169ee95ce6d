/** How a layer's outputs are spread, small enough for a cell of a table. Drawn by hand: an axis of two numbers. */
import { formatNumber } from '../../base/index.js'
import { escapeText } from '../html.js'
import type { ReportLayer } from '../inspect-report.js'

const [width, height, floor] = [180, 52, 36]
const bins = 30
/** Of a bar that stands for at least one number. */
const least = 1.5

/** @returns an `<svg>` element, or undefined for a layer without outputs */
export function outputHistogram({ name, sample }: Pick<ReportLayer, 'name' | 'sample'>): string | undefined {
  const values = Float64Array.from(sample).filter((value) => Number.isFinite(value))
  if (values.length === 0) return undefined
  values.sort()
  const [low, high] = [values[0]!, values.at(-1)!]
  const counts = countsOf(values, low, high)
  const tallest = Math.max(...counts)
  const bars = counts.map((count, i) => {
    // By the square root: a layer of rectifiers is mostly zeros, beside which the rest could not be seen.
    const size = count === 0 ? 0 : Math.max(least, Math.sqrt(count / tallest) * (floor - 4))
    return `M${at((i * width) / bins)},${floor}h${at(width / bins - 1)}v${at(-size)}h${at(1 - width / bins)}Z`
  })
  const zero = low < 0 && high > 0 ? (-low / (high - low)) * width : undefined
  const quartile = (share: number) => formatNumber(values[Math.floor(share * (values.length - 1))]!)
  const description = `From ${formatNumber(low)} to ${formatNumber(high)}; the middle half lies between ${quartile(0.25)} and ${quartile(0.75)}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" class="chart outputs" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<title>${escapeText(`Outputs of ${name}`)}</title><desc>${escapeText(description)}</desc>`,
    `<path d="${bars.join('')}" fill="var(--normal)"/><path d="M0,${floor}H${width}" class="axis"/>`,
    zero === undefined
      ? ''
      : `<path d="M${at(zero)},2V${floor + 4}" stroke="currentColor" stroke-dasharray="2,2" fill="none"/>`,
    `<g class="soft" font-size="11"><text x="0" y="${height - 3}">${escapeText(formatNumber(low))}</text>`,
    zero !== undefined && zero > 44 && zero < width - 44
      ? `<text x="${at(zero)}" y="${height - 3}" text-anchor="middle">0</text>`
      : '',
    `<text x="${width}" y="${height - 3}" text-anchor="end">${escapeText(formatNumber(high))}</text></g></svg>`,
  ].join('')
}

function countsOf(values: Float64Array, low: number, high: number): readonly number[] {
  const counts = Array<number>(bins).fill(0)
  for (const value of values) {
    const bin = high > low ? Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins)) : bins >> 1
    counts[bin]!++
  }
  return counts
}

function at(x: number): string {
  return String(Math.round(x * 10) / 10)
}
