/**
 * Numbers over the steps of training, a line each, named at its end: terms of the loss, gradient norms of layers, what
 * a kind watches. The loss itself is training-curve.ts.
 */
import type { Markish } from '@observablehq/plot'
import { formatCount, formatNumber } from '../../base/index.js'
import { clip, escapeText } from '../html.js'
import type { Plotting } from './plotting.js'
import { domainOf, isWide, logTicks, spread, thinned, type Domain, type Series } from './series.js'

/** What a chart of lines says around them. */
export interface CourseFrame {
  readonly title: string
  /** Of the vertical axis, with its unit. */
  readonly label: string
  readonly width: number
  readonly height: number
  /** `log` leaves out what is not above 0; `auto` (default) takes it where numbers are far apart and all above 0. */
  readonly scale?: 'auto' | 'log'
  /** Whether lines are named (default true): a chart of one line need not. */
  readonly isNamed?: boolean
}

/** Colours and dashes in turn: no two lines of four look alike in either. */
const looks = [
  { stroke: 'var(--normal)', dash: '' },
  { stroke: 'var(--anomaly)', dash: '7,3' },
  { stroke: 'var(--quiet)', dash: '2,3' },
  { stroke: 'currentColor', dash: '9,3,2,3' },
] as const

const margins = { top: 22, bottom: 40, left: 54 }
/** Room at the right for names of so many characters. */
const mostCharacters = 20

/**
 * @param series points in the order of their steps; numbers that are not finite are left out
 * @returns an `<svg>` element, or undefined when there is nothing to draw
 */
export function courseLines(
  { marks, draw }: Plotting,
  series: readonly Series[],
  frame: CourseFrame,
): string | undefined {
  const { title, label, width, height, isNamed = true } = frame
  const lines = series.flatMap((line, i) => usable(line, i, frame.scale === 'log'))
  const values = lines.flatMap(({ points }) => points.map(({ value }) => value))
  if (values.length === 0) return undefined
  const isLog = frame.scale === 'log' || isWide(values)
  const steps = lines.flatMap(({ points }) => points.map(({ step }) => step))
  const longest = Math.max(...lines.map(({ name }) => name.length))
  const room = isNamed ? 26 + 6.6 * longest : 14
  const place: Place = {
    x: { domain: domainOf(steps, false), range: [margins.left, width - room] },
    y: { domain: domainOf(values, isLog), range: [height - margins.bottom, margins.top], isLog },
  }
  const chart = draw(
    {
      marginTop: margins.top,
      marginLeft: margins.left,
      marginRight: room,
      marginBottom: margins.bottom,
      x: {
        domain: place.x.domain,
        label: 'step',
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: width > 600 ? 8 : 3,
        tickFormat: formatCount,
      },
      y: {
        type: isLog ? 'log' : 'linear',
        domain: place.y.domain,
        label: isLog ? `${label}, logarithmic` : label,
        labelArrow: 'none',
        grid: true,
        ticks: isLog ? logTicks(place.y.domain, height - 62, 80) : 4,
        tickFormat: (value: number) => formatNumber(value),
      },
      marks: lines.map((line) => markOf(marks, line)),
    },
    { title, description: lines.map(described).join('. '), width, height },
  )
  return isNamed ? chart.replace(/<\/svg>$/, `${names(lines, place)}</svg>`) : chart
}

interface Line extends Series {
  readonly stroke: string
  readonly dash: string
}

/** Where data lie on the drawing: domains, and the pixels that they stretch over. */
interface Place {
  readonly x: { readonly domain: Domain; readonly range: Domain }
  readonly y: { readonly domain: Domain; readonly range: Domain; readonly isLog: boolean }
}

/** A line; of a single point a dot, since a line of one could not be seen. */
function markOf(marks: Plotting['marks'], { points, stroke, dash }: Line): Markish {
  const place = { x: 'step', y: 'value' } as const
  if (points.length === 1) return marks.dot(points, { ...place, r: 4, fill: stroke })
  return marks.line(points, { ...place, stroke, strokeWidth: 2, ...(dash && { strokeDasharray: dash }) })
}

function usable({ name, points }: Series, i: number, isLog: boolean): readonly Line[] {
  const kept = thinned(points.filter(({ value }) => Number.isFinite(value) && !(isLog && value <= 0)))
  return kept.length === 0
    ? []
    : [{ name: clip(name, mostCharacters), points: kept, ...looks[i % looks.length]! }]
}

/** Every line's name beside its end, led to from there where names had to make room for each other. */
function names(lines: readonly Line[], { x, y }: Place): string {
  const scale = y.isLog ? Math.log : (value: number) => value
  const ends = lines.map(({ points }) => points.at(-1)!)
  const at = (value: number, [from, to]: Domain, [start, end]: Domain) =>
    start + ((value - from) / (to - from)) * (end - start)
  const [low, high] = y.domain
  const heights = ends.map(({ value }) => at(scale(value), [scale(low), scale(high)], y.range))
  const places = spread(heights, 14, [y.range[1], y.range[0]])
  const right = x.range[1]
  const drawn = lines.map(({ name, stroke }, i) => {
    const from = at(ends[i]!.step, x.domain, x.range)
    const leader = `M${round(from + 2)},${round(heights[i]!)}L${round(right + 14)},${round(places[i]!)}`
    return (
      `<path d="${leader}" fill="none" stroke="${stroke}"/>` +
      `<text x="${round(right + 18)}" y="${round(places[i]! + 4)}" fill="currentColor" text-anchor="start">${escapeText(name)}</text>`
    )
  })
  return `<g class="names">${drawn.join('')}</g>`
}

const round = (x: number): string => String(Math.round(x * 10) / 10)

function described({ name, points }: Line): string {
  const [first, last] = [points[0]!, points.at(-1)!]
  return points.length === 1
    ? `${name} ${formatNumber(first.value)} at step ${formatCount(first.step)}`
    : `${name} from ${formatNumber(first.value)} to ${formatNumber(last.value)}`
}
