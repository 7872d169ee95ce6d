/** Images through a small denoiser with random weights: tiles, sizes, channels, depths, the file, and what is refused. */
import { describe, expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import type { ChannelCount, PixelImage } from '../data/index.js'
import { interpret } from '../engine/index.js'
import { nodeEngine } from '../engine/node.js'
import { tensor } from '../graph/index.js'
import { initialValues, type Parameter } from '../layers/index.js'
import { sealModel, verifyModel } from '../model-file/index.js'
import { denoiserOf } from './denoiser.js'
import { estimatorNetwork } from './estimator-network.js'
import { decodeDenoiser, denoisingGraph, encodeDenoiser, type DenoiserParts } from './file.js'
import { denoiserNetwork, type DenoiserShape } from './network.js'

const shape: DenoiserShape = { channels: [8, 8], blocks: [1, 1] }
const network = denoiserNetwork(shape)
const how = { seed: 0, steps: 1, batchSize: 1, side: 64, loss: 0, seconds: 0 }
const parts: DenoiserParts = {
  shape,
  weights: { ...randomWeights(network.parameters), ...randomWeights(estimatorNetwork().parameters) },
  training: { photographs: 'none', denoiser: how, estimator: how },
}
const denoiser = denoiserOf(parts, { engine: nodeEngine, threads: 1 })

/** Weights that all matter: what starts at zero, or near it, is drawn like the rest. */
function randomWeights(parameters: readonly Parameter[]): Record<string, Float32Array> {
  return Object.fromEntries(
    parameters.map(({ name, shape: of }) => {
      const deviation = 1 / Math.sqrt(of.slice(1).reduce((product, size) => product * size, 1))
      return [name, initialValues({ kind: 'normal', deviation }, of, randomFor(1, name))]
    }),
  )
}

function imageOf(width: number, height: number, channels: ChannelCount, bitDepth: 8 | 16 = 8): PixelImage {
  const stream = randomFor(2, 'pixels')
  const length = width * height * channels
  const data = bitDepth === 8 ? new Uint8Array(length) : new Uint16Array(length)
  for (let i = 0; i < length; i++) data[i] = stream.below(2 ** bitDepth)
  return { width, height, channels, data, bitDepth, orientation: 1 }
}

describe('tiles', () => {
  it.each([4, 20, 64])('of %i pixels give what the whole image gives', async (tileSize) => {
    const image = imageOf(101, 66, 3)
    const whole = await denoiser.denoise(image, { strength: 25 })
    const tiled = await denoiser.denoise(image, { strength: 25, tileSize })
    expect(whole.tiles).toBe(1)
    expect(tiled.tiles).toBe(Math.ceil(101 / tileSize) * Math.ceil(66 / tileSize))
    const most = Math.max(...tiled.image.data.map((value, i) => Math.abs(value - whole.image.data[i]!)))
    expect(most).toBe(0)
    expect(whole.image.data).not.toEqual(image.data)
  })

  it('reaches as far as the network says, and no farther', async () => {
    const [size, at] = [128, 64]
    const graph = denoisingGraph(shape, parts.weights, [size, size])
    const run = async (change: number): Promise<Float32Array> => {
      const noisy = new Float32Array(3 * size * size).map((_, i) => ((i * 37) % 101) / 101)
      noisy[at * size + at]! += change
      const level = new Float32Array(size * size).fill(0.1)
      const program = await nodeEngine.compile(graph)
      const { denoised } = await program.run({
        noisy: tensor('float32', [1, 3, size, size], noisy),
        level: tensor('float32', [1, 1, size, size], level),
      })
      await program.dispose()
      return denoised!.data as Float32Array
    }
    const [before, after] = [await run(0), await run(10)]
    const distances = [...before.keys()]
      .filter((i) => before[i] !== after[i])
      .map((i) => Math.max(Math.abs((i % size) - at), Math.abs((Math.floor(i / size) % size) - at)))
    expect(Math.max(...distances)).toBeLessThanOrEqual(network.reach)
    expect(Math.max(...distances)).toBeGreaterThan(network.reach - 8)
  })
})

describe('images', () => {
  it.each([
    [1, 1],
    [1, 9],
    [2, 3],
    [37, 5],
  ])('of %i × %i pixels', async (width, height) => {
    for (const channels of [1, 2, 3, 4] as const) {
      const image = imageOf(width, height, channels)
      const { image: clean, estimatedLevel } = await denoiser.denoise(image)
      expect(clean.data.length).toBe(image.data.length)
      expect(estimatedLevel).toBeGreaterThanOrEqual(0)
    }
  })

  it('keep alpha and what is carried along', async () => {
    const image = { ...imageOf(30, 20, 4), orientation: 6, icc: Uint8Array.of(1, 2) }
    const { image: clean } = await denoiser.denoise(image, { strength: 40 })
    const alphas = ({ data }: PixelImage): number[] => [...data].filter((_, i) => i % 4 === 3)
    expect(alphas(clean)).toEqual(alphas(image))
    expect([clean.orientation, clean.icc]).toEqual([6, image.icc])
  })

  it('of 16 bits come out as those of 8, but finer; transparent or not, grey as three equal colours', async () => {
    const image = imageOf(24, 16, 1)
    const other = (change: Partial<PixelImage>): PixelImage => ({ ...image, ...change })
    const { data } = (await denoiser.denoise(image, { strength: 20 })).image
    const deep = Uint16Array.from(image.data, (value) => value * 257)
    const fine = await denoiser.denoise(other({ data: deep, bitDepth: 16 }), { strength: 20 })
    expect([...fine.image.data].map((value) => Math.round(value / 257))).toEqual([...data])
    const withAlpha = Uint8Array.from({ length: 48 * 16 }, (_, i) => (i % 2 ? 7 : image.data[i >> 1]!))
    const seen = await denoiser.denoise(other({ data: withAlpha, channels: 2 }), { strength: 20 })
    expect([...seen.image.data].filter((_, i) => i % 2 === 0)).toEqual([...data])
    const three = Uint8Array.from({ length: 72 * 16 }, (_, i) => image.data[Math.floor(i / 3)]!)
    const colour = await denoiser.denoise(other({ data: three, channels: 3 }), { strength: 20 })
    data.forEach((value, i) => {
      const three = [...colour.image.data.subarray(3 * i, 3 * i + 3)]
      if (three.some((one) => one === 0 || one === 255)) return // cut one by one, not as a mean
      expect(Math.abs(value - three.reduce((sum, one) => sum + one, 0) / 3)).toBeLessThan(1)
    })
  })

  it('stay as they are at strength 0', async () => {
    const image = imageOf(9, 9, 3)
    expect((await denoiser.denoise(image, { strength: 0 })).image.data).toEqual(image.data)
  })
})

it('agrees with the plain float64 interpreter', async () => {
  const graph = denoisingGraph(shape, parts.weights, [12, 8])
  const feeds = {
    noisy: tensor(
      'float32',
      [1, 3, 12, 8],
      new Float32Array(288).map((_, i) => ((i * 17) % 29) / 29),
    ),
    level: tensor('float32', [1, 1, 12, 8], new Float32Array(96).fill(0.2)),
  }
  const program = await nodeEngine.compile(graph)
  const fast = (await program.run(feeds))['denoised']!.data as Float32Array
  await program.dispose()
  const exact = interpret(graph, feeds)['denoised']!.data as Float32Array
  fast.forEach((value, i) => expect(value).toBeCloseTo(exact[i]!, 4))
})

describe('the model file', () => {
  it('gives the parts back', async () => {
    const bytes = await encodeDenoiser(parts, '2026-01-01T00:00:00.000Z')
    expect(decodeDenoiser(await verifyModel(bytes))).toEqual(parts)
  })

  it('is refused when its description is of another network', async () => {
    const bytes = await encodeDenoiser(parts, '2026-01-01T00:00:00.000Z')
    const { graph, metadata } = await verifyModel(bytes)
    const section = { shape: { channels: [8, 12], blocks: [1, 1] }, training: parts.training }
    const altered = await sealModel(graph, { ...metadata, sections: { 'image-denoiser': section } })
    const verified = await verifyModel(altered)
    expect(() => decodeDenoiser(verified)).toThrow(expect.objectContaining({ code: 'HG_MODEL_CORRUPT' }))
    const foreign = { ...verified, metadata: { ...metadata, sections: {} } }
    expect(() => decodeDenoiser(foreign)).toThrow(expect.objectContaining({ code: 'HG_MODEL_FOREIGN' }))
  })
})

it.each([{ strength: -1 }, { strength: 101 }, { strength: NaN }, { tileSize: 3 }, { tileSize: 10.5 }])(
  'refuses %o',
  async (options) => {
    await expect(denoiser.denoise(imageOf(8, 8, 1), options)).rejects.toMatchObject({ code: 'HG_USAGE' })
  },
)

it('stops when asked', async () => {
  const signal = AbortSignal.abort()
  await expect(denoiser.denoise(imageOf(8, 8, 1), { strength: 9, signal })).rejects.toMatchObject({
    code: 'HG_INTERRUPTED',
  })
})
