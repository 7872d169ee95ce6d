/**
 * How the scores are spread, with the threshold: one histogram, or one for each side of the label. histogram.ts
 * counts; this file draws.
 */
import { formatCount, formatNumber, formatPercent, formatPlural } from '../../base/index.js'
import type { ReportScores } from '../detect-report.js'
import { histogramOf, type Bin, type Histogram } from './histogram.js'
import type { Plotting } from './plotting.js'
import { logTicks, type Domain } from './series.js'

/** Pixels that the smallest bar has, so that a single anomaly can be seen. */
const leastBar = 2

interface Bar {
  readonly low: number
  readonly high: number
  readonly group: string
  readonly share: number
  readonly isFlagged: boolean
  readonly text: string
}

interface ScoreAxis {
  /** Scores at both ends. */
  readonly domain: Domain
  readonly isLog: boolean
}

export interface DistributionSize {
  readonly width: number
  readonly height: number
}

/**
 * @param size in pixels, where text is drawn at its natural size
 * @returns an `<svg>` element, or undefined when no row has a score
 */
export function scoreDistribution(
  { marks, draw }: Plotting,
  scores: ReportScores,
  size: DistributionSize,
): string | undefined {
  const { values, labels, threshold } = scores
  const histogram = histogramOf(values, {
    threshold,
    count: size.width > 500 ? 72 : 36,
    ...(labels && { labels }),
  })
  const bars = barsOf(histogram, scores)
  if (bars.length === 0) return undefined
  const domain = domainOf(histogram, threshold)
  const groups = labels ? ['labelled normal', 'labelled anomalous'] : ['all rows']
  const tallest = Math.max(...bars.map(({ share }) => share))
  const panel = (size.height - 60) / groups.length
  const least = (tallest * leastBar) / panel
  return draw(
    {
      marginLeft: 46,
      marginRight: 14,
      marginTop: 20,
      marginBottom: 40,
      ...(labels && { fy: { domain: groups, axis: null, padding: 0.22 } }),
      x: {
        type: histogram.isLog ? 'log' : 'linear',
        domain,
      },
      y: {
        label: labels ? 'share of its rows' : 'rows',
        labelArrow: 'none',
        grid: true,
        // Of a few rows no fractions.
        ticks: labels ? 3 : Math.min(4, tallest),
        // Above the bars there is room for the name of the panel.
        domain: [0, labels ? tallest * 1.18 : tallest],
        tickFormat: labels ? (share: number) => formatPercent(share) : formatCount,
      },
      marks: [
        scoreAxis(marks, { domain, isLog: histogram.isLog, width: size.width }),
        marks.rect(bars, {
          x1: 'low',
          x2: 'high',
          y1: 0,
          y2: ({ share }: Bar) => Math.max(share, least),
          fill: ({ isFlagged }: Bar) => (isFlagged ? 'var(--anomaly)' : 'var(--normal)'),
          insetLeft: 0.5,
          insetRight: 0.5,
          title: 'text',
          ...(labels && { fy: 'group' }),
        }),
        marks.ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.5 }),
        ...thresholdMarks(marks, {
          domain,
          isLog: histogram.isLog,
          threshold,
          ...(labels && { fy: () => groups[0]! }),
        }),
        ...(labels
          ? [
              marks.text(groups, {
                fy: (group: string) => group,
                text: (group: string) => group,
                frameAnchor: 'top-right',
                dy: -2,
                fontWeight: 600,
              }),
            ]
          : []),
      ],
    },
    { title: 'Distribution of the scores', description: described(histogram, scores), ...size },
  )
}

/** From the lowest score to the highest, or to a threshold above it unless that would squeeze the bars. */
function domainOf({ bins, isLog }: Histogram, threshold: number): Domain {
  const [from, to] = [bins[0]!.low, bins.at(-1)!.high]
  const farthest = isLog ? (to * to) / from : to + (to - from)
  return [from, threshold > to && threshold <= farthest ? threshold : to]
}

function scoreAxis(marks: Plotting['marks'], { domain, isLog, width }: ScoreAxis & { width: number }) {
  const written = (score: number): string => formatNumber(score)
  const look = { labelAnchor: 'center', labelArrow: 'none', anchor: 'bottom' } as const
  // Of a logarithmic axis Plot's own format leaves most ticks without a number.
  return isLog
    ? marks.axisX(logTicks(domain, width), {
        ...look,
        label: 'score (1 = usual, logarithmic)',
        text: written,
      })
    : marks.axisX({
        ...look,
        label: 'score (1 = usual)',
        ticks: Math.round(width / 120),
        tickFormat: written,
      })
}

function barsOf({ bins }: Histogram, { labels, threshold }: ReportScores): readonly Bar[] {
  const rows = (which: 'normal' | 'anomalous') =>
    Math.max(
      1,
      bins.reduce((sum, bin) => sum + bin[which], 0),
    )
  const bar = (bin: Bin, count: number, group: string, share: number): readonly Bar[] =>
    count === 0
      ? []
      : [
          {
            low: bin.low,
            high: bin.high,
            group,
            share,
            isFlagged: bin.low >= threshold,
            text: `${formatPlural(count, 'row')} ${group === 'all rows' ? '' : `${group}, `}score ${formatNumber(bin.low)} to ${formatNumber(bin.high)}`,
          },
        ]
  if (!labels) return bins.flatMap((bin) => bar(bin, bin.normal, 'all rows', bin.normal))
  const [normal, anomalous] = [rows('normal'), rows('anomalous')]
  return bins.flatMap((bin) => [
    ...bar(bin, bin.normal, 'labelled normal', bin.normal / normal),
    ...bar(bin, bin.anomalous, 'labelled anomalous', bin.anomalous / anomalous),
  ])
}

/** A line where flagging begins, named at its first panel; only the name, at the end, where it lies too far out. */
function thresholdMarks(
  marks: Plotting['marks'],
  { domain: [from, to], isLog, threshold, ...panel }: ScoreAxis & { threshold: number; fy?: () => string },
) {
  if (!(threshold >= from && Number.isFinite(threshold))) return []
  const scale = isLog ? Math.log : (x: number) => x
  const isRight = scale(threshold) - scale(from) > 0.62 * (scale(to) - scale(from))
  const isInside = threshold <= to
  const name = marks.text([Math.min(threshold, to)], {
    ...panel,
    x: (x: number) => x,
    text: () => `threshold ${formatNumber(threshold)}${isInside ? '' : ', farther right →'}`,
    frameAnchor: 'top',
    textAnchor: isRight ? 'end' : 'start',
    dx: isRight ? -6 : 6,
    dy: -14,
    fontWeight: 600,
  })
  if (!isInside) return [name]
  return [
    marks.ruleX([threshold], { stroke: 'currentColor', strokeWidth: 1.5, strokeDasharray: '4,3' }),
    name,
  ]
}

function described({ bins }: Histogram, { values, threshold, anomalies }: ReportScores): string {
  const range = `${formatPlural(values.length, 'row')}, scores from ${formatNumber(bins[0]!.low)} to ${formatNumber(bins.at(-1)!.high)}`
  return Number.isFinite(threshold)
    ? `${range}; ${formatCount(anomalies)} above the threshold of ${formatNumber(threshold)}`
    : `${range}; no threshold`
}
