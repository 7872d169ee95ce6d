/**
 * How the latent of an image is laid out and in which order it is coded.
 *
 * The latent is a grid of blocks of 16 × 16 pixels, each with 3 planes (brightness, two of colour) of 16 × 16
 * coefficients: number `plane · 256 + v · 16 + u` for the vertical frequency v and the horizontal one u. What is learned
 * starts from a cosine transform and keeps the meaning of these places.
 *
 * A pass codes what one more octave of resolution needs: pass 0 the lowest coefficient, an image of a 16th of the size;
 * pass l those with max(u, v) in [2^(l−1), 2^l). A band is a part of a pass in one plane, at most 4 × 4 coefficients of
 * like frequency, which are often all zero together. Shapiro (1993) and Said & Pearlman (1996) had this order first.
 *
 *     u →  0 1 2 2 3 3 3 3 4 …           passes of a plane; a file that is cut in pass l
 *     v    1 1 2 2 3 3 3 3 4 …           still shows the image at a 2^(5−l)th of its resolution
 *     ↓    2 2 2 2 3 3 3 3 4 …
 *
 * Next: neighbourhoods.ts (what predicts a coefficient), coefficient-coder.ts.
 */

/** Pixels of a block's side, and frequencies in each direction. */
export const blockSize = 16
/** Coefficients of a block in one plane. */
export const planeChannels = blockSize * blockSize
/** Planes. */
export const planeCount = 3
/** Coefficients of a block. */
export const channelCount = planeCount * planeChannels
/** Passes: log₂ of the block's side, and one. */
export const passCount = Math.log2(blockSize) + 1

/** Side of a band at most. */
const bandSide = 4

/** Coefficients of like frequency in one plane. */
export interface Band {
  readonly plane: number
  readonly pass: number
  /** Places of its coefficients, lowest frequencies first. */
  readonly places: readonly number[]
}

/** The order of coding, and where every coefficient stands in it. */
export interface LatentLayout {
  readonly bands: readonly Band[]
  /** `[768]`, places in the order in which they are coded. */
  readonly scan: Uint16Array
  /** `[bands + 1]`, where each band begins in the scan. */
  readonly bandStarts: Uint16Array
  /** `[passes + 1]`, first band of each pass. */
  readonly passStarts: Uint16Array
  /** `[bands, 4]`: plane, pass, the band at half the frequency, the same band of the plane before (255: none). */
  readonly bandFacts: Uint8Array
  /** `[768]`, by place: its position in the scan. */
  readonly positionOf: Uint16Array
  /** `[768]`, by place: its pass. */
  readonly passOf: Uint8Array
}

/** Number of a coefficient. */
export const placeOf = (plane: number, u: number, v: number): number =>
  plane * planeChannels + v * blockSize + u

/** The layout; there is one, made once. */
export const latentLayout: LatentLayout = makeLayout()

function makeLayout(): LatentLayout {
  const bands = Array.from({ length: passCount }, (_, pass) => bandsOf(pass)).flat()
  const scan = Uint16Array.from(bands.flatMap(({ places }) => places))
  const bandStarts = new Uint16Array(bands.length + 1)
  bands.forEach(({ places }, i) => (bandStarts[i + 1] = bandStarts[i]! + places.length))
  const passStarts = Uint16Array.from({ length: passCount + 1 }, (_, pass) =>
    pass === passCount ? bands.length : bands.findIndex((band) => band.pass === pass),
  )
  const positionOf = new Uint16Array(channelCount)
  scan.forEach((place, position) => (positionOf[place] = position))
  const bandOf = new Uint8Array(channelCount)
  bands.forEach(({ places }, i) => places.forEach((place) => (bandOf[place] = i)))
  const passOf = Uint8Array.from(bandOf, (band) => bands[band]!.pass)
  return {
    bands,
    scan,
    bandStarts,
    passStarts,
    bandFacts: Uint8Array.from(bands.flatMap((band) => factsOf(band, bandOf))),
    positionOf,
    passOf,
  }
}

/** The bands of a pass: of each plane the three corners of the octave (right, below, both), in tiles. */
function bandsOf(pass: number): Band[] {
  const planes = Array.from({ length: planeCount }, (_, plane) => plane)
  if (pass === 0) return planes.map((plane) => ({ plane, pass, places: [placeOf(plane, 0, 0)] }))
  const octave = 2 ** (pass - 1)
  const side = Math.min(octave, bandSide)
  const tiles = Array.from({ length: octave / side }, (_, i) => i * side)
  const corners = [
    [octave, 0],
    [0, octave],
    [octave, octave],
  ] as const
  return planes.flatMap((plane) =>
    corners.flatMap(([left, top]) =>
      tiles.flatMap((down) =>
        tiles.map((right) => ({ plane, pass, places: tilePlaces(plane, left + right, top + down, side) })),
      ),
    ),
  )
}

/** Places of a square of frequencies, by their sum. */
function tilePlaces(plane: number, left: number, top: number, side: number): number[] {
  const cells = Array.from({ length: side * side }, (_, i) => ({
    u: left + (i % side),
    v: top + Math.floor(i / side),
  }))
  cells.sort((a, b) => a.u + a.v - b.u - b.v || a.u - b.u)
  return cells.map(({ u, v }) => placeOf(plane, u, v))
}

function factsOf({ plane, pass, places }: Band, bandOf: Uint8Array): number[] {
  const place = places[0]! % planeChannels
  const [u, v] = [place % blockSize, Math.floor(place / blockSize)]
  const parent = bandOf[placeOf(plane, u >> 1, v >> 1)]!
  return [plane, pass, parent, plane > 0 ? bandOf[placeOf(plane - 1, u, v)]! : 255]
}
