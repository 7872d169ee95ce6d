/** `hourglass denoise` of images: one or many, with the shipped network or one that learns from them alone (--self). */
import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, extname, join } from 'node:path'
import { formatNumber, formatPercent, HourglassError } from '../../base/index.js'
import { colourChannels, imageFormatOf, readImage, writeImage, type PixelImage } from '../../data/index.js'
import { removedLevel } from '../../denoising/index.js'
import { Denoiser } from '../../denoising/node.js'
import type { ComparedImage } from '../../report/index.js'
import type { DenoisingOptions } from '../denoise-options.js'
import { batchLines, filesOf, imageEndings, runBatch, type BatchFile } from '../image-batch.js'
import { targetsOf } from '../outputs.js'
import type { DenoiseResult } from '../results.js'
import type { Session } from '../session.js'
import { comparedImage, mostCompared, writeComparison } from '../denoise-comparison.js'

type FileResult = DenoiseResult['files'][number]

/** What a denoiser did to an image. */
interface Done {
  readonly image: PixelImage
  /** Absent with --self. */
  readonly strength?: number
  readonly estimatedLevel?: number
  readonly impulseShare: number
  readonly tiles: number
}

/** Removes the noise of one image. */
type Work = (image: PixelImage, session: Session) => Promise<Done>

/** Runs `denoise` on images. */
export async function denoiseImages(
  session: Session,
  inputs: readonly string[],
  options: DenoisingOptions,
): Promise<DenoiseResult> {
  const { out, compare, self = false, overwrite = false } = options
  const targets = await targetsOf({ compare }, { json: session.json, inputs })
  const files = await filesOf({ inputs, endings: imageEndings })
  let learnt: DenoiseResult['self'] = null
  const denoiser = lazily(async (): Promise<Work> => {
    if (!self) return shipped(options)
    const { work, ...training } = await learn(session, files, options)
    learnt = training
    return work
  })
  if (!self)
    await denoiser() // a strength that is out of range is refused before anything is read
  else refuseForSelf(options)
  const compared: ComparedImage[] = []
  const outcome = await runBatch(
    session,
    {
      inputs,
      endings: imageEndings,
      out,
      resultEnding: (file) => (imageFormatOf(file) === undefined ? '.png' : extname(file)),
      outEndings: imageEndings.filter((ending) => imageFormatOf(`x${ending}`) !== undefined),
      overwrite,
    },
    async (place, inside) => {
      const { result, before, after } = await denoiseOne(inside, await denoiser(), place, options)
      if (targets.compare && compared.length < mostCompared)
        compared.push(await comparedImage(result, before, after))
      return result
    },
  )
  if (targets.compare) await writeComparison(session, targets.compare, compared)
  session.answer([...outcome.done.map(lineOf), ...batchLines(outcome)].join('\n'))
  return {
    command: 'denoise',
    files: [...outcome.done],
    self: learnt,
    failed: [...outcome.failed],
    skipped: [...outcome.skipped],
    compareFile: compare ?? null,
    seconds: session.seconds(),
  }
}

/** Makes a thing when it is first asked for. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

async function shipped({ strength, threads = 0, seed, steps }: DenoisingOptions): Promise<Work> {
  const given = Object.entries({ seed, steps }).find(([, value]) => value !== undefined)
  if (given !== undefined)
    throw new HourglassError(
      'HG_USAGE',
      `--${given[0]}: the network that comes with hourglass is trained; it goes with --self`,
    )
  if (typeof strength === 'object' || (typeof strength === 'number' && strength > 100))
    throw new HourglassError('HG_USAGE', '--strength: expected auto, or a number from 0 to 100, for images')
  const denoiser = await Denoiser.load()
  return (image, { signal, onProgress }) =>
    denoiser.denoise(image, {
      signal,
      onProgress,
      ...(strength !== undefined && { strength }),
      ...(threads > 0 && { threads }),
    })
}

/** @throws HG_USAGE */
function refuseForSelf({ strength }: DenoisingOptions): void {
  if (strength !== undefined)
    throw new HourglassError(
      'HG_USAGE',
      '--strength: a network that learns from the image alone needs none; leave it out',
    )
}

/** Trains on all images that can be read; those that cannot are the batch's to report. */
async function learn(
  session: Session,
  files: readonly string[],
  { seed = 0, steps, threads = 0 }: DenoisingOptions,
): Promise<{ work: Work } & NonNullable<DenoiseResult['self']>> {
  let images = 0
  let problem: unknown
  const read = async (i: number): Promise<PixelImage | undefined> => {
    try {
      const image = await readImage(files[i]!, { depth: 'keep' })
      images++
      return image
    } catch (error) {
      problem = error
      return undefined
    }
  }
  const denoiser = await Denoiser.learn(
    { count: files.length, read },
    {
      seed,
      threads: threads > 0 ? threads : availableParallelism(),
      signal: session.signal,
      onProgress: session.onProgress,
      ...(steps !== undefined && { steps }),
    },
  ).catch((error: unknown) => {
    throw images === 0 && problem !== undefined ? problem : error
  })
  return {
    work: (image, { signal, onProgress }) => denoiser.denoise(image, { signal, onProgress }),
    images,
    ...denoiser.training,
  }
}

