/** Buttons and fields around the map. Each sets a cell of the state and follows it. */
import type { Theme } from '../palette.js'
import type { Cell } from './cell.js'
import type { MapData } from './data.js'
import { button, element, found } from './element.js'
import type { ColourBy, MapState, Part, Tool } from './state.js'
import type { View } from './view.js'

interface Choice<T> {
  readonly value: T
  readonly text: string
  readonly title?: string
}

const tools: readonly Choice<Tool>[] = [
  { value: 'move', text: 'Move', title: 'drag to move the map, turn the wheel to zoom, click a point' },
  { value: 'rectangle', text: 'Rectangle', title: 'drag a rectangle around rows to select them' },
  { value: 'lasso', text: 'Lasso', title: 'draw around rows to select them' },
]
const decodeTool: Choice<Tool> = {
  value: 'decode',
  text: 'Decode',
  title: 'the card shows what the decoder makes of the place under the pointer',
}

/** @param selectView selects the rows in view */
export function showControls(data: MapData, state: MapState, view: View, selectView: () => void): void {
  const { header } = data
  const wanted = header.decoded === undefined ? tools : [...tools, decodeTool]
  found('tools').replaceChildren(
    choices('what a drag does', state.tool, wanted),
    element(
      'div',
      { class: 'group' },
      named(
        button('−', () => view.zoomBy(1 / 1.5)),
        'zoom out',
      ),
      named(
        button('+', () => view.zoomBy(1.5)),
        'zoom in',
      ),
      button('Whole map', () => view.reset()),
    ),
    button('Select what is in view', selectView),
    themeButton(state),
  )
  found('colour-by').replaceChildren(colourField(data, state.colourBy))
  found('look').replaceChildren(
    ...(data.split === undefined ? [] : [partField(state)]),
    element('div', { class: 'row' }, check('names on the map', state.hasNames)),
    range('size of points', state.size, 0.5, 3),
    range('strength', state.strength, 0.25, 3),
  )
}

function partField(state: MapState): HTMLElement {
  const parts: readonly Choice<Part>[] = [
    { value: 'all', text: 'All rows' },
    { value: 'learned', text: 'Learned from' },
    { value: 'heldOut', text: 'Held out' },
  ]
  return choices('which rows are drawn', state.part, parts)
}

/** One of a few, as buttons side by side. */
function choices<T>(name: string, chosen: Cell<T>, offered: readonly Choice<T>[]): HTMLElement {
  const buttons = offered.map(({ value, text, title }) => {
    const made = button(text, () => chosen.set(value))
    if (title !== undefined) made.title = title
    return { value, made }
  })
  const mark = (): void => {
    for (const { value, made } of buttons) made.setAttribute('aria-pressed', String(value === chosen.get()))
  }
  mark()
  chosen.follow(mark)
  return element(
    'div',
    { class: 'group', attributes: { role: 'group', 'aria-label': name } },
    ...buttons.map(({ made }) => made),
  )
}

function colourField({ header, split }: MapData, colourBy: Cell<ColourBy>): HTMLElement {
  const select = element('select', { attributes: { id: 'colour-select' } })
  const offered: readonly (readonly [ColourBy, string])[] = [
    ...header.columns.map(({ name }, index) => [index, name] as const),
    ...(split === undefined ? [] : [['split', 'learned from or held out'] as const]),
    ['none', 'nothing: one colour'],
  ]
  for (const [value, text] of offered)
    select.append(element('option', { attributes: { value: String(value) } }, text))
  select.value = String(colourBy.get())
  select.addEventListener('change', () => {
    const { value } = select
    colourBy.set(value === 'none' || value === 'split' ? value : Number(value))
  })
  return element(
    'div',
    { class: 'field' },
    element('label', { attributes: { for: 'colour-select' } }, 'Colour by'),
    select,
  )
}

function themeButton({ theme }: MapState): HTMLElement {
  const made = button('', () => switchTo(theme.get() === 'dark' ? 'light' : 'dark'), 'button theme')
  const switchTo = (next: Theme): void => {
    document.documentElement.dataset['theme'] = next
    theme.set(next)
  }
  const mark = (): void => {
    made.textContent = theme.get() === 'dark' ? 'Light' : 'Dark'
    made.title = `show the page ${theme.get() === 'dark' ? 'light' : 'dark'}`
  }
  mark()
  theme.follow(mark)
  return made
}

function check(text: string, isOn: Cell<boolean>): HTMLElement {
  const box = element('input', { attributes: { type: 'checkbox' } })
  box.checked = isOn.get()
  box.addEventListener('change', () => isOn.set(box.checked))
  isOn.follow((on) => (box.checked = on))
  return element('label', { class: 'check' }, box, text)
}

/** A factor from `least` to `most`, 1 in the beginning; even steps multiply evenly. */
function range(text: string, factor: Cell<number>, least: number, most: number): HTMLElement {
  const bounds = { min: String(Math.log2(least)), max: String(Math.log2(most)), step: '0.05' }
  const slider = element('input', { attributes: { type: 'range', ...bounds } })
  slider.value = '0'
  slider.addEventListener('input', () => factor.set(2 ** Number(slider.value)))
  return element('label', { class: 'range' }, element('span', {}, text), slider)
}

function named(made: HTMLButtonElement, name: string): HTMLButtonElement {
  made.setAttribute('aria-label', name)
  made.title = name
  return made
}
