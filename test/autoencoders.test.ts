/** Every kind of autoencoder against the battery. */
import { describe, expect, it } from 'vitest'
import { autoencoderKinds } from '../src/autoencoders/index.js'
import { checkAutoencoder, mixedSpace as space } from './check-autoencoder.js'

const denoise = { noiseRange: [0.05, 1.5], scoreLevels: [0.2, 0.8], drawsPerLevel: 2 } as const

checkAutoencoder('undercomplete', {
  kind: 'undercomplete',
  space,
  options: { hidden: [12], latent: 3, activation: 'tanh', readsMask: true },
})
checkAutoencoder('undercomplete, deep, with dropout', {
  kind: 'undercomplete',
  space,
  options: { hidden: [16, 8], latent: 3, activation: 'silu', dropout: 0.1 },
})
checkAutoencoder('denoising', {
  kind: 'denoising',
  space,
  options: { hidden: [16], latent: 16, activation: 'tanh', hiddenShare: 0.25, ...denoise },
})

describe('the battery', () => {
  it('covers every kind', () => {
    expect([...autoencoderKinds].sort()).toEqual(['denoising', 'undercomplete'])
  })
})
