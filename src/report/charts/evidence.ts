/**
 * The small charts of the doctor's report: curves, bars, histograms and clouds of points from plain data, with intervals
 * and with lines that mark a threshold or a choice.
 */
import type { Markish } from '@observablehq/plot'
import { formatNumber, type Chart, type ChartSeries } from '../../base/index.js'
import { clip } from '../html.js'
import type { Plotting } from './plotting.js'

const width = 460
const height = 250

/** Colours in turn; curves differ in their dashes too. */
const looks = [
  { colour: 'var(--normal)', dash: '' },
  { colour: 'var(--anomaly)', dash: '7,3' },
  { colour: 'var(--quiet)', dash: '2,3' },
  { colour: 'currentColor', dash: '9,3,2,3' },
] as const

/** Most points drawn of a series, and most bars. */
const mostPoints = 600
const mostBars = 14

/** One point of a series. */
interface Point {
  readonly x: number | string
  readonly y: number
  readonly low: number | undefined
  readonly high: number | undefined
}

/** @returns an `<svg>` element, or undefined when there is nothing to draw */
export function evidenceChart(plotting: Plotting, chart: Chart): string | undefined {
  const series = chart.series.map((one) => pointsOf(one, chart)).filter(({ points }) => points.length > 0)
  if (series.length === 0) return undefined
  return chart.kind === 'bars' ? bars(plotting, chart, series[0]!.points) : plane(plotting, chart, series)
}

interface Drawn {
  readonly name: string
  readonly points: readonly Point[]
}

/** Points that can be drawn: finite, and above 0 on logarithmic axes. */
function pointsOf({ name, x, y, low, high }: ChartSeries, { log, kind }: Chart): Drawn {
  const [onX, onY] = [log === 'x' || log === 'both', log === 'y' || log === 'both']
  const all = x.map((at, i): Point => ({ x: at, y: y[i]!, low: low?.[i], high: high?.[i] }))
  const fit = all.filter(
    (point) =>
      Number.isFinite(point.y) &&
      (typeof point.x === 'string' || Number.isFinite(point.x)) &&
      !(onX && Number(point.x) <= 0) &&
      !(onY && point.y <= 0),
  )
  const every = kind === 'pairs' ? Math.ceil(fit.length / mostPoints) : 1
  return { name: clip(name, 28), points: fit.filter((_, i) => i % every === 0) }
}

/** Bars lie, so that names have room. */
function bars({ marks, draw }: Plotting, chart: Chart, all: readonly Point[]): string {
  const points = all.slice(0, mostBars).map((point) => ({ ...point, x: clip(String(point.x), 22) }))
  const longest = Math.max(...points.map(({ x }) => x.length))
  const intervals = points.filter(({ low, high }) => Number.isFinite(low) && Number.isFinite(high))
  const lines = (chart.marks ?? []).filter(({ at }) => typeof at === 'number')
  return draw(
    {
      marginLeft: Math.min(170, 16 + 7 * longest),
      marginRight: 22,
      marginTop: lines.length > 0 ? 22 : 8,
      marginBottom: 40,
      x: {
        label: chart.y,
        labelAnchor: 'center',
        labelArrow: 'none',
        grid: true,
        ticks: 4,
        tickFormat: (value: number) => formatNumber(value),
      },
      y: { label: null, domain: [...new Set(points.map(({ x }) => x))], tickSize: 0 },
      marks: [
        marks.barX(points, { x: 'y', y: 'x', fill: 'var(--normal)', fillOpacity: 0.75 }),
        marks.ruleY(intervals, { x1: 'low', x2: 'high', y: 'x', stroke: 'currentColor', strokeWidth: 1.5 }),
        marks.ruleX([0], { stroke: 'var(--quiet)' }),
        ...lines.flatMap(({ at, text }) => [
          marks.ruleX([at], { stroke: 'var(--anomaly)', strokeDasharray: '4,3' }),
          marks.text([at], {
            x: (value: number) => value,
            frameAnchor: 'top',
            dy: -14,
            text: () => clip(text, 30),
            fill: 'currentColor',
          }),
        ]),
      ],
    },
    {
      title: clip(chart.title),
      description: described(chart, points),
      width,
      height: 76 + 20 * points.length,
    },
  )
}

