/** `hourglass denoise`: an image without its noise, and how strong the noise was. */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { formatNumber, formatPercent, HourglassError } from '../../base/index.js'
import { readImage, writeImage, type DecodedImage } from '../../data/index.js'
import type { Denoised } from '../../denoising/index.js'
import { Denoiser } from '../../denoising/node.js'
import type { DenoisingOptions } from '../denoise-options.js'
import { targetsOf } from '../outputs.js'
import type { DenoiseResult } from '../results.js'
import type { Session } from '../session.js'

/** Runs `denoise`; `file` and `options` are the words of the command line. */
export async function denoise(
  session: Session,
  file: string,
  options: DenoisingOptions,
): Promise<DenoiseResult> {
  const { out, strength, threads = 0, quality, overwrite = false } = options
  await targetsOf({ image: out }, { json: session.json, inputs: [file] })
  if (!overwrite) await expectFree(out)
  const { signal, onProgress } = session
  const noisy = await readImage(file, { depth: 'keep' })
  const denoiser = await Denoiser.load()
  const denoised = await denoiser.denoise(noisy, {
    signal,
    onProgress,
    ...(strength !== undefined && { strength }),
    ...(threads > 0 && { threads }),
  })
  const written = await writeImage(denoised.image, out, quality === undefined ? {} : { quality })
  const notes = [...noisy.notes, ...written.notes, ...doubts(denoised)]
  session.answer(
    [
      `${basename(file)}: ${noisy.width}×${noisy.height} pixels, ${wordsFor(denoised)}`,
      ...notes.map((note) => `note: ${note}`),
      `written: ${out}`,
    ].join('\n'),
  )
  return resultOf(file, noisy, denoised, {
    out,
    notes,
    sizeBytes: written.sizeBytes,
    seconds: session.seconds(),
  })
}

/** @throws HG_OUTPUT_UNWRITABLE when there is a file already */
async function expectFree(out: string): Promise<void> {
  const found = await stat(out).catch(() => undefined)
  if (found?.isFile() !== true) return
  throw new HourglassError(
    'HG_OUTPUT_UNWRITABLE',
    `writing ${out}: the file exists; name another, or add --overwrite`,
  )
}

const wordsFor = ({ strength, estimatedLevel }: Denoised): string =>
  estimatedLevel === undefined
    ? `denoised with strength ${formatNumber(strength)}`
    : `noise of ${formatNumber(estimatedLevel)} of 255 (standard deviation, estimated) removed; --strength sets another`

/** Below this level there is nothing that anybody would see. */
const hardlyAny = 1

const doubts = ({ estimatedLevel, impulseShare }: Denoised): readonly string[] => [
  ...(impulseShare > 0
    ? [`salt and pepper: ${formatPercent(impulseShare)} of the pixels were black or white, and filled`]
    : []),
  ...(estimatedLevel !== undefined && estimatedLevel < hardlyAny && impulseShare === 0
    ? ['hardly any noise was found: the image is nearly as it was']
    : []),
]

function resultOf(
  file: string,
  noisy: DecodedImage,
  { strength, estimatedLevel, impulseShare, tiles }: Denoised,
  written: {
    readonly out: string
    readonly notes: readonly string[]
    readonly sizeBytes: number
    readonly seconds: number
  },
): DenoiseResult {
  return {
    command: 'denoise',
    data: file,
    width: noisy.width,
    height: noisy.height,
    channels: noisy.channels,
    bitDepth: noisy.bitDepth,
    strength,
    estimatedLevel: estimatedLevel ?? null,
    impulseShare,
    tiles,
    outFile: written.out,
    sizeBytes: written.sizeBytes,
    notes: [...written.notes],
    seconds: written.seconds,
  }
}
