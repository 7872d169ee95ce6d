/** How much each option mattered: a bar for its share of the variation, a thin line for how sure that is. */
import { formatPercent } from '../../base/index.js'
import { clip } from '../html.js'
import type { Plotting } from './plotting.js'

/** An option and its share. */
export interface ImportanceBar {
  readonly title: string
  readonly share: number
  readonly deviation: number
}

const barHeight = 26
const mostCharacters = 24

/** @param bars most important first; at least one */
export function importanceBars(
  { marks, draw }: Plotting,
  bars: readonly ImportanceBar[],
  width: number,
): string {
  const named = bars.map((bar) => ({ ...bar, title: clip(bar.title, mostCharacters) }))
  const most = Math.min(1, Math.max(...bars.map(({ share, deviation }) => share + deviation)))
  const longest = Math.max(...named.map(({ title }) => title.length))
  const text = { y: 'title', x: 0, textAnchor: 'end', dx: -8, fill: 'currentColor', text: 'title' } as const
  return draw(
    {
      ...{ marginTop: 6, marginLeft: 20 + 6.4 * longest, marginRight: 52, marginBottom: 40 },
      x: {
        domain: [0, most === 0 ? 1 : most],
        label: 'share of the variation',
        ...{ labelAnchor: 'center', labelArrow: 'none', ticks: 4, tickFormat: formatPercent, grid: true },
      },
      y: { domain: named.map(({ title }) => title), axis: null, padding: 0.28 },
      marks: [
        marks.text(named, text),
        marks.barX(named, { x: 'share', y: 'title', fill: 'var(--normal)', fillOpacity: 0.75 }),
        marks.ruleY(named, {
          y: 'title',
          x1: ({ share, deviation }: ImportanceBar) => Math.max(0, share - deviation),
          x2: ({ share, deviation }: ImportanceBar) => Math.min(most, share + deviation),
          ...{ stroke: 'currentColor', strokeWidth: 1.5 },
        }),
        marks.text(named, {
          y: 'title',
          x: ({ share, deviation }: ImportanceBar) => Math.min(most, share + deviation),
          ...{ textAnchor: 'start', dx: 6, fill: 'currentColor' },
          text: ({ share }: ImportanceBar) => formatPercent(Number(share.toPrecision(2))),
        }),
      ],
    },
    {
      title: 'How much each option mattered',
      description: named.map(({ title, share }) => `${title} ${formatPercent(share)}`).join('; '),
      ...{ width, height: 46 + barHeight * named.length },
    },
  )
}
