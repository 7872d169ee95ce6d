/** Singular values of the encoder's Jacobian: a thin line a row, a thick one for their mean. */
import { formatCount, formatNumber, formatPlural } from '../../base/index.js'
import type { Plotting } from './plotting.js'
import { domainOf, logTicks, rangeOf, thinned } from './series.js'

/** Rows drawn, at most. */
const mostRows = 32
/** Below this share of the greatest, a value is what rounding leaves of zero; a logarithmic axis cannot show it. */
const rounding = 1e-7

interface Place {
  readonly direction: number
  readonly value: number
}

/** What the values say, in numbers. */
export interface SpectrumFacts {
  readonly directions: number
  /** Means over the rows. */
  readonly greatest: number
  readonly least: number
  /** Directions whose mean is at least a hundredth of the greatest. */
  readonly open: number
}

/** @returns undefined where there are no values */
export function spectrumFacts(rows: readonly (readonly number[])[]): SpectrumFacts | undefined {
  const means = meansOf(rows)
  if (means.length === 0) return undefined
  const [least, greatest] = rangeOf(means)
  return {
    directions: means.length,
    greatest,
    least,
    open: means.filter((value) => greatest > 0 && value >= greatest / 100).length,
  }
}

/**
 * @param rows singular values of every row, the greatest first
 * @returns an `<svg>` element, or undefined when no value is above 0
 */
export function singularValues(
  { marks, draw }: Plotting,
  rows: readonly (readonly number[])[],
  { width, height }: { readonly width: number; readonly height: number },
): string | undefined {
  const means = meansOf(rows)
  const shown = rows.slice(0, mostRows).map(placesOf)
  const mean = placesOf(means)
  const values = [...shown.flat(), ...mean].map(({ value }) => value)
  if (values.length === 0) return undefined
  const y = domainOf(values, true)
  const look = { x: 'direction', y: 'value' } as const
  const line = (places: readonly Place[], style: object) =>
    places.length === 1
      ? marks.dot(places, { ...look, ...style, r: 4 })
      : marks.line(places, { ...look, ...style })
  return draw(
    {
      marginTop: 24,
      marginLeft: 54,
      marginRight: 20,
      marginBottom: 40,
      x: {
        domain: means.length === 1 ? [0, 2] : [1, means.length],
        label: 'direction, the steepest first',
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: ticksOf(means.length, width),
        tickFormat: formatCount,
      },
      y: {
        type: 'log',
        domain: y,
        label: `singular value${width > 600 ? ' (times that a small change is stretched)' : ''}, logarithmic`,
        labelArrow: 'none',
        grid: true,
        ticks: logTicks(y, height - 64, 80),
        tickFormat: (value: number) => formatNumber(value),
      },
      marks: [
        ...(y[0] < 1 && y[1] > 1
          ? [marks.ruleY([1], { stroke: 'currentColor', strokeOpacity: 0.5, strokeDasharray: '2,3' })]
          : []),
        ...shown.map((places) =>
          line(places, { stroke: 'var(--normal)', strokeOpacity: 0.6, strokeWidth: 1 }),
        ),
        line(mean, { stroke: 'var(--anomaly)', strokeWidth: 3 }),
      ],
    },
    {
      title: 'Singular values of the encoder’s Jacobian',
      description: `${formatPlural(rows.length, 'row')}, ${formatPlural(means.length, 'direction')}; mean from ${formatNumber(mean[0]?.value ?? 0)} down to ${formatNumber(mean.at(-1)?.value ?? 0)}`,
      width,
      height,
    },
  )
}

/** Means of what can be averaged, the longest row deciding how many there are. */
function meansOf(rows: readonly (readonly number[])[]): readonly number[] {
  const count = Math.max(0, ...rows.map((values) => values.length))
  return Array.from({ length: count }, (_, i) => {
    const values = rows.flatMap((row) => (Number.isFinite(row[i]) ? [row[i]!] : []))
    return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
  })
}

function placesOf(values: readonly number[]): readonly Place[] {
  const greatest = Math.max(0, ...values.filter((value) => Number.isFinite(value)))
  const places = values.flatMap((value, i) =>
    value > rounding * greatest && Number.isFinite(value) ? [{ direction: i + 1, value }] : [],
  )
  return thinned(places, 200)
}

/** Whole numbers, from 1 to the last. */
function ticksOf(count: number, width: number): readonly number[] {
  const most = width > 600 ? 12 : 5
  const every = Math.ceil(count / most)
  return Array.from({ length: count }, (_, i) => i + 1).filter(
    (direction) => direction === 1 || (direction % every === 0 && direction > every / 2),
  )
}
