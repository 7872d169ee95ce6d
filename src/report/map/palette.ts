/**
 * The colours of a map: of categories, of numbers, of what is missing. Shared by the page and the picture for papers.
 */
import { hcl, rgb } from 'd3-color'
import { interpolateCividis, interpolateViridis } from 'd3-scale-chromatic'

export type Theme = 'light' | 'dark'

/** Ramps for numbers: both rise evenly in lightness and can be read with every kind of colour vision. */
export const ramps = { viridis: interpolateViridis, cividis: interpolateCividis } as const
export type RampName = keyof typeof ramps

/**
 * Ten colours that stay apart with deficient colour vision.
 *
 * @see Petroff, Accessible Color Sequences for Data Visualization, arXiv:2107.02270, the sequence of ten
 */
const ten = [
  '#3f90da',
  '#ffa90e',
  '#bd1f01',
  '#94a4a2',
  '#832db6',
  '#a96b59',
  '#e76300',
  '#b9ac70',
  '#717581',
  '#92dadd',
]
/** On a dark ground the one that would sink into it is brighter. */
const onDark: Readonly<Record<string, string>> = { '#832db6': '#8a30f2' }

/** How far each next hue is from the last, in degrees: no later one falls on an earlier one (the golden angle). */
const hueStep = 137.508

/** Colours that stay apart for every kind of colour vision; of more categories the others are told apart less surely. */
export const distinctColours = ten.length

/**
 * @param ranks which colour each category takes
 * @returns `[3 categories]` bytes: ten that stay apart, then hues in turn at two lightnesses
 */
export function categoryColours(ranks: Int32Array, theme: Theme): Uint8Array {
  const bytes = new Uint8Array(3 * ranks.length)
  ranks.forEach((rank, code) => bytes.set(categoryColour(rank, theme), 3 * code))
  return bytes
}

function categoryColour(i: number, theme: Theme): readonly number[] {
  const named = ten[i]
  if (named !== undefined) return bytesOf(theme === 'dark' ? (onDark[named] ?? named) : named)
  const lightness = (theme === 'dark' ? 62 : 48) + (i % 2) * 16
  return bytesOf(hcl((i * hueStep) % 360, 52, lightness).formatHex())
}

/** The part of a ramp that stands out from the ground: its dark end would sink into a dark one, its bright end into white. */
const rampParts = { light: [0, 0.93], dark: [0.14, 1] } as const

/** @returns 256 colours from the least number to the greatest, `[768]` bytes */
export function rampColours(name: RampName, theme: Theme): Uint8Array {
  const [from, to] = rampParts[theme]
  const bytes = new Uint8Array(768)
  for (let i = 0; i < 256; i++) bytes.set(bytesOf(ramps[name](from + ((to - from) * i) / 255)), 3 * i)
  return bytes
}

/** Of points that are coloured by nothing, and of cells that are missing. */
export function plainColours(theme: Theme): {
  readonly point: readonly number[]
  readonly missing: readonly number[]
} {
  return theme === 'dark'
    ? { point: [0x62, 0xaa, 0xee], missing: [0x5c, 0x66, 0x6e] }
    : { point: [0x1f, 0x6f, 0xb2], missing: [0xb4, 0xba, 0xbe] }
}

/** Three bytes as `#rrggbb`. */
export function hexOf(bytes: ArrayLike<number>, index = 0): string {
  return rgb(bytes[3 * index]!, bytes[3 * index + 1]!, bytes[3 * index + 2]!).formatHex()
}

function bytesOf(colour: string): readonly number[] {
  const { r, g, b } = rgb(colour)
  return [r, g, b]
}
