// Kinds of autoencoder whose training steps are timed, with the sizes of published experiments where there are any.
// Weights, rows and, in the steps that are compared, noise are formulas: peers/pytorch-kinds.py computes the same.
import { createAutoencoder } from '../../dist/autoencoders/index.js'
import { sizeOf } from '../../dist/graph/index.js'
import { wave } from './networks.mjs'

const columns = (width) => Array.from({ length: width }, (_, i) => ({ name: `x${i}`, start: i, width: 1 }))

const numbers = (width) => ({ width, numericCount: width, columns: columns(width) })

const images = (height, width, channels) => ({
  ...numbers(height * width * channels),
  grid: { kind: 'image', height, width, channels },
})

/** Burda et al. (2016), section 5: one layer of 50 units, two of 200 between it and the bits. */
const burda = { hidden: [200, 200], latent: 50, activation: 'tanh', loss: 'bernoulli' }

/** `bits`: rows lie between 0 and 1. `wanted`: least ratio to PyTorch. */
export const kindSetups = [
  {
    name: 'images',
    what: 'convolutional, 28×28×1, 16-32-code 32, batch 128',
    description: {
      kind: 'convolutional',
      space: images(28, 28, 1),
      options: { hidden: [16, 32], latent: 32 },
    },
    ...{ batch: 128, rows: 4096, bits: false, wanted: 1 },
  },
  {
    name: 'colour',
    what: 'convolutional, 64×64×3, 32-64-code 64, batch 32',
    description: {
      kind: 'convolutional',
      space: images(64, 64, 3),
      options: { hidden: [32, 64], latent: 64 },
    },
    ...{ batch: 32, rows: 512, bits: false, wanted: 1 },
  },
  {
    name: 'vae',
    what: 'variational, 784-200-200-50, k = 1, batch 100',
    description: { kind: 'variational', space: numbers(784), options: burda },
    ...{ batch: 100, rows: 4096, bits: true, wanted: 2 },
  },
  {
    name: 'iwae',
    what: 'variational, 784-200-200-50, IWAE, k = 50, batch 20',
    description: {
      kind: 'variational',
      space: numbers(784),
      options: { ...burda, bound: 'iwae', samples: 50 },
    },
    ...{ batch: 20, rows: 4096, bits: true, wanted: 2 },
  },
  {
    name: 'contractive',
    what: 'contractive, 784-1000, tied, batch 100',
    description: {
      kind: 'contractive',
      space: numbers(784),
      options: { hidden: [], latent: 1000, tied: true, loss: 'bernoulli', jacobian: 'closed', weight: 0.01 },
    },
    ...{ batch: 100, rows: 4096, bits: true, wanted: 1 },
  },
]

/** `[rows, width]` */
export const featuresOf = ({ description: { space }, rows, bits }) => {
  const values = wave(rows * space.width, 1000, 1)
  return bits ? values.map((value) => (1 + value) / 2) : values
}

/** Name, shape, seed and scale of every parameter, in order: what a peer needs to have the same weights. */
export const parametersOf = ({ description }) =>
  createAutoencoder(description).parameters.map(({ name, shape }, seed) => ({
    ...{ name, shape, seed },
    scale: shape.length === 1 ? 0.1 : Math.sqrt(6 / (shape[0] + shape[1]) / sizeOf(shape.slice(2))),
  }))

/** First weights, in the order of the parameters. */
export const weightsOf = (setup) =>
  parametersOf(setup).map(({ shape, seed, scale }) => wave(sizeOf(shape), seed, scale))
