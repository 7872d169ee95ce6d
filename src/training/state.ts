/**
 * Everything a training must remember to go on as if nothing had happened, and its form as bytes.
 *
 * The bytes are: a SHA-256 of what follows (32), the length of a JSON header (4, little-endian), the header, and the
 * float32 arrays that it lists, one after the other. Where the bytes are kept is the caller's business.
 */
import { HourglassError } from '../base/index.js'
import type { NoiseState, StoreSnapshot } from '../engine/index.js'
import type { TrainingPoint } from './options.js'

/** State between two steps. */
export interface TrainingState {
  /** Of the task; a state of another task is refused. */
  readonly fingerprint: string
  readonly step: number
  readonly threads: number
  readonly seconds: number
  readonly noise: NoiseState
  readonly store: StoreSnapshot
  /** What no gradient moves, by name. */
  readonly buffers: Readonly<Record<string, Float32Array>>
  readonly points: readonly TrainingPoint[]
  /** Sums since the last point. */
  readonly sums: {
    readonly steps: number
    readonly loss: number
    readonly parts: Readonly<Record<string, number>>
    readonly metrics: Readonly<Record<string, number>>
  }
  /** The best weights so far, one array in the order of the store. */
  readonly best?: { readonly step: number; readonly loss: number; readonly weights: Float32Array }
  /** Evaluations since the best one. */
  readonly sinceBest: number
  /** Set when training is over and only its result is wanted. */
  readonly stopped?: 'finished' | 'early'
}

const hashBytes = 32
const arrayKey = '$float32'

/** Encodes a state. */
export async function encodeState(state: TrainingState): Promise<Uint8Array> {
  const arrays: Float32Array[] = []
  const header = new TextEncoder().encode(
    JSON.stringify(state, (_, value: unknown) => {
      if (!(value instanceof Float32Array)) return value
      arrays.push(value)
      return { [arrayKey]: value.length }
    }),
  )
  const floats = arrays.reduce((sum, array) => sum + array.length, 0)
  const bytes = new Uint8Array(hashBytes + 4 + header.length + floats * 4)
  new DataView(bytes.buffer).setUint32(hashBytes, header.length, true)
  bytes.set(header, hashBytes + 4)
  let at = hashBytes + 4 + header.length
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at)
    at += array.byteLength
  }
  bytes.set(await sha256(bytes.subarray(hashBytes)), 0)
  return bytes
}

/**
 * Decodes a state.
 *
 * @throws HG_CHECKPOINT_INVALID when the bytes are cut short or altered, or the state is of another task
 */
export async function decodeState(bytes: Uint8Array, fingerprint: string): Promise<TrainingState> {
  const content = bytes.subarray(hashBytes)
  const sum = content.length < 4 ? undefined : await sha256(content)
  if (sum?.some((byte, i) => byte !== bytes[i]) !== false) {
    throw new HourglassError(
      'HG_CHECKPOINT_INVALID',
      'checkpoint: the file is cut short or altered; remove it and train from the start',
    )
  }
  const headerLength = new DataView(content.buffer, content.byteOffset).getUint32(0, true)
  let at = 4 + headerLength
  const revive = (_: string, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || !(arrayKey in value)) return value
    const start = at
    at += Number(value[arrayKey]) * 4
    return new Float32Array(Uint8Array.from(content.subarray(start, at)).buffer) // a copy: Buffer's slice is none
  }
  const header = new TextDecoder().decode(content.subarray(4, 4 + headerLength))
  const state = JSON.parse(header, revive) as TrainingState
  if (state.fingerprint !== fingerprint) {
    throw new HourglassError(
      'HG_CHECKPOINT_INVALID',
      'checkpoint: it belongs to a training on other data or with other options; use the same ones, or train without resuming',
    )
  }
  return state
}

async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

/** SHA-256, as hex, of a description and some arrays. */
export async function fingerprintOf(
  description: unknown,
  arrays: readonly (Float32Array | Int32Array)[],
): Promise<string> {
  const sums = await Promise.all(
    arrays.map((array) => sha256(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))),
  )
  const text = JSON.stringify([description, sums.map(hex)])
  return hex(await sha256(new TextEncoder().encode(text)))
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
