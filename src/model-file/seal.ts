/** From a graph and what is known about it to the bytes of a model file. verify.ts is the way back. */
import { encodeModel, type Graph } from '../graph/index.js'
import { blankChecksum, writeChecksum } from './checksum.js'
import { checksumKey, metadataKey, stringifyMetadata, type ModelMetadata } from './metadata.js'
import { checkSizes } from './sizes.js'
import { checkFileSize } from './verify.js'

/**
 * The bytes of a model file: an ONNX file that any ONNX Runtime loads, with the metadata and a checksum in it.
 * Equal graphs and metadata give equal bytes.
 *
 * @throws HG_MODEL_TOO_LARGE when the model is beyond what `verifyModel` would accept
 * @example
 * const bytes = await sealModel(graph({ score }), {
 *   kind: 'anomaly-detector',
 *   created: new Date().toISOString(),
 *   sections: { anomaly: { threshold: 3.2 } },
 * })
 */
export async function sealModel(graph: Graph, metadata: ModelMetadata): Promise<Uint8Array<ArrayBuffer>> {
  checkSizes(graph)
  // The checksum last: metadata are the last field of the file, so its value is the file's last bytes.
  const others = Object.fromEntries(
    Object.entries(graph.metadata).filter(([key]) => key !== metadataKey && key !== checksumKey),
  )
  const bytes = encodeModel({
    ...graph,
    metadata: { ...others, [metadataKey]: stringifyMetadata(metadata), [checksumKey]: blankChecksum },
  })
  checkFileSize(bytes.length)
  await writeChecksum(bytes)
  return bytes
}
