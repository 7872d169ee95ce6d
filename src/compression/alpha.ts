/**
 * Transparency, without loss: every row less the one above it, deflated. Masks are mostly flat, and an edge that is blurred
 * shows where colours never do.
 */
import { unzlibSync, zlibSync } from 'fflate'
import { HourglassError } from '../base/index.js'

/** @param alpha `[height, width]`, 0 to 255 */
export function encodeAlpha(alpha: Uint8Array, width: number): Uint8Array {
  return zlibSync(
    alpha.map((value, i) => value - (i < width ? 0 : alpha[i - width]!)),
    { level: 9 },
  )
}

/** @returns `[height, width]` @throws HG_STREAM_CORRUPT when it cannot be unpacked to that size */
export function decodeAlpha(bytes: Uint8Array, width: number, height: number): Uint8Array {
  const broken = (): HourglassError =>
    new HourglassError(
      'HG_STREAM_CORRUPT',
      'compressed image: its transparency is damaged; get the file again',
    )
  const alpha = new Uint8Array(width * height)
  let size: number
  try {
    size = unzlibSync(bytes, { out: alpha }).length
  } catch {
    throw broken()
  }
  if (size !== alpha.length) throw broken()
  for (let i = width; i < alpha.length; i++) alpha[i]! += alpha[i - width]!
  return alpha
}
