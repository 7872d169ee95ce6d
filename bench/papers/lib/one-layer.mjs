// Autoencoders of one hidden layer of sigmoid units with tied weights, and what Rifai et al. (2011) measure of them.
//
//     x ──► h = sigmoid(xW + b) ──► sigmoid(hWᵀ + c) ──► cross-entropy against x, summed over pixels
import * as g from '../../../dist/graph/index.js'
import { dense } from '../../../dist/layers/index.js'
import { apply } from './apply.mjs'

/**
 * One hidden layer of `units`; each of these adds one thing to the plain autoencoder:
 *
 * - `contraction`: λ of λ ‖∂h/∂x‖²_F (Rifai et al. 2011, eq. 5 and 7)
 * - `noise`: σ of Gaussian noise on the input (Vincent et al. 2010)
 */
export function oneLayer(space, { units, contraction = 0, noise = 0 }) {
  const { width } = space
  const encoder = dense({ name: 'encoder.0', inputs: width, outputs: units, activation: 'sigmoid' })
  const decoderBias = { name: 'decoder.0.bias', shape: [width], initializer: { kind: 'zeros' }, decay: false }
  const encode = ({ features }, context) => encoder.apply(features, context)
  const decodeRaw = (code, { weight }) =>
    g.gemm(code, weight('encoder.0.weight'), { bias: weight(decoderBias.name), transposeB: true })
  return {
    kind: `one-layer-${contraction}-${noise}`,
    space,
    widths: [width, units, width],
    latent: units,
    parameters: [...encoder.parameters, decoderBias],
    encode,
    objective: ({ features }, context) => {
      const corrupted =
        noise === 0 ? features : g.add(features, g.mul(context.noise.normal(['batch', space.width]), noise))
      const code = encode({ features: corrupted }, context)
      const reconstruction = crossEntropy(features, decodeRaw(code, context))
      const squared = squaredJacobian(code, context)
      const parts = { reconstruction }
      if (contraction > 0) parts.contraction = g.mul(squared, contraction)
      return {
        loss: Object.values(parts).reduce((a, b) => g.add(a, b)),
        parts,
        metrics: { jacobian: g.sqrt(squared) },
      }
    },
  }
}

/** −Σ x log p + (1 − x) log(1 − p) for p = sigmoid(l), `[batch]`: Σ max(l, 0) − x·l + log(1 + e^−|l|). */
function crossEntropy(x, logits) {
  const soft = g.log(g.add(g.exp(g.neg(g.abs(logits))), 1))
  return g.reduceSum(g.sub(g.add(g.relu(logits), soft), g.mul(x, logits)), { axes: [1] })
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
