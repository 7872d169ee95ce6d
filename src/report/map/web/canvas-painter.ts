/** Points drawn by the processor, for browsers without WebGL 2: the density picture of raster.ts. */
import { rasterOf } from '../raster.js'
import { sizeCanvas, states, stepBack, type Drawing, type Painter, type Scene } from './scene.js'

export function canvasPainter(canvas: HTMLCanvasElement, scene: Scene): Painter {
  const context = canvas.getContext('2d')
  const layer = document.createElement('canvas')
  return {
    kind: 'canvas',
    repaint: () => undefined,
    draw(drawing) {
      const began = performance.now()
      // One pixel of the picture for one of the window: four times fewer on fine screens, for speed.
      const size = { ...drawing, ratio: 1 }
      sizeCanvas(canvas, size)
      sizeCanvas(layer, size)
      const { hasChosen, opacity } = drawing
      context?.clearRect(0, 0, canvas.width, canvas.height)
      const paint = (state: number, alpha: number): void => {
        layer.getContext('2d')?.putImageData(picture(scene, size, state, alpha), 0, 0)
        context?.drawImage(layer, 0, 0)
      }
      paint(states.shown, hasChosen ? opacity * stepBack : opacity)
      if (hasChosen) paint(states.chosen, opacity)
      return Promise.resolve(performance.now() - began)
    },
  }
}

function picture(
  scene: Scene,
  { fit, width, height, diameter }: Drawing,
  state: number,
  opacity: number,
): ImageData {
  const [w, h] = [Math.max(1, Math.round(width)), Math.max(1, Math.round(height))]
  return new ImageData(rasterOf(scene, { fit, width: w, height: h, diameter, opacity, state }), w, h)
}
