/** Tokens against what they stand for: patches that come back whole, columns by a plain loop. */
import { describe, expect, it } from 'vitest'
import { gridRows, gridSpace, mixedSpace } from '../../../test/check-autoencoder.js'
import { expectClose, numbers, runExact, wave } from '../../../test/support/slopes.js'
import { input, sizeOf, type Tensor } from '../../graph/index.js'
import type { LayerContext, Parameter } from '../../layers/index.js'
import { attentionNetwork } from './attention.js'
import { gridTokens } from './grid-tokens.js'
import { tableTokens } from './table-tokens.js'

/** Parameters as inputs, fed by a function of their name and place. */
function fed(parameters: readonly Parameter[], valueOf: (name: string, i: number) => number) {
  const inputs = new Map(parameters.map(({ name, shape }) => [name, input(name, 'float32', shape)] as const))
  const feeds = Object.fromEntries(
    parameters.map(({ name, shape }): [string, Tensor] => [
      name,
      numbers(
        Float64Array.from({ length: sizeOf(shape) }, (_, i) => valueOf(name, i)),
        shape,
      ),
    ]),
  )
  const context: LayerContext = { weight: (name) => inputs.get(name)! }
  return { feeds, context }
}

describe('tokens of images and series', () => {
  it.each([
    ['an image of odd sizes', { kind: 'image', height: 9, width: 7, channels: 1 }, 20, 4],
    ['an image in colour', { kind: 'image', height: 5, width: 4, channels: 3 }, 6, 12],
    ['a large image', { kind: 'image', height: 28, width: 30, channels: 1 }, 56, 16],
    ['a series', { kind: 'series', steps: 12, channels: 2 }, 12, 2],
    ['a long series', { kind: 'series', steps: 150, channels: 2 }, 50, 6],
  ] as const)('%s falls into patches and comes back whole, once for each block', (_, grid, count, width) => {
    const space = gridSpace(grid)
    const tokens = gridTokens(space, { width, readsMask: false, outputs: 2 * space.width })
    expect(tokens.count).toBe(count)
    // The embedding is the identity; the readout gives the patch, and twice the patch as the second block.
    const { feeds, context } = fed([...tokens.encoderParameters, ...tokens.decoderParameters], (name, i) => {
      if (name.endsWith('bias')) return 0
      const columns = name.startsWith('encoder') ? width : 2 * width
      const [row, column] = [Math.floor(i / columns), i % columns]
      return column % width === row ? 1 + Math.floor(column / width) : 0
    })
    const features = input('features', 'float32', ['batch', space.width])
    const { features: rows } = gridRows(space)(3, false)
    const embedded = tokens.embed({ features }, context)
    const found = runExact(
      { back: tokens.read(embedded, context) },
      { ...feeds, features: numbers(rows, [3, space.width]) },
    )
    const expected = [0, 1, 2].flatMap((row) => {
      const one = [...rows.subarray(row * space.width, (row + 1) * space.width)]
      return [...one, ...one.map((x) => 2 * x)]
    })
    expectClose(found['back']!, expected, 1e-12)
  })

  it('of hidden cells hold what stands for them, and nothing else', () => {
    const space = gridSpace({ kind: 'image', height: 2, width: 4, channels: 1 })
    const tokens = gridTokens(space, { width: 3, readsMask: true, outputs: space.width })
    const { feeds, context } = fed(tokens.encoderParameters, (name, i) =>
      name.endsWith('bias') ? 0 : name.includes('hidden') ? 100 * (i + 1) : 1,
    )
    const [features, mask] = ['features', 'mask'].map((name) => input(name, 'float32', ['batch', 8]))
    const found = runExact(
      { tokens: tokens.embed({ features: features!, mask: mask! }, context) },
      {
        ...feeds,
        features: numbers([1, 2, 0, 4, 5, 6, 7, 8], [1, 8]),
        mask: numbers([1, 1, 0, 1, 1, 1, 1, 1], [1, 8]),
      },
    )
    // The second patch is (0 hidden, 4, 7, 8); its first pixel adds the first row of `hidden`.
    expectClose(found['tokens']!, [14, 14, 14, 119, 219, 319], 1e-12)
  })
})

