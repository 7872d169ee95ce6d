/**
 * Trains the weights that are shipped: both networks on crops of the photographs of a folder, one after the other, and the
 * model file made of them. scripts/train-denoiser.mjs is its command line.
 */
import { access, constants, mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { HourglassError, type LongWork } from '../base/index.js'
import { unwritable, writeFileAtomic } from '../base/node.js'
import { loadModel } from '../model-file/node.js'
import { defaultTraining, type Learner, type TrainingResult, type Weights } from '../training/index.js'
import { checkpointFile, trainHere } from '../training/node.js'
import { cropSource, type Photo } from './crops.js'
import { decodeDenoiser, encodeDenoiser, type DenoiserTraining } from './file.js'
import { shippedShape, type DenoiserShape } from './network.js'
import { denoiserLearner, estimatorLearner, rowWidth } from './objective.js'
import { readPhotos } from './photos-node.js'

/** Options of `trainDenoiser`. */
export interface TrainDenoiserOptions extends LongWork {
  /** Folder of photographs. */
  readonly folder: string
  /** Folder for checkpoints; what is found there is gone on with. */
  readonly state: string
  /** Where the model file goes. */
  readonly out: string
  readonly seed: number
  /** Steps of the denoiser, and of the estimator. */
  readonly steps: number
  readonly estimatorSteps: number
  readonly threads: number
  readonly learningRate?: number
  readonly shape?: DenoiserShape
  /** A model file whose weights training starts from, of the same shape. */
  readonly from?: string
  /** Writes the model file from the checkpoints as they are, without a further step. */
  readonly exportOnly?: boolean
}

/** Pixels of a crop along either axis. */
const side = 64

/** What the two trainings differ in. */
const settings = {
  denoiser: { batchSize: 8, learningRate: 1.5e-3, averageDecay: 0.999 },
  estimator: { batchSize: 16, learningRate: 2e-3, averageDecay: 0.995 },
} as const

/**
 * How crops are spoilt. The level goes up to 75 of 255 as in FFDNet. Files hold no numbers beyond black and white, so most noise
 * is clipped: an estimator that mostly saw noise without bounds read 50 as 46.
 */
const spoiling = { mostLevel: 75, greyShare: 0.3, clippedShare: 0.9 }

/**
 * Trains estimator and denoiser and writes the model file. The same photographs, seed and steps on the same number of
 * threads give the same weights, bit for bit, also when it was stopped and called again.
 *
 * @throws HG_INTERRUPTED when stopped; the state is saved
 */
export async function trainDenoiser(options: TrainDenoiserOptions): Promise<DenoiserTraining> {
  const { folder, state, out, shape = shippedShape, from } = options
  await mkdir(state, { recursive: true })
  await expectWritable(out)
  const photos = await readPhotos(folder, side, options)
  const given = from === undefined ? undefined : decodeDenoiser(await loadModel(from))
  if (given !== undefined && JSON.stringify(given.shape) !== JSON.stringify(shape))
    throw new HourglassError(
      'HG_USAGE',
      `${basename(from!)}: its denoiser has another shape than the one to train`,
    )
  const initial = given?.weights
  const estimator = await trainPart('estimator', estimatorLearner(side), photos, initial, options)
  const denoiser = await trainPart('denoiser', denoiserLearner(shape, side), photos, initial, options)
  const training = {
    photographs: basename(folder),
    denoiser: summaryOf(denoiser),
    estimator: summaryOf(estimator),
  }
  const weights = { ...denoiser.weights, ...estimator.weights }
  await writeFileAtomic(out, await encodeDenoiser({ shape, weights, training }, new Date().toISOString()))
  return training
}

/** Hours of training should not end at a folder that cannot be written to. @throws HG_OUTPUT_UNWRITABLE */
async function expectWritable(out: string): Promise<void> {
  try {
    await mkdir(dirname(out), { recursive: true })
    await access(dirname(out), constants.W_OK)
  } catch (error) {
    throw unwritable(out, error)
  }
}

async function trainPart(
  part: 'denoiser' | 'estimator',
  learner: Learner,
  photos: readonly Photo[],
  initial: Weights | undefined,
  options: TrainDenoiserOptions,
): Promise<TrainingResult> {
  const { seed, threads, state, exportOnly = false, onProgress, signal } = options
  const { batchSize, averageDecay, learningRate } = settings[part]
  const steps = part === 'denoiser' ? options.steps : options.estimatorSteps
  const names = new Set(learner.parameters.map(({ name }) => name))
  const ours = Object.entries(initial ?? {}).filter(([name]) => names.has(name))
  const task = {
    autoencoder: learner,
    data: {
      rows: batchSize,
      features: new Float32Array(batchSize * rowWidth(side)),
      training: Int32Array.from({ length: batchSize }, (_, row) => row),
      validation: new Int32Array(),
      source: cropSource(photos, { side, batchSize, seed, ...spoiling }),
    },
    options: {
      ...defaultTraining,
      steps,
      batchSize,
      learningRate: options.learningRate ?? learningRate,
      schedule: 'cosine' as const,
      warmupSteps: 200,
      weightDecay: 0,
      averageDecay,
      evaluateEvery: 500,
      seed,
      threads,
    },
    ...(initial !== undefined && { initial: Object.fromEntries(ours) }),
  }
  const checkpoint = checkpointFile(join(state, `${part}.checkpoint`), true)
  return trainHere(task, {
    // Another process may be training meanwhile: its checkpoints are not to be replaced by an older one.
    checkpoint: exportOnly ? { ...checkpoint, save: () => Promise.resolve() } : checkpoint,
    signal,
    onProgress: onProgress && ((progress) => onProgress({ ...progress, phase: `training ${part}` })),
    ...(exportOnly && { pauseAt: 0 }),
  })
}

function summaryOf({ record: { options, points, steps, seconds } }: TrainingResult) {
  const last = points.at(-1)
  return {
    seed: options.seed,
    steps,
    batchSize: options.batchSize,
    side,
    loss: last?.trainLoss ?? 0,
    seconds: Math.round(seconds),
  }
}
