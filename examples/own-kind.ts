// A kind of one's own: an autoencoder whose code units are kept uncorrelated, so that each says something new.
//
//     x ──► encoder ──► z ──► decoder ──► x̂        loss = ½(x − x̂)² + weight · mean of squared covariances of z
//
// (Cogswell et al. 2016, "Reducing overfitting in deep networks by decorrelating representations", eq. 2.)
import { encoderDecoder, type Autoencoder, type FeatureSpace } from '../src/autoencoders/index.js'
import { add, constant, floats, mul, reduceMean, square, sub, unsqueeze } from '../src/graph/index.js'

export interface DecorrelatedOptions {
  readonly hidden: readonly number[]
  readonly latent: number
  /** How much covariances count against the reconstruction. */
  readonly weight: number
}

export function decorrelated(space: FeatureSpace, { weight, ...options }: DecorrelatedOptions): Autoencoder {
  const { parts, encode, decodeRaw, rowError } = encoderDecoder(space, options)
  const { latent } = options
  const offDiagonal = constant(
    floats(
      Array.from({ length: latent ** 2 }, (_, i) => (i % (latent + 1) === 0 ? 0 : 1)),
      [latent, latent],
    ),
  )
  return {
    ...parts,
    kind: 'decorrelated',
    objective: (batch, context) => {
      const z = encode(batch, context)
      const reconstruction = rowError(batch, decodeRaw(z, context), context)
      const centred = sub(z, reduceMean(z, { axes: [0], keepDims: true }))
      const products = mul(unsqueeze(centred, [1]), unsqueeze(centred, [2])) // [batch, latent, latent]
      const covariance = reduceMean(products, { axes: [0] })
      const penalty = mul(reduceMean(mul(square(covariance), offDiagonal)), weight)
      return { loss: add(reconstruction, penalty), parts: { reconstruction, penalty } }
    },
  }
}
