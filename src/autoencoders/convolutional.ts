/**
 * The convolutional autoencoder: the undercomplete one over images, with encoder and decoder that look at neighbouring
 * pixels and look alike everywhere in the image.
 *
 *     x ──► convolutions, each halving the image … ──► z (latent < width) ──► … each doubling it ──► x̂
 *
 *     loss = mean over known pixels of ½(x − x̂)²
 *
 * Masci et al. (2011), "Stacked convolutional auto-encoders for hierarchical feature extraction". The layers are
 * networks/convolutional.ts; every other kind takes them too, as network: 'convolutional'.
 */
import { z } from 'zod'
import type { Autoencoder } from './autoencoder.js'
import { encoderDecoderOptions, wideCodeFindings } from './encoder-decoder.js'
import type { FeatureSpace } from './feature-space.js'
import { imageGridOf } from './networks/grids.js'
import { undercomplete } from './undercomplete.js'

export const convolutionalOptions = z.strictObject(encoderDecoderOptions).omit({
  network: true,
  tied: true,
  outputActivation: true,
})

/** Options of the convolutional kind. */
export type ConvolutionalOptions = Readonly<z.input<typeof convolutionalOptions>>

/**
 * Makes a convolutional autoencoder over images.
 *
 * @throws HG_USAGE when the rows of the space are no images
 */
export function convolutional(space: FeatureSpace, options: ConvolutionalOptions): Autoencoder {
  imageGridOf(space, 'convolutional')
  return {
    ...undercomplete(space, { ...options, network: 'convolutional' }),
    kind: 'convolutional',
    warnings: wideCodeFindings('convolutional', space, options.latent),
  }
}
