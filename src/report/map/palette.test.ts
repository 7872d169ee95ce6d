import { lab, rgb } from 'd3-color'
import { describe, expect, it } from 'vitest'
import { categoryColours, distinctColours, hexOf, rampColours, ramps, type RampName } from './palette.js'

/** Linear RGB as seen without one kind of cone (Machado, Oliveira & Fernandes 2009, severity 1). */
const visions = {
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
} as const

const linear = (x: number) => (x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4)
const coded = (x: number) => (x <= 0.0031308 ? 12.92 * x : 1.055 * Math.max(0, x) ** (1 / 2.4) - 0.055)

function seen(hex: string, matrix: readonly number[]) {
  const { r, g, b } = rgb(hex)
  const from = [r, g, b].map((x) => linear(x / 255))
  const [R, G, B] = [0, 3, 6].map((row) => from.reduce((sum, x, i) => sum + x * matrix[row + i]!, 0))
  return lab(rgb(255 * coded(R!), 255 * coded(G!), 255 * coded(B!)))
}

/** Least distance in CIELAB between any two. */
function nearest(colours: readonly string[], matrix: readonly number[]): number {
  const labs = colours.map((hex) => seen(hex, matrix))
  const pairs = labs.flatMap((a, i) =>
    labs.slice(i + 1).map((b) => Math.hypot(a.l - b.l, a.a - b.a, a.b - b.b)),
  )
  return Math.min(...pairs)
}

const ranks = (count: number) => Int32Array.from({ length: count }, (_, i) => i)
const hexes = (count: number, theme: 'light' | 'dark') => {
  const bytes = categoryColours(ranks(count), theme)
  return Array.from({ length: count }, (_, i) => hexOf(bytes, i))
}

describe('palette', () => {
  it.each(['light', 'dark'] as const)(
    'ten categories stay apart with deficient colour vision, %s',
    (theme) => {
      const colours = hexes(distinctColours, theme)
      const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1]
      expect(nearest(colours, identity)).toBeGreaterThan(15)
      for (const matrix of Object.values(visions)) expect(nearest(colours, matrix)).toBeGreaterThan(12)
    },
  )

  it('gives later categories colours of their own', () => {
    const colours = hexes(60, 'light')
    expect(new Set(colours).size).toBe(60)
  })

  it.each(Object.keys(ramps) as RampName[])(
    '%s rises in lightness from the least to the greatest',
    (name) => {
      const bytes = rampColours(name, 'light')
      const lightness = Array.from({ length: 256 }, (_, i) => lab(hexOf(bytes, i)).l)
      expect(lightness.every((l, i) => i < 8 || l > lightness[i - 8]!)).toBe(true)
    },
  )
})
