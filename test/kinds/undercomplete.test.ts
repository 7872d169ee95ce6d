/** The undercomplete kind. */
import { checkAutoencoder, mixedSpace as space } from '../check-autoencoder.js'

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
