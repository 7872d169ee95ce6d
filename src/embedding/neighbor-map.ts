/**
 * The neighbour-preserving objective: rows that are neighbours come to lie near each other on the map, all others apart.
 *
 *     x  ──► encoder ──► z  ──┬──► near its neighbour's z′, far from everybody else's      (moves the encoder)
 *     x′ ──► encoder ──► z′ ──┘
 *                        z, as it is ──► decoder ──► x̂                                    (moves the decoder alone)
 *
 *     loss = a · mean log(1 + ‖zᵢ − z′ᵢ‖²)  +  log mean_{i ≠ j} 1 / (1 + ‖zᵢ − z′ⱼ‖²)  +  reconstruction
 *
 * It is the Kullback–Leibler divergence of t-SNE (van der Maaten & Hinton 2008, eq. 5, up to a constant) with P uniform over
 * the edges of a graph of nearest neighbours, its sum over P estimated by the pairs of a batch and its normaliser by all
 * other pairs of the same batch, and with an encoder in place of free points (van der Maaten 2009, "Learning a parametric
 * embedding by preserving local structure"). a = 1 is t-SNE; above it lie the looser pictures of UMAP (Böhm, Berens &
 * Kobak 2022, "Attraction-repulsion spectrum in neighbor embeddings"); it starts above a, which is early exaggeration.
 */
import {
  encoderDecoder,
  type Autoencoder,
  type EncoderDecoderOptions,
  type FeatureSpace,
} from '../autoencoders/index.js'
import {
  add,
  concat,
  div,
  gemm,
  log,
  maximum,
  mul,
  reciprocal,
  reduceSum,
  reduceSumSquare,
  slice,
  stopGradient,
  sub,
  where,
  less,
  type Value,
} from '../graph/index.js'
import { topologicalLoss } from './topology.js'

/** Options of the neighbour-preserving map. */
export type NeighborMapOptions = EncoderDecoderOptions & {
  /** Weight of attraction against repulsion after the start: 1 for t-SNE, about 4 to 10 for UMAP-like pictures. */
  readonly exaggeration: number
  /** Its weight over the first part of the training, where clusters find their places. */
  readonly earlyExaggeration: number
  /** Share of the training that this first part takes, 0 to 1. */
  readonly earlyShare: number
  /** Weight of the topological regulariser, 0 for none; see topology.ts. */
  readonly topology: number
}

/** An autoencoder whose latent space is a map; it learns from rows with partners (`TrainingData.partners`). */
export function neighborMap(space: FeatureSpace, options: NeighborMapOptions): Autoencoder {
  const { exaggeration, earlyExaggeration, earlyShare, topology, ...shape } = options
  const { parts, encode, decodeRaw, rowError } = encoderDecoder(space, shape)
  return {
    kind: 'neighbors',
    ...parts,
    objective: (batch, context) => {
      if (batch.partner === undefined)
        throw new Error('internal: a neighbour map learns from rows with partners')
      const [own, partner] = [encode(batch, context), encode(batch.partner, context)]
      const weight = where(less(context.progress, earlyShare), earlyExaggeration, exaggeration)
      const attraction = mul(log(add(squaredDistance(own, partner), 1)), weight)
      const repulsion = log(meanSimilarity(own, partner))
      const reconstruction = rowError(batch, decodeRaw(stopGradient(own), context), context)
      const losses: Record<string, Value> = { attraction, repulsion, reconstruction }
      if (topology > 0) losses['topology'] = mul(topologicalLoss(batch.features, own), topology)
      const loss = Object.values(losses).reduce((sum, part) => add(sum, part))
      return { loss, parts: losses }
    },
  }
}

/** `[batch, dims]` twice to `[batch]`. */
function squaredDistance(a: Value, b: Value): Value {
  return reduceSumSquare(sub(a, b), { axes: [1] })
}

/**
 * The mean of 1 / (1 + ‖aᵢ − bⱼ‖²) over i ≠ j, `[]`. All distances come out of one product of lengthened rows:
 * [a, ‖a‖², 1] · [−2b, 1, 1 + ‖b‖²]ᵀ = 1 + ‖a − b‖².
 */
function meanSimilarity(a: Value, b: Value): Value {
  const length = (x: Value): Value => reduceSumSquare(x, { axes: [1], keepDims: true })
  const one = add(mul(slice(a, [{ axis: 1, start: 0, end: 1 }]), 0), 1)
  const left = concat([a, length(a), one], 1)
  const right = concat([mul(b, -2), one, add(length(b), 1)], 1)
  const similarities = reciprocal(maximum(gemm(left, right, { transposeB: true }), nearlyOne))
  const own = reduceSum(reciprocal(add(squaredDistance(a, b), 1)))
  const rows = reduceSum(one)
  const pairs = maximum(mul(rows, sub(rows, 1)), 1)
  return maximum(div(sub(reduceSum(similarities), own), pairs), smallest)
}

/** 1 + d² with the rounding of large coordinates may fall below 1. */
const nearlyOne = 0.5
/** A batch of one row has no other pair. */
const smallest = 1e-12
