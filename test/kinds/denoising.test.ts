/** The denoising kind. */
import { checkAutoencoder, mixedSpace as space } from '../check-autoencoder.js'

const denoise = { noiseRange: [0.05, 1.5], scoreLevels: [0.2, 0.8], drawsPerLevel: 2 } as const

checkAutoencoder('denoising', {
  kind: 'denoising',
  space,
  options: { hidden: [16], latent: 16, activation: 'tanh', hiddenShare: 0.25, ...denoise },
})
