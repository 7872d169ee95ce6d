/**
 * Names of categories on the map, each in the middle of its points; where two would overlap the one of fewer
 * points stands above or below, or waits until there is room.
 */
import { mediansOf, pixelAt, type Fit } from '../frame.js'
import { element } from './element.js'
import type { Colouring } from './paint.js'

export interface Names {
  /** The names of a colouring, or of none. */
  show(colouring: Colouring | undefined, places: Float32Array, isDrawn: (code: number) => boolean): void
  move(fit: Fit): void
}

/** Names drawn, of the most frequent categories. */
const mostNames = 60

interface Name {
  readonly at: HTMLElement
  readonly u: number
  readonly v: number
  readonly width: number
  readonly height: number
}

export function createNames(layer: HTMLElement): Names {
  let names: readonly Name[] = []
  let last: Fit | undefined
  const move = (fit: Fit): void => {
    last = fit
    const taken: { x: number; y: number; width: number; height: number }[] = []
    for (const { at, u, v, width, height } of names) {
      const [x, middle] = pixelAt(fit, u, v)
      const isFree = (y: number): boolean =>
        taken.every(
          (other) =>
            Math.abs(x - other.x) > (width + other.width) / 2 ||
            Math.abs(y - other.y) > (height + other.height) / 2,
        )
      const y = [middle, middle + height, middle - height].find(isFree)
      at.style.visibility = y === undefined ? 'hidden' : 'visible'
      if (y === undefined) continue
      at.style.transform = `translate(${(x - width / 2).toFixed(1)}px, ${(y - height / 2).toFixed(1)}px)`
      taken.push({ x, y, width, height })
    }
  }
  return {
    move,
    show(colouring, places, isDrawn) {
      const wanted =
        colouring?.kind === 'category' ? middlesOf(colouring, places).filter(({ code }) => isDrawn(code)) : []
      const made = wanted
        .slice(0, mostNames)
        .map(({ name, u, v }) => ({ at: element('span', { class: 'name' }, name), u, v }))
      layer.replaceChildren(...made.map(({ at }) => at))
      names = made.map(({ at, u, v }) => ({ at, u, v, width: at.offsetWidth, height: at.offsetHeight }))
      if (last !== undefined) move(last)
    },
  }
}

function middlesOf({ categories, codes }: Extract<Colouring, { kind: 'category' }>, places: Float32Array) {
  return mediansOf(places, codes, categories.length)
    .flatMap((middle, code) => (middle === undefined ? [] : [{ ...middle, code, name: categories[code]! }]))
    .sort((a, b) => b.points - a.points)
}
