/** Whole images to files and back: sizes, channels, goals, files that are cut, altered, foreign. */
import { describe, expect, it } from 'vitest'
import { randomFor, type HourglassError } from '../base/index.js'
import type { ChannelCount, PixelImage } from '../data/index.js'
import { msSsim, psnr } from './distortion.js'
import { bjontegaardRate } from './bjontegaard.js'
import { codecModelFromBytes, codecModelToBytes } from './codec-model.js'
import { Codec, startCodec } from './node.js'
import { codeOfQuality } from './rate-control.js'
import { readStream } from './stream.js'

const codec = await Codec.load()

/** Waves, an edge and a little noise; alpha is a disc. */
function picture(width: number, height: number, channels: ChannelCount = 3): PixelImage {
  const random = randomFor(width * 7 + height, 'picture')
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const [x, y, c] = [Math.floor(i / channels) % width, Math.floor(i / channels / width), i % channels]
    if (channels % 2 === 0 && c === channels - 1)
      return Math.hypot(x - width / 2, y - height / 2) < width / 3 ? 255 : y % 256
    const wave = 60 * Math.sin((x + 2 * y) / (9 + c)) + 40 * Number(x > y)
    return Math.max(0, Math.min(255, 110 + wave + 3 * random.normal()))
  })
  return { width, height, channels, data, bitDepth: 8, orientation: 1 }
}

/** Neighbours that are much alike, along both axes, in colours that are much alike. */
function texture(width: number, height: number): PixelImage {
  const random = randomFor(8, 'texture')
  const field = () => {
    const values = new Float64Array(width * height)
    for (let i = width; i < values.length; i++)
      values[i] =
        0.95 * (values[i - 1]! + values[i - width]! - 0.95 * values[i - width - 1]!) + 4 * random.normal()
    return values
  }
  const fields = [field(), field(), field()]
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const at = Math.floor(i / 3)
    return Math.max(0, Math.min(255, 128 + fields[0]![at]! + 0.3 * fields[i % 3]![at]!))
  })
  return { width, height, channels: 3, data, bitDepth: 8, orientation: 1 }
}

/** Pixels without alpha. */
const colorsOf = ({ width, height, channels, data }: PixelImage) => {
  const count = channels < 3 ? (1 as const) : (3 as const)
  return {
    width,
    height,
    channels: count,
    data: Uint8Array.from(
      { length: width * height * count },
      (_, i) => data[Math.floor(i / count) * channels + (i % count)]!,
    ),
  }
}

