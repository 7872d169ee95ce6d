/**
 * Makes the codec's model from a folder of photographs: fits the entropy model, codes crops, trains the restoration on what
 * that leaves of them. scripts/train-codec.mjs is its command line.
 */
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HourglassError, progressOf, throwIfAborted, type LongWork } from '../base/index.js'
import { writeFileAtomic } from '../base/node.js'
import { colourChannels, imageFormatOf, readImage } from '../data/index.js'
import { nodeEngine } from '../engine/node.js'
import { defaultTraining, type TrainingResult } from '../training/index.js'
import { checkpointFile, trainHere } from '../training/node.js'
import { loadCoderCode } from './coder-code-node.js'
import { codecModelFromBytes, codecModelToBytes, type CodecModel } from './codec-model.js'
import { coefficientCoder } from './coefficient-coder.js'
import { defaultLambda, fitCodec } from './fit-codec.js'
import { codedPairs, featuresFor, pairSource, restorationLearner } from './fit-restoration.js'
import { tileCoder } from './tile-coder.js'
import type { Pixels } from './tiles.js'

/** Options of `trainCodec`. */
export interface TrainCodecOptions extends LongWork {
  /** Folder of photographs. */
  readonly folder: string
  /** Folder for what is done already; what is found there is gone on with. */
  readonly state: string
  /** Where the model goes. */
  readonly out: string
  readonly seed: number
  /** Steps of the restoration's training. */
  readonly steps: number
  readonly threads: number
  /** Writes the model from the checkpoint as it is, without a further step. */
  readonly exportOnly?: boolean
}

/** Pixels of a crop along either axis. */
const side = 512
/** Places of crops along the diagonal of a photograph, and how far it is reduced before. */
const crops = [
  { reduced: 1, along: 0.25 },
  { reduced: 1, along: 0.75 },
  { reduced: 0.6, along: 0.5 },
] as const
/** Of each photograph, the crops that the entropy model is fitted to. */
const cropsOfEntropy = 2
const stepsOfEach = 4
const batchSize = 8

/**
 * The same photographs, seed and steps on the same number of threads give the same model, also when it was stopped and
 * called again.
 *
 * @throws HG_INTERRUPTED when stopped, with what is done saved; HG_FILE_UNREADABLE without photographs that are large enough
 */
export async function trainCodec(options: TrainCodecOptions): Promise<CodecModel & { bytes: Uint8Array }> {
  const { folder, state, out, threads, seed, signal, onProgress } = options
  await mkdir(state, { recursive: true })
  const work = { ...(signal && { signal }), ...(onProgress && { onProgress }) }
  const pictures = await readCrops(folder, work)
  const fitted = await fittedModel(join(state, 'fitted.bin'), pictures, options)
  const coder = tileCoder({
    engine: nodeEngine,
    coder: coefficientCoder(loadCoderCode(), fitted.entropy),
    weights: fitted.weights,
    threads,
  })
  const pairs = await codedPairs(pictures, { coder, lambda: defaultLambda, stepsOfEach, seed, ...work })
  await coder.dispose()
  const { weights } = await trainRestoration(pairs, options)
  const bytes = codecModelToBytes({
    entropy: fitted.entropy,
    weights: { ...fitted.weights, restoration: weights },
  })
  await writeFileAtomic(out, bytes)
  return { ...(await codecModelFromBytes(bytes)), bytes }
}

/** The model without restoration: what was fitted before, or fitted now. */
async function fittedModel(
  file: string,
  pictures: readonly Pixels[],
  { threads, signal, onProgress }: TrainCodecOptions,
): Promise<CodecModel> {
  const before = await readFile(file).catch(() => undefined)
  if (before !== undefined) return codecModelFromBytes(new Uint8Array(before))
  const chosen = pictures.filter((_, i) => i % crops.length < cropsOfEntropy)
  const fitted = await fitCodec(chosen, {
    engine: nodeEngine,
    code: loadCoderCode(),
    threads,
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  })
  const bytes = codecModelToBytes(fitted)
  await writeFileAtomic(file, bytes)
  return codecModelFromBytes(bytes)
}

function trainRestoration(
  pairs: Parameters<typeof pairSource>[0],
  { seed, steps, threads, state, exportOnly = false, signal, onProgress }: TrainCodecOptions,
): Promise<TrainingResult> {
  const task = {
    autoencoder: restorationLearner(),
    data: {
      rows: batchSize,
      features: featuresFor(batchSize),
      training: Int32Array.from({ length: batchSize }, (_, row) => row),
      validation: new Int32Array(),
      source: pairSource(pairs, batchSize, seed),
    },
    options: {
      ...defaultTraining,
      steps,
      batchSize,
      learningRate: 1e-3,
      schedule: 'cosine' as const,
      warmupSteps: 200,
      weightDecay: 0,
      averageDecay: 0.999,
      evaluateEvery: 500,
      seed,
      threads,
    },
  }
  const checkpoint = checkpointFile(join(state, 'restoration.checkpoint'), true)
  return trainHere(task, {
    // Another process may be training meanwhile: its checkpoints are not to be replaced by an older one.
    checkpoint: exportOnly ? { ...checkpoint, save: () => Promise.resolve() } : checkpoint,
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    ...(exportOnly && { pauseAt: 0 }),
  })
}

/** Crops of all photographs that are large enough, in the order of their names. */
async function readCrops(folder: string, { signal, onProgress }: LongWork): Promise<Pixels[]> {
  const { default: sharp } = await import('sharp')
  const names = (await readdir(folder)).filter((name) => imageFormatOf(name) !== undefined).sort()
  const report = progressOf('reading photographs', onProgress)
  const found: Pixels[] = []
  for (const [i, name] of names.entries()) {
    throwIfAborted(signal, 'reading photographs')
    const { width, height, channels, data } = await readImage(join(folder, name))
    if (colourChannels(channels) === 3)
      for (const { reduced, along } of crops) {
        const size = [width, height].map((length) => Math.round(length * reduced)) as [number, number]
        if (Math.min(...size) < side) continue
        const [left, top] = size.map((length) => Math.floor((length - side) * along)) as [number, number]
        const pixels = await sharp(data, { raw: { width, height, channels } })
          .removeAlpha()
          .resize({ width: size[0], height: size[1], fit: 'fill', kernel: 'lanczos3' })
          .extract({ left, top, width: side, height: side })
          .raw()
          .toBuffer()
        found.push({ width: side, height: side, channels: 3, data: pixels })
      }
    report((i + 1) / names.length, name)
  }
  if (found.length > 0) return found
  throw new HourglassError(
    'HG_FILE_UNREADABLE',
    `${folder}: expected colour photographs of at least ${side}×${side} pixels, found ${names.length} images, none so large`,
  )
}
