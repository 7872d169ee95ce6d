/**
 * What happens under the pointer: the row there is shown beside it, a press puts the row, or what the decoder makes of
 * an empty place, into the card. The keyboard has a cross of its own for the same (keyboard.ts).
 */
import { placeAt } from '../frame.js'
import { cellList, cellsOf, decodedPlace, placeText, rowImage, rowTitle } from './describe.js'
import type { MapData } from './data.js'
import { element, found } from './element.js'
import type { Mark } from './marks.js'
import type { Picking } from './picking.js'
import type { MapState, Subject } from './state.js'
import type { View } from './view.js'

/** What the parts around the map have in common. */
export interface Surroundings {
  readonly data: MapData
  readonly state: MapState
  readonly view: View
  readonly picking: Picking
  readonly stage: HTMLElement
  /** Around the row that the tip shows. */
  readonly hovered: Mark
}

/** How near a row must be, in pixels, to be the one that is meant. */
export const reach = 9
/** Cells shown beside the pointer; the card has all. */
const tipCells = 8

export function followPointer(around: Surroundings): void {
  const { state, view, stage } = around
  let at: readonly [number, number] | undefined
  let isWaiting = false
  const look = (): void => {
    isWaiting = false
    if (at === undefined || view.isMoving.get()) hideTip(around)
    else if (state.tool.get() !== 'decode') showTip(around, at)
    else state.subject.set(placeSubject(around, at))
  }
  stage.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'touch' || !isOnMap(event)) return
    at = pixelOf(stage, event)
    if (isWaiting) return
    isWaiting = true
    requestAnimationFrame(look)
  })
  stage.addEventListener('pointerleave', () => {
    at = undefined
    hideTip(around)
  })
  stage.addEventListener('click', (event) => {
    if (!isOnMap(event) || event.shiftKey || state.tool.get() === 'rectangle' || state.tool.get() === 'lasso')
      return
    choose(around, pixelOf(stage, event))
  })
  view.isMoving.follow(() => hideTip(around))
}

/** Whether an event came from the map itself and not from a button on it. */
export function isOnMap({ target }: Event): boolean {
  return !(target instanceof Element && target.closest('button, a, label, select, input'))
}

/** Where on the stage, in pixels from its corner. */
export function pixelOf(stage: HTMLElement, event: MouseEvent): readonly [number, number] {
  const { left, top } = stage.getBoundingClientRect()
  return [event.clientX - left, event.clientY - top]
}

/** Puts what is at a pixel into the card: a row, else a place the decoder can be asked about. */
export function choose(around: Surroundings, at: readonly [number, number]): void {
  const { data, picking, view, state } = around
  const row = state.tool.get() === 'decode' ? undefined : picking.nearest(view.fit.get(), at[0], at[1], reach)
  if (row !== undefined) state.subject.set({ kind: 'row', row })
  else state.subject.set(data.header.decoded === undefined ? undefined : placeSubject(around, at))
}

function placeSubject({ view }: Surroundings, [x, y]: readonly [number, number]): Subject {
  const [u, v] = placeAt(view.fit.get(), x, y)
  return { kind: 'place', u, v }
}

/** Shows the row at a pixel beside it. @returns what it shows in words, or undefined where there is no row */
export function showTip(around: Surroundings, [x, y]: readonly [number, number]): string | undefined {
  const { data, state, picking, view, stage, hovered } = around
  const row = picking.nearest(view.fit.get(), x, y, reach)
  if (row === undefined) {
    hideTip(around)
    return undefined
  }
  hovered.set([data.places[2 * row]!, data.places[2 * row + 1]!])
  const tip = found('tip')
  const by = state.colourBy.get()
  const cells = cellsOf(data, row, typeof by === 'number' ? by : undefined)
  const image = rowImage(data, row)
  tip.replaceChildren(
    element('p', { class: 'tip-title' }, rowTitle(data, row)),
    ...(image === undefined ? [] : [image]),
    cellList(cells, tipCells),
  )
  tip.hidden = false
  const [width, height] = [tip.offsetWidth, tip.offsetHeight]
  const isLeft = x + 18 + width > stage.clientWidth
  tip.style.left = `${Math.max(4, isLeft ? x - 18 - width : x + 18)}px`
  tip.style.top = `${Math.max(4, Math.min(y - 20, stage.clientHeight - height - 4))}px`
  return [rowTitle(data, row), ...cells.slice(0, tipCells).map(([name, text]) => `${name} ${text}`)].join(
    ', ',
  )
}

export function hideTip({ hovered }: Pick<Surroundings, 'hovered'>): void {
  found('tip').hidden = true
  hovered.set(undefined)
}

/** Shows the subject of the state in the card. */
export function showCard(data: MapData, subject: Subject | undefined): void {
  const card = found('card')
  if (subject === undefined) {
    const how =
      data.header.decoded === undefined
        ? ''
        : ' A click on an empty place shows what the decoder makes of it.'
    card.replaceChildren(element('p', { class: 'soft small' }, `A click on a point keeps it here.${how}`))
  } else if (subject.kind === 'row') {
    const { row } = subject
    const image = rowImage(data, row)
    const place = placeText(data, data.places[2 * row]!, data.places[2 * row + 1]!)
    card.replaceChildren(
      element('h3', {}, rowTitle(data, row)),
      ...(image === undefined ? [] : [image]),
      cellList(cellsOf(data, row)),
      element('p', { class: 'soft small' }, `at ${place}`),
    )
  } else {
    const { u, v } = subject
    card.replaceChildren(
      element('h3', {}, 'What the decoder makes of this place'),
      ...decodedPlace(data, u, v),
      element(
        'p',
        { class: 'soft small' },
        `at ${placeText(data, u, v)}; no row stands here, this is made up by the model`,
      ),
    )
  }
  card.dataset['kind'] = subject?.kind ?? 'none'
}