function plane({ marks, draw }: Plotting, chart: Chart, series: readonly Drawn[]): string {
  const isLog = (axis: 'x' | 'y'): boolean => chart.log === axis || chart.log === 'both'
  const everything = series.flatMap(({ points }) => points)
  const isNumeric = everything.every(({ x }) => typeof x === 'number')
  const format = (value: number | string): string =>
    typeof value === 'number' ? formatNumber(value) : clip(value, 12)
  return draw(
    {
      marginTop: 24,
      marginLeft: 56,
      marginRight: 18,
      marginBottom: 42,
      x: {
        label: isLog('x') ? `${chart.x}, logarithmic` : chart.x,
        labelAnchor: 'center',
        labelArrow: 'none',
        ...(isNumeric ? { type: isLog('x') ? 'log' : 'linear', ticks: 5 } : { type: 'point' }),
        tickFormat: format,
      },
      y: {
        label: isLog('y') ? `${chart.y}, logarithmic` : chart.y,
        labelArrow: 'none',
        type: isLog('y') ? 'log' : 'linear',
        grid: true,
        ticks: 4,
        tickFormat: (value: number) => formatNumber(value),
        ...(chart.kind === 'histogram' && { zero: true }),
      },
      marks: [
        ...series.flatMap(({ points }, i) => marksOf(marks, chart, points, i)),
        ...lines(marks, chart, everything),
      ],
    },
    {
      title: clip(chart.title),
      description: series.map(({ name, points }) => `${name}: ${described(chart, points)}`).join('. '),
      width,
      height,
    },
  )
}

function marksOf(marks: Plotting['marks'], { kind }: Chart, points: readonly Point[], i: number): Markish[] {
  const { colour, dash } = looks[i % looks.length]!
  const place = { x: 'x', y: 'y' } as const
  if (kind === 'histogram') return [histogram(marks, points, colour)]
  if (kind === 'pairs') return [marks.dot(points, { ...place, r: 2, fill: colour, fillOpacity: 0.6 })]
  const intervals = points.filter(({ low, high }) => Number.isFinite(low) && Number.isFinite(high))
  return [
    marks.areaY(intervals, { x: 'x', y1: 'low', y2: 'high', fill: colour, fillOpacity: 0.18 }),
    marks.line(points, { ...place, stroke: colour, strokeWidth: 2, ...(dash && { strokeDasharray: dash }) }),
    ...(points.length <= 30 ? [marks.dot(points, { ...place, r: 2.5, fill: colour })] : []),
  ]
}

/** `x` are the left edges of equal bins. */
function histogram(marks: Plotting['marks'], points: readonly Point[], colour: string): Markish {
  const edges = points.map(({ x }) => Number(x))
  const size = edges.length > 1 ? edges[1]! - edges[0]! : 1
  return marks.rectY(points, {
    x1: ({ x }: Point) => Number(x),
    x2: ({ x }: Point) => Number(x) + size,
    y: 'y',
    fill: colour,
    fillOpacity: 0.75,
    inset: 0.5,
  })
}

/** Lines across the chart; their words stand inside, on the side with room, each below the one before. */
function lines(
  marks: Plotting['marks'],
  { marks: wanted = [], log }: Chart,
  points: readonly Point[],
): Markish[] {
  const onLog = (axis: 'x' | 'y'): boolean => log === axis || log === 'both'
  const places = points.map(({ x }) => (onLog('x') ? Math.log(Number(x)) : Number(x)))
  const middle = (Math.min(...places) + Math.max(...places)) / 2
  return wanted.flatMap(({ axis, at, text }, i): Markish[] => {
    if (typeof at === 'number' && (!Number.isFinite(at) || (onLog(axis) && at <= 0))) return []
    const look = { stroke: 'var(--anomaly)', strokeDasharray: '4,3' } as const
    const label = {
      text: () => clip(text, 34),
      fill: 'currentColor',
      stroke: 'var(--paper)',
      strokeWidth: 4,
    } as const
    const isRight = (onLog('x') ? Math.log(Number(at)) : Number(at)) > middle
    return axis === 'x'
      ? [
          marks.ruleX([at], look),
          marks.text([at], {
            ...label,
            x: (value: number | string) => value,
            frameAnchor: 'top',
            textAnchor: isRight ? 'end' : 'start',
            dx: isRight ? -5 : 5,
            dy: 8 + 15 * i,
          }),
        ]
      : [
          marks.ruleY([at], look),
          marks.text([at], {
            ...label,
            y: (value: number | string) => value,
            frameAnchor: 'right',
            textAnchor: 'end',
            dy: -7,
          }),
        ]
  })
}

/** Names of the series in the colours and dashes of a chart, for a key below it. */
export function keyOf({
  series,
  kind,
}: Chart): readonly { readonly name: string; readonly colour: string; readonly dash: string }[] {
  if (series.length < 2 || kind === 'bars') return []
  return series.map(({ name }, i) => ({ name: clip(name, 40), ...looks[i % looks.length]! }))
}

function described({ y }: Chart, points: readonly Point[]): string {
  const [first, last] = [points[0]!, points.at(-1)!]
  return `${y} from ${formatNumber(first.y)} at ${String(first.x)} to ${formatNumber(last.y)} at ${String(last.x)}`
}
