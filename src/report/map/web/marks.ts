/** Marks over the map: a ring around the row under the pointer, another around what the card shows. */
import { pixelAt, type Fit } from '../frame.js'
import { shape } from './element.js'

export interface Mark {
  /** Moves the mark to a place in unit coordinates, or away. */
  set(place: readonly [u: number, v: number] | undefined): void
  move(fit: Fit): void
}

/** @param className `hovered` or `subject`, for the style sheet */
export function createMark(overlay: SVGSVGElement, className: string, radius: number): Mark {
  const ring = shape('circle', { class: className, r: radius })
  let place: readonly [number, number] | undefined
  let last: Fit | undefined
  const move = (fit: Fit): void => {
    last = fit
    if (place === undefined) return
    const [x, y] = pixelAt(fit, place[0], place[1])
    ring.setAttribute('cx', x.toFixed(1))
    ring.setAttribute('cy', y.toFixed(1))
  }
  return {
    move,
    set(next) {
      place = next
      if (next === undefined) ring.remove()
      else overlay.append(ring)
      if (last !== undefined) move(last)
    },
  }
}
