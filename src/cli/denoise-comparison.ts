/** The page of `denoise --compare`: what of each image is shown, and what is said of it. */
import { basename } from 'node:path'
import { formatNumber, formatPercent } from '../base/index.js'
import { encodeImage, type PixelImage } from '../data/index.js'
import { removedPicture } from '../denoising/index.js'
import type { ComparedImage } from '../report/index.js'
import { writeOutput, type Target } from './outputs.js'
import type { DenoiseResult } from './results.js'
import type { Session } from './session.js'
import { packageVersion } from './version.js'

/** Most images on a page: they are all inside of it. */
export const mostCompared = 20

type FileResult = DenoiseResult['files'][number]

/** Both sides of an image without loss, and what was taken away. */
export async function comparedImage(
  result: FileResult,
  before: PixelImage,
  after: PixelImage,
): Promise<ComparedImage> {
  const removed = removedPicture(before, after)
  const encoded = async (image: PixelImage, options: Parameters<typeof encodeImage>[2]) =>
    (await encodeImage(image, 'webp', options)).bytes
  return {
    name: basename(result.file),
    width: result.width,
    height: result.height,
    before: await encoded(before, { lossless: true }),
    after: await encoded(after, { lossless: true }),
    facts: factsOf(result),
    further: {
      picture: await encoded(removed.image, { quality: 90 }),
      caption: `What was taken away, ${removed.gain === 1 ? 'at its own scale' : `enlarged ${removed.gain} times`}: middle grey is nothing, black and white are ${formatNumber(127 / removed.gain)} of 255 or more.`,
    },
  }
}

function factsOf(result: FileResult): ComparedImage['facts'] {
  const { width, height, strength, estimatedLevel, removed, impulseShare, psnrBefore, psnr } = result
  const level = (value: number): string => `${formatNumber(value)} of 255`
  return [
    ...(estimatedLevel === null ? [] : [['Noise found', level(estimatedLevel)] as const]),
    ...(estimatedLevel === null && strength !== null ? [['Strength, given', level(strength)] as const] : []),
    ['Taken away (RMS)', level(removed)],
    ...(impulseShare > 0 ? [['Salt and pepper', formatPercent(impulseShare)] as const] : []),
    ...(psnrBefore === null ? [] : [['PSNR before', `${psnrBefore.toFixed(2)} dB`] as const]),
    ...(psnr === null ? [] : [['PSNR after', `${psnr.toFixed(2)} dB`] as const]),
    ['Pixels', `${width} × ${height}`],
    ['Time', `${formatNumber(result.seconds)} s`],
  ]
}

/** Writes the page. @throws HG_OUTPUT_UNWRITABLE */
export async function writeComparison(
  session: Session,
  target: Target,
  images: readonly ComparedImage[],
): Promise<void> {
  const { renderCompareReport } = await import('../report/index.js')
  const page = renderCompareReport({
    command: 'hourglass denoise',
    lead: 'Drag across an image: left of the line it is as it was, right of it without its noise.',
    none: 'No image was denoised, so there is none to compare.',
    images,
    version: packageVersion(),
    createdAt: new Date().toISOString(),
  })
  await writeOutput(target, page, session.io)
}
