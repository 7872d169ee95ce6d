/**
 * The contractive autoencoder: the code may change only where the data makes it change. The encoder's Jacobian is
 * penalised, so what survives are the directions along which the rows vary (the tangents of their manifold).
 *
 *     x ──► encoder ──► h ──► decoder (Wᵀ when tied) ──► x̂
 *     │                 │
 *     └── J = ∂h/∂x ────┘ ──► ‖J(x)‖²_F                 x + ε ──► J(x + ε) ──► ‖J(x) − J(x + ε)‖²_F
 *
 *     loss = mean over known columns of the error + λ ‖J(x)‖²_F + γ E‖J(x) − J(x + ε)‖²_F,   ε ~ N(0, σ²)
 *
 * J is taken with respect to the features, one-hot ones included. Three ways to the penalty, all differentiated again by
 * training: exact, closed form of one layer, and Hutchinson's estimate (jacobian.ts).
 *
 * Rifai et al. (2011), "Contractive auto-encoders" (ICML), eq. 5 to 7; Rifai et al. (2011), "Higher order contractive
 * auto-encoder" (ECML), eq. 4.
 */
import { z } from 'zod'
import { HourglassError } from '../base/index.js'
import {
  abs,
  add,
  cast,
  div,
  greater,
  mul,
  reduceMean,
  reshape,
  slice,
  sqrt,
  sub,
  type Value,
} from '../graph/index.js'
import type { ActivationName, NoiseSource, TrainingContext } from '../layers/index.js'
import type { Autoencoder } from './autoencoder.js'
import {
  encoderDecoder,
  encoderDecoderOptions,
  wideCodeFindings,
  type EncoderDecoder,
} from './encoder-decoder.js'
import { overFeatures, type FeatureBatch, type FeatureSpace } from './feature-space.js'
import {
  activationSlope,
  hasActivationSlope,
  jacobianRows,
  oneLayerSquaredNorm,
  projectedJacobian,
  squaredJacobianNorm,
  type Encode,
} from './jacobian.js'
import { observationModel } from './observation.js'

const weight = z.number().min(0)

export const contractiveOptions = z.strictObject({
  ...encoderDecoderOptions,
  weight: weight
    .optional()
    .describe('λ, weight of the squared Frobenius norm of the Jacobian (default 0.01)'),
  jacobian: z
    .enum(['auto', 'exact', 'closed', 'estimate'])
    .optional()
    .describe(
      'how the Jacobian is measured: exact, closed form of one dense layer, an unbiased estimate, or auto: closed where it can ' +
        'be, exact for codes of up to 32, else estimate (default auto)',
    ),
  probes: z.int().min(1).optional().describe('random directions of the estimate (default 1)'),
  hessianWeight: weight
    .optional()
    .describe('γ, weight of the change of the Jacobian nearby, the higher-order penalty (default 0: none)'),
  hessianNoise: z
    .number()
    .positive()
    .optional()
    .describe('σ, how far nearby is, in units of the features (default 0.1)'),
  hessianSamples: z.int().min(1).max(16).optional().describe('points nearby for each row (default 1)'),
})

/** Options of the contractive kind. */
export type ContractiveOptions = Readonly<z.input<typeof contractiveOptions>>

/** Widest code for which `auto` takes the exact Jacobian: it costs a pass for each unit of the code. */
const widestExact = 32

/** The Jacobian at some rows, in a form whose differences are those of Jacobians, and its size. */
interface Measure {
  /** @param code of the batch, where the graph has it already and it is free of noise */
  readonly at: (batch: FeatureBatch, code?: Value) => Value
  /** ‖·‖²_F of what `at` gives, `[batch]`. */
  readonly squaredNorm: (jacobian: Value) => Value
}

/** What a measure needs to know of the encoder. */
interface Encoder extends Pick<EncoderDecoder, 'encode'> {
  readonly space: FeatureSpace
  readonly codeActivation: ActivationName
}

/** Makes a contractive autoencoder over a feature space. */
export function contractive(space: FeatureSpace, options: ContractiveOptions): Autoencoder {
  const { network = 'dense', codeActivation = 'sigmoid', weight: lambda = 0.01, hessianWeight = 0 } = options
  const canTie = network === 'dense' && observationModel(space, options).outputs === space.width
  const { parts, encode, decodeRaw, rowError } = encoderDecoder(
    space,
    { ...options, tied: options.tied ?? canTie },
    { codeActivation },
  )
  const way = wayOf(options, codeActivation)
  return {
    kind: 'contractive',
    ...parts,
    warnings: lambda + hessianWeight === 0 ? wideCodeFindings('contractive', space, options.latent) : [],
    objective: (batch, context) => {
      const code = encode(batch, context)
      const reconstruction = rowError(batch, decodeRaw(code, context), context)
      const measure = measureOf(way, options, { space, codeActivation, encode }, context)
      const here = measure.at(batch, (options.dropout ?? 0) === 0 ? code : undefined)
      const squared = measure.squaredNorm(here)
      const contraction = mul(squared, lambda)
      const loss = add(reconstruction, contraction)
      const metrics = { jacobian: sqrt(squared), ...saturation(code, codeActivation) }
      if (hessianWeight === 0) return { loss, parts: { reconstruction, contraction }, metrics }
      const changes = nearby(space, batch, options, context).map((moved) =>
        measure.squaredNorm(sub(here, measure.at(moved))),
      )
      const curvature = mul(
        changes.reduce((a, b) => add(a, b)),
        hessianWeight / changes.length,
      )
      return { loss: add(loss, curvature), parts: { reconstruction, contraction, curvature }, metrics }
    },
  }
}

