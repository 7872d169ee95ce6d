/** Words that several pictures write alike. Numbers themselves are base/format.ts. */
import { formatInstant, formatNumber } from '../base/index.js'
import type { PositionTexts } from './charts/position.js'
import type { ReportPosition } from './detect-report.js'
import { clip } from './html.js'

/** What stands at the ends of a usual range, and the whole in a sentence. */
export function rangeTexts(
  { low, high }: ReportPosition,
  isDate: boolean,
  { value, expected }: { readonly value: string; readonly expected: string },
): PositionTexts {
  const written = isDate ? (x: number) => formatInstant(x).slice(0, 10) : (x: number) => formatNumber(x)
  const title = `${value}, expected ${expected}, usually ${written(low)} to ${written(high)}`
  return { title, low: written(low), high: written(high) }
}

/** A time in ISO 8601, to the minute; what is no time stays as it is. */
export function whenOf(createdAt: string): string {
  const time = Date.parse(createdAt)
  return Number.isNaN(time) ? clip(createdAt, 40) : formatInstant(Math.floor(time / 60_000) * 60_000)
}
