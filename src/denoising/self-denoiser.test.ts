/** A denoiser that learns from noisy images alone: its crops, its loss, that it removes noise, and that it repeats itself. */
import { describe, expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import type { ChannelCount, PixelImage } from '../data/index.js'
import { interpret } from '../engine/index.js'
import { constant, graph, tensor } from '../graph/index.js'
import { Denoiser } from './node.js'
import { removedLevel, removedPicture } from './removed.js'
import { piecesOf, selfCropSource } from './self-crops.js'
import { selfLearner, selfNetwork } from './self-objective.js'

const level = 25

/** A smooth scene with an edge; alpha counts up. */
function scene(
  width: number,
  height: number,
  channels: ChannelCount,
  bitDepth: 8 | 16,
  noise: number,
): PixelImage {
  const stream = randomFor(0, 'noise')
  const data =
    bitDepth === 16 ? new Uint16Array(width * height * channels) : new Uint8Array(width * height * channels)
  const scale = (2 ** bitDepth - 1) / 255
  data.forEach((_, i) => {
    const [pixel, channel] = [Math.floor(i / channels), i % channels]
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    const isAlpha = channels % 2 === 0 && channel === channels - 1
    const value = 120 + 40 * Math.sin(x / 15 + channel) + (x + 2 * y > width ? 50 : -50)
    data[i] = isAlpha
      ? i % 256
      : scale * Math.max(0, Math.min(255, Math.round(value + noise * stream.normal())))
  })
  return { width, height, channels, data, bitDepth, orientation: 1 }
}

const learnt = (images: readonly PixelImage[], steps: number, seed = 0) =>
  Denoiser.learn(images, { steps, seed, threads: 1 })

describe('crops', () => {
  const rows = (pieces: readonly PixelImage[], step: number, seed = 0): Float32Array => {
    const features = new Float32Array(3 * 3 * 16 * 16)
    selfCropSource(pieces, { side: 16, batchSize: 3, seed }).fill(step, features)
    return features
  }

  it('depend on seed and step alone, and go on in the mirror beyond small images', () => {
    const pieces = [scene(40, 30, 3, 8, level), scene(9, 5, 1, 16, level)]
    expect(rows(pieces, 2)).toEqual(rows(pieces, 2))
    expect(rows(pieces, 3)).not.toEqual(rows(pieces, 2))
    expect(rows(pieces, 2, 1)).not.toEqual(rows(pieces, 2))
    expect(rows([pieces[1]!], 0).every((value) => value >= 0 && value <= 1)).toBe(true)
  })

  it('come from pieces that are no more than asked for', () => {
    const image = scene(600, 500, 4, 16, 0)
    const pieces = piecesOf(image, 150_000, randomFor(0, 'pieces'))
    expect(pieces.map(({ width, height }) => [width, height])).toEqual([
      [256, 256],
      [256, 256],
    ])
    expect(pieces[0]!.data).toBeInstanceOf(Uint16Array)
    expect(piecesOf(image, 300_000, randomFor(0, 'pieces'))).toEqual([image])
  })
})

it('compares each half with the other, and with the halves of the whole', () => {
  const side = 8
  const network = selfNetwork()
  const { objective, space } = selfLearner(side)
  const stream = randomFor(0, 'pixels')
  const features = constant(
    tensor(
      'float32',
      [1, space.width],
      Float32Array.from({ length: space.width }, () => stream.uniform()),
    ),
  )
  // With weights of 0 the network takes nothing away: what is left is the difference of both halves, twice.
  const weight = (name: string) => {
    const { shape } = network.parameters.find((parameter) => parameter.name === name)!
    return constant(
      tensor('float32', shape, new Float32Array(shape.reduce((product, size) => product * size))),
    )
  }
  const context = { weight, progress: features, noise: undefined as never }
  const { loss } = objective({ features }, context)
  const { loss: found } = interpret(graph({ loss }, { name: 'loss' }), {})
  const pixels = (features.node as { tensor: { data: Float32Array } }).tensor.data
  let expected = 0
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < side; y += 2) {
      for (let x = 0; x < side; x += 2) {
        const at = (v: number, u: number): number => pixels[(channel * side + y + v) * side + x + u]!
        expected += ((at(0, 0) + at(1, 1) - at(0, 1) - at(1, 0)) / 2) ** 2 / (3 * 16)
      }
    }
  }
  expect(Number(found!.data[0])).toBeCloseTo(200 * expected, 4)
})

describe('a denoiser that learns from the noisy image', () => {
  it('removes most of the noise, and gives the same bits for the same seed', async () => {
    const [clean, noisy] = [scene(96, 72, 3, 8, 0), scene(96, 72, 3, 8, level)]
    const { image, tiles } = await (await learnt([noisy], 60)).denoise(noisy)
    expect(tiles).toBe(1)
    expect(removedLevel(image, clean)).toBeLessThan(0.8 * removedLevel(noisy, clean))
    const short = await learnt([noisy], 4)
    const [whole, tiled] = [await short.denoise(noisy), await short.denoise(noisy, { tileSize: 20 })]
    expect(tiled.tiles).toBeGreaterThan(1)
    expect(removedLevel(tiled.image, whole.image)).toBeLessThan(0.1)
    expect((await (await learnt([noisy], 4)).denoise(noisy)).image.data).toEqual(whole.image.data)
    expect((await (await learnt([noisy], 4, 1)).denoise(noisy)).image.data).not.toEqual(whole.image.data)
  })

  it.each([
    [1, 16],
    [2, 8],
    [4, 16],
  ] as const)('keeps %i channels of %i bits, and alpha as it is', async (channels, bitDepth) => {
    const noisy = scene(33, 21, channels, bitDepth, level)
    const before = noisy.data.slice()
    const { image } = await (await learnt([noisy], 5)).denoise(noisy)
    expect([image.width, image.height, image.channels, image.bitDepth]).toEqual([33, 21, channels, bitDepth])
    expect(noisy.data).toEqual(before)
    if (channels % 2 === 0)
      expect(image.data.filter((_, i) => i % channels === channels - 1)).toEqual(
        before.filter((_, i) => i % channels === channels - 1),
      )
  })

  it('learns from several images, stops when it is told to, and needs one at least', async () => {
    const images = [scene(40, 30, 3, 8, level), scene(9, 7, 1, 8, level)]
    expect((await learnt(images, 3)).training).toMatchObject({ seed: 0, steps: 3 })
    await expect(learnt([], 3)).rejects.toMatchObject({ code: 'HG_TABLE_TOO_SMALL' })
    const stop = new AbortController()
    const work = { steps: 100_000, threads: 1, signal: stop.signal, onProgress: () => stop.abort() }
    await expect(Denoiser.learn(images, work)).rejects.toMatchObject({ code: 'HG_INTERRUPTED' })
  })
})

it('shows what was taken away around middle grey, and says how far it is enlarged', () => {
  const [before, after] = [scene(20, 10, 2, 8, 5), scene(20, 10, 2, 8, 0)]
  const { image, gain } = removedPicture(before, after)
  expect([image.channels, gain]).toEqual([1, Math.floor(127 / (3 * removedLevel(before, after)))])
  expect(image.data[7]).toBe(Math.max(0, Math.min(255, 128 + gain * (before.data[14]! - after.data[14]!))))
  expect(removedPicture(after, after)).toMatchObject({ gain: 16 })
})
