/**
 * Where the tiles of an image are coded: in this thread, or in several beside it (tile-coders-node.ts). Tiles do not depend
 * on each other, so that the bytes are the same whichever it is.
 */
import type { Choice, CoefficientCoder, PassBytes, TileShape } from './coefficient-coder.js'

/** A tile that was coded. */
export type CodedTile = ReturnType<CoefficientCoder['encode']>

/** Codes tiles, some at a time. */
export interface TileCoders {
  /** Tiles that are worth handing over before the first is done. */
  readonly ahead: number
  /** The bytes of each pass, and the values in them. @param isSpare whether the latent may be taken away: nobody else needs it */
  encode(shape: TileShape, choice: Choice, isSpare: boolean): Promise<CodedTile>
  /** `[rows, columns, 768]` @param spare an array of that size that is not needed any more: its memory is used again */
  decode(shape: TileShape, passes: readonly PassBytes[], spare?: Int16Array): Promise<Int16Array>
}

/** One after the other, in this thread. */
export const codersHere = (coder: CoefficientCoder): TileCoders => ({
  ahead: 1,
  encode: (shape, choice) => Promise.resolve(coder.encode(shape, choice)),
  decode: (shape, passes, spare) => Promise.resolve(coder.decode(shape, passes, spare)),
})
