/** One option against the metric: a dot for every trial that has it, those trained in full drawn strong. */
import type { ScaleOptions } from '@observablehq/plot'
import { formatNumber } from '../../base/index.js'
import { clip } from '../html.js'
import type { ReportTunedOption, TuneReport } from '../tune-report.js'
import type { Plotting } from './plotting.js'
import { domainOf, logTicks } from './series.js'

interface Dot {
  readonly at: number | string
  readonly value: number
  readonly trial: number
  readonly isBest: boolean
}

const width = 300
const height = 190
/** Longest name of a choice. */
const mostCharacters = 16

/**
 * @param domain of the metric, the same for every option of a page
 * @returns an `<svg>` element, or undefined where fewer than two trials have the option
 */
export function optionSlice(
  { marks, draw }: Plotting,
  { trials, best, metric }: TuneReport,
  option: ReportTunedOption,
  domain: readonly [number, number],
): string | undefined {
  const dots = trials.flatMap(({ number, options, results }, i): readonly Dot[] => {
    const [at, value] = [options[option.name], results[0]?.value]
    if (at === undefined || value === undefined) return []
    const shown = Math.min(domain[1], Math.max(domain[0], value))
    return [
      {
        at: option.axis.kind === 'choice' ? String(at) : at,
        value: shown,
        trial: number,
        isBest: i === best,
      },
    ]
  })
  if (dots.length < 2) return undefined
  const place = { x: 'at', y: 'value' } as const
  return draw(
    {
      ...{ marginTop: 22, marginLeft: 50, marginRight: 14, marginBottom: isCrowded(option) ? 56 : 38 },
      x: axisOf(option),
      y: {
        domain,
        label: metric.title,
        ...{ labelArrow: 'none', grid: true, ticks: 4, tickFormat: (value: number) => formatNumber(value) },
      },
      marks: [
        marks.dot(
          dots.filter(({ isBest }) => !isBest),
          { ...place, r: 3, fill: 'var(--normal)', fillOpacity: 0.5 },
        ),
        marks.dot(
          dots.filter(({ isBest }) => isBest),
          { ...place, r: 5.5, fill: 'var(--anomaly)', stroke: 'var(--paper)', strokeWidth: 1.5 },
        ),
      ],
    },
    {
      title: `${metric.title} by ${option.title}`,
      description: `${dots.length} trials, each where it first stopped`,
      ...{ width, height },
    },
  )
}

function axisOf({ axis, title }: ReportTunedOption): ScaleOptions & Readonly<Record<string, unknown>> {
  const label = { label: clip(title, 40), labelAnchor: 'center', labelArrow: 'none' } as const
  if (axis.kind === 'choice') {
    return {
      ...{ ...label, type: 'point', domain: axis.choices, padding: 0.5 },
      tickFormat: (word: string) => clip(word, mostCharacters),
      ...(isCrowded({ axis }) && { tickRotate: -28, label: null }),
    }
  }
  const ends = domainOf([axis.low, axis.high], axis.log)
  return {
    ...label,
    type: axis.log ? 'log' : 'linear',
    domain: ends,
    ticks: axis.log ? logTicks(ends, width - 64, 110) : ticksOf(axis),
    tickFormat: (value: number) => formatNumber(value),
  }
}

/** Whether names of choices have no room beside each other. */
const isCrowded = ({ axis }: Pick<ReportTunedOption, 'axis'>): boolean =>
  axis.kind === 'choice' && axis.choices.join('  ').length > 36

/** Every whole number of a short axis of them. */
function ticksOf({ low, high, whole }: Extract<ReportTunedOption['axis'], { kind: 'number' }>) {
  return whole && high - low <= 6 ? Array.from({ length: high - low + 1 }, (_, i) => low + i) : 4
}
