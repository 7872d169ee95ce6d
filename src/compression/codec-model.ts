/**
 * A codec's model: the entropy model and the transforms' weights, in one file, known by its checksum. A compressed image
 * names the model that wrote it; only that one reads it.
 *
 *     version 1 │ shrinkage 1536 │ restoration: there 1, then of each parameter: scale 4, weights 2 each │ entropy model
 *
 * Weights of the restoration are whole numbers of 16 bits times a scale of their parameter: 4 bytes would say nothing more.
 */
import { HourglassError } from '../base/index.js'
import { sizeOf } from '../graph/index.js'
import type { Weights } from '../training/index.js'
import { joined, toHex } from './bytes.js'
import { entropyModelFromBytes, entropyModelToBytes, type EntropyModel } from './entropy-model.js'
import { channelCount } from './latent-layout.js'
import { lappedKernel } from './lapped-transform.js'
import { restorationNetwork } from './restoration.js'
import type { TransformWeights } from './transform-graphs.js'

/** All that both sides of a codec must share. */
export interface CodecModel {
  /** First 8 bytes of the SHA-256 of its file, in hexadecimal. */
  readonly id: string
  readonly entropy: EntropyModel
  readonly weights: TransformWeights
}

const formatVersion = 2
const shrinkageCount = 2 * channelCount
/** Parts of a step that shrinkage is written in. */
const shrinkageUnit = 1 / 512
/** Largest whole number of a weight. */
const mostUnits = 32767

/** A model's file. */
export function codecModelToBytes({ entropy, weights }: Omit<CodecModel, 'id'>): Uint8Array<ArrayBuffer> {
  const { shrinkage, restoration } = weights
  return joined([
    Uint8Array.of(formatVersion),
    Uint8Array.from(shrinkage, (value) => Math.round(value / shrinkageUnit)),
    Uint8Array.of(restoration ? 1 : 0),
    ...(restoration ? parameterSizes().map(({ name }) => weightBytes(restoration[name]!)) : []),
    entropyModelToBytes(entropy),
  ])
}

/** @throws HG_MODEL_CORRUPT */
export async function codecModelFromBytes(bytes: Uint8Array<ArrayBuffer>): Promise<CodecModel> {
  if (bytes[0] !== formatVersion)
    throw corrupt(`expected version ${formatVersion}, got ${bytes[0] ?? 'no bytes'}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isRestoring = bytes[1 + shrinkageCount] === 1
  let at = 2 + shrinkageCount
  const restoration: Record<string, Float32Array> = {}
  for (const { name, size } of isRestoring ? parameterSizes() : []) {
    if (at + 4 + 2 * size > bytes.length) throw corrupt('it is cut')
    const scale = view.getFloat32(at, true)
    const start = at + 4
    restoration[name] = Float32Array.from(
      { length: size },
      (_, i) => scale * view.getInt16(start + 2 * i, true),
    )
    at = start + 2 * size
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const kernel = lappedKernel()
  const shrinkage = Float32Array.from(bytes.subarray(1, 1 + shrinkageCount), (value) => value * shrinkageUnit)
  return {
    id: toHex(digest.subarray(0, 8)),
    entropy: entropyModelFromBytes(bytes.subarray(at)),
    weights: { analysis: kernel, synthesis: kernel, shrinkage, ...(isRestoring && { restoration }) },
  }
}

const corrupt = (what: string): HourglassError =>
  new HourglassError('HG_MODEL_CORRUPT', `codec model: ${what}; install the package again`)

const parameterSizes = (): { name: string; size: number }[] =>
  restorationNetwork().parameters.map(({ name, shape }) => ({ name, size: sizeOf(shape) }))

function weightBytes(weights: Weights[string]): Uint8Array {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0)
  const scale = Math.fround(largest > 0 ? largest / mostUnits : 1)
  const view = new DataView(new ArrayBuffer(4 + 2 * weights.length))
  view.setFloat32(0, scale, true)
  weights.forEach((weight, i) =>
    view.setInt16(4 + 2 * i, Math.max(-mostUnits, Math.min(mostUnits, Math.round(weight / scale))), true),
  )
  return new Uint8Array(view.buffer)
}
