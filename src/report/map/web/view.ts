/** What part of the map the window shows: panning, zooming, pinching (d3-zoom), and a window that changes its size. */
import { select } from 'd3-selection'
import { zoom, zoomIdentity, zoomTransform, type D3ZoomEvent } from 'd3-zoom'
import { fitTo, moved, type Box, type Fit } from '../frame.js'
import { cell, type Cell } from './cell.js'

export interface View {
  readonly fit: Cell<Fit>
  /** Whether the map is being dragged or zoomed. */
  readonly isMoving: Cell<boolean>
  size(): { readonly width: number; readonly height: number }
  /** Around the middle of the window. */
  zoomBy(factor: number): void
  /** By pixels. */
  panBy(dx: number, dy: number): void
  /** Back to the first view. */
  reset(): void
}

/** Pixels around the points at home. */
const margin = 28
const leastZoom = 0.4

/**
 * @param options.mayDrag whether a press that begins now drags the map
 * @param options.finest most pixels that a unit may be magnified to: beyond it, places are coarser than a pixel
 */
export function createView(
  stage: HTMLElement,
  home: Box,
  options: { readonly mayDrag: (event: MouseEvent | TouchEvent) => boolean; readonly finest: number },
): View {
  const size = (): { width: number; height: number } => ({
    width: Math.max(1, stage.clientWidth),
    height: Math.max(1, stage.clientHeight),
  })
  let last = size()
  const homeFit = (): Fit => fitTo(home, last.width, last.height, Math.min(margin, last.width / 12))
  const fit = cell(homeFit())
  const isMoving = cell(false)
  const target = select(stage)
  const behaviour = zoom<HTMLElement, unknown>()
    .filter((event: MouseEvent | TouchEvent) => event.type === 'wheel' || isDrag(event, options.mayDrag))
    .clickDistance(4)
    .on('start', () => isMoving.set(true))
    .on('zoom', ({ transform }: D3ZoomEvent<HTMLElement, unknown>) => fit.set(moved(homeFit(), transform)))
    .on('end', () => isMoving.set(false))
  const limit = (): void => {
    const { width, height } = last
    behaviour.scaleExtent([leastZoom, Math.max(4, options.finest / homeFit().scale)])
    behaviour.extent([
      [0, 0],
      [width, height],
    ])
    behaviour.translateExtent([
      [-width, -height],
      [2 * width, 2 * height],
    ])
  }
  limit()
  target.call(behaviour).on('dblclick.zoom', null)
  new ResizeObserver(() => {
    const before = last
    last = size()
    if (last.width === before.width && last.height === before.height) return
    limit()
    const { k, x, y } = zoomTransform(stage)
    const kept = zoomIdentity
      .translate((x * last.width) / before.width, (y * last.height) / before.height)
      .scale(k)
    target.call((selection) => behaviour.transform(selection, kept))
  }).observe(stage)
  return {
    fit,
    isMoving,
    size: () => last,
    zoomBy: (factor) => behaviour.scaleBy(target, factor),
    panBy: (dx, dy) =>
      behaviour.translateBy(target, dx / zoomTransform(stage).k, dy / zoomTransform(stage).k),
    reset: () => behaviour.transform(target, zoomIdentity),
  }
}

/** One finger or the first button where the tool moves the map; two fingers always do. */
function isDrag(
  event: MouseEvent | TouchEvent,
  mayDrag: (event: MouseEvent | TouchEvent) => boolean,
): boolean {
  if ('touches' in event) return event.touches.length > 1 || mayDrag(event)
  return event.button === 0 && mayDrag(event)
}