describe('Codec', () => {
  it('gives back images of any size and any channels, close to what they were', async () => {
    for (const [width, height, channels] of [
      [1, 1, 3],
      [16, 16, 1],
      [5, 90, 4],
      [200, 33, 2],
      [1100, 40, 3],
    ] as const) {
      const image = picture(width, height, channels)
      const { bytes } = await codec.compress(image, { goal: { quality: 95 } })
      const { image: back, notes } = await codec.decompress(new Uint8Array(bytes))
      expect(notes).toEqual([])
      expect(back).toMatchObject({ width, height, channels, bitDepth: 8, orientation: 1 })
      expect(psnr(colorsOf(image), colorsOf(back))).toBeGreaterThan(36)
      if (channels % 2 === 0)
        for (let i = channels - 1; i < image.data.length; i += channels)
          expect(back.data[i]).toBe(image.data[i])
    }
  })

  it('takes fewer bits at equal fidelity with more effort', async () => {
    const image = texture(240, 200)
    const curve = async (effort: number) => {
      const points = []
      for (const quality of [30, 50, 70, 85]) {
        const { bpp, psnr: fidelity } = await codec.compress(image, {
          ...{ goal: { quality }, effort, measures: true },
        })
        points.push([bpp, fidelity!] as const)
      }
      return points
    }
    const rounded = await curve(0)
    for (const effort of [1, 4]) expect(bjontegaardRate(rounded, await curve(effort))).toBeLessThan(0)
  })

  it('carries its model along when asked, and another codec says whose file it is', async () => {
    const image = picture(40, 30)
    const { bytes } = await codec.compress(image, { carriesModel: true })
    const { body, header } = await readStream(new Uint8Array(bytes))
    const model = await codecModelFromBytes(body.model!)
    expect(model.id).toBe(header.modelId)
    const again = startCodec(model, 1)
    const { image: back } = await again.decompress(new Uint8Array(bytes))
    expect(back.data).toEqual((await codec.decompress(new Uint8Array(bytes))).image.data)
    await again.dispose()
    const shifted = Float32Array.from(model.weights.border, (value) => value * 1.01)
    const other = await codecModelFromBytes(
      codecModelToBytes({ ...model, weights: { ...model.weights, border: shifted } }),
    )
    const stranger = startCodec(other, 1)
    await expect(stranger.decompress(new Uint8Array(bytes))).rejects.toMatchObject({
      code: 'HG_CODEC_UNKNOWN',
    })
    await stranger.dispose()
  })

  it('carries orientation, profile and EXIF data', async () => {
    const carried = { orientation: 6, icc: Uint8Array.of(1, 2, 3), exif: Uint8Array.of(9, 8) }
    const { bytes } = await codec.compress({ ...picture(20, 20), ...carried })
    expect((await codec.decompress(new Uint8Array(bytes))).image).toMatchObject(carried)
  })

  it('gives the same bytes for the same image, and the pixels that it measured', async () => {
    const image = picture(100, 60)
    const first = await codec.compress(image, { measures: true })
    expect((await codec.compress(image)).bytes).toEqual(first.bytes)
    const { image: back } = await codec.decompress(new Uint8Array(first.bytes))
    expect(psnr(colorsOf(image), colorsOf(back))).toBe(first.psnr)
    expect(msSsim(colorsOf(image), colorsOf(back))).toBe(first.msssim)
  })

  it('meets the size, rate and fidelity that are asked for', async () => {
    const image = picture(160, 120)
    for (const bytes of [600, 2000, 6000]) {
      const { bytes: file } = await codec.compress(image, { goal: { size: bytes } })
      expect(file.length).toBeLessThanOrEqual(bytes)
      expect(file.length).toBeGreaterThan(0.9 * bytes)
    }
    expect((await codec.compress(image, { goal: { bpp: 1 } })).bpp).toBeLessThanOrEqual(1)
    const { psnr: reached } = await codec.compress(image, { goal: { psnr: 35 }, measures: true })
    expect(reached).toBeGreaterThanOrEqual(35)
    expect(reached).toBeLessThan(35.5)
  })

  it('says what can be had where a size cannot be met', async () => {
    const image = picture(160, 120)
    await expect(codec.compress(image, { goal: { size: 20 } })).rejects.toThrow(/takes \d+ bytes .* at least/)
  })

  it('shows of a file that is cut what is there, at every length', async () => {
    const image = picture(96, 96)
    const { bytes } = await codec.compress(image, { goal: { quality: 90 } })
    const fidelities: number[] = []
    for (let tenths = 2; tenths < 10; tenths++) {
      const cut = new Uint8Array(bytes.subarray(0, Math.round((tenths * bytes.length) / 10)))
      const { image: back, notes } = await codec.decompress(cut)
      expect(notes).toEqual([expect.stringMatching(/bytes are missing/)])
      fidelities.push(psnr(colorsOf(image), colorsOf(back)))
    }
    expect(fidelities.at(-1)).toBeGreaterThan(fidelities[0]! + 5)
    expect(fidelities.every((value, i) => i === 0 || value > fidelities[i - 1]! - 0.5)).toBe(true)
  })

  it('answers altered files with an error or an image', async () => {
    const { bytes } = await codec.compress(picture(40, 40, 4))
    const random = randomFor(4, 'mutations')
    const outcomes = { images: 0, errors: 0 }
    for (let i = 0; i < 300; i++) {
      const altered = Uint8Array.from(bytes)
      for (let j = random.below(4); j >= 0; j--) altered[random.below(altered.length)] = random.below(256)
      const shorter = altered.subarray(0, random.below(2) ? altered.length : random.below(altered.length))
      try {
        await codec.decompress(new Uint8Array(shorter))
        outcomes.images++
      } catch (error) {
        expect((error as HourglassError).code).toMatch(/^HG_(STREAM_CORRUPT|CODEC_UNKNOWN|TABLE_TOO_LARGE)$/)
        outcomes.errors++
      }
    }
    expect(outcomes.errors).toBeGreaterThan(100)
  })

  it('refuses other files, other models, absurd sizes', async () => {
    const { bytes } = await codec.compress(picture(8, 8))
    await expect(codec.decompress(new Uint8Array(0))).rejects.toThrow(/empty/)
    await expect(codec.decompress(new Uint8Array(100))).rejects.toThrow(
      /expected a file of hourglass compress/,
    )
    const { header } = await readStream(new Uint8Array(bytes))
    expect(header).toMatchObject({ width: 8, height: 8, modelId: codec.id })
  })
})

describe('codeOfQuality', () => {
  it('is finer for more quality, from a step of 256 levels to one of 1', () => {
    const codes = Array.from({ length: 100 }, (_, i) => codeOfQuality(i + 1))
    expect(codes[0]).toBe(320)
    expect(codes[99]).toBe(64)
    expect(codes.every((code, i) => i === 0 || code < codes[i - 1]!)).toBe(true)
  })
})
