/** What is drawn and how: the records between the page and its two painters, gl-painter.ts and canvas-painter.ts. */
import type { Fit } from '../frame.js'

/** States of a point, in the fourth byte of its paint. */
export const states = { hidden: 0, shown: 128, chosen: 255 } as const

/** What is drawn. */
export interface Scene {
  readonly places: Float32Array
  readonly order: Uint32Array
  /** Red, green, blue and a state for each row; filled anew before `repaint`. */
  readonly paint: Uint8Array
}

/** How it is drawn. */
export interface Drawing {
  readonly fit: Fit
  /** Of the window, in its own pixels. */
  readonly width: number
  readonly height: number
  /** Pixels of the screen for one of the window. */
  readonly ratio: number
  readonly diameter: number
  readonly opacity: number
  /** How many rows, from the beginning of the order. */
  readonly amount: number
  /** Whether some rows are chosen: the others step back. */
  readonly hasChosen: boolean
}

export interface Painter {
  readonly kind: 'WebGL' | 'canvas'
  /** The paint has changed. */
  repaint(): void
  /** @returns milliseconds until the picture is done, when it is */
  draw(drawing: Drawing): Promise<number>
}

/** How much of their opacity points keep while others are chosen. */
export const stepBack = 0.22

/** Gives the canvas the pixels that the drawing needs; setting the same size again would clear it for nothing. */
export function sizeCanvas(canvas: HTMLCanvasElement, { width, height, ratio }: Drawing): void {
  const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))]
  if (canvas.width !== w) canvas.width = w
  if (canvas.height !== h) canvas.height = h
}
