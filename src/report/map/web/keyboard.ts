/**
 * The map by keyboard: arrows move a cross, with Shift they move the map; + and − zoom, 0 shows the whole map, Enter
 * puts what is under the cross into the card, Escape takes the selection and the card away.
 */
import { choose, hideTip, showTip, type Surroundings } from './pointer.js'
import { found } from './element.js'

/** Pixels of a step of the cross, and of the map. */
const [crossStep, mapStep] = [12, 60]
const directions: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

export function followKeyboard(around: Surroundings, cross: HTMLElement): void {
  const { state, view, stage } = around
  let at: [number, number] | undefined
  const middle = (): [number, number] => [view.size().width / 2, view.size().height / 2]
  const place = (): void => {
    cross.hidden = at === undefined
    if (at === undefined) return
    cross.style.transform = `translate(${at[0]}px, ${at[1]}px)`
    found('spoken').textContent = showTip(around, at) ?? 'no row here'
  }
  const step = ([dx, dy]: readonly [number, number], isMap: boolean): void => {
    if (isMap) {
      view.panBy(-dx * mapStep, -dy * mapStep)
      return
    }
    const { width, height } = view.size()
    const [x, y] = at ?? middle()
    at = [Math.min(width, Math.max(0, x + dx * crossStep)), Math.min(height, Math.max(0, y + dy * crossStep))]
    place()
  }
  const keys: Readonly<Record<string, () => void>> = {
    '+': () => view.zoomBy(1.5),
    '=': () => view.zoomBy(1.5),
    '-': () => view.zoomBy(1 / 1.5),
    '0': () => view.reset(),
    Enter: () => {
      at ??= middle()
      place()
      choose(around, at)
    },
    Escape: () => {
      at = undefined
      place()
      hideTip(around)
      state.subject.set(undefined)
      state.selected.set(new Int32Array(0))
    },
  }
  stage.addEventListener('keydown', (event) => {
    if (event.target !== stage || event.ctrlKey || event.metaKey || event.altKey) return
    const direction = directions[event.key]
    const key = keys[event.key]
    if (direction === undefined && key === undefined) return
    event.preventDefault()
    if (direction !== undefined) step(direction, event.shiftKey)
    else key?.()
  })
  stage.addEventListener('blur', () => {
    cross.hidden = true
  })
}
