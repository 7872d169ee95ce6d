/** Reads models' files and starts codecs on the engine of this process. */
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HourglassError, messageOf } from '../base/index.js'
import { nodeEngine } from '../engine/node.js'
import { loadCoderCode } from './coder-code-node.js'
import { codecModelFromBytes, type CodecModel } from './codec-model.js'
import { codecOf, type Codec } from './codec.js'
import { codersInThreads } from './tile-coders-node.js'

/** The model that comes with the package, seen from src/ and from dist/. */
const shipped = fileURLToPath(new URL('../../assets/codec.bin', import.meta.url))

/** @throws HG_FILE_MISSING, HG_MODEL_CORRUPT */
export async function readCodecModel(path: string = shipped): Promise<CodecModel> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new HourglassError(
      'HG_FILE_MISSING',
      `${basename(path)}: the codec's model cannot be read (${messageOf(error)})`,
      { cause: error },
    )
  })
  return codecModelFromBytes(new Uint8Array(bytes))
}

/** @param threads of the engine, and of the coder for images of several tiles (default: one a core) */
export function startCodec(model: CodecModel, threads = availableParallelism()): Codec {
  const code = loadCoderCode()
  if (threads < 2) return codecOf({ engine: nodeEngine, code, model })
  let coders: ReturnType<typeof codersInThreads> | undefined
  const codec = codecOf({
    engine: nodeEngine,
    code,
    model,
    threads,
    coders: () => (coders ??= codersInThreads({ code, model: model.entropy }, threads)),
  })
  return {
    ...codec,
    async dispose() {
      await codec.dispose()
      await coders?.dispose()
      coders = undefined
    },
  }
}
