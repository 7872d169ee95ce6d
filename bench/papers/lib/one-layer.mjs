// Autoencoders of one hidden layer of sigmoid units with tied weights, described as kinds of the package, and what Rifai et
// al. (2011) measure of them.
//
//     x ──► h = sigmoid(xW + b) ──► sigmoid(hWᵀ + c) ──► cross-entropy against x
import { createAutoencoder } from '../../../dist/autoencoders/index.js'
import * as g from '../../../dist/graph/index.js'
import { apply } from './apply.mjs'

/**
 * One hidden layer of `units`; each of these adds one thing to the plain autoencoder:
 *
 * - `contraction`: λ of λ ‖∂h/∂x‖²_F against the cross-entropy summed over pixels (Rifai et al. 2011, eq. 5 and 7)
 * - `noise`: σ of Gaussian noise on the input (Vincent et al. 2010)
 */
export function oneLayer(space, { units, contraction = 0, noise = 0 }) {
  return createAutoencoder({ space, ...kindOf(space, { units, contraction, noise }) })
}

function kindOf({ width }, { units, contraction, noise }) {
  const layer = { hidden: [], latent: units, tied: true, codeActivation: 'sigmoid', loss: 'bernoulli' }
  if (noise > 0) {
    const corruption = { schedule: 'fixed', noiseRange: [noise, noise], hiddenShare: 0, maskInput: false }
    return { kind: 'denoising', options: { ...layer, ...corruption } }
  }
  // The kind's loss is the mean over columns, the paper's the sum.
  if (contraction > 0) return { kind: 'contractive', options: { ...layer, weight: contraction / width } }
  return { kind: 'undercomplete', options: layer }
}

/** ‖∂h/∂x‖²_F of every row, `[batch]`: Σⱼ (hⱼ(1 − hⱼ))² Σᵢ W²ᵢⱼ. */
function squaredJacobian(code, { weight }) {
  const lengths = g.unsqueeze(g.reduceSum(g.square(weight('encoder.0.weight')), { axes: [0] }), [1])
  return g.reshape(g.gemm(g.square(g.sub(code, g.square(code))), lengths), [-1])
}

/** Mean ‖∂h/∂x‖_F and per cent of units below 0.05 or above 0.95, over some rows. */
export async function contractionOf(autoencoder, weights, { images, rows }) {
  const measured = await apply(
    (features, context) => {
      const code = autoencoder.encode({ features }, context)
      const far = g.cast(g.greater(g.abs(g.sub(code, 0.5)), 0.45), 'float32')
      const norm = g.unsqueeze(g.sqrt(squaredJacobian(code, context)), [1])
      return g.concat([norm, g.reduceMean(far, { axes: [1], keepDims: true })], 1)
    },
    { parameters: autoencoder.parameters, weights, features: images, rows },
  )
  const mean = (offset) => measured.reduce((sum, value, i) => sum + (i % 2 === offset ? value : 0), 0) / rows
  return { norm: mean(0), saturated: 100 * mean(1) }
}
