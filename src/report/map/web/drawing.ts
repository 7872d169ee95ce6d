/**
 * When and how the points are drawn: once for many changes, at the size and opacity that their density asks for, and
 * while the map moves only as many of them as the machine draws smoothly (any beginning of the order is a fair sample).
 */
import { formatCount, formatPlural } from '../../../base/index.js'
import { lookOf, type Look } from '../density.js'
import type { MapData } from './data.js'
import { found } from './element.js'
import type { Shown } from './paint.js'
import { states, type Painter, type Scene } from './scene.js'
import type { MapState } from './state.js'
import type { View } from './view.js'

/** Milliseconds between pictures that count as smooth, and as too slow. */
const [smooth, slow] = [24, 45]
/** Fewest points drawn while the map moves. */
const fewest = 20_000
/** Milliseconds of rest before all points are drawn again. */
const rest = 150

export interface Draughtsman {
  /** Draws soon. */
  ask(): void
}

/** @param shown how many rows are drawn and chosen now */
export function createDraughtsman(
  { data, state, view }: { readonly data: MapData; readonly state: MapState; readonly view: View },
  painter: Painter,
  scene: Scene,
  shown: () => Shown,
): Draughtsman {
  let isAsked = false
  let last = 0
  let budget = data.count
  let resting: ReturnType<typeof setTimeout> | undefined
  const draw = (time: number): void => {
    isAsked = false
    const isMoving = view.isMoving.get() || resting !== undefined
    if (isMoving) budget = nextBudget(budget, time - last, data.count)
    last = time
    const amount = isMoving ? Math.min(budget, data.count) : data.count
    const { width, height } = view.size()
    const ratio = Math.min(2, devicePixelRatio)
    const fit = view.fit.get()
    const isShown = (row: number): boolean => scene.paint[4 * row + 3] !== states.hidden
    const look = lookOf(scene, { fit, width, height, least: 1 / Math.sqrt(ratio) }, isShown)
    painter.draw({
      ...{ fit, width, height, ratio, amount, hasChosen: shown().chosen > 0 },
      diameter: look.diameter * state.size.get(),
      // Fewer points stand for all: each counts for more.
      opacity: Math.min(
        1,
        1 - (1 - look.opacity) ** ((state.strength.get() * data.count) / Math.max(1, amount)),
      ),
    })
    if (!isMoving) say(look, shown().drawn, painter, data)
  }
  const ask = (): void => {
    if (isAsked) return
    isAsked = true
    requestAnimationFrame(draw)
  }
  view.fit.follow(() => {
    clearTimeout(resting)
    resting = setTimeout(() => {
      resting = undefined
      ask()
    }, rest)
    ask()
  })
  state.size.follow(ask)
  state.strength.follow(ask)
  // What a browser prints is drawn for it at that moment.
  addEventListener('beforeprint', () => draw(performance.now()))
  return { ask }
}

/** Half as many after a slow picture, more after a smooth one. The first picture after a rest tells nothing. */
function nextBudget(budget: number, elapsed: number, count: number): number {
  if (elapsed > 400) return budget
  if (elapsed > slow) return Math.max(Math.min(fewest, count), Math.floor(budget / 2))
  return elapsed < smooth ? Math.min(count, Math.ceil(budget * 1.25)) : budget
}

/** What the density means for what is seen, in words below the map. */
function say(
  { perPixel, pointsInView }: Look,
  drawn: number,
  painter: Painter,
  { header, count }: MapData,
): void {
  const isAll = pointsInView > 0.999 * drawn
  const about = isAll
    ? drawn
    : pointsInView >= 100
      ? Number(pointsInView.toPrecision(2))
      : Math.round(pointsInView)
  const sentences = [
    drawn === 0
      ? `There are no ${count === 0 ? 'rows' : 'rows of this kind'} to draw.`
      : `${isAll ? 'All' : `About ${formatCount(about)} of`} ${formatPlural(drawn, 'point')} ${drawn === 1 ? 'is' : 'are'} in view.`,
    perPixel > 0.6 &&
      `About ${Number(perPixel.toPrecision(1))} of them share a pixel where there are any, so they are drawn small and see-through: strong colour means many points. Zoom in to tell them apart.`,
    header.rowCount > count && `The page holds an even sample of the ${formatCount(header.rowCount)} rows.`,
    header.unplaced > 0 && `${formatCount(header.unplaced)} rows have no place and are not drawn.`,
    painter.kind === 'canvas' &&
      'This browser has no WebGL 2: points are drawn by the processor, with the mean colour where they overlap.',
  ]
  found('says').textContent = sentences.filter((sentence) => sentence !== false).join(' ')
}
