/**
 * A value on the line of its column: a band where values usually lie, a diamond where the model expected it, a dot
 * where it is. What lies too far off is drawn at the end, behind a break in the axis. Positions are percentages, so
 * that the drawing fits any width without its text growing or shrinking.
 */
import { escapeText } from '../html.js'
import type { ReportPosition } from '../detect-report.js'

/** Where the unbroken part of the axis begins and ends, in percent of the width. */
const [inner0, inner1] = [14, 86]
/** Where far values are put, and farther ones. */
const [far, farther] = [7, 3]
/** A value may lie this many widths of the usual range outside of it before the axis breaks. */
const reach = 0.75

/** Places on the drawing in percent. */
export interface PositionLayout {
  readonly value: number
  readonly expected: number
  readonly low: number
  readonly high: number
  readonly breaksLeft: boolean
  readonly breaksRight: boolean
}

/** Where everything goes; `low` and `high` may be equal. */
export function layoutOf({ value, expected, low, high }: ReportPosition): PositionLayout {
  const span = high - low || Math.abs(high) / 5 || 1
  const near = [value, expected].filter((x) => x >= low - reach * span && x <= high + reach * span)
  const [from, to] = [Math.min(low, ...near) - 0.06 * span, Math.max(high, ...near) + 0.06 * span]
  const place = (x: number, other: number): number => {
    if (x < from) return x < other || other >= from ? farther : far
    if (x > to) return 100 - (x > other || other <= to ? farther : far)
    return inner0 + ((x - from) / (to - from)) * (inner1 - inner0)
  }
  return {
    value: place(value, expected),
    expected: place(expected, value),
    low: place(low, low),
    high: place(high, high),
    breaksLeft: Math.min(value, expected) < from,
    breaksRight: Math.max(value, expected) > to,
  }
}

/** The texts beside the drawing. */
export interface PositionTexts {
  /** The whole in a sentence, for those who do not see it. */
  readonly title: string
  readonly low: string
  readonly high: string
}

/** @returns an `<svg>` element as wide as what it stands in, 46 pixels high */
export function position(data: ReportPosition, texts: PositionTexts): string {
  const { value, expected, low, high, breaksLeft, breaksRight } = layoutOf(data)
  const isNarrow = high - low < 30
  const middle = (low + high) / 2
  return [
    `<svg role="img" class="position" width="100%" height="46"><title>${escapeText(texts.title)}</title>`,
    `<line x1="0" x2="100%" y1="14" y2="14" class="axis"/>`,
    breaksLeft ? breakMark(10.5) : '',
    breaksRight ? breakMark(89.5) : '',
    `<rect x="${at(low)}" width="${at(Math.max(0.8, high - low))}" y="8" height="12" rx="3" class="band"/>`,
    isNarrow
      ? `<text x="${at(Math.min(72, Math.max(28, middle)))}" y="38" text-anchor="middle">${escapeText(texts.low)} – ${escapeText(texts.high)}</text>`
      : `<text x="${at(low)}" y="38">${escapeText(texts.low)}</text><text x="${at(high)}" y="38" text-anchor="end">${escapeText(texts.high)}</text>`,
    `<svg x="${at(expected)}" y="14" overflow="visible"><path d="M0,-7L7,0L0,7L-7,0Z" class="expected"/></svg>`,
    `<circle cx="${at(value)}" cy="14" r="6" class="value"/></svg>`,
  ].join('')
}

/** Two slanted strokes with a gap between them. */
function breakMark(x: number): string {
  return `<svg x="${at(x)}" y="14" overflow="visible"><path d="M-3,6L1,-6L5,-6L1,6Z" class="gap"/><path d="M-3,6L1,-6M1,6L5,-6" class="axis"/></svg>`
}

function at(percent: number): string {
  return `${String(Math.round(percent * 10) / 10)}%`
}
