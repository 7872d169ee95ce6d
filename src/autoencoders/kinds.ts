/**
 * The table of kinds, and the one way from a plain description of an autoencoder to the autoencoder itself. A
 * description is JSON: it crosses into worker threads and lies in checkpoints and model files.
 */
import type { Autoencoder } from './autoencoder.js'
import type { DenseNetworkOptions } from './dense-network.js'
import { denoising, type DenoisingOptions } from './denoising.js'
import type { FeatureSpace } from './feature-space.js'
import { undercomplete } from './undercomplete.js'

/** A kind, the space it works in, and its options. */
export type AutoencoderDescription =
  | { readonly kind: 'undercomplete'; readonly space: FeatureSpace; readonly options: DenseNetworkOptions }
  | { readonly kind: 'denoising'; readonly space: FeatureSpace; readonly options: DenoisingOptions }

/** Names of the kinds. */
export type AutoencoderKind = AutoencoderDescription['kind']

export const autoencoderKinds: readonly AutoencoderKind[] = ['denoising', 'undercomplete']

/** Makes the autoencoder that a description stands for. */
export function createAutoencoder(description: AutoencoderDescription): Autoencoder {
  switch (description.kind) {
    case 'undercomplete':
      return undercomplete(description.space, description.options)
    case 'denoising':
      return denoising(description.space, description.options)
  }
}
