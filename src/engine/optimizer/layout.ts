/**
 * Where each parameter lies. All arrays of a store (parameters, gradients, moments, averages) have the same layout,
 * one after the other in one memory, so that an update runs over them in one go. Parameters under weight decay come
 * first and those without follow: two runs, whatever their number and order. What is done with it:
 * parameter-store.ts.
 */
import { HourglassError } from '../../base/index.js'
import { lineBytes, lineFloats } from './kernels.js'
import { maximumPages, pageBytes, webAssembly, type WasmMemory } from './webassembly.js'

/** One parameter to be laid out. */
export interface ParameterSize {
  readonly name: string
  /** Count of float32 numbers, at least 1. */
  readonly length: number
  /** Whether weight decay applies; usually true for weights, false for biases and normalisation. */
  readonly decay: boolean
}

/** A parameter's place within each array, in floats from the array's start; a multiple of 16. */
export interface Place {
  readonly start: number
  readonly length: number
}

/** Places of all parameters; the floats between one's end and the next start are zero and stay so. */
export interface Layout {
  readonly places: ReadonlyMap<string, Place>
  /** Floats, padding included, of the parameters under weight decay, which come first. */
  readonly decayed: number
  /** Floats of a whole array, padding included. */
  readonly total: number
}

/** @throws HG_USAGE when there is no parameter, a name comes twice, or a length is not a whole number from 1 on */
export function layOut(sizes: readonly ParameterSize[]): Layout {
  if (sizes.length === 0)
    throw new HourglassError('HG_USAGE', 'parameter store: expected at least one parameter, got none')
  const places = new Map<string, Place>()
  let next = 0
  const place = ({ name, length }: ParameterSize) => {
    if (places.has(name))
      throw new HourglassError('HG_USAGE', `parameter store: the name ${name} comes twice`)
    if (!Number.isSafeInteger(length) || length < 1) {
      throw new HourglassError(
        'HG_USAGE',
        `parameter store: ${name} must have a whole length of at least 1, got ${length}`,
      )
    }
    places.set(name, { start: next, length })
    next += wholeLines(length)
  }
  sizes.filter((size) => size.decay).forEach(place)
  const decayed = next
  sizes.filter((size) => !size.decay).forEach(place)
  return { places, decayed, total: next }
}

/** A length in floats rounded up to whole cache lines. */
export function wholeLines(length: number): number {
  return Math.ceil(length / lineFloats) * lineFloats
}

/**
 * A zeroed memory that holds arrays of the given lengths (whole lines) one after the other, and never grows: growing
 * would detach every view handed out.
 *
 * @returns the memory and each array's address in bytes, a multiple of 64
 * @throws HG_USAGE when they take more than a WebAssembly memory can have (4 GiB), or than the machine gives
 */
export function reserve(lengths: readonly number[]): { memory: WasmMemory; addresses: number[] } {
  const addresses: number[] = []
  let bytes = lineBytes // address 0 stays unused: it is what a forgotten address looks like
  for (const length of lengths) {
    addresses.push(bytes)
    bytes += length * 4
  }
  const pages = Math.ceil(bytes / pageBytes)
  const size = `${(bytes / 2 ** 30).toFixed(2)} GiB for parameters, gradients, optimiser state and scratch`
  if (pages > maximumPages) {
    throw new HourglassError(
      'HG_USAGE',
      `parameter store: ${size} is beyond the limit of 4 GiB; make the network smaller`,
    )
  }
  try {
    return { memory: new webAssembly.Memory({ initial: pages, maximum: pages }), addresses }
  } catch (cause) {
    throw new HourglassError('HG_USAGE', `parameter store: no memory of ${size}; make the network smaller`, {
      cause,
    })
  }
}
