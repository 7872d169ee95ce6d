/** `hourglass decompress`: .hgl files to images that every program reads. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { formatBytes, HourglassError } from '../../base/index.js'
import { codecShelf, type CodecShelf } from '../../compression/node.js'
import { imageFormatOf, writeImage, type ImageFormat } from '../../data/index.js'
import type { DecompressingOptions } from '../compress-options.js'
import { batchLines, runBatch, type BatchFile } from '../image-batch.js'
import type { DecompressResult } from '../results.js'
import type { Session } from '../session.js'

type FileResult = DecompressResult['files'][number]

/** Runs `decompress`; `inputs` and `options` are the words of the command line. */
export async function decompress(
  session: Session,
  inputs: readonly string[],
  options: DecompressingOptions,
): Promise<DecompressResult> {
  const { out, overwrite = false, threads = 0 } = options
  const format = formatOf(options.format)
  const shelf = codecShelf({ path: options.codec, ...(threads > 0 && { threads }) })
  try {
    const resultEnding = format === 'jpeg' ? '.jpg' : `.${format}`
    const outcome = await runBatch(
      session,
      { inputs, endings: ['.hgl'], out, resultEnding, overwrite },
      (place, inside) => decompressOne(inside, shelf, place, format),
    )
    session.answer([...outcome.done.map(lineOf), ...batchLines(outcome)].join('\n'))
    return {
      command: 'decompress',
      files: [...outcome.done],
      failed: [...outcome.failed],
      skipped: [...outcome.skipped],
      seconds: session.seconds(),
    }
  } finally {
    await shelf.dispose()
  }
}

/** @throws HG_USAGE */
function formatOf(name = 'png'): ImageFormat {
  const format = imageFormatOf(`.${name}`)
  if (format !== undefined) return format
  throw new HourglassError('HG_USAGE', `--format: expected png, jpeg, webp, avif or tiff, got "${name}"`)
}

async function decompressOne(
  { signal, onProgress }: Session,
  shelf: CodecShelf,
  { file, out }: BatchFile,
  format: ImageFormat,
): Promise<FileResult> {
  const began = performance.now()
  const bytes = await readBytes(file)
  const codec = await shelf.forImage(bytes, file)
  const { image, notes } = await codec.decompress(bytes, { signal, onProgress })
  const written = await writeImage(image, out, imageFormatOf(out) === undefined ? { format } : {})
  return {
    file,
    outFile: out,
    width: image.width,
    height: image.height,
    channels: image.channels,
    isCut: notes.length > 0,
    sizeBytes: written.sizeBytes,
    notes: [...notes, ...written.notes],
    seconds: (performance.now() - began) / 1000,
  }
}

/** @throws HG_FILE_MISSING, HG_FILE_UNREADABLE */
async function readBytes(file: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readFile(file).catch((error: unknown) => {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw new HourglassError(
      missing ? 'HG_FILE_MISSING' : 'HG_FILE_UNREADABLE',
      missing ? `${file}: there is no such file` : `${file}: it cannot be read`,
      { cause: error },
    )
  })
  return new Uint8Array(bytes)
}

function lineOf({ file, outFile, width, height, sizeBytes, notes }: FileResult): string {
  return [
    `${basename(file)}: ${width}×${height} pixels, written to ${outFile} (${formatBytes(sizeBytes)})`,
    ...notes.map((note) => `  note: ${note}`),
  ].join('\n')
}
