/**
 * Transparency, without loss: every row less the one above it, deflated. Masks are mostly flat, and an edge that is blurred
 * shows where colours never do.
 */
import { unzlibSync, zlibSync } from 'fflate'
import { HourglassError } from '../base/index.js'
import type { AnyPixels } from './tiles.js'

/** The last channel of an image, deflated. */
export function encodeAlpha({ width, height, channels, data }: AnyPixels): Uint8Array {
  const differences = new Uint8Array(width * height)
  const line = width * channels
  for (let i = 0, at = channels - 1; i < differences.length; i++, at += channels)
    differences[i] = data[at]! - (at < line ? 0 : data[at - line]!)
  return zlibSync(differences, { level: 9 })
}

/** Sets the last channel of an image. @throws HG_STREAM_CORRUPT when the bytes are not that of as many pixels */
export function decodeAlpha(bytes: Uint8Array, { width, height, channels, data }: AnyPixels): void {
  const differences = inflated(bytes, width * height)
  const line = width * channels
  for (let i = 0, at = channels - 1; i < differences.length; i++, at += channels)
    data[at] = differences[i]! + (at < line ? 0 : data[at - line]!)
}

function inflated(bytes: Uint8Array, size: number): Uint8Array {
  const broken = (): HourglassError =>
    new HourglassError(
      'HG_STREAM_CORRUPT',
      'compressed image: its transparency is damaged; get the file again from where it came',
    )
  let differences: Uint8Array
  try {
    differences = unzlibSync(bytes, { out: new Uint8Array(size) })
  } catch {
    throw broken()
  }
  if (differences.length !== size) throw broken()
  return differences
}
