/**
 * The sequence autoencoder: the undercomplete one over windows of a series, with encoder and decoder that know what comes
 * before what.
 *
 *     x₁ … xₜ ──► network over time ──► z (latent < steps · channels) ──► network over time ──► x̂₁ … x̂ₜ
 *
 *     loss = mean over known cells of the window of ½(x − x̂)²
 *
 * Networks: temporal convolutions (Bai, Kolter & Koltun 2018), gated recurrent units (Srivastava et al. 2015) or attention
 * (Vaswani et al. 2017); each is a file in networks/, and every other kind takes them too.
 */
import { z } from 'zod'
import type { Autoencoder } from './autoencoder.js'
import { encoderDecoderOptions, wideCodeFindings } from './encoder-decoder.js'
import type { FeatureSpace } from './feature-space.js'
import { seriesGridOf } from './networks/grids.js'
import { undercomplete } from './undercomplete.js'

/** Networks that know the order of time steps. */
export const sequenceNetworks = ['temporal', 'recurrent', 'attention'] as const

export const sequenceOptions = z
  .strictObject(encoderDecoderOptions)
  .omit({ tied: true, outputActivation: true })
  .extend({
    network: z.enum(sequenceNetworks).optional().describe('layers of encoder and decoder (default temporal)'),
  })

/** Options of the sequence kind. */
export type SequenceOptions = Readonly<z.input<typeof sequenceOptions>>

/**
 * Makes a sequence autoencoder over windows.
 *
 * @throws HG_USAGE when the rows of the space are no windows of a series
 */
export function sequence(space: FeatureSpace, options: SequenceOptions): Autoencoder {
  seriesGridOf(space, 'sequence')
  const { network = 'temporal' } = options
  return {
    ...undercomplete(space, { ...options, network }),
    kind: 'sequence',
    warnings: wideCodeFindings('sequence', space, options.latent),
  }
}
