/** Model files on disk, in Node. What is in them and how they are checked is in seal.ts and verify.ts. */
import { open } from 'node:fs/promises'
import { HourglassError } from '../base/index.js'
import { writeFileAtomic } from '../base/node.js'
import type { Graph } from '../graph/index.js'
import type { ModelMetadata } from './metadata.js'
import { sealModel } from './seal.js'
import { checkFileSize, verifyModel, type VerifiedModel } from './verify.js'

/**
 * Writes a model file, whole or not at all.
 *
 * @throws HG_OUTPUT_UNWRITABLE, HG_MODEL_TOO_LARGE
 */
export async function saveModel(path: string, graph: Graph, metadata: ModelMetadata): Promise<void> {
  await writeFileAtomic(path, await sealModel(graph, metadata))
}

/**
 * Reads and checks a model file.
 *
 * @param source a path, or the bytes of a file
 * @throws HG_FILE_MISSING, HG_FILE_UNREADABLE, and what `verifyModel` throws
 */
export async function loadModel(source: string | Uint8Array<ArrayBuffer>): Promise<VerifiedModel> {
  return verifyModel(typeof source === 'string' ? await readModelFile(source) : source)
}

async function readModelFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const file = await open(path, 'r')
    try {
      const stat = await file.stat()
      if (!stat.isFile()) throw new HourglassError('HG_FILE_UNREADABLE', `model file: ${path} is not a file`)
      checkFileSize(stat.size)
      const bytes = new Uint8Array(stat.size)
      const { bytesRead } = await file.read(bytes, 0, stat.size, 0)
      return bytes.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof HourglassError) throw error
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw missing
      ? new HourglassError('HG_FILE_MISSING', `model file: ${path} does not exist`, { cause: error })
      : new HourglassError('HG_FILE_UNREADABLE', `model file: ${path} cannot be read`, { cause: error })
  }
}
