/**
 * How the numbers of a row lie on a grid: pixels of an image, or time steps of a series. Tables say so of their columns
 * (src/data), feature spaces of their features (src/autoencoders).
 */
import { HourglassError } from './errors.js'

/**
 * The last axis runs fastest, so an image is rows of pixels of channels, as in image files, and a series is time steps of
 * channels.
 */
export type Grid =
  | { readonly kind: 'image'; readonly height: number; readonly width: number; readonly channels: number }
  | { readonly kind: 'series'; readonly steps: number; readonly channels: number }

/** Numbers on a grid. */
export const gridSize = (grid: Grid): number =>
  grid.kind === 'image' ? grid.height * grid.width * grid.channels : grid.steps * grid.channels

/** A grid in words, such as `images of 28×28 pixels` or `windows of 32 time steps and 3 channels`. */
export function gridWords(grid: Grid): string {
  const channels = grid.channels === 1 ? '' : ` and ${grid.channels} channels`
  return grid.kind === 'image'
    ? `images of ${grid.height}×${grid.width} pixels${channels}`
    : `windows of ${grid.steps} time steps${channels}`
}

/**
 * The grid that people write as `HEIGHTxWIDTH` or `HEIGHTxWIDTHxCHANNELS`, such as `28x28` or `32x32x3`.
 *
 * @throws HG_USAGE for anything else
 */
export function parseImageGrid(text: string): Grid {
  const sizes = /^\d{1,5}(?:[x×]\d{1,5}){1,2}$/i.test(text) ? text.split(/[x×]/i).map(Number) : []
  const [height = 0, width = 0, channels = 1] = sizes
  if (height > 0 && width > 0 && channels > 0) return { kind: 'image', height, width, channels }
  throw new HourglassError(
    'HG_USAGE',
    `image: expected HEIGHTxWIDTH or HEIGHTxWIDTHxCHANNELS in pixels, such as 28x28 or 32x32x3, got "${text}"`,
  )
}

/** The rows of an image as time steps, from top to bottom, each a step of width · channels numbers; a series as it is. */
export const asSeries = (grid: Grid): Grid =>
  grid.kind === 'series' ? grid : { kind: 'series', steps: grid.height, channels: grid.width * grid.channels }
