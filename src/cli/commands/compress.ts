/** `hourglass compress`: images to .hgl files of a quality, a size or a fidelity. */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { formatBytes, HourglassError } from '../../base/index.js'
import { writeFileAtomic } from '../../base/node.js'
import type { CompressOptions, Goal } from '../../compression/index.js'
import { codecShelf, type Codec } from '../../compression/node.js'
import { encodeImage, readImage } from '../../data/index.js'
import type { ComparedImage } from '../../report/index.js'
import type { CompressingOptions } from '../compress-options.js'
import { batchLines, imageEndings, runBatch, type BatchFile } from '../image-batch.js'
import { targetsOf, writeOutput } from '../outputs.js'
import type { CompressResult } from '../results.js'
import type { Session } from '../session.js'
import { packageVersion } from '../version.js'

/** Most images on a page that compares: they are all inside of it. */
const mostCompared = 20

type FileResult = CompressResult['files'][number]

/** Runs `compress`; `inputs` and `options` are the words of the command line. */
export async function compress(
  session: Session,
  inputs: readonly string[],
  options: CompressingOptions,
): Promise<CompressResult> {
  const { out, compare, overwrite = false, threads = 0, effort, embed = false } = options
  const goal = goalOf(options)
  const targets = await targetsOf({ compare }, { json: session.json, inputs })
  const shelf = codecShelf({ path: options.codec, ...(threads > 0 && { threads }) })
  const compared: ComparedImage[] = []
  try {
    const codec = await shelf.chosen()
    const settings = {
      ...{ goal, carriesModel: embed, ...(effort !== undefined && { effort }) },
      measures: session.json || compare !== undefined,
    }
    const outcome = await runBatch(
      session,
      { inputs, endings: imageEndings, out, resultEnding: '.hgl', overwrite },
      async (place, inside) => {
        const result = await compressOne(inside, codec, place, settings)
        if (targets.compare && compared.length < mostCompared)
          compared.push(await comparedImage(codec, result))
        return result
      },
    )
    if (targets.compare) {
      const { renderCompareReport } = await import('../../report/index.js')
      const page = renderCompareReport({
        command: 'hourglass compress',
        lead: 'Drag across an image: left of the line it is as it was, right of it as it comes back.',
        none: 'No image was compressed, so there is none to compare.',
        images: compared,
        version: packageVersion(),
        createdAt: new Date().toISOString(),
      })
      await writeOutput(targets.compare, page, session.io)
    }
    session.answer([...outcome.done.map(lineOf), ...batchLines(outcome)].join('\n'))
    return { command: 'compress', ...sumsOf(outcome.done), ...listsOf(outcome), seconds: session.seconds() }
  } finally {
    await shelf.dispose()
  }
}

/** @throws HG_USAGE for two goals */
function goalOf({ quality, bpp, psnr, size }: CompressingOptions): Goal {
  const goals = Object.entries({ quality, bpp, psnr, size }).filter(([, value]) => value !== undefined)
  if (goals.length > 1)
    throw new HourglassError(
      'HG_USAGE',
      `${goals.map(([name]) => `--${name}`).join(' and ')}: a file can be made to meet one of them; leave the other out`,
    )
  return Object.fromEntries(goals)
}

async function compressOne(
  { signal, onProgress }: Session,
  codec: Codec,
  { file, out }: BatchFile,
  settings: CompressOptions,
): Promise<FileResult> {
  const began = performance.now()
  const image = await readImage(file)
  const { bytes, bpp, psnr, msssim } = await codec.compress(image, { ...settings, signal, onProgress })
  await writeFileAtomic(out, bytes)
  return {
    file,
    outFile: out,
    width: image.width,
    height: image.height,
    inputBytes: (await stat(file)).size,
    bytes: bytes.length,
    bpp,
    psnr: psnr !== undefined && Number.isFinite(psnr) ? psnr : null,
    msssim: msssim ?? null,
    notes: [...image.notes],
    seconds: (performance.now() - began) / 1000,
  }
}

/** Both sides of an image for the page, without loss. */
async function comparedImage(codec: Codec, result: FileResult): Promise<ComparedImage> {
  const { readFile } = await import('node:fs/promises')
  const before = await readImage(result.file)
  const { image: after } = await codec.decompress(new Uint8Array(await readFile(result.outFile)))
  const [one, other] = await Promise.all(
    [before, after].map(async (image) => (await encodeImage(image, 'webp', { lossless: true })).bytes),
  )
  const { file, width, height } = result
  return { name: basename(file), width, height, before: one!, after: other!, facts: factsOf(result) }
}

const factsOf = ({
  width,
  height,
  inputBytes,
  bytes,
  bpp,
  psnr,
  msssim,
}: FileResult): ComparedImage['facts'] => [
  ['Size', formatBytes(bytes)],
  [`Share of ${formatBytes(inputBytes)}`, `${((100 * bytes) / inputBytes).toFixed(1)} %`],
  ['Bits a pixel', bpp.toFixed(3)],
  ['PSNR', psnr === null ? 'no error' : `${psnr.toFixed(2)} dB`],
  ['MS-SSIM', msssim === null ? 'too small' : msssim.toFixed(4)],
  ['Pixels', `${width} × ${height}`],
]

function lineOf({ file, outFile, inputBytes, bytes, bpp, psnr, notes }: FileResult): string {
  const fidelity = psnr === null ? '' : `, ${psnr.toFixed(1)} dB`
  return [
    `${basename(file)}: ${formatBytes(inputBytes)} → ${formatBytes(bytes)} (${bpp.toFixed(3)} bits a pixel${fidelity}) in ${outFile}`,
    ...notes.map((note) => `  note: ${note}`),
  ].join('\n')
}

/** Sums and means over the files that were done. */
function sumsOf(files: readonly FileResult[]) {
  const sum = (of: (file: FileResult) => number): number => files.reduce((total, file) => total + of(file), 0)
  const mean = (of: (file: FileResult) => number | null): number | null => {
    const values = files.map(of).filter((value) => value !== null)
    return values.length === 0 ? null : values.reduce((total, value) => total + value, 0) / values.length
  }
  const [bytes, pixels] = [sum((file) => file.bytes), sum(({ width, height }) => width * height)]
  return {
    bytes,
    bpp: pixels > 0 ? (8 * bytes) / pixels : 0,
    psnr: mean((file) => file.psnr),
    msssim: mean((file) => file.msssim),
  }
}

const listsOf = ({ done, failed, skipped }: Awaited<ReturnType<typeof runBatch<FileResult>>>) => ({
  files: [...done],
  failed: [...failed],
  skipped: [...skipped],
})
