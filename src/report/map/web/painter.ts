/** Which painter draws: WebGL 2 where the browser has it, else the processor. */
import { canvasPainter } from './canvas-painter.js'
import { glPainter } from './gl-painter.js'
import type { Painter, Scene } from './scene.js'

/** @param whenLost called when the graphics card had dropped everything and the painter has it again: draw */
export function painterFor(canvas: HTMLCanvasElement, scene: Scene, whenLost: () => void): Painter {
  return glPainter(canvas, scene, whenLost) ?? canvasPainter(canvas, scene)
}
