/**
 * A codec's model: the entropy model and the transforms' weights, in one file, known by its checksum. A compressed image
 * names the model that wrote it; only that one reads it.
 *
 *     version 1 │ border 64 · 4 │ shrinkage 1536 │ length 4 │ entropy model │ restoration, if any: of each parameter: scale 4, weights 2 each
 *
 * Weights of the restoration are whole numbers of 16 bits times a scale of their parameter: 4 bytes would say nothing more.
 */
import { Matrix, SingularValueDecomposition } from 'ml-matrix'
import { HourglassError } from '../base/index.js'
import { sizeOf } from '../graph/index.js'
import type { Weights } from '../training/index.js'
import { joined, littleEndian, numbersOf, toHex } from './bytes.js'
import { entropyModelFromBytes, entropyModelToBytes, type EntropyModel } from './entropy-model.js'
import { channelCount } from './latent-layout.js'
import { overlap } from './lapped-transform.js'
import { restorationNetwork } from './restoration.js'
import type { TransformWeights } from './transform-graphs.js'

/** All that both sides of a codec must share. */
export interface CodecModel {
  /** First 8 bytes of the SHA-256 of its file, in hexadecimal. */
  readonly id: string
  /** Its file. */
  readonly file: Uint8Array
  readonly entropy: EntropyModel
  readonly weights: TransformWeights
}

const formatVersion = 3
/** Numbers of the border matrix. */
const borderCount = overlap * overlap
const shrinkageCount = 2 * channelCount
/** Parts of a step that shrinkage is written in. */
const shrinkageUnit = 1 / 512
/** Learned borders have singular values from 1 to 1.3; one that shrinks or enlarges this much was not learned. */
const mostOfBorder = 64
/** Largest whole number of a weight. */
const mostUnits = 32767

/** A model's file. */
export function codecModelToBytes({
  entropy,
  weights,
}: Pick<CodecModel, 'entropy' | 'weights'>): Uint8Array<ArrayBuffer> {
  const { border, shrinkage, restoration } = weights
  const packed = entropyModelToBytes(entropy)
  return joined([
    Uint8Array.of(formatVersion),
    floatBytes(border),
    Uint8Array.from(shrinkage, (value) => Math.round(value / shrinkageUnit)),
    littleEndian([packed.length], 4),
    packed,
    ...(restoration ? parameterSizes().map(({ name }) => weightBytes(restoration[name]!)) : []),
  ])
}

/** @throws HG_MODEL_CORRUPT */
export async function codecModelFromBytes(bytes: Uint8Array<ArrayBuffer>): Promise<CodecModel> {
  if (bytes[0] !== formatVersion)
    throw corrupt(`expected version ${formatVersion}, got ${bytes[0] ?? 'no bytes'}`)
  let at = 1
  const take = (size: number): Uint8Array<ArrayBuffer> => {
    if (size < 0 || at + size > bytes.length) throw corrupt('it is cut')
    return bytes.subarray(at, (at += size))
  }
  const border = floatsOf(take(4 * borderCount))
  if (!isUsable(border)) throw corrupt('its transform cannot be turned back')
  const shrinkage = Float32Array.from(take(shrinkageCount), (value) => value * shrinkageUnit)
  const packed = take(numbersOf(take(4), 4)[0]!)
  const isRestoring = at < bytes.length
  const restoration: Record<string, Float32Array> = {}
  if (isRestoring)
    for (const { name, size } of parameterSizes()) {
      restoration[name] = weightsOf(take(4 + 2 * size))
      if (!restoration[name].every(Number.isFinite))
        throw corrupt('its restoration has values that are no numbers')
    }
  if (at !== bytes.length) throw corrupt('it is longer than it should be')
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return {
    id: toHex(digest.subarray(0, 8)),
    file: bytes,
    entropy: entropyModelFromBytes(packed),
    weights: { border, shrinkage, ...(isRestoring && { restoration }) },
  }
}

const corrupt = (what: string): HourglassError =>
  new HourglassError(
    'HG_MODEL_CORRUPT',
    `codec model: ${what}; get its file again, the shipped one by installing the package again`,
  )

/** Whether a border can be inverted, and what it makes stays within what pixels need by far. */
function isUsable(border: Float32Array): boolean {
  if (!border.every((number) => Math.abs(number) <= mostOfBorder)) return false
  const { diagonal } = new SingularValueDecomposition(new Matrix([...rowsOf(border)]))
  return diagonal.every((value) => value >= 1 / mostOfBorder)
}

function* rowsOf(border: Float32Array): Generator<number[]> {
  for (let at = 0; at < borderCount; at += overlap) yield [...border.subarray(at, at + overlap)]
}

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

function weightsOf(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const scale = view.getFloat32(0, true)
  return Float32Array.from({ length: bytes.length / 2 - 2 }, (_, i) => scale * view.getInt16(4 + 2 * i, true))
}

function floatBytes(numbers: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * numbers.length))
  numbers.forEach((number, i) => view.setFloat32(4 * i, number, true))
  return new Uint8Array(view.buffer)
}

function floatsOf(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true))
}
