/**
 * Attention in the undercomplete kind, over images and tables; the other networks are in convolutional.test.ts and
 * sequence.test.ts.
 */
import { checkAutoencoder, gridRows, gridSpace, mixedSpace } from '../check-autoencoder.js'

const image = gridSpace({ kind: 'image', height: 9, width: 7, channels: 1 })
const colour = gridSpace({ kind: 'image', height: 8, width: 8, channels: 3 })

for (const [name, space] of Object.entries({ image, colour })) {
  checkAutoencoder(
    `undercomplete, attention over ${name}`,
    {
      kind: 'undercomplete',
      space,
      options: { network: 'attention', hidden: [8], latent: 4, activation: 'gelu', readsMask: true },
    },
    // Attention learns most of it within the first steps, so the first look is early.
    { rows: gridRows(space), training: { steps: 200, evaluateEvery: 10 } },
  )
}
checkAutoencoder('undercomplete, attention over a table', {
  kind: 'undercomplete',
  space: mixedSpace,
  options: {
    network: 'attention',
    hidden: [16, 8],
    latent: 3,
    activation: 'silu',
    readsMask: true,
    dropout: 0.1,
  },
})
