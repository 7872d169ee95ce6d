/**
 * Multi-scale structural similarity beside pytorch-msssim. Images are made by the formula of ms-ssim.py, which wrote the
 * golden; that both sides made the same ones is seen by the sums of their pixels.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { msSsim } from '../../src/compression/index.js'

interface Case {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly noise: number
  readonly blur: number
  readonly shift: number
  readonly contrast: number
  readonly sums: readonly [number, number]
  readonly msSsim: number
}

const golden = JSON.parse(readFileSync(new URL('ms-ssim.json', import.meta.url), 'utf8')) as {
  readonly tolerance: number
  readonly cases: readonly Case[]
}

/** Whole numbers to 0 … 1. */
function hashed(index: number): number {
  let x = (Math.imul(index, 2654435761) + 12345) >>> 0
  x = (x ^ (x >>> 15)) >>> 0
  x = Math.imul(x, 2246822519) >>> 0
  x = (x ^ (x >>> 13)) >>> 0
  return x / 2 ** 32
}

function pair({ width, height, channels, noise, blur, shift, contrast }: Case) {
  const size = width * height * channels
  const [first, second] = [new Uint8Array(size), new Uint8Array(size)]
  for (let index = 0; index < size; index++) {
    const [pixel, c] = [Math.floor(index / channels), index % channels]
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    const scene = (at: number): number => {
      const wave = 45 * Math.sin(at / 7 + c) * Math.cos(y / 11) + 25 * Math.sin((at + 2 * y) / 23)
      const squares = (Math.floor(at / 32) + Math.floor(y / 24)) % 2 === 0 ? 20 : -20
      return 128 + wave + squares + 10 * (hashed(index) - 0.5)
    }
    let sum = 0
    for (let k = -blur; k <= blur; k++) sum += scene(x + k)
    const changed = 128 + contrast * (sum / (2 * blur + 1) - 128) + shift
    first[index] = clipped(scene(x))
    second[index] = clipped(changed + noise * (hashed(index + 1000003) - 0.5))
  }
  return [first, second].map((data) => ({ width, height, channels, data })) as [Image, Image]
}

type Image = Parameters<typeof msSsim>[0]

const clipped = (value: number): number => Math.floor(Math.max(0, Math.min(255, value)))

describe('msSsim', () => {
  it.each(golden.cases)('of $width × $height × $channels agrees with pytorch-msssim', (given) => {
    const images = pair(given)
    expect(images.map(({ data }) => data.reduce((sum, value) => sum + value, 0))).toEqual(given.sums)
    expect(Math.abs(msSsim(...images)! - given.msSsim)).toBeLessThan(golden.tolerance)
  })
})
