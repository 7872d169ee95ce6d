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

/** Milliseconds that a picture may take while the map moves. */
const smooth = 24
/** Points drawn while the map moves: at least, and before it is known how fast the machine is. */
const [fewest, careful] = [20_000, 250_000]
/** Milliseconds of rest before all points are drawn again; longer where that takes long. */
const [shortRest, longRest] = [150, 2000]

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
  /** The next picture waits for this one: pictures do not queue up on the card. */
  let isBusy = false
  /** Points in a millisecond. */
  let speed = careful / smooth
  let resting: ReturnType<typeof setTimeout> | undefined
  const draw = (): void => {
    isAsked = false
    const isMoving = view.isMoving.get() || resting !== undefined
    const amount = isMoving ? Math.min(data.count, Math.max(fewest, Math.round(speed * smooth))) : data.count
    const { width, height } = view.size()
    const ratio = Math.min(2, devicePixelRatio)
    const fit = view.fit.get()
    const isShown = (row: number): boolean => scene.paint[4 * row + 3] !== states.hidden
    const look = lookOf(scene, { fit, width, height, least: 1 / Math.sqrt(ratio) }, isShown)
    const done = painter.draw({
      ...{ fit, width, height, ratio, amount, hasChosen: shown().chosen > 0 },
      diameter: look.diameter * state.size.get(),
      // Fewer points stand for all: each counts for more.
      opacity: Math.min(
        1,
        1 - (1 - look.opacity) ** ((state.strength.get() * data.count) / Math.max(1, amount)),
      ),
    })
    isBusy = true
    void done.then((milliseconds) => {
      isBusy = false
      speed = amount / Math.max(1, milliseconds)
      if (isAsked) requestAnimationFrame(draw)
    })
    if (!isMoving) say(look, shown().drawn, painter, data)
  }
  const ask = (): void => {
    if (!isAsked && !isBusy) requestAnimationFrame(draw)
    isAsked = true
  }
  view.fit.follow(() => {
    clearTimeout(resting)
    resting = setTimeout(
      () => {
        resting = undefined
        ask()
      },
      Math.min(longRest, Math.max(shortRest, (2 * data.count) / speed)),
    )
    ask()
  })
  state.size.follow(ask)
  state.strength.follow(ask)
  // What a browser prints is drawn for it at that moment.
  addEventListener('beforeprint', () => draw())
  return { ask }
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
