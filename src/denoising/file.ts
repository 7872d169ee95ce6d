/**
 * The denoiser as a model file and back. The file's graph takes tiles of one size, so that any ONNX Runtime can use it:
 *
 *     noisy [batch, 3, 256, 256], level [batch, 1, 256, 256] ─► denoised [batch, 3, 256, 256]
 *     noisy ─► weighted [batch], weight [batch]              the level's estimate is the quotient of their sums over tiles
 *
 * all in units of 0 to 1. For tiles of other sizes the graph is written anew around the weights, which are found in the file
 * by their order: both networks are chains of convolutions.
 */
import { z } from 'zod'
import { HourglassError } from '../base/index.js'
import { graph, input, nodesInOrder, sameShape, sub, type Graph, type Value } from '../graph/index.js'
import { constantWeights, type Parameter } from '../layers/index.js'
import { sealModel, sectionOf, type VerifiedModel } from '../model-file/index.js'
import type { Weights } from '../training/index.js'
import { estimatorNetwork } from './estimator-network.js'
import { colours, denoiserNetwork, type DenoiserShape } from './network.js'

const sectionName = 'image-denoiser'

/** Pixels along either axis of a tile of the file's graph. */
const fileSide = 256

const positive = z.int().positive()
const blocks = z.int().nonnegative().max(100)

/** How a network was trained. */
const trainingSchema = z.object({
  seed: z.int(),
  steps: positive,
  batchSize: positive,
  side: positive,
  loss: z.number(),
  seconds: z.number().nonnegative(),
})

const section = z.object({
  shape: z.object({
    channels: z.tuple([positive.max(1024), positive.max(1024)]),
    blocks: z.tuple([blocks, blocks]),
  }),
  training: z.object({ photographs: z.string(), denoiser: trainingSchema, estimator: trainingSchema }),
})

/** How the two networks were trained. */
export type DenoiserTraining = z.infer<typeof section>['training']

/** All that a denoiser is made of. */
export interface DenoiserParts {
  readonly shape: DenoiserShape
  /** Of both networks, by name. */
  readonly weights: Weights
  readonly training: DenoiserTraining
}

/** Bytes of the model file. @throws HG_MODEL_TOO_LARGE */
export async function encodeDenoiser(
  { shape, weights, training }: DenoiserParts,
  created: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const noisy = noisyTiles([fileSide, fileSide])
  const outputs = { ...denoisingOutputs(shape, weights, noisy), ...estimatingOutputs(weights, noisy) }
  return sealModel(graph(outputs, { name: 'image-denoiser' }), {
    kind: sectionName,
    created,
    sections: { [sectionName]: { shape, training } },
  })
}

/** @throws HG_MODEL_FOREIGN for a model of another kind, HG_MODEL_CORRUPT when graph and description do not fit */
export function decodeDenoiser({ metadata, graph: { outputs } }: VerifiedModel): DenoiserParts {
  const { shape, training } = sectionOf(metadata, sectionName, section)
  const weights = {
    ...weightsIn(outputs['denoised'], denoiserNetwork(shape).parameters),
    ...weightsIn(outputs['weight'], estimatorNetwork().parameters),
  }
  return { shape, weights, training }
}

/** Constants of the convolutions before a value, as the parameters that they are. */
function weightsIn(
  output: Value | undefined,
  parameters: readonly Parameter[],
): Record<string, Float32Array> {
  const constants = nodesInOrder(output === undefined ? [] : [output]).flatMap((node) =>
    node.op === 'Conv' || node.op === 'ConvTranspose' ? node.inputs.slice(1) : [],
  )
  const found = constants.map((value) => (value?.node.op === 'Constant' ? value.node.tensor : undefined))
  const fits = parameters.every(({ shape }, i) => found[i] !== undefined && sameShape(found[i].shape, shape))
  if (!fits || found.length !== parameters.length) {
    throw new HourglassError(
      'HG_MODEL_CORRUPT',
      'model file: its convolutions are not those of the image denoiser that it describes',
    )
  }
  return Object.fromEntries(parameters.map(({ name }, i) => [name, found[i]!.data as Float32Array]))
}

const noisyTiles = (size: TileSize): Value => input('noisy', 'float32', ['batch', colours, ...size])

/** Height and width of tiles, multiples of 4. */
export type TileSize = readonly [height: number, width: number]

/** The graph that denoises tiles of a size. */
export const denoisingGraph = (shape: DenoiserShape, weights: Weights, size: TileSize): Graph =>
  graph(denoisingOutputs(shape, weights, noisyTiles(size)), { name: 'denoise' })

/** The graph that estimates the level of the noise in tiles of a size. */
export const estimatingGraph = (weights: Weights, size: TileSize): Graph =>
  graph(estimatingOutputs(weights, noisyTiles(size)), { name: 'estimate noise' })

function denoisingOutputs(shape: DenoiserShape, weights: Weights, noisy: Value): Record<string, Value> {
  const network = denoiserNetwork(shape)
  const level = input('level', 'float32', ['batch', 1, ...noisy.shape.slice(2)])
  return { denoised: sub(noisy, network.noiseIn(noisy, level, constantWeights(network.parameters, weights))) }
}

function estimatingOutputs(weights: Weights, noisy: Value): Record<string, Value> {
  const network = estimatorNetwork()
  return { ...network.votes(noisy, constantWeights(network.parameters, weights)) }
}
