/**
 * Names of the kinds of autoencoder, spelled out so that help need not load the kinds themselves; a test keeps them equal
 * to the table of kinds in src/autoencoders.
 */
export const kinds = [
  ...(['undercomplete', 'denoising', 'sparse', 'contractive', 'variational', 'wasserstein'] as const),
  ...(['vectorQuantised', 'adversarial', 'masked', 'convolutional', 'sequence', 'robust'] as const),
  ...(['ensemble', 'count'] as const),
] as const
