/** The convolutional kind, and convolutional layers in another kind. */
import { expect, it } from 'vitest'
import { createAutoencoder } from '../../src/autoencoders/index.js'
import { checkAutoencoder, gridRows, gridSpace, mixedSpace } from '../check-autoencoder.js'

const image = gridSpace({ kind: 'image', height: 9, width: 7, channels: 1 })
const colour = gridSpace({ kind: 'image', height: 8, width: 8, channels: 3 })
const options = { hidden: [4, 6], latent: 4, activation: 'tanh' } as const

checkAutoencoder(
  'convolutional, odd sizes, reading the mask',
  { kind: 'convolutional', space: image, options: { ...options, readsMask: true } },
  { rows: gridRows(image) },
)
checkAutoencoder(
  'convolutional, in colour, with dropout',
  { kind: 'convolutional', space: colour, options: { ...options, activation: 'silu', dropout: 0.1 } },
  { rows: gridRows(colour) },
)
checkAutoencoder(
  'denoising with convolutional layers',
  {
    kind: 'denoising',
    space: image,
    options: {
      ...options,
      network: 'convolutional',
      readsMask: true,
      noiseRange: [0.05, 1.5],
      hiddenShare: 0.2,
      scoreLevels: [0.2],
      drawsPerLevel: 2,
    },
  },
  { rows: gridRows(image) },
)

it('is the undercomplete kind with convolutional layers', () => {
  const own = createAutoencoder({ kind: 'convolutional', space: image, options })
  const same = createAutoencoder({
    kind: 'undercomplete',
    space: image,
    options: { ...options, network: 'convolutional' },
  })
  expect([own.kind, own.widths, own.parameters]).toEqual(['convolutional', same.widths, same.parameters])
})

it('needs images, and says how to get them', () => {
  expect(() => createAutoencoder({ kind: 'convolutional', space: mixedSpace, options })).toThrow(
    /^convolutional: expected rows that are images, got 5 columns without a grid; .*--image 28x28/,
  )
})
