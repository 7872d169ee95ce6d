/** The convolutional network: which pixels reach which code, and back; sizes; errors. */
import { describe, expect, it } from 'vitest'
import { gridSpace, mixedSpace } from '../../../test/check-autoencoder.js'
import { expectClose, numbers, parametersOf, runExact, wave } from '../../../test/support/slopes.js'
import { input, sizeOf } from '../../graph/index.js'
import { convolutionalNetwork } from './convolutional.js'

const space = gridSpace({ kind: 'image', height: 5, width: 4, channels: 2 })
const [rows, columns, channels] = [3, 2, 2]
const codes = rows * columns * channels

/** Kernels that pass one pixel on, channel by channel, and dense layers that change nothing. */
function passThrough() {
  const network = convolutionalNetwork(
    space,
    { hidden: [channels], latent: codes, activation: 'relu' },
    { outputs: space.width },
  )
  const { context, feeds } = parametersOf(network)
  for (const { name, shape } of network.parameters) {
    const data = new Float64Array(sizeOf(shape))
    const [height, width] = shape.slice(2) as [number?, number?]
    if (height === undefined || width === undefined) {
      if (shape.length === 2) for (let i = 0; i < shape[0]!; i++) data[i * shape[1]! + i] = 1
    } else {
      for (let channel = 0; channel < channels; channel++)
        data[(channel * channels + channel) * height * width + width + 1] = 1
    }
    feeds[name] = numbers(data, shape)
  }
  return { network, feeds, context }
}

describe('the convolutional network', () => {
  it('halves the image, channel by channel, and puts channels first', () => {
    const { network, feeds, context } = passThrough()
    const x = Float64Array.from({ length: space.width }, (_, i) => i + 1)
    const batch = { features: input('features', 'float32', ['batch', space.width]) }
    const found = runExact(
      { code: network.encode(batch, context) },
      { ...feeds, features: numbers(x, [1, space.width]) },
    )
    const expected = Array.from({ length: codes }, (_, i) => {
      const [channel, row, column] = [Math.floor(i / 6), Math.floor(i / 2) % 3, i % 2]
      return x[(2 * row * 4 + 2 * column) * channels + channel]!
    })
    expectClose(found['code']!, expected, 1e-12)
  })

  it('doubles it again, cuts odd sizes, and puts channels last', () => {
    const { network, feeds, context } = passThrough()
    const z = input('z', 'float32', ['batch', codes])
    const found = runExact(
      { raw: network.decode(z, context) },
      { ...feeds, z: numbers([...Array(codes).keys()], [1, codes]) },
    )
    const expected = Array.from({ length: space.width }, (_, i) => {
      const [row, column, channel] = [Math.floor(i / 8), Math.floor(i / 2) % 4, i % 2]
      return row % 2 === 0 && column % 2 === 0 ? channel * 6 + row + column / 2 : 0
    })
    expectClose(found['raw']!, expected, 1e-12)
  })

  it.each([[[]], [[3]], [[3, 4]], [[2, 3, 4, 5]]])(
    'gives as many numbers as it is asked for with stages of %j channels',
    (hidden) => {
      const outputs = 2 * space.width
      const network = convolutionalNetwork(
        space,
        { hidden, latent: 3, readsMask: true },
        { codes: 6, outputs, extraInputs: 1 },
      )
      const { feeds, context } = parametersOf(network)
      const batch = { features: input('features', 'float32', ['batch', space.width]) }
      const [told, z] = [input('told', 'float32', ['batch', 1]), input('z', 'float32', ['batch', 3])]
      const found = runExact(
        { code: network.encode(batch, context, told), raw: network.decode(z, context) },
        {
          ...feeds,
          features: numbers(wave(2 * space.width), [2, space.width]),
          told: numbers([1, 2], [2, 1]),
          z: numbers(wave(6), [2, 3]),
        },
      )
      expect([found['code']!.shape, found['raw']!.shape]).toEqual([
        [2, 6],
        [2, outputs],
      ])
      expect(network.widths).toHaveLength(2 * hidden.length + 3)
    },
  )

  it('needs images, and says how to get them', () => {
    const make = () => convolutionalNetwork(mixedSpace, { hidden: [4], latent: 2 }, { outputs: 8 })
    expect(make).toThrow(expect.objectContaining({ code: 'HG_USAGE' }))
    expect(make).toThrow(/network convolutional: .* got 5 columns without a grid; .*--image 28x28/)
  })
})
