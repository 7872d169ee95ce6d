/**
 * Makes a codec from pictures: learns the transform's border, fits the entropy model, trains the restoration where it is asked
 * for. The shipped model is made from nothing (scripts/train-codec.mjs), one for somebody's own kind of image from the
 * shipped one (`hourglass train-codec`).
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HourglassError, type LongWork } from '../base/index.js'
import { writeFileAtomic } from '../base/node.js'
import { nodeEngine } from '../engine/node.js'
import { defaultTraining, type Learner, type RowSource, type Weights } from '../training/index.js'
import { checkpointFile, trainHere } from '../training/node.js'
import { loadCoderCode } from './coder-code-node.js'
import { codecModelFromBytes, codecModelToBytes, type CodecModel } from './codec-model.js'
import { coefficientCoder } from './coefficient-coder.js'
import { defaultLambda, fitCodec } from './fit-codec.js'
import {
  codedPairs,
  featuresFor,
  pairSource,
  restorationLearner,
  restorationSide,
} from './fit-restoration.js'
import { borderFrom, borderLearner, squareSource, squaresFor } from './fit-transform.js'
import { windowSize } from './lapped-transform.js'
import { tileCoder } from './tile-coder.js'
import type { Pixels } from './tiles.js'

/** Options of `trainCodec`. */
export interface TrainCodecOptions extends LongWork {
  /** What to learn from, each of one tile at most (`readPictures`). */
  readonly pictures: readonly Pixels[]
  /** Folder for what is done already; what is found there is gone on with. */
  readonly state: string
  readonly seed: number
  readonly threads: number
  /** A codec to start from (default: from nothing). */
  readonly base?: CodecModel
  /** Steps of the restoration's training (default 0: what the base has, if anything). */
  readonly restorationSteps?: number
}

/** How the border is learned: 64 numbers from squares of all pictures. */
const borderTraining = { steps: 8000, batchSize: 256, learningRate: 3e-3, averageDecay: 0.998 } as const
/** Pixels below which a border of their own would be chance. */
const leastForBorder = 2 ** 18
const restorationTraining = { batchSize: 8, learningRate: 1.5e-3, averageDecay: 0.999 } as const
/** Steps that each picture is coded at for the restoration. */
const stepsOfEach = 3

/**
 * The same pictures, seed and options on the same number of threads give the same model, also when it was stopped and called
 * again.
 *
 * @throws HG_INTERRUPTED when stopped, with what is done saved
 */
export async function trainCodec(options: TrainCodecOptions): Promise<CodecModel> {
  const { state, base, restorationSteps = 0 } = options
  await mkdir(state, { recursive: true })
  const border = await learnedBorder(options)
  const fitted = await fittedModel(border, options)
  if (restorationSteps === 0) {
    const kept = base?.weights.restoration
    return kept === undefined ? fitted : remade(fitted, kept)
  }
  return remade(fitted, await learnedRestoration(fitted, restorationSteps, options))
}

const remade = ({ entropy, weights }: CodecModel, restoration: Weights): Promise<CodecModel> =>
  codecModelFromBytes(codecModelToBytes({ entropy, weights: { ...weights, restoration } }))

/** Undefined where there is too little to learn one from, and nothing to start from. */
async function learnedBorder(options: TrainCodecOptions): Promise<Float32Array | undefined> {
  const { pictures, seed, base } = options
  const large = pictures.filter(({ width, height }) => Math.min(width, height) >= windowSize)
  const pixels = large.reduce((sum, { width, height }) => sum + width * height, 0)
  if (pixels < leastForBorder) return base?.weights.border
  const { batchSize } = borderTraining
  const weights = await learned(options, 'border', borderLearner(), {
    ...borderTraining,
    features: squaresFor(batchSize),
    source: squareSource(large, batchSize, seed),
  })
  return borderFrom(weights)
}

/** The model without restoration: what was fitted before, or fitted now. */
async function fittedModel(
  border: Float32Array | undefined,
  { pictures, state, threads, base, signal, onProgress }: TrainCodecOptions,
): Promise<CodecModel> {
  const file = join(state, `fitted-${digestOf(pictures, border)}.bin`)
  const before = await readFile(file).catch(() => undefined)
  if (before !== undefined) return codecModelFromBytes(new Uint8Array(before))
  const bytes = codecModelToBytes(
    await fitCodec(pictures, {
      engine: nodeEngine,
      code: loadCoderCode(),
      threads,
      ...(border && { border }),
      ...(base && { base: base.entropy }),
      signal,
      onProgress,
    }),
  )
  await writeFileAtomic(file, bytes)
  return codecModelFromBytes(bytes)
}

/** What was fitted to other pictures is not gone on with. */
function digestOf(pictures: readonly Pixels[], border: Float32Array | undefined): string {
  const hash = createHash('sha256')
  for (const { width, height, channels, data } of pictures)
    hash.update(`${width} ${height} ${channels}`).update(data)
  if (border) hash.update(new Uint8Array(border.buffer, border.byteOffset, border.byteLength))
  return hash.digest('hex').slice(0, 16)
}

async function learnedRestoration(
  fitted: CodecModel,
  steps: number,
  options: TrainCodecOptions,
): Promise<Weights> {
  const { pictures, seed, threads, signal, onProgress } = options
  const large = pictures.filter(({ width, height }) => Math.min(width, height) >= restorationSide)
  if (large.length === 0)
    throw new HourglassError(
      'HG_USAGE',
      `restoration: expected images of at least ${restorationSide}×${restorationSide} pixels, got none so large; leave it out`,
    )
  const coder = tileCoder({
    engine: nodeEngine,
    coder: coefficientCoder(loadCoderCode(), fitted.entropy),
    weights: fitted.weights,
    threads,
  })
  const pairs = await codedPairs(large, {
    ...{ coder, lambda: defaultLambda, stepsOfEach, seed },
    ...{ signal, onProgress },
  })
  await coder.dispose()
  const { batchSize } = restorationTraining
  return learned(options, 'restoration', restorationLearner(), {
    ...restorationTraining,
    steps,
    features: featuresFor(batchSize),
    source: pairSource(pairs, batchSize, seed),
  })
}

interface Part {
  readonly steps: number
  readonly batchSize: number
  readonly learningRate: number
  readonly averageDecay: number
  readonly features: Float32Array
  readonly source: RowSource
}

/** Trains one part, with a checkpoint of its own. */
async function learned(
  { seed, threads, state, signal, onProgress }: TrainCodecOptions,
  name: string,
  learner: Learner,
  { features, source, batchSize, ...given }: Part,
): Promise<Weights> {
  const task = {
    autoencoder: learner,
    data: {
      rows: batchSize,
      features,
      training: Int32Array.from({ length: batchSize }, (_, row) => row),
      validation: new Int32Array(),
      source,
    },
    options: {
      ...{ ...defaultTraining, ...given, batchSize, seed, threads },
      ...{ schedule: 'cosine' as const, warmupSteps: 200, weightDecay: 0, evaluateEvery: 500 },
    },
  }
  const { weights } = await trainHere(task, {
    checkpoint: checkpointFile(join(state, `${name}.checkpoint`), true),
    signal,
    onProgress: onProgress && ((progress) => onProgress({ ...progress, phase: `learning the ${name}` })),
  })
  return weights
}
