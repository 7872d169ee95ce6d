/** Networks of other kinds than dense, in the undercomplete kind: the battery over images, series and tables. */
import { checkAutoencoder, gridRows, gridSpace, mixedSpace } from '../check-autoencoder.js'

const image = gridSpace({ kind: 'image', height: 9, width: 7, channels: 1 })
const colour = gridSpace({ kind: 'image', height: 8, width: 8, channels: 3 })
const series = gridSpace({ kind: 'series', steps: 12, channels: 2 })

checkAutoencoder(
  'undercomplete, recurrent, two layers that read the mask',
  {
    kind: 'undercomplete',
    space: series,
    options: {
      network: 'recurrent',
      hidden: [10, 8],
      latent: 4,
      activation: 'tanh',
      readsMask: true,
      dropout: 0.1,
    },
  },
  { rows: gridRows(series) },
)
for (const [name, space] of Object.entries({ image, colour, series })) {
  checkAutoencoder(
    `undercomplete, attention over ${name}`,
    {
      kind: 'undercomplete',
      space,
      options: { network: 'attention', hidden: [8], latent: 4, activation: 'gelu', readsMask: true },
    },
    { rows: gridRows(space) },
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
