/**
 * Which step meets what was asked for: a quality, or a size or fidelity that is searched for. Steps come in codes 32 to an
 * octave, some 2 % apart in size; every trial is a real encoding.
 */
import { HourglassError } from '../base/index.js'
import { mostStepCode } from './stream.js'

/** What a compressed image is to meet; one of them. */
export interface Goal {
  /** 1 to 100, about as JPEG's numbers look (default 75). */
  readonly quality?: number
  /** Bytes of the file at most. */
  readonly size?: number
  /** Bits for each pixel at most. */
  readonly bpp?: number
  /** Peak signal-to-noise ratio at least, in decibels. */
  readonly psnr?: number
}

/** Quality and the step it stands for, as log₂; between them straight lines. */
const qualities = [
  [1, 8],
  [50, 5.9],
  [75, 5],
  [90, 4],
  [100, 0],
] as const

/** The step code of a quality. */
export function codeOfQuality(quality: number): number {
  const upper = Math.max(
    1,
    qualities.findIndex(([q]) => q >= quality),
  )
  const [[q0, s0], [q1, s1]] = [qualities[upper - 1]!, qualities[upper]!]
  const exponent = s0 + ((s1 - s0) * (quality - q0)) / (q1 - q0)
  return Math.round(32 * (exponent + 2))
}

/** One encoding of the image. */
export interface Trial {
  readonly bytes: number
  readonly psnr?: number
}

/**
 * The step code that meets a goal: of a size the finest that stays within it, of a fidelity the coarsest that reaches it.
 *
 * @param attempt encodes with a code; measures fidelity too when `measures`
 * @throws HG_USAGE when no step meets it, saying what can be had
 */
export async function codeFor(
  goal: Goal,
  pixels: number,
  attempt: (code: number, measures: boolean) => Promise<Trial>,
): Promise<number> {
  const { quality, psnr } = goal
  const size = goal.size ?? (goal.bpp === undefined ? undefined : (goal.bpp * pixels) / 8)
  if (size !== undefined) {
    const code = await firstCode(async (at) => (await attempt(at, false)).bytes <= size)
    if (code !== undefined) return code
    const least = (await attempt(mostStepCode, false)).bytes
    throw new HourglassError(
      'HG_USAGE',
      `${goal.bpp === undefined ? `size of ${size} bytes` : `${goal.bpp} bits a pixel`}: this image takes ${least} bytes ` +
        `(${((8 * least) / pixels).toPrecision(3)} bits a pixel) at least; ask for more, or make it smaller`,
    )
  }
  if (psnr === undefined) return codeOfQuality(quality ?? 75)
  const tooCoarse = await firstCode(async (at) => (await attempt(at, true)).psnr! < psnr)
  if (tooCoarse === undefined) return mostStepCode
  if (tooCoarse > 0) return tooCoarse - 1
  const best = (await attempt(0, true)).psnr!
  throw new HourglassError(
    'HG_USAGE',
    `psnr of ${psnr} dB: this image reaches ${best.toFixed(1)} dB at most; ask for less`,
  )
}

/** The first code from which on something holds, by bisection; undefined where it holds for none. */
async function firstCode(holds: (code: number) => Promise<boolean>): Promise<number | undefined> {
  if (!(await holds(mostStepCode))) return undefined
  let [no, yes] = [-1, mostStepCode]
  while (yes - no > 1) {
    const middle = (no + yes) >> 1
    if (await holds(middle)) yes = middle
    else no = middle
  }
  return yes
}
