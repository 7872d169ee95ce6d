/** The sequence kind with each of its networks. */
import { expect, it } from 'vitest'
import { createAutoencoder } from '../../src/autoencoders/index.js'
import { checkAutoencoder, gridRows, gridSpace } from '../check-autoencoder.js'

const space = gridSpace({ kind: 'series', steps: 12, channels: 2 })
const options = { hidden: [6, 5], latent: 4, activation: 'tanh' } as const

checkAutoencoder(
  'sequence, temporal by default, with dropout',
  { kind: 'sequence', space, options: { ...options, dropout: 0.1 } },
  { rows: gridRows(space) },
)
checkAutoencoder(
  'sequence, recurrent, reading the mask',
  { kind: 'sequence', space, options: { ...options, hidden: [8], network: 'recurrent', readsMask: true } },
  { rows: gridRows(space) },
)
checkAutoencoder(
  'sequence, attention',
  { kind: 'sequence', space, options: { ...options, hidden: [8], network: 'attention' } },
  { rows: gridRows(space) },
)

it('needs windows of a series, and says how to get them', () => {
  const image = gridSpace({ kind: 'image', height: 4, width: 3, channels: 1 })
  expect(() => createAutoencoder({ kind: 'sequence', space: image, options })).toThrow(
    /^sequence: expected rows that are windows of a series, got images of 4×3; .*--window 32/,
  )
})
