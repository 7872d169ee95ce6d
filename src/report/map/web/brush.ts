/** Drawing a rectangle or a lasso over the map selects the rows in it; so does Shift and a drag with any tool. */
import type { Mask } from './picking.js'
import { shape } from './element.js'
import { isOnMap, pixelOf, type Surroundings } from './pointer.js'

type Point = readonly [x: number, y: number]

/** Shorter drags are taken for a press. */
const leastDrag = 5

export function followBrush({ state, view, picking, stage }: Surroundings, overlay: SVGSVGElement): void {
  let path: Point[] | undefined
  let isLasso = false
  const outline = shape('path', { class: 'brush' })
  stage.addEventListener('pointerdown', (event) => {
    const tool = state.tool.get()
    const isBrush = tool === 'rectangle' || tool === 'lasso' || event.shiftKey
    if (!isBrush || event.button !== 0 || !isOnMap(event)) return
    isLasso = tool === 'lasso'
    path = [pixelOf(stage, event)]
    stage.setPointerCapture(event.pointerId)
    overlay.append(outline)
    outline.setAttribute('d', '')
  })
  stage.addEventListener('pointermove', (event) => {
    if (path === undefined) return
    path.push(pixelOf(stage, event))
    outline.setAttribute('d', outlineOf(path, isLasso))
  })
  stage.addEventListener('pointerup', () => {
    const drawn = path
    path = undefined
    outline.remove()
    if (drawn === undefined) return
    const size = view.size()
    const mask = isLasso ? lassoMask(drawn, size) : rectangleMask(drawn, size)
    state.selected.set(mask === undefined ? new Int32Array(0) : picking.inside(view.fit.get(), mask))
  })
  stage.addEventListener('pointercancel', () => {
    path = undefined
    outline.remove()
  })
}

/** Selects every row that is drawn and in view. */
export function selectView({ state, view, picking }: Surroundings): void {
  state.selected.set(picking.inside(view.fit.get(), { left: 0, top: 0, ...view.size() }))
}

function cornersOf(path: readonly Point[]): readonly [Point, Point] {
  return [path[0]!, path.at(-1)!]
}

function outlineOf(path: readonly Point[], isLasso: boolean): string {
  if (isLasso) return `M${path.map((point) => point.join()).join('L')}Z`
  const [[x0, y0], [x1, y1]] = cornersOf(path)
  return `M${x0},${y0}H${x1}V${y1}H${x0}Z`
}

/** A box inside of the window; undefined for one too small to be meant. */
function boxMask(
  points: readonly Point[],
  { width, height }: { width: number; height: number },
): Mask | undefined {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)]
  const [left, right] = [Math.max(0, least(xs)), Math.min(width, -least(xs.map((x) => -x)))]
  const [top, bottom] = [Math.max(0, least(ys)), Math.min(height, -least(ys.map((y) => -y)))]
  if (right - left < leastDrag && bottom - top < leastDrag) return undefined
  return { left, top, width: right - left, height: bottom - top }
}

function rectangleMask(path: readonly Point[], size: { width: number; height: number }): Mask | undefined {
  return boxMask(cornersOf(path), size)
}

/** The shape filled by the browser, pixel by pixel: exact to a pixel, and as fast for a million rows as for one. */
function lassoMask(path: readonly Point[], size: { width: number; height: number }): Mask | undefined {
  const box = boxMask(path, size)
  if (box === undefined) return undefined
  const [left, top] = [Math.floor(box.left), Math.floor(box.top)]
  const [width, height] = [Math.ceil(box.left + box.width) - left, Math.ceil(box.top + box.height) - top]
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, width)
  canvas.height = Math.max(1, height)
  const context = canvas.getContext('2d')
  if (context === null) return undefined
  context.translate(-left, -top)
  context.fill(new Path2D(outlineOf(path, true)))
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
  const pixels = new Uint8Array(canvas.width * canvas.height)
  for (let i = 0; i < pixels.length; i++) pixels[i] = data[4 * i + 3]! >= 128 ? 1 : 0
  return { left, top, width: canvas.width, height: canvas.height, pixels }
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((least, x) => Math.min(least, x), Infinity)
}
