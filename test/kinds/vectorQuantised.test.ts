/** The vector-quantised kind: the battery. Its mathematics is proved in codebooks.test.ts. */
import { checkAutoencoder, mixedSpace as space, gridRows, gridSpace } from '../check-autoencoder.js'

const estimated = {
  prefixes: ['encoder.'],
  reason: 'quantising has no slope; codebooks.test.ts proves the straight-through estimate',
}
const images = gridSpace({ kind: 'image', height: 4, width: 3, channels: 1 })

checkAutoencoder(
  'vectorQuantised, learned codebook',
  {
    kind: 'vectorQuantised',
    space,
    options: { hidden: [16], latent: 6, activation: 'tanh', codeWidth: 2, codebookSize: 16, readsMask: true },
  },
  { estimated },
)
checkAutoencoder(
  'vectorQuantised, without restarts, on an image',
  {
    kind: 'vectorQuantised',
    space: images,
    options: { hidden: [16], latent: 4, codebookSize: 24, codeWidth: 1, restart: false },
  },
  { estimated, rows: gridRows(images) },
)
checkAutoencoder(
  'vectorQuantised, levels',
  {
    kind: 'vectorQuantised',
    space,
    options: { hidden: [16], latent: 6, activation: 'tanh', quantizer: 'fsq', levels: [2, 5, 4] },
  },
  { estimated },
)
