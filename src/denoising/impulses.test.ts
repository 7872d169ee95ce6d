/** Salt and pepper: found and filled where there is some, and nothing else taken for it. */
import { describe, expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import type { ChannelCount, PixelImage } from '../data/index.js'
import { repairImpulses } from './impulses.js'

const [width, height] = [60, 40]

function scene(change: (value: number, i: number) => number, channels: ChannelCount = 3): PixelImage {
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const [x, y] = [Math.floor(i / channels) % width, Math.floor(i / channels / width)]
    const value = 128 + 60 * Math.sin(x / 9) * Math.cos(y / 7)
    return Math.max(0, Math.min(255, Math.round(change(value, i))))
  })
  return { width, height, channels, data, bitDepth: 8, orientation: 1 }
}
const clean = scene((value) => value)

describe('salt and pepper', () => {
  it.each([0.01, 0.1, 0.4])('in a share of %d of the pixels is found and filled', (share) => {
    const stream = randomFor(0, 'hits')
    const hits = new Map<number, number>()
    const hit = scene((value, i) => {
      const draw = stream.uniform()
      if (draw < share) hits.set(i, draw < share / 2 ? 0 : 255)
      return hits.get(i) ?? value
    })
    const { image, share: found } = repairImpulses(hit)
    expect(Math.abs(found - hits.size / clean.data.length)).toBeLessThan(0.01)
    const error = Math.max(...image.data.map((value, i) => Math.abs(value - clean.data[i]!)))
    expect(error).toBeLessThan(40)
    image.data.forEach((value, i) => {
      if (!hits.has(i)) expect(value).toBe(clean.data[i])
    })
  })

  it('leaves alpha alone', () => {
    const hit = scene(
      (value, i) => (i % 4 === 3 ? (i % 8 < 4 ? 0 : 255) : i % 40 < 2 ? 255 * (i % 2) : value),
      4,
    )
    const { image, share } = repairImpulses(hit)
    expect(share).toBeGreaterThan(0.02)
    image.data.forEach((value, i) => {
      if (i % 4 === 3) expect(value).toBe(hit.data[i])
    })
  })
})

describe('is not seen in', () => {
  const normal = randomFor(0, 'noise')
  it.each([
    ['a clean image', clean],
    ['noise of 25', scene((value) => value + 25 * normal.normal())],
    ['clipped noise of 75', scene((value) => value + 75 * normal.normal())],
    ['highlights', scene((value, i) => (i % 300 < 3 ? 255 : value))],
    ['a black image', scene(() => 0)],
    ['a drawing in black and white', scene((_, i) => (Math.floor(i / 3) % 7 === 0 ? 0 : 255))],
  ])('%s', (_, image) => {
    expect(repairImpulses(image)).toEqual({ image, share: 0 })
  })
})
