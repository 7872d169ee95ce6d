/**
 * The sparse autoencoder: a code that may be much wider than the data, of which few units are active in each row.
 *
 *     x ──► encoder ──► a ──► sparse (sparse-methods.ts) ──► z ──► decoder ──► x̂
 *                       │                                                      │
 *                       └──► dead units alone (sparse-revival.ts) ──► decoder ─┴► x − x̂
 *
 *     loss = mean over known columns of ½(x − x̂)²  or  −log p̂(x)
 *          + penalty / columns · (Σ zⱼ‖dⱼ‖ | Σ KL(ρ‖ρ̂ⱼ) | ‖z‖₀)     for l1, kl, jumpRelu
 *          + revival · error of the dead units on what is left over
 *
 * The penalty is divided by the number of columns as the error is, so that its weight means what it means in the
 * papers' ½‖x − x̂‖² + λ‖z‖. Without hidden layers on numeric columns it is the sparse autoencoder of interpretability
 * research: the decoder's bias is subtracted from the input, and the encoder starts as the transpose of the decoder,
 * whose directions have length 1 (Gao et al. 2024, appendix A.1).
 *
 * Ng (2011), "Sparse autoencoder"; Makhzani & Frey (2013), "k-sparse autoencoders"; Gao et al. (2024), "Scaling and
 * evaluating sparse autoencoders"; Bussmann et al. (2024), "BatchTopK sparse autoencoders"; Rajamanoharan et al. (2024),
 * "Jumping ahead: improving reconstruction fidelity with JumpReLU sparse autoencoders".
 */
import { add, gemm, mul, reduceSum, stopGradient, sub, type Value } from '../graph/index.js'
import type { LayerContext } from '../layers/index.js'
import type { Autoencoder } from './autoencoder.js'
import { encoderDecoder } from './encoder-decoder.js'
import { explainedVariance } from './explained-variance.js'
import { overFeatures, type FeatureBatch, type FeatureSpace } from './feature-space.js'
import { decoderDirections, startingTransposed, type Directions } from './sparse-directions.js'
import { jumpRelu, kl, l1, topUnits, topUnitsOfBatch, type SparseMethod } from './sparse-methods.js'
import {
  resolveSparse,
  sparseDiagnosis,
  sparseWarnings,
  type ResolvedSparse,
  type SparseOptions,
} from './sparse-options.js'
import { anyDead, deadCode, lifeParameters, unitLife } from './sparse-revival.js'
import { withCode } from './with-code.js'

export { sparseOptions, type SparseOptions } from './sparse-options.js'

/**
 * Makes a sparse autoencoder over a feature space.
 *
 * @throws HG_USAGE when k is more than the code is wide, or an option belongs to another method
 */
export function sparse(space: FeatureSpace, options: SparseOptions): Autoencoder {
  const resolved = resolveSparse(space, options)
  const network = encoderDecoder(space, { ...options, codeActivation: 'linear' }) // methods activate the code
  const { shallow, centred } = shapeOf(space, options)
  const parameters = shallow ? startingTransposed(network.parts.parameters) : network.parts.parameters
  const directions = decoderDirections(space, options, parameters)
  const method = methodOf(resolved, directions)
  const activations = (batch: FeatureBatch, context: LayerContext): Value =>
    network.encode(centred ? aroundBias(space, batch, context) : batch, context)
  return {
    kind: 'sparse',
    ...network.parts,
    ...withCode(network, (batch, context) => method.infer(activations(batch, context), context)),
    parameters: [...parameters, ...method.parameters, ...lifeParameters(options.latent)],
    warnings: sparseWarnings(space, resolved),
    diagnose: (measured) => sparseDiagnosis(resolved, measured),
    objective: (batch, context) => {
      const a = activations(batch, context)
      const { code, active, penalty, updates } = method.train(a, context)
      const raw = network.decodeRaw(code, context)
      const errorOf = (output: Value): Value => network.rowError(batch, output, context)
      const life = unitLife(active, resolved.deadAfter, context.weight)
      const parts: Record<string, Value> = { reconstruction: errorOf(raw) }
      const held = [errorOf(network.decodeRaw(method.infer(a, context), context))]
      if (penalty !== undefined) {
        parts['sparsity'] = mul(penalty, resolved.penalty / space.columns.length)
        held.push(parts['sparsity'])
      }
      if (resolved.revival > 0) {
        const ghosts = deadCode(a, method.ghost, life.dead, resolved.revivalUnits)
        const revived = shallow
          ? besides(raw, ghosts, directions!(context))
          : network.decodeRaw(add(stopGradient(code), ghosts), context)
        parts['revival'] = mul(errorOf(revived), mul(anyDead(life.dead), resolved.revival))
      }
      return {
        loss: sum(Object.values(parts)),
        parts,
        heldOut: sum(held),
        metrics: {
          l0: reduceSum(active, { axes: [1] }),
          explained: explainedVariance(space, batch, network.reconstruction(raw, context)),
          live: life.live,
        },
        updates: { ...updates, ...life.updates },
      }
    },
  }
}

/** The first is `[batch]`; numbers of the whole batch are added to each row, which leaves their mean what they are. */
const sum = (values: readonly Value[]): Value => values.reduce((total, value) => add(total, value))

/** Whether the decoder is one linear layer, and whether its bias lies among the features, to be subtracted from them. */
function shapeOf({ numericCount, width }: FeatureSpace, options: SparseOptions) {
  const { hidden, network = 'dense', outputActivation = 'linear', loss = 'squared' } = options
  const shallow = network === 'dense' && hidden.length === 0 && outputActivation === 'linear'
  return { shallow, centred: shallow && numericCount === width && aroundMiddle.includes(loss) }
}

/** Losses under which the decoder's output is the number itself, so that its bias is a middle of the data. */
const aroundMiddle: readonly string[] = ['squared', 'absolute', 'huber', 'correntropy', 'logCosh']

/** The frozen output and what dead units add to it: of a linear decoder exactly ê of the paper, against e = x − x̂. */
const besides = (raw: Value, ghosts: Value, directions: Value): Value =>
  add(stopGradient(raw), gemm(ghosts, directions))

/** Features minus the decoder's bias; missing cells stay 0, which then stands for the middle of the data. */
function aroundBias(space: FeatureSpace, batch: FeatureBatch, { weight }: LayerContext): FeatureBatch {
  const features = sub(batch.features, weight('decoder.0.bias'))
  return {
    ...batch,
    features: batch.mask === undefined ? features : mul(features, overFeatures(space, batch.mask)),
  }
}

function methodOf(resolved: ResolvedSparse, directions: Directions | undefined): SparseMethod {
  const { method, k, inferenceUnits, codeActivation } = resolved
  switch (method) {
    case 'l1':
      return l1(directions)
    case 'kl':
      return kl(resolved.targetActivation)
    case 'topK':
      return topUnits(k, inferenceUnits, codeActivation)
    case 'batchTopK':
      return topUnitsOfBatch(k, codeActivation)
    case 'jumpRelu':
      return jumpRelu(resolved)
  }
}
