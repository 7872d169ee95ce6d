/**
 * The codecs of one piece of work, by the ids that files name: the shipped one, one that was chosen, those that files carry
 * along, and those that lie beside them.
 */
import { readdir } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { HourglassError } from '../base/index.js'
import { codecModelFromBytes, type CodecModel } from './codec-model.js'
import type { Codec } from './codec.js'
import { readCodecModel, startCodec } from './start-codec-node.js'
import { readStream } from './stream.js'

/** How the file of a codec of one's own ends. */
export const codecEnding = '.hgcodec'

/** Codecs, each loaded when it is first needed. */
export interface CodecShelf {
  /** The one that was chosen, else the shipped one: what compresses. */
  chosen(): Promise<Codec>
  /**
   * The one that a compressed image needs.
   *
   * @param file where it lies: codecs beside it are looked at
   * @throws HG_STREAM_CORRUPT, HG_CODEC_UNKNOWN, HG_MODEL_CORRUPT
   */
  forImage(bytes: Uint8Array<ArrayBuffer>, file: string): Promise<Codec>
  dispose(): Promise<void>
}

/** @param path file of the chosen codec (default: the shipped one) */
export function codecShelf({
  path,
  threads,
}: {
  readonly path?: string | undefined
  readonly threads?: number | undefined
}): CodecShelf {
  const codecs = new Map<string, Codec>()
  const put = (model: CodecModel): Codec => {
    const codec = codecs.get(model.id) ?? startCodec(model, threads)
    codecs.set(model.id, codec)
    return codec
  }
  const shipped = async (): Promise<Codec> => put(await readCodecModel())
  const chosen = async (): Promise<Codec> =>
    path === undefined ? shipped() : put(await readCodecModel(path))
  return {
    chosen,
    async forImage(bytes, file) {
      const { header, body } = await readStream(bytes)
      if (body.model !== undefined) return put(await carried(body.model, header.modelId))
      for (const start of [chosen, shipped]) if (!codecs.has(header.modelId)) await start()
      const known = codecs.get(header.modelId)
      if (known !== undefined) return known
      const { model, unread } = await codecBeside(dirname(file), header.modelId)
      if (model !== undefined) return put(model)
      const doubt = unread.length > 0 ? ` (${unread.join(', ')} cannot be read)` : ''
      throw new HourglassError(
        'HG_CODEC_UNKNOWN',
        `compressed image: codec ${header.modelId} wrote it, which is not the shipped one and no ${codecEnding} file beside it${doubt}; name its file by --codec`,
      )
    },
    async dispose() {
      for (const codec of codecs.values()) await codec.dispose()
      codecs.clear()
    },
  }
}

/** @throws HG_STREAM_CORRUPT when the image carries another model than it names */
async function carried(bytes: Uint8Array<ArrayBuffer>, id: string): Promise<CodecModel> {
  const model = await codecModelFromBytes(bytes)
  if (model.id === id) return model
  throw new HourglassError(
    'HG_STREAM_CORRUPT',
    `compressed image: it names codec ${id} and carries ${model.id}; get the file again from where it came`,
  )
}

/** The codec of an id among the files of a folder, and the files that are no codecs though they are called so. */
async function codecBeside(
  folder: string,
  id: string,
): Promise<{ readonly model?: CodecModel; readonly unread: readonly string[] }> {
  const names = (await readdir(folder)).filter((name) => extname(name) === codecEnding)
  const unread: string[] = []
  for (const name of names.sort())
    try {
      const model = await readCodecModel(join(folder, name))
      if (model.id === id) return { model, unread }
    } catch (error) {
      if (!(error instanceof HourglassError)) throw error
      unread.push(name)
    }
  return { unread }
}
