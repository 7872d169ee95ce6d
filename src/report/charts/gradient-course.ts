/**
 * Gradient norms of layers over the training: lines with names where layers are few, else a map with a row a layer, the
 * darker the greater.
 */
import { formatCount, formatNumber, formatPlural } from '../../base/index.js'
import { clip } from '../html.js'
import type { ReportCoursePoint } from '../inspect-report.js'
import { courseLines } from './course-lines.js'
import type { Plotting } from './plotting.js'
import { rangeOf, thinned, type Domain, type Series } from './series.js'

/** Layers drawn as lines, at most. */
const mostLines = 7
/** Rows and columns of the map, at most. */
const [mostLayers, mostColumns] = [40, 40]
const rowHeight = 17
/** Of the least norm, so that it can still be told from nothing. */
const faintest = 0.08

/** A drawing of gradient norms, and what its key has to say. */
export interface GradientCourse {
  readonly svg: string
  /** Of a map: the least norm and the greatest. */
  readonly range?: Domain
  /** Whether some layer had no gradient at all at some point. */
  readonly hasNone: boolean
  /** Layers that are not drawn. */
  readonly left: number
}

/** The norms of every layer, in the order in which layers are named. */
export function gradientSeries(course: readonly ReportCoursePoint[]): readonly Series[] {
  const series = new Map<string, { step: number; value: number }[]>()
  for (const { step, gradientNorms } of course) {
    for (const [name, value] of Object.entries(gradientNorms)) {
      const points = series.get(name) ?? []
      if (points.length === 0) series.set(name, points)
      points.push({ step, value })
    }
  }
  return [...series].map(([name, points]) => ({ name, points }))
}

/** @returns undefined where no gradient was recorded */
export function gradientCourse(
  plotting: Plotting,
  course: readonly ReportCoursePoint[],
  width: number,
): GradientCourse | undefined {
  const series = gradientSeries(course)
  const hasNone = series.some(({ points }) => points.some(({ value }) => value === 0))
  if (series.length > mostLines) {
    const drawn = gradientMap(plotting, series.slice(0, mostLayers), width)
    return drawn && { ...drawn, hasNone, left: Math.max(0, series.length - mostLayers) }
  }
  const svg = courseLines(plotting, series, {
    title: 'Gradient norms during training',
    label: 'gradient norm',
    width,
    height: 250,
    scale: 'log',
  })
  return svg === undefined ? undefined : { svg, hasNone, left: 0 }
}

interface Cell {
  readonly layer: string
  readonly from: number
  readonly to: number
  readonly value: number
}

function gradientMap({ marks, draw }: Plotting, series: readonly Series[], width: number) {
  const names = unlike(series.map(({ name }) => shortened(name, width > 600 ? 28 : 19)))
  const cells = series.flatMap(({ points }, i) => cellsOf(names[i]!, points))
  const positive = cells.map(({ value }) => value).filter((value) => value > 0)
  if (positive.length === 0) return undefined
  const range = rangeOf(positive)
  const longest = Math.max(...names.map((name) => name.length))
  const look = { x1: 'from', x2: 'to', y: 'layer', insetLeft: 0.25, insetRight: 0.25 } as const
  const svg = draw(
    {
      marginLeft: 14 + 6.6 * longest,
      marginRight: 14,
      marginTop: 8,
      marginBottom: 40,
      x: {
        label: 'step',
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: width > 600 ? 8 : 3,
        tickFormat: formatCount,
      },
      y: {
        type: 'band',
        domain: names,
        paddingInner: 0.08,
        paddingOuter: 0,
        round: false,
        label: null,
        tickSize: 0,
      },
      opacity: { type: 'identity' },
      // Two marks, so that the colour is written twice and not with every cell.
      marks: [
        marks.rect(
          cells.filter(({ value }) => value > 0),
          { ...look, fill: 'var(--normal)', fillOpacity: ({ value }: Cell) => shadeOf(value, range) },
        ),
        marks.rect(
          cells.filter(({ value }) => value <= 0),
          { ...look, fill: 'var(--anomaly)' },
        ),
      ],
    },
    {
      title: 'Gradient norms during training, by layer',
      description: `${formatPlural(series.length, 'layer')}, norms from ${formatNumber(range[0])} to ${formatNumber(range[1])}`,
      width,
      height: 48 + rowHeight * series.length,
    },
  )
  return { svg, range }
}

/** How opaque a norm is drawn, by its logarithm: from `faintest` to 1. */
export function shadeOf(value: number, [least, most]: Domain): number {
  const share = most > least ? Math.log(value / least) / Math.log(most / least) : 1
  return Math.round(100 * (faintest + (1 - faintest) * share)) / 100
}

/** From each point to the next; the last is as long as the one before. */
function cellsOf(layer: string, points: Series['points']): readonly Cell[] {
  const kept = thinned(
    points.filter(({ value }) => Number.isFinite(value)),
    mostColumns,
  )
  return kept.map(({ step, value }, i) => {
    const next = kept[i + 1]?.step ?? step + (step - (kept[i - 1]?.step ?? step - 1))
    return { layer, from: step, to: next, value }
  })
}

/** Cut in the middle: layers are told apart by the ends of their names. */
function shortened(name: string, most: number): string {
  const line = Array.from(clip(name))
  const tail = Math.ceil(most * 0.6)
  return line.length <= most
    ? line.join('')
    : `${line.slice(0, most - tail - 1).join('')}…${line.slice(-tail).join('')}`
}

/** Names that stay apart though they were cut. */
function unlike(names: readonly string[]): readonly string[] {
  const seen = new Map<string, number>()
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return count === 1 ? name : `${name} ${count}`
  })
}
