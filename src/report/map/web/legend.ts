/** What the colours mean, and with it a choice: a click on a category draws it alone. */
import { formatCount, formatNumber } from '../../../base/index.js'
import { colourRanks, countsOf } from '../colouring.js'
import { hexOf, ramps, type RampName } from '../palette.js'
import type { Cell } from './cell.js'
import { button, element, found } from './element.js'
import { type Colouring } from './paint.js'
import type { MapState } from './state.js'

/** Categories listed; the rest is counted. */
const mostListed = 120
/** Lists longer than this begin with the most frequent. */
const longList = 20

/** Shows the legend of a colouring in place of the last one. */
export function showLegend(colouring: Colouring, state: MapState): void {
  const at = found('legend')
  if (colouring.kind === 'category') at.replaceChildren(...categoryLegend(colouring, state))
  else if (colouring.kind === 'number') at.replaceChildren(...numberLegend(colouring, state.ramp))
  else at.replaceChildren(element('p', { class: 'soft small' }, 'All points have one colour.'))
  markIsolated(state.isolated.get())
}

/** Marks in the legend which categories are drawn alone. */
export function markIsolated(isolated: ReadonlySet<number>): void {
  const at = found('legend')
  at.classList.toggle('isolating', isolated.size > 0)
  for (const entry of at.querySelectorAll<HTMLElement>('.entry')) {
    entry.setAttribute('aria-pressed', String(isolated.has(Number(entry.dataset['code']))))
  }
  for (const all of at.querySelectorAll<HTMLElement>('.all')) all.hidden = isolated.size === 0
}

function categoryLegend(
  colouring: Extract<Colouring, { kind: 'category' }>,
  state: MapState,
): readonly Node[] {
  const { categories, codes, colours, missing, ranks } = colouring
  const counts = countsOf(codes, categories.length)
  const listed = categories.length > longList ? mostFrequent(counts) : categories.map((_, code) => code)
  const entries = [
    ...listed
      .slice(0, mostListed)
      .map((code) => ({ code, name: categories[code]!, colour: hexOf(colours, code) })),
    ...(counts[categories.length]! > 0 ? [{ code: -1, name: 'missing', colour: hexOf(missing) }] : []),
  ]
  const list = element('ul', { class: 'entries', attributes: { 'aria-label': 'categories' } })
  for (const { code, name, colour } of entries) {
    const count = counts[code < 0 ? categories.length : code]!
    const entry = button(
      '',
      (event) => isolate(code, state.isolated, event.shiftKey || event.ctrlKey || event.metaKey),
      'entry',
    )
    entry.dataset['code'] = String(code)
    entry.replaceChildren(
      swatch(colour),
      element('span', { class: 'entry-name' }, name === '' ? '(empty)' : name),
      element('span', { class: 'entry-count' }, formatCount(count)),
    )
    list.append(element('li', {}, entry))
  }
  const unlisted = listed.length - mostListed
  const all = button('Show all categories', () => state.isolated.set(new Set()), 'button all')
  return [
    element('p', { class: 'soft small' }, 'A click shows one alone, Shift adds one.'),
    list,
    ...(unlisted > 0
      ? [element('p', { class: 'soft small' }, `and ${formatCount(unlisted)} more categories, less frequent`)]
      : []),
    ...(ranks.length > 10
      ? [
          element(
            'p',
            { class: 'soft small' },
            `Only ten colours stay apart for every eye: the ten most frequent have them.`,
          ),
        ]
      : []),
    all,
  ]
}

/** Codes with the most points first. */
function mostFrequent(counts: Int32Array): readonly number[] {
  const order: number[] = []
  colourRanks(counts, 0).forEach((rank, code) => (order[rank] = code))
  return order
}

/** Alone, or one more; a second click takes it back. */
function isolate(code: number, isolated: Cell<ReadonlySet<number>>, isMore: boolean): void {
  const now = isolated.get()
  const next = new Set(isMore ? now : [])
  if (now.has(code) && (isMore || now.size === 1)) next.delete(code)
  else next.add(code)
  isolated.set(next)
}

export function swatch(colour: string): HTMLElement {
  const made = element('span', { class: 'swatch' })
  made.style.background = colour
  return made
}

function numberLegend(
  { column, ramp, missing }: Extract<Colouring, { kind: 'number' }>,
  chosen: Cell<RampName>,
): readonly Node[] {
  const { range, unit } = column
  if (range.known === 0)
    return [element('p', { class: 'soft small' }, 'Every cell of this column is missing.')]
  const bar = element('div', { class: 'ramp' })
  const stops = Array.from({ length: 17 }, (_, i) => hexOf(ramp, Math.min(255, i * 16)))
  bar.style.background = `linear-gradient(to right, ${stops.join(', ')})`
  const written = (value: number): string => formatNumber(value) + (unit === undefined ? '' : ` ${unit}`)
  const low = range.low > range.least ? `≤ ${written(range.low)}` : written(range.low)
  const high = range.high < range.most ? `≥ ${written(range.high)}` : written(range.high)
  const ticks = range.low === range.high ? [low] : [low, written((range.low + range.high) / 2), high]
  const picks = (Object.keys(ramps) as RampName[]).map((name) => {
    const pick = button(name, () => chosen.set(name), 'button small')
    pick.setAttribute('aria-pressed', String(chosen.get() === name))
    return pick
  })
  return [
    bar,
    element('div', { class: 'ticks' }, ...ticks.map((tick) => element('span', {}, tick))),
    ...(range.missing > 0
      ? [element('p', { class: 'small' }, swatch(hexOf(missing)), ` missing: ${formatCount(range.missing)}`)]
      : []),
    ...(range.low > range.least || range.high < range.most
      ? [
          element(
            'p',
            { class: 'soft small' },
            `All numbers run from ${written(range.least)} to ${written(range.most)}; the ends are drawn alike.`,
          ),
        ]
      : []),
    element(
      'div',
      { class: 'row', attributes: { role: 'group', 'aria-label': 'colours of numbers' } },
      ...picks,
    ),
  ]
}
