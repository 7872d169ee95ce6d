/**
 * The page of a map, from its data to the first picture and on. Each part is a file beside this one; they know each
 * other by the cells of state.ts. The page around them is written by render-map-report.ts.
 */
import { mostPlace } from '../payload.js'
import { followBrush, selectView } from './brush.js'
import { showControls } from './controls.js'
import { readData, type MapData } from './data.js'
import { createDraughtsman } from './drawing.js'
import { found } from './element.js'
import { followKeyboard } from './keyboard.js'
import { markIsolated, showLegend } from './legend.js'
import { createMark } from './marks.js'
import { createNames } from './names.js'
import { colouringOf, fillColours, fillStates, type Colouring } from './paint.js'
import { painterFor } from './painter.js'
import { createPicking } from './picking.js'
import { followPointer, isOnMap, showCard, type Surroundings } from './pointer.js'
import { states, type Scene } from './scene.js'
import { showSelection } from './selection.js'
import { initialState, type Subject } from './state.js'
import { createView } from './view.js'

/** Pixels of the window that one step of a place may become: more would show the grid they stand on. */
const coarsest = 2
/** The same for places of 32 bits. */
const finestFloat = 4e6

async function start(): Promise<void> {
  if (typeof DecompressionStream === 'undefined') {
    throw new Error('this browser cannot unpack the map: it needs one from 2023 or later')
  }
  const data = await readData()
  const state = initialState(data)
  const stage = found('stage')
  const finest = data.header.places.type === 'u16' ? coarsest * mostPlace : finestFloat
  const view = createView(stage, data.header.home, {
    mayDrag: (event) =>
      !event.shiftKey && isOnMap(event) && (state.tool.get() === 'move' || state.tool.get() === 'decode'),
    finest,
  })
  const scene: Scene = { places: data.places, order: data.order, paint: new Uint8Array(4 * data.count) }
  const remark = await showPoints({ data, state, view }, scene)
  found('loading').hidden = true
  document.documentElement.dataset['state'] = 'drawn'
  // The first picture is on the screen before the tree of places is built.
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
  const isShown = (row: number): boolean => scene.paint[4 * row + 3] !== states.hidden
  const hovered = createMark(overlayOf(), 'hovered', 7)
  const around: Surroundings = {
    data,
    state,
    view,
    stage,
    hovered,
    picking: createPicking(data.places, isShown),
  }
  showControls(data, state, view, () => selectView(around))
  followAll(around, remark)
  document.documentElement.dataset['state'] = 'ready'
  await data.readAll(() => {
    showCard(data, state.subject.get())
    if (state.selected.get().length > 0) showSelection(data, state)
  })
  document.documentElement.dataset['state'] = 'complete'
}

/** Draws the points for the first time and at every change. @returns what marks hidden and chosen rows anew */
async function showPoints(
  around: Pick<Surroundings, 'data' | 'state' | 'view'>,
  scene: Scene,
): Promise<() => void> {
  const { data, state, view } = around
  let colouring: Colouring = await colouringOf(data, state)
  const names = createNames(found('names'))
  fillColours(scene.paint, colouring)
  let shown = fillStates(scene.paint, data, state, colouring)
  const painter = painterFor(found('canvas') as HTMLCanvasElement, scene, () => draughtsman.ask())
  const draughtsman = createDraughtsman(around, painter, scene, () => shown)
  const showNames = (): void => {
    const isolated = state.isolated.get()
    names.show(
      state.hasNames.get() ? colouring : undefined,
      data.places,
      (code) => isolated.size === 0 || isolated.has(code),
    )
    names.move(view.fit.get())
  }
  const remark = (): void => {
    shown = fillStates(scene.paint, data, state, colouring)
    painter.repaint()
    draughtsman.ask()
  }
  let asked = 0
  const recolour = async (): Promise<void> => {
    const own = ++asked
    const next = await colouringOf(data, state)
    // A column that was asked for later may have been read sooner.
    if (own !== asked) return
    colouring = next
    fillColours(scene.paint, colouring)
    remark()
    showLegend(colouring, state)
    showNames()
  }
  state.colourBy.follow(() => {
    state.isolated.set(new Set())
    void recolour()
  })
  state.theme.follow(() => void recolour())
  state.ramp.follow(() => void recolour())
  state.hasNames.follow(showNames)
  state.isolated.follow((isolated) => {
    markIsolated(isolated)
    remark()
    showNames()
  })
  view.fit.follow((fit) => names.move(fit))
  showLegend(colouring, state)
  showNames()
  draughtsman.ask()
  return remark
}

function followAll(around: Surroundings, remark: () => void): void {
  const { data, state, view, stage, hovered } = around
  const overlay = overlayOf()
  followPointer(around)
  followBrush(around, overlay)
  followKeyboard(around, found('cross'))
  state.part.follow(remark)
  state.selected.follow(() => {
    remark()
    showSelection(data, state)
  })
  const mark = createMark(overlay, 'subject', 9)
  view.fit.follow((fit) => {
    mark.move(fit)
    hovered.move(fit)
  })
  mark.move(view.fit.get())
  hovered.move(view.fit.get())
  state.subject.follow((subject) => {
    showCard(data, subject)
    mark.set(subject === undefined ? undefined : placeOf(data, subject))
  })
  state.tool.follow((tool) => (stage.dataset['tool'] = tool))
  stage.dataset['tool'] = state.tool.get()
  showCard(data, undefined)
  showSelection(data, state)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', ({ matches }) => {
    if (document.documentElement.dataset['theme'] === undefined) state.theme.set(matches ? 'dark' : 'light')
  })
}

function overlayOf(): SVGSVGElement {
  return found('overlay') as Element as SVGSVGElement
}

function placeOf({ places }: MapData, subject: Subject): readonly [number, number] {
  if (subject.kind === 'place') return [subject.u, subject.v]
  return [places[2 * subject.row]!, places[2 * subject.row + 1]!]
}

start().catch((error: unknown) => {
  const loading = found('loading')
  loading.hidden = false
  loading.textContent = `The map cannot be shown: ${error instanceof Error ? error.message : String(error)}`
  document.documentElement.dataset['state'] = 'failed'
  throw error
})
