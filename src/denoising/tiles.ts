/**
 * Cuts an image into tiles that a convolutional network can take one after the other with the very result that the whole image
 * would have: each tile is its core and, around it, all that its results depend on.
 *
 *     │← border →│← core of tile 1 →│← reach →│
 *                          │← reach →│← core of tile 2 →│← border →│
 *
 * At the image's own edges it is continued by its mirror image for a short border, whatever the tiles; beyond that the network
 * sees zeros, as it did in training.
 */

/** A range of pixels along one axis; it may begin before 0 and end behind the image. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** One tile along one axis. */
export interface Span {
  /** Pixels that the network is given. */
  readonly tile: Range
  /** Pixels whose results are taken, inside the tile and the image. */
  readonly core: Range
}

/** How tiles are cut. */
export interface TilingOptions {
  /** Most pixels of a core. */
  readonly core: number
  /** Pixels around a core that its results depend on. */
  readonly reach: number
  /** Mirrored pixels at the image's edges, a multiple of the alignment. */
  readonly border: number
  /** All tiles begin and end at multiples of it: the network is the same only from block to block. */
  readonly alignment: number
}

/** The tiles along an axis of `length` pixels: of nearly equal size, the whole axis in one where it fits. */
export function spansOf(length: number, { core, reach, border, alignment }: TilingOptions): readonly Span[] {
  const up = (value: number): number => Math.ceil(value / alignment) * alignment
  const count = Math.ceil(length / core)
  const size = up(length / count)
  const margin = up(reach)
  const last = up(length) + border
  const spans: Span[] = []
  for (let start = 0; start < length; start += size) {
    const end = Math.min(length, start + size)
    spans.push({
      core: { start, end },
      tile: { start: Math.max(-border, start - margin), end: Math.min(last, up(end) + margin) },
    })
  }
  return spans
}

/** The pixel that stands at a position when an axis is continued by its mirror image, the edge itself not repeated. */
export function mirrored(position: number, length: number): number {
  if (length === 1) return 0
  const period = 2 * (length - 1)
  const folded = ((position % period) + period) % period
  return Math.min(folded, period - folded)
}

/** `mirrored` for every position of a range. */
export const mirroredRange = ({ start, end }: Range, length: number): Int32Array =>
  Int32Array.from({ length: end - start }, (_, i) => mirrored(start + i, length))
