/**
 * Copies of a store's state, and back. A snapshot is a plain record of numbers, strings and typed arrays without
 * padding, so that a checkpoint file can hold it as it is. The store: parameter-store.ts.
 */
import { HourglassError } from '../../base/index.js'
import type { Layout } from './layout.js'
import type { OptimizerOptions } from './options.js'

/** A store's arrays, padded and in layout order. */
export interface StoreArrays {
  readonly parameters: Float32Array
  readonly gradients: Float32Array
  readonly first: Float32Array
  readonly second?: Float32Array
  readonly averages?: Float32Array
}

/** Everything that later steps depend on. Arrays hold the parameters one after the other in the order of `names`. */
export interface StoreSnapshot {
  readonly kind: OptimizerOptions['kind']
  readonly stepCount: number
  readonly names: readonly string[]
  readonly lengths: readonly number[]
  readonly parameters: Float32Array
  /** AdamW's means of gradients, or SGD's velocities. */
  readonly first: Float32Array
  /** AdamW's means of squared gradients. */
  readonly second?: Float32Array
  /** Moving averages of the parameters, when they are kept. */
  readonly averages?: Float32Array
}

interface StoreParts {
  readonly kind: OptimizerOptions['kind']
  readonly names: readonly string[]
  readonly arrays: StoreArrays
  readonly layout: Layout
}

const kept = ['parameters', 'first', 'second', 'averages'] as const

/** Copies the state of a store. */
export function snapshotArrays(store: StoreParts & { readonly stepCount: number }): StoreSnapshot {
  const { kind, stepCount, names, arrays, layout } = store
  const lengths = names.map((name) => layout.places.get(name)!.length)
  const { second, averages } = arrays
  return {
    kind,
    stepCount,
    names: [...names],
    lengths,
    parameters: packed(arrays.parameters, store),
    first: packed(arrays.first, store),
    ...(second && { second: packed(second, store) }),
    ...(averages && { averages: packed(averages, store) }),
  }
}

/** Writes a snapshot back; nothing is written unless all of it fits. @throws HG_CHECKPOINT_INVALID */
export function restoreArrays(snapshot: StoreSnapshot, store: StoreParts): void {
  checkSnapshot(snapshot, store)
  for (const part of kept) {
    const source = snapshot[part]
    const target = store.arrays[part]
    if (source === undefined || target === undefined) continue
    let read = 0
    for (const { start, length } of placesInOrder(store)) {
      target.set(source.subarray(read, read + length), start)
      read += length
    }
  }
}

function packed(array: Float32Array, store: StoreParts): Float32Array {
  const places = placesInOrder(store)
  const result = new Float32Array(places.reduce((sum, { length }) => sum + length, 0))
  let written = 0
  for (const { start, length } of places) {
    result.set(array.subarray(start, start + length), written)
    written += length
  }
  return result
}

const placesInOrder = ({ names, layout }: StoreParts) => names.map((name) => layout.places.get(name)!)

function checkSnapshot(snapshot: StoreSnapshot, store: StoreParts): void {
  const fail = (expected: string, got: string): never => {
    throw new HourglassError(
      'HG_CHECKPOINT_INVALID',
      `parameter store: expected a snapshot with ${expected}, got ${got}; it belongs to another network or run`,
    )
  }
  const lengths = placesInOrder(store).map((place) => place.length)
  const described = (names: readonly string[], sizes: readonly number[]) =>
    names.map((name, i) => `${name}[${String(sizes[i])}]`).join(', ')
  if (snapshot.kind !== store.kind) fail(`optimiser ${store.kind}`, snapshot.kind)
  const ours = described(store.names, lengths)
  const theirs = described(snapshot.names, snapshot.lengths)
  if (ours !== theirs) fail(ours, theirs)
  if (!Number.isSafeInteger(snapshot.stepCount) || snapshot.stepCount < 0) {
    fail('a whole step count', String(snapshot.stepCount))
  }
  const total = lengths.reduce((sum, length) => sum + length, 0)
  for (const part of kept) {
    const wanted = store.arrays[part] === undefined ? 0 : total
    const got = snapshot[part]?.length ?? 0
    if (got !== wanted) fail(`${wanted} numbers in ${part}`, String(got))
  }
}
