/** Results of a search as they came: a dot for each, larger the longer its trial was trained, and the best so far as a line. */
import { formatCount, formatNumber } from '../../base/index.js'
import type { TuneReport } from '../tune-report.js'
import type { Plotting } from './plotting.js'
import { domainOf } from './series.js'

/** Share of the results, the worst ones, that the axis may leave out: a trial that went wrong would flatten all others. */
const leftOut = 0.1

interface Dot {
  readonly order: number
  readonly value: number
  readonly rung: number
  readonly trial: number
}

/** @returns an `<svg>` element, or undefined where no trial has a result */
export function searchCourse(
  { marks, draw }: Plotting,
  { trials, metric, rungs }: TuneReport,
  { width, height }: { readonly width: number; readonly height: number },
): string | undefined {
  const dots = trials
    .flatMap(({ number, results }) =>
      results.map(({ value, order }, rung): Dot => ({ order, value, rung, trial: number })),
    )
    .toSorted((a, b) => a.order - b.order)
  if (dots.length === 0) return undefined
  const y = shownValues(dots, metric.isGreaterBetter)
  const inside = dots.filter(({ value }) => value >= y[0] && value <= y[1])
  const place = { x: 'order', y: 'value' } as const
  return draw(
    {
      ...{ marginTop: 24, marginLeft: 58, marginRight: 16, marginBottom: 40 },
      x: {
        domain: domainOf([1, dots.at(-1)!.order], false),
        label: 'results, as they came',
        ...{ labelAnchor: 'center', labelArrow: 'none', tickFormat: formatCount },
        ticks: Math.min(width > 600 ? 8 : 4, dots.length),
      },
      y: {
        domain: y,
        label: metric.title,
        ...{ labelArrow: 'none', grid: true, ticks: 5, tickFormat: (value: number) => formatNumber(value) },
      },
      r: { type: 'identity' },
      marks: [
        marks.line(bestSoFar(dots, metric.isGreaterBetter), {
          ...place,
          ...{ curve: 'step-after', stroke: 'var(--anomaly)', strokeWidth: 2 },
        }),
        marks.dot(inside, {
          ...place,
          r: ({ rung }: Dot) => (rungs <= 1 ? 4.5 : 2.5 + (3.5 * rung) / (rungs - 1)),
          fill: 'var(--normal)',
          fillOpacity: ({ rung }: Dot) => (rung === rungs - 1 ? 0.95 : 0.4),
          title: ({ trial, value }: Dot) => `trial ${trial}: ${value.toPrecision(4)}`,
        }),
      ],
    },
    {
      title: `${metric.title} of every trial, and the best so far`,
      description: `${dots.length} results from ${formatNumber(y[0])} to ${formatNumber(y[1])}`,
      ...{ width, height },
    },
  )
}

/** The best of the furthest rung reached by then, at every result. */
function bestSoFar(dots: readonly Dot[], isGreaterBetter: boolean): readonly Dot[] {
  let best: Dot | undefined
  const line = dots.map((dot) => {
    const better = isGreaterBetter
      ? dot.value > (best?.value ?? -Infinity)
      : dot.value < (best?.value ?? Infinity)
    if (best === undefined || dot.rung > best.rung || (dot.rung === best.rung && better)) best = dot
    return { ...best, order: dot.order }
  })
  return line
}

/** The range of the axis: all results but the worst few, where those lie far off. */
function shownValues(dots: readonly Dot[], isGreaterBetter: boolean): readonly [number, number] {
  const values = dots.map(({ value }) => value).toSorted((a, b) => (isGreaterBetter ? b - a : a - b))
  const kept = values.slice(0, Math.max(1, Math.ceil(values.length * (1 - leftOut))))
  const [best, worst] = [kept[0]!, kept.at(-1)!]
  const span = Math.abs(best - worst)
  const isFar = Math.abs(values.at(-1)! - worst) > 2 * span
  const [low, high] = domainOf(isFar ? kept : values, false)
  const margin = (high - low) / 25
  return [low - margin, high + margin]
}
