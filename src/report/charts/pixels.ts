/** Small images as PNG files in data URIs: what a decoder gives, for a page that may fetch nothing. */
import { zlibSync } from 'fflate'
import type { ReportImage } from '../inspect-report.js'

/** Longest side; greater images are averaged down, so that a page of them stays small. */
const mostSide = 48

/**
 * @param images stretched together: the least number of all of them is black, the greatest white
 * @returns a data URI each; images of three channels (or four, the last left out) in colour, others in grey
 */
export function pixelUris(images: readonly ReportImage[]): readonly string[] {
  const small = images.map(shrunk)
  let [least, most] = [Infinity, -Infinity]
  for (const { pixels } of small) {
    for (const value of pixels) {
      if (value < least) least = value
      if (value > most) most = value
    }
  }
  const scale = most > least ? 255 / (most - least) : 0
  return small.map(({ pixels, ...size }) => {
    const bytes = Uint8Array.from(pixels, (value) => Math.round((value - least) * scale))
    return `data:image/png;base64,${btoa(String.fromCharCode(...png({ ...size, bytes })))}`
  })
}

interface Shrunk {
  readonly width: number
  readonly height: number
  readonly isColour: boolean
  readonly pixels: Float64Array
}

/** Fewer pixels, each the mean of those that it stands for, and one channel or three. */
function shrunk({ width, height, channels, pixels }: ReportImage): Shrunk {
  const every = Math.max(1, Math.ceil(Math.max(width, height) / mostSide))
  const [w, h] = [Math.ceil(width / every), Math.ceil(height / every)]
  const isColour = channels === 3 || channels === 4
  const planes = isColour ? 3 : 1
  const sums = new Float64Array(w * h * planes)
  const counts = new Float64Array(w * h * planes)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < (isColour ? 3 : channels); channel++) {
        const value = pixels[(y * width + x) * channels + channel] ?? 0
        const to = (Math.floor(y / every) * w + Math.floor(x / every)) * planes + (isColour ? channel : 0)
        if (!Number.isFinite(value)) continue
        sums[to]! += value
        counts[to]!++
      }
    }
  }
  return { width: w, height: h, isColour, pixels: sums.map((sum, i) => sum / Math.max(1, counts[i]!)) }
}

/**
 * A PNG file of 8 bits a channel without interlace.
 *
 * @see Portable Network Graphics (W3C, third edition), sections 5, 9 and 11
 */
function png(image: {
  readonly width: number
  readonly height: number
  readonly isColour: boolean
  readonly bytes: Uint8Array
}): Uint8Array {
  const { width, height, isColour, bytes } = image
  const stride = width * (isColour ? 3 : 1)
  // Every line begins with its filter: 0, none.
  const lines = new Uint8Array(height * (stride + 1))
  for (let y = 0; y < height; y++) {
    lines.set(bytes.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1)
  }
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, isColour ? 2 : 0, 0, 0, 0], 8)
  return joined([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(lines, { level: 9 })),
    chunk('IEND', new Uint8Array(0)),
  ])
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const named = joined([Uint8Array.from(type, (letter) => letter.charCodeAt(0)), data])
  const bytes = new Uint8Array(named.length + 8)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, data.length)
  bytes.set(named, 4)
  view.setUint32(named.length + 4, crc32(named))
  return bytes
}

/** @see Portable Network Graphics (W3C, third edition), annex D */
function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1
  }
  return ~sum >>> 0
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