describe('tokens of tables', () => {
  it('are those of a plain loop, hidden cells included, and read back by one', () => {
    const [width, rows] = [4, 3]
    const tokens = tableTokens(mixedSpace, { width, readsMask: true, outputs: mixedSpace.width })
    const { columns } = mixedSpace
    const parameters = [...tokens.encoderParameters, ...tokens.decoderParameters]
    const { feeds, context } = fed(parameters, (name, i) => wave(i + 1, name.length)[i]!)
    const features = [0.5, -1, 2, 0, 1, 0, 0, 1, 1, 2, 3, 1, 0, 0, 1, 0, 0, -2, 0, 0, 0, 0, 0, 1]
    const mask = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 1]
    const at = (name: string, i: number): number => Number(feeds[name]!.data[i])
    const expected = Array.from({ length: rows }, (_, row) =>
      columns.map(({ start, width: size }, column) =>
        Array.from({ length: width }, (__, k) => {
          let sum =
            mask[row * columns.length + column] === 0 ? at('encoder.hidden.weight', column * width + k) : 0
          for (let i = start; i < start + size; i++)
            sum += features[row * mixedSpace.width + i]! * at('encoder.tokens.weight', i * width + k)
          return sum
        }),
      ),
    )
    const back = expected.flatMap((row) =>
      columns.flatMap(({ start, width: size }, column) =>
        Array.from({ length: size }, (_, i) =>
          row[column]!.reduce(
            (sum, x, k) => sum + x * at('decoder.tokens.0.weight', (start + i) * width + k),
            at('decoder.tokens.0.bias', start + i),
          ),
        ),
      ),
    )
    const batch = {
      features: input('features', 'float32', ['batch', mixedSpace.width]),
      mask: input('mask', 'float32', ['batch', columns.length]),
    }
    const embedded = tokens.embed(batch, context)
    const found = runExact(
      { embedded, back: tokens.read(embedded, context) },
      { ...feeds, features: numbers(features, [rows, 8]), mask: numbers(mask, [rows, 5]) },
    )
    expectClose(found['embedded']!, expected.flat(2), 1e-12)
    expectClose(found['back']!, back, 1e-12)
  })
})

describe('the attention network', () => {
  it('gives as many numbers as it is asked for, and reads what the kind tells it', () => {
    for (const space of [mixedSpace, gridSpace({ kind: 'series', steps: 5, channels: 2 })]) {
      const outputs = 2 * space.width + 3
      const network = attentionNetwork(
        space,
        { hidden: [16, 8], latent: 3, readsMask: true },
        { codes: 6, outputs, extraInputs: 2 },
      )
      const { feeds, context } = fed(network.parameters, (name, i) => wave(i + 1, name.length, 0.3)[i]!)
      const batch = { features: input('features', 'float32', ['batch', space.width]) }
      const told = input('told', 'float32', ['batch', 2])
      const latent = input('latent', 'float32', ['batch', 3])
      const outcome = { code: network.encode(batch, context, told), raw: network.decode(latent, context) }
      const run = (level: number) =>
        runExact(outcome, {
          ...feeds,
          features: numbers(wave(2 * space.width), [2, space.width]),
          told: numbers([level, 0, 0, level], [2, 2]),
          latent: numbers(wave(6), [2, 3]),
        })
      expect(run(1)['code']!.shape).toEqual([2, 6])
      expect(run(1)['raw']!.shape).toEqual([2, outputs])
      expect(Math.abs(Number(run(1)['code']!.data[0]) - Number(run(2)['code']!.data[0]))).toBeGreaterThan(
        1e-6,
      )
    }
  })
})
