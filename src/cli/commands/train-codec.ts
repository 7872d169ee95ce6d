/** `hourglass train-codec`: a codec for one kind of image, and what it saves beside the shipped one. */
import { rm } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import { formatBytes, formatPlural, HourglassError } from '../../base/index.js'
import { writeFileAtomic } from '../../base/node.js'
import { compareCodecs, type CodecComparison, type CodecModel } from '../../compression/index.js'
import {
  codecEnding,
  readCodecModel,
  readPictures,
  startCodec,
  trainCodec as learn,
} from '../../compression/node.js'
import type { TrainingCodecOptions } from '../compress-options.js'
import { filesOf, imageEndings } from '../image-batch.js'
import { expectFree } from '../outputs.js'
import type { TrainCodecResult } from '../results.js'
import type { Session } from '../session.js'

/** Runs `train-codec`; `inputs` and `options` are the words of the command line. */
export async function trainCodec(
  session: Session,
  inputs: readonly string[],
  options: TrainingCodecOptions,
): Promise<TrainCodecResult> {
  const { out, overwrite = false, seed = 0, heldOut: heldOutShare = 0.2, restoration = 0, threads } = options
  if (extname(out) !== codecEnding)
    throw new HourglassError('HG_USAGE', `--out: expected a name that ends in ${codecEnding}, got "${out}"`)
  if (!overwrite) await expectFree(out)
  const { signal, onProgress } = session
  const files = await filesOf({ inputs, endings: imageEndings })
  const { parts, heldOut, failed } = await readPictures(files, { heldOutShare, seed, signal, onProgress })
  for (const { file, message } of failed) session.note(`${file}: ${message}`)
  session.note(
    `${formatPlural(files.length - heldOut.length - failed.length, 'image')} to learn from, ${heldOut.length} kept apart`,
  )
  const general = await readCodecModel()
  const state = `${out}.training`
  const own = await learn({
    ...{ pictures: parts, state, seed, base: general, restorationSteps: restoration },
    ...{ threads: threads ?? 1, signal, onProgress },
  }).catch((error: unknown) => {
    throw withWayOn(error, state)
  })
  await writeFileAtomic(out, own.file)
  const comparison = heldOut.length > 0 ? await compared(session, { general, own }, heldOut, threads) : null
  await rm(state, { recursive: true, force: true })
  session.answer(answerLines(out, own, comparison).join('\n'))
  return {
    command: 'train-codec',
    outFile: out,
    id: own.id,
    sizeBytes: own.file.length,
    images: files.length,
    learnedFrom: files.length - heldOut.length - failed.length,
    heldOut: heldOut.length,
    comparison: comparison && { ...comparison, general: [...comparison.general], own: [...comparison.own] },
    failed: [...failed],
    seconds: session.seconds(),
  }
}

function withWayOn(error: unknown, state: string): unknown {
  if (!(error instanceof HourglassError) || error.code !== 'HG_INTERRUPTED') return error
  return new HourglassError(
    error.code,
    `${error.message}; what was learned is kept in ${state}, the same command goes on with it`,
    { cause: error },
  )
}

async function compared(
  { signal, onProgress }: Session,
  models: { readonly general: CodecModel; readonly own: CodecModel },
  images: Parameters<typeof compareCodecs>[2],
  threads: number | undefined,
): Promise<CodecComparison> {
  const [general, own] = [startCodec(models.general, threads), startCodec(models.own, threads)]
  try {
    return await compareCodecs(general, own, images, { signal, onProgress })
  } finally {
    await Promise.all([general.dispose(), own.dispose()])
  }
}

function answerLines(out: string, { id, file }: CodecModel, comparison: CodecComparison | null): string[] {
  const written = `written: ${out} (${formatBytes(file.length)}, codec ${id})`
  const use = `use it: hourglass compress … --codec ${basename(out)}`
  if (comparison === null) return [written, use]
  const { general, own, images, rateDifference } = comparison
  const change = Number.isFinite(rateDifference)
    ? `${Math.abs(rateDifference).toFixed(1)} % ${rateDifference < 0 ? 'fewer' : 'more'} bits than the shipped codec at equal PSNR`
    : 'the two codecs reach no common PSNR'
  const point = ({ bpp, psnr }: (typeof own)[number]): string => `${bpp.toFixed(3)} bpp ${psnr.toFixed(2)} dB`
  return [
    `on ${formatPlural(images, 'image')} kept apart: ${change}`,
    ...own.map((mine, i) => `  quality ${mine.quality}: ${point(mine)}, shipped ${point(general[i]!)}`),
    written,
    use,
  ]
}