async function denoiseOne(
  session: Session,
  work: Work,
  { file, out }: BatchFile,
  { quality, reference }: DenoisingOptions,
): Promise<{ readonly result: FileResult; readonly before: PixelImage; readonly after: PixelImage }> {
  const began = performance.now()
  const noisy = await readImage(file, { depth: 'keep' })
  const measure = reference === undefined ? undefined : await measureBy(reference, file, noisy)
  const done = await work(noisy, session)
  const written = await writeImage(done.image, out, quality === undefined ? {} : { quality })
  const result = {
    file,
    outFile: out,
    width: noisy.width,
    height: noisy.height,
    channels: noisy.channels,
    bitDepth: noisy.bitDepth,
    strength: done.strength ?? null,
    estimatedLevel: done.estimatedLevel ?? null,
    removed: removedLevel(noisy, done.image),
    impulseShare: done.impulseShare,
    psnrBefore: measure?.(noisy) ?? null,
    psnr: measure?.(done.image) ?? null,
    tiles: done.tiles,
    sizeBytes: written.sizeBytes,
    notes: [...noisy.notes, ...written.notes, ...doubts(done)],
    seconds: (performance.now() - began) / 1000,
  }
  return { result, before: noisy, after: done.image }
}

/** PSNR of an image beside its clean one, in decibels; null where they are the same. @throws HG_USAGE for other sizes */
async function measureBy(
  reference: string,
  file: string,
  { width, height, channels, bitDepth }: PixelImage,
): Promise<(image: PixelImage) => number | null> {
  const isFolder = (await stat(reference).catch(() => undefined))?.isDirectory() === true
  const path = isFolder ? join(reference, basename(file)) : reference
  const clean = await readImage(path, { depth: 'keep' })
  const same = clean.width === width && clean.height === height && clean.bitDepth === bitDepth
  if (!same || colourChannels(clean.channels) !== colourChannels(channels))
    throw new HourglassError(
      'HG_USAGE',
      `--reference: ${path} is no clean image of ${file}: expected ${width}×${height} pixels of ${bitDepth} bits in ` +
        `${colourChannels(channels) === 1 ? 'grey' : 'colour'}, got ${clean.width}×${clean.height} of ${clean.bitDepth} bits`,
    )
  return (image) => {
    const opaque = { ...clean, channels, data: withChannelsOf(clean, image) }
    const error = removedLevel(image, opaque)
    return error === 0 ? null : 20 * Math.log10(255 / error)
  }
}

/** Data of one image in the layout of another, which may have alpha where it has none, or none where it has. */
function withChannelsOf(from: PixelImage, { channels, data }: PixelImage): PixelImage['data'] {
  if (from.channels === channels) return from.data
  return data.map((value, i) => {
    const [pixel, channel] = [Math.floor(i / channels), i % channels]
    return channel < colourChannels(channels) ? from.data[pixel * from.channels + channel]! : value
  })
}

function lineOf({
  file,
  outFile,
  width,
  height,
  removed,
  psnr,
  psnrBefore,
  notes,
  ...level
}: FileResult): string {
  const gain =
    psnr === null || psnrBefore === null ? '' : `, ${psnrBefore.toFixed(2)} → ${psnr.toFixed(2)} dB`
  return [
    `${basename(file)}: ${width}×${height} pixels, ${wordsFor({ ...level, removed })}${gain}, in ${outFile}`,
    ...notes.map((note) => `  note: ${note}`),
  ].join('\n')
}

function wordsFor({
  strength,
  estimatedLevel,
  removed,
}: Pick<FileResult, 'strength' | 'estimatedLevel' | 'removed'>): string {
  if (strength === null)
    return `${formatNumber(removed)} of 255 taken away (root mean square), learnt from the images alone`
  return estimatedLevel === null
    ? `denoised with strength ${formatNumber(strength)}`
    : `noise of ${formatNumber(estimatedLevel)} of 255 (standard deviation, estimated) removed; --strength sets another`
}

/** Below this level there is nothing that anybody would see. */
const hardlyAny = 1

const doubts = ({ estimatedLevel, impulseShare }: Done): readonly string[] => [
  ...(impulseShare > 0
    ? [`salt and pepper: ${formatPercent(impulseShare)} of the pixels were black or white, and filled`]
    : []),
  ...(estimatedLevel !== undefined && estimatedLevel < hardlyAny && impulseShare === 0
    ? ['hardly any noise was found: the image is nearly as it was']
    : []),
]