/** @throws HG_USAGE when the closed form is asked of a network that has none */
function wayOf(options: ContractiveOptions, codeActivation: ActivationName) {
  const { jacobian = 'auto', network = 'dense', hidden, latent, probes } = options
  const oneLayer = network === 'dense' && hidden.length === 0 && hasActivationSlope(codeActivation)
  const way =
    jacobian !== 'auto' ? jacobian : oneLayer ? 'closed' : latent <= widestExact ? 'exact' : 'estimate'
  if (way === 'closed' && !oneLayer) {
    throw new HourglassError(
      'HG_USAGE',
      'contractive: jacobian closed needs one dense layer (no hidden widths) with a sigmoid, tanh, linear, relu, leakyRelu, ' +
        `softplus, softsign or elu code, got ${network} with ${hidden.length} hidden and a ${codeActivation} code; choose exact or estimate`,
    )
  }
  if (probes !== undefined && way !== 'estimate') {
    throw new HourglassError(
      'HG_USAGE',
      `contractive: probes belong to the estimate of the Jacobian, and this one is ${way}; leave them out, or set jacobian to estimate`,
    )
  }
  return way
}

/** The measure of a way; the random directions of the estimate are drawn once for all that it measures in a step. */
function measureOf(
  way: ReturnType<typeof wayOf>,
  { latent, probes = 1 }: ContractiveOptions,
  { space, codeActivation, encode }: Encoder,
  { noise, weight: weightOf }: TrainingContext,
): Measure {
  const encoded: Encode = (batch) => encode(batch, { weight: weightOf })
  switch (way) {
    case 'exact':
      return { at: (batch) => jacobianRows(encoded, batch, latent), squaredNorm: squaredJacobianNorm }
    case 'closed': {
      const matrix = featureRows(space, weightOf('encoder.0.weight'))
      return {
        at: (batch, code) => activationSlope(codeActivation, code ?? encoded(batch)),
        squaredNorm: (slopes) => oneLayerSquaredNorm(slopes, matrix),
      }
    }
    case 'estimate': {
      const directions = signs(noise, probes, latent)
      return {
        at: (batch, code) => projectedJacobian(encoded, batch, directions, code),
        squaredNorm: (rows) => div(squaredJacobianNorm(rows), probes),
      }
    }
  }
}

/** Random signs, `[batch, probes, latent]`: of all directions with E[vvᵀ] = I the ones whose estimate varies least. */
function signs(noise: NoiseSource, probes: number, latent: number): Value {
  return reshape(sub(mul(noise.bernoulli(0.5, ['batch', probes * latent]), 2), 1), [-1, probes, latent])
}

/** The rows of the first matrix that read features; those below read the mask. */
function featureRows({ width }: FeatureSpace, matrix: Value): Value {
  return matrix.shape[0] === width ? matrix : slice(matrix, [{ axis: 0, start: 0, end: width }])
}

/** Batches nearby, x + ε; missing cells stay 0. */
function nearby(
  space: FeatureSpace,
  { features, mask }: FeatureBatch,
  { hessianNoise = 0.1, hessianSamples = 1 }: ContractiveOptions,
  { noise }: TrainingContext,
): readonly FeatureBatch[] {
  return Array.from({ length: hessianSamples }, () => {
    const shift = mul(noise.normal(['batch', space.width]), hessianNoise)
    if (mask === undefined) return { features: add(features, shift) }
    return { features: add(features, mul(shift, overFeatures(space, mask))), mask }
  })
}

/** How far from the middle a unit is saturated, and the middle: below 5 % and above 95 % of the activation's range. */
const saturatedBeyond: Readonly<
  Partial<Record<ActivationName, readonly [middle: number, distance: number]>>
> = {
  sigmoid: [0.5, 0.45],
  tanh: [0, 0.9],
  softsign: [0, 0.9],
}

/** `saturated`, the share of saturated units of each row, for bounded activations. */
function saturation(code: Value, activation: ActivationName): Readonly<Record<string, Value>> {
  const bounds = saturatedBeyond[activation]
  if (bounds === undefined) return {}
  const [middle, distance] = bounds
  const far = greater(abs(middle === 0 ? code : sub(code, middle)), distance)
  return { saturated: reduceMean(cast(far, 'float32'), { axes: [1] }) }
}
