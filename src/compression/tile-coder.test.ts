/** Tiles both ways: the transform is orthonormal and gives an image back, and a coder fitted to samples needs fewer bits. */
import { describe, expect, it } from 'vitest'
import { randomFor } from '../base/index.js'
import { nodeEngine } from '../engine/node.js'
import { loadCoderCode } from './coder-code-node.js'
import { coefficientCoder } from './coefficient-coder.js'
import { blankModel } from './entropy-model.js'
import { fitEntropyModel } from './fit-entropy-model.js'
import { lappedTransform, orthonormalBorder } from './lapped-transform.js'
import { blockSize } from './latent-layout.js'
import { neighborhoods } from './neighborhoods.js'
import { blockAt, tileCoder } from './tile-coder.js'
import { pixelsAround, tilesOf, valuesAround, type Pixels } from './tiles.js'

const weights = { border: Float32Array.from(orthonormalBorder()), shrinkage: new Float32Array(2 * 768) }
const plain = blankModel(neighborhoods().map(() => [[], [], []]))

/** Waves, an edge and a little noise. */
function picture(width: number, height: number, seed = 1): Pixels {
  const random = randomFor(seed, 'picture')
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3]
    const wave = 60 * Math.sin((x + seed * y) / (9 + c)) + 40 * Number(x > y)
    return Math.max(0, Math.min(255, 110 + wave + 3 * random.normal()))
  })
  return { width, height, channels: 3, data }
}

describe('lappedTransform', () => {
  const random = randomFor(3, 'border')
  const borders = {
    orthonormal: orthonormalBorder(),
    learned: orthonormalBorder().map((value) => value + 0.15 * random.normal()),
  }
  it.each(Object.entries(borders))('gives back what came in, %s', (_, border) => {
    const { analysis, synthesis } = lappedTransform(border)
    for (const [i, a] of analysis.entries())
      for (const [j, b] of synthesis.entries()) {
        expect(dot(a, b, 0)).toBeCloseTo(i === j ? 1 : 0, 12)
        expect(dot(a, b, blockSize)).toBeCloseTo(0, 12)
      }
  })

  it('has synthesis windows of norm 1', () => {
    const { synthesis } = lappedTransform(borders.learned)
    for (const window of synthesis) expect(Math.hypot(...window)).toBeCloseTo(1, 12)
  })
})

const dot = (a: Float64Array, b: Float64Array, shift: number): number =>
  a.reduce((sum, weight, i) => sum + weight * (b[i - shift] ?? 0), 0)

describe('tileCoder', () => {
  const coder = tileCoder({ engine: nodeEngine, coder: coefficientCoder(loadCoderCode(), plain), weights })

  it('gives back pixels at a fine step, of sizes that fill no block', async () => {
    for (const [width, height] of [
      [1, 1],
      [37, 50],
      [1040, 20],
    ] as const) {
      const image = picture(width, height)
      const tiles = tilesOf(width, height, 3)
      const values = new Map<string, Int16Array>()
      for (const tile of tiles) {
        const latent = await coder.analyze(pixelsAround(image, tile), tile)
        const { passes } = coder.encode(latent, tile, { step: 0.5, lambda: 0 })
        const read = coder.decode(
          passes.map((bytes) => ({ bytes, isCut: false })),
          tile,
        )
        for (let row = 0; row < tile.rows; row++)
          for (let column = 0; column < tile.columns; column++)
            values.set(
              `${tile.left + column} ${tile.top + row}`,
              blockAt(read, tile, tile.left + column, tile.top + row),
            )
      }
      const grid = { columns: Math.ceil(width / blockSize), rows: Math.ceil(height / blockSize) }
      for (const tile of tiles) {
        const around = valuesAround(tile, grid, (column, row) => values.get(`${column} ${row}`)!)
        const pixels = await coder.synthesize(around, tile, 0.5)
        const [wide, high] = [tile.columns * blockSize, tile.rows * blockSize]
        for (let y = 0; y < high; y++)
          for (let x = 0; x < wide; x++) {
            const [column, row] = [tile.left * blockSize + x, tile.top * blockSize + y]
            if (column >= width || row >= height) continue
            for (let c = 0; c < 3; c++) {
              const before = image.data[(row * width + column) * 3 + c]!
              expect(Math.abs(pixels[(c * high + y) * wide + x]! - before)).toBeLessThan(1)
            }
          }
      }
    }
    await coder.dispose()
  })
})

describe('fitEntropyModel', () => {
  it('needs fewer bits for images like those it was fitted to', async () => {
    const coder = tileCoder({ engine: nodeEngine, coder: coefficientCoder(loadCoderCode(), plain), weights })
    const [tile] = tilesOf(128, 128, 3)
    const samples = []
    for (const seed of [1, 2, 3, 4]) {
      const latent = await coder.analyze(pixelsAround(picture(128, 128, seed), tile!), tile!)
      samples.push({ ...tile!, latent, step: 12, lambda: 0.09 })
    }
    await coder.dispose()
    const model = await fitEntropyModel(loadCoderCode(), samples.slice(0, 3))
    const values = Int16Array.from(samples[3]!.latent, (value) => Math.round(value / 12))
    const size = (of: typeof model): number =>
      coefficientCoder(loadCoderCode(), of)
        .encode(tile!, values)
        .passes.reduce((sum, { length }) => sum + length, 0)
    expect(size(model)).toBeLessThan(0.97 * size(plain))
  })
})
