/**
 * A codec's model: the entropy model and the transforms' weights, in one file, known by its checksum. A compressed image
 * names the model that wrote it; only that one reads it.
 */
import { HourglassError } from '../base/index.js'
import { joined, toHex } from './bytes.js'
import { entropyModelFromBytes, entropyModelToBytes, type EntropyModel } from './entropy-model.js'
import { channelCount } from './latent-layout.js'
import { lappedKernel } from './lapped-transform.js'
import type { TransformWeights } from './transform-graphs.js'

/** All that both sides of a codec must share. */
export interface CodecModel {
  /** First 8 bytes of the SHA-256 of its file, in hexadecimal. */
  readonly id: string
  readonly entropy: EntropyModel
  readonly weights: TransformWeights
}

const formatVersion = 1
const shrinkageCount = 2 * channelCount
/** Parts of a step that shrinkage is written in. */
const shrinkageUnit = 1 / 512

/** A model's file. */
export function codecModelToBytes({ entropy, weights }: Omit<CodecModel, 'id'>): Uint8Array<ArrayBuffer> {
  const shrinkage = Uint8Array.from(weights.shrinkage, (value) => Math.round(value / shrinkageUnit))
  return joined([Uint8Array.of(formatVersion), shrinkage, entropyModelToBytes(entropy)])
}

/** @throws HG_MODEL_CORRUPT */
export async function codecModelFromBytes(bytes: Uint8Array<ArrayBuffer>): Promise<CodecModel> {
  if (bytes[0] !== formatVersion)
    throw new HourglassError(
      'HG_MODEL_CORRUPT',
      `codec model: expected version ${formatVersion}, got ${bytes[0] ?? 'no bytes'}; install the package again`,
    )
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const kernel = lappedKernel()
  const shrinkage = Float32Array.from(bytes.subarray(1, 1 + shrinkageCount), (value) => value * shrinkageUnit)
  return {
    id: toHex(digest.subarray(0, 8)),
    entropy: entropyModelFromBytes(bytes.subarray(1 + shrinkageCount)),
    weights: { analysis: kernel, synthesis: kernel, shrinkage },
  }
}
