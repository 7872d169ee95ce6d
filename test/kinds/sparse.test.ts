/** The sparse kind: the battery. Its mathematics is proved in sparse-methods.test.ts. */
import { checkAutoencoder, gridRows, gridSpace, mixedSpace as space } from '../check-autoencoder.js'

checkAutoencoder('sparse, topK', {
  kind: 'sparse',
  space,
  options: { hidden: [12], latent: 24, activation: 'tanh', k: 4, inferenceFactor: 1.5, readsMask: true },
})
checkAutoencoder('sparse, batchTopK without hidden layers', {
  kind: 'sparse',
  space,
  options: { hidden: [], latent: 32, method: 'batchTopK', k: 3, codeActivation: 'linear' },
})
checkAutoencoder(
  'sparse, l1 without hidden layers, on an image',
  {
    kind: 'sparse',
    space: gridSpace({ kind: 'image', height: 4, width: 3, channels: 1 }),
    options: { hidden: [], latent: 48, method: 'l1', penalty: 0.05 },
  },
  { rows: gridRows(gridSpace({ kind: 'image', height: 4, width: 3, channels: 1 })) },
)
checkAutoencoder('sparse, kl', {
  kind: 'sparse',
  space,
  options: { hidden: [12], latent: 16, activation: 'tanh', method: 'kl', penalty: 0.2 },
})
checkAutoencoder(
  'sparse, jumpRelu',
  {
    kind: 'sparse',
    space,
    options: { hidden: [12], latent: 24, activation: 'tanh', method: 'jumpRelu', penalty: 0.05 },
  },
  {
    estimated: {
      prefixes: ['sparse.logThreshold'],
      reason: 'a step has no slope where it counts; sparse-methods.test.ts proves the estimate',
    },
  },
)
const series = gridSpace({ kind: 'series', steps: 5, channels: 2 })
checkAutoencoder(
  'sparse, topK of a recurrent network, on series',
  {
    kind: 'sparse',
    space: series,
    options: { network: 'recurrent', hidden: [8], latent: 16, k: 4 },
  },
  { rows: gridRows(series), training: { steps: 80, evaluateEvery: 20 } },
)
