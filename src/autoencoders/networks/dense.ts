/**
 * Dense (fully connected) encoder and decoder, the usual network of tables.
 *
 *     features, mask ──► hidden[0] ──► hidden[1] … ──► code ──► … hidden[1] ──► hidden[0] ──► outputs
 *                          W₀            W₁                     … W₁ᵀ           W₀ᵀ   when tied
 *
 * Tied weights halve the parameters, and keep a decoder from undoing what a penalty makes the encoder do (Vincent et al.
 * 2010, section 2.2).
 */
import { HourglassError } from '../../base/index.js'
import { concat, gemm, slice, type Value } from '../../graph/index.js'
import { activations, dropout, multilayer, sequential, type Layer } from '../../layers/index.js'
import { allKnown, type FeatureBatch, type FeatureSpace } from '../feature-space.js'
import type { Network, NetworkOptions, NetworkShape } from './network.js'

/** Encoder and decoder of dense layers. */
export function denseNetwork(space: FeatureSpace, options: NetworkOptions, shape: NetworkShape): Network {
  const { hidden, latent, activation = 'relu', dropout: rate = 0, readsMask = false, tied = false } = options
  const { codes = latent, outputs, extraInputs = 0, codeActivation = 'linear' } = shape
  const mirrored = hidden.toReversed()
  const encoder = multilayer({
    name: 'encoder',
    widths: [space.width + (readsMask ? space.columns.length : 0) + extraInputs, ...hidden, codes],
    activation,
    lastActivation: codeActivation,
    dropout: rate,
  })
  const decoded = {
    name: 'decoder',
    widths: [latent, ...mirrored, outputs],
    activation,
    lastActivation: outputActivationOf(space, options),
    dropout: rate,
  }
  if (tied) expectTieable(space, options, shape)
  const decoder = tied ? tiedLayers(decoded) : multilayer(decoded)
  return {
    widths: [space.width, ...hidden, latent, ...mirrored, space.width],
    parameters: [...encoder.parameters, ...decoder.parameters],
    encode: (batch, context, extra) => encoder.apply(encoderInput(space, batch, readsMask, extra), context),
    decode: (z, context) => decoder.apply(z, context),
  }
}

/** Features, the mask, and what else the kind feeds, side by side. */
function encoderInput(space: FeatureSpace, batch: FeatureBatch, readsMask: boolean, extra?: Value): Value {
  const inputs = [batch.features]
  if (readsMask) inputs.push(batch.mask ?? allKnown(space, batch.features))
  if (extra !== undefined) inputs.push(extra)
  return concat(inputs, 1)
}

/** @throws HG_USAGE when an activation would squeeze what is no number */
function outputActivationOf(space: FeatureSpace, { outputActivation = 'linear' }: NetworkOptions) {
  if (outputActivation === 'linear' || space.numericCount === space.width) return outputActivation
  throw new HourglassError(
    'HG_USAGE',
    `network: outputActivation ${outputActivation} needs numeric columns alone, but ${space.columns.length - space.numericCount} ` +
      'are categories, whose outputs are logits; leave it out',
  )
}

/** @throws HG_USAGE when the decoder's layers are no mirror of the encoder's */
function expectTieable(space: FeatureSpace, { latent }: NetworkOptions, shape: NetworkShape): void {
  const { codes = latent, outputs } = shape
  const fail = (what: string): never => {
    throw new HourglassError(
      'HG_USAGE',
      `network: tied weights need a decoder that mirrors the encoder, but ${what}`,
    )
  }
  if (codes !== latent)
    fail(
      `the encoder gives ${codes} numbers for a code of ${latent}; set tied to false, or choose another kind`,
    )
  if (outputs !== space.width)
    fail(
      `this loss takes ${outputs} outputs for ${space.width} features; set tied to false, or choose the squared or bernoulli loss`,
    )
}

interface DecoderLayers {
  readonly name: string
  readonly widths: readonly number[]
  readonly activation: keyof typeof activations
  readonly lastActivation: keyof typeof activations
  readonly dropout: number
}

/** `activation(x · Wᵀ + b)` for the encoder's matrices, last one first; only the biases are the decoder's own. */
function tiedLayers({ name, widths, activation, lastActivation, dropout: rate }: DecoderLayers): Layer {
  const outputs = widths.slice(1)
  const last = outputs.length - 1
  return sequential(
    outputs.flatMap((size, i) => {
      const weight = `encoder.${last - i}.weight`
      const layer = tiedLayer(`${name}.${i}`, weight, size, i === last ? lastActivation : activation)
      return i === last || rate === 0 ? [layer] : [layer, dropout(rate)]
    }),
  )
}

/** One of them. A matrix that also reads masks and levels gives the rows of its features alone. */
function tiedLayer(name: string, weight: string, size: number, activation: keyof typeof activations): Layer {
  const bias = `${name}.bias`
  return {
    parameters: [{ name: bias, shape: [size], initializer: { kind: 'zeros' }, decay: false }],
    apply: (x, context) => {
      const whole = context.weight(weight)
      const matrix = whole.shape[0] === size ? whole : slice(whole, [{ axis: 0, start: 0, end: size }])
      const y = activations[activation].apply(
        gemm(x, matrix, { transposeB: true, bias: context.weight(bias) }),
      )
      context.observe?.(name, y)
      return y
    },
  }
}
