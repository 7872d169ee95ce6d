/**
 * From bytes of unknown origin to a model that may be run, or an error. Nothing is evaluated, no other file is
 * opened, and nothing larger than the file is allocated. What is checked, in this order:
 *
 *     size ─► header ─► checksum ─► metadata and version ─► graph (src/graph/onnx) ─► sizes of what it computes
 */
import { HourglassError } from '../base/index.js'
import { decodeModel, producerName, readHeader, type Graph } from '../graph/index.js'
import { checksumOf, writtenChecksum } from './checksum.js'
import { checksumKey, metadataKey, parseMetadata, type ModelMetadata } from './metadata.js'
import { checkSizes } from './sizes.js'

/** A model that passed every check. */
export interface VerifiedModel {
  readonly metadata: ModelMetadata
  readonly graph: Graph
  /** The file, as it was read. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Largest model file: 2 GiB, the most that ONNX's own format can hold. */
export const maxFileBytes = 2 ** 31 - 1

/** @throws HG_MODEL_TOO_LARGE */
export function checkFileSize(sizeBytes: number): void {
  if (sizeBytes > maxFileBytes) {
    throw new HourglassError('HG_MODEL_TOO_LARGE', `model file: ${sizeBytes} bytes, at most ${maxFileBytes}`)
  }
}

/**
 * Checks a model file.
 *
 * @throws HG_MODEL_CORRUPT when it is damaged or no ONNX file, HG_MODEL_FOREIGN when Hourglass did not write it,
 *   HG_MODEL_VERSION when a newer Hourglass did, HG_MODEL_UNSAFE for operators, attributes or references that
 *   Hourglass never writes, HG_MODEL_TOO_LARGE beyond the limits
 */
export async function verifyModel(bytes: Uint8Array<ArrayBuffer>): Promise<VerifiedModel> {
  checkFileSize(bytes.length)
  const header = readHeader(bytes)
  const { [metadataKey]: text, [checksumKey]: checksum } = header.metadata
  if (header.producerName !== producerName || text === undefined || checksum === undefined) {
    throw new HourglassError(
      'HG_MODEL_FOREIGN',
      'model file: an ONNX file, but not one that Hourglass wrote; train a model with Hourglass first',
    )
  }
  if (checksum !== writtenChecksum(bytes) || checksum !== (await checksumOf(bytes))) {
    throw new HourglassError(
      'HG_MODEL_CORRUPT',
      'model file: altered or damaged since it was written (its checksum differs); copy it again from its source',
    )
  }
  const metadata = parseMetadata(text)
  const graph = decodeModel(bytes)
  checkSizes(graph)
  return { metadata, graph, bytes }
}
