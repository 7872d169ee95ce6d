/**
 * HDF5 files through h5wasm: opened for the length of a piece of work, arrays read in slices so that WebAssembly's memory
 * stays small, every failure an error of ours. What the groups mean is read-h5ad-node.ts's business.
 *
 * The library fails silently unless told otherwise (it then returns the bytes that happened to lie in its memory), so its
 * throwing error handler is switched on before anything is read.
 */
import type { Dataset, Group } from 'h5wasm/node'
import { HourglassError, messageOf, throwIfAborted } from '../base/index.js'
import { float16 } from './numpy.js'
import { allocate } from './sparse.js'

export type { Dataset, Group } from 'h5wasm/node'

/**
 * Opens a file for the length of `use`.
 *
 * @throws HG_FILE_UNREADABLE when it is damaged, cut short, or compressed in a way that is not read
 */
export async function withHdf5<T>(
  path: string,
  source: string,
  use: (root: Group) => Promise<T>,
): Promise<T> {
  const { default: h5wasm } = await import('h5wasm/node')
  const library = await h5wasm.ready
  library.activate_throwing_error_handler()
  try {
    const file = new h5wasm.File(path, 'r')
    try {
      return await use(file)
    } finally {
      file.close()
    }
  } catch (error) {
    if (error instanceof HourglassError) throw error
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${source}: the HDF5 file is damaged or cut short (${innermost(messageOf(error))}); copy it again`,
      { cause: error },
    )
  }
}

/** HDF5 lists every function that an error went through; the last line but its two comments says what went wrong. */
function innermost(message: string): string {
  const steps = message.split('\n').filter((line) => line.startsWith('  #'))
  return (steps.at(-1) ?? message).replace(/^.*?in \w+\(\): /, '').slice(0, 120)
}

/** The group at a path; undefined when there is none, or something else stands there. */
export function groupAt(parent: Group, name: string): Group | undefined {
  const found = nodeAt(parent, name)
  return found && 'keys' in found ? found : undefined
}

/** The array at a path; undefined when there is none, or something else stands there. */
export function datasetAt(parent: Group, name: string): Dataset | undefined {
  const found = nodeAt(parent, name)
  return found && 'slice' in found ? found : undefined
}

/** A group or an array. Links to other files are not followed. */
export function nodeAt(parent: Group, name: string): Group | Dataset | undefined {
  const found = parent.keys().includes(name) ? parent.get(name) : null
  return found !== null && ('keys' in found || 'slice' in found) ? found : undefined
}

/** The text of an attribute; undefined when it is absent or no text. */
export function textAttribute(node: Group | Dataset, name: string): string | undefined {
  const value = node.attrs[name]?.value
  return typeof value === 'string' ? value : undefined
}

/** The numbers of an attribute; empty when it is absent. */
export function numbersAttribute(node: Group | Dataset, name: string): readonly number[] {
  const value = node.attrs[name]?.value
  return ArrayBuffer.isView(value) ? Array.from(value as ArrayLike<number | bigint>, Number) : []
}

/** Numbers in one slice. */
const sliceLength = 1 << 20

/** Compressions that the library brings along, by HDF5's number. */
const knownFilters = [1, 2, 3, 4, 5, 6]

/**
 * The numbers of an array, row-major, slice by slice along its first axis.
 *
 * @param take receives the numbers of a slice and the position of its first line
 * @param most stops after about so many numbers (default all)
 */
export async function eachSlice(
  { source, dataset, signal }: { source: string; dataset: Dataset; signal?: AbortSignal | undefined },
  take: (numbers: ArrayLike<number>, firstLine: number) => void,
  most = Infinity,
): Promise<void> {
  const [lines = 0, ...inner] = dataset.shape ?? []
  const width = inner.reduce((product, size) => product * size, 1)
  const foreign = dataset.filters.find(({ id }) => !knownFilters.includes(id))
  if (foreign) {
    throw new HourglassError(
      'HG_FILE_UNREADABLE',
      `${source}: ${dataset.path} is compressed by ${foreign.name || `filter ${foreign.id}`}; write the file with compression="gzip" or none`,
    )
  }
  const step = Math.max(1, Math.floor(sliceLength / Math.max(1, width)))
  for (let line = 0; line < lines && line * width < most; line += step) {
    throwIfAborted(signal, 'reading')
    take(plainNumbers(source, dataset, line, Math.min(lines, line + step)), line)
    // The library works synchronously: others get a turn between slices.
    await new Promise(setImmediate)
  }
}

/** Lines of an array as numbers. 64-bit integers are rounded to the nearest float64. */
function plainNumbers(source: string, dataset: Dataset, from: number, to: number): ArrayLike<number> {
  const { type, size } = dataset.metadata
  const [integer, float, enumeration] = [0, 1, 8]
  if (type !== integer && type !== float && type !== enumeration) {
    throw new HourglassError('HG_FILE_UNREADABLE', `${source}: ${dataset.path} holds no numbers`)
  }
  if (type === float && size === 2) return halfPrecision(dataset, from, to)
  const numbers = dataset.slice([[from, to]])
  if (numbers instanceof BigInt64Array || numbers instanceof BigUint64Array)
    return Float64Array.from(numbers, Number)
  return numbers as ArrayLike<number> & object
}

/** The library has no numbers of half precision before Node 24: their bytes are read as whole numbers. */
function halfPrecision(dataset: Dataset, from: number, to: number): Float32Array {
  const { metadata } = dataset
  const asBits = Object.create(dataset, {
    metadata: { value: { ...metadata, type: 0, signed: false } },
  }) as Dataset
  return Float32Array.from(asBits.slice([[from, to]]) as Uint16Array, float16)
}

/**
 * All numbers of an array of one axis.
 *
 * @param make an array for so many numbers
 */
export async function numbersOf<A extends Int32Array | Float32Array | Float64Array>(
  place: { source: string; dataset: Dataset; signal?: AbortSignal | undefined },
  make: (length: number) => A,
): Promise<A> {
  const length = place.dataset.shape?.[0] ?? 0
  const all = allocate(place.source, length * 4, () => make(length))
  await eachSlice(place, (numbers, line) => all.set(numbers, line))
  return all
}

/** The texts of an array; numbers are written out. */
export function textsOf(dataset: Dataset): readonly string[] {
  const { value } = dataset
  if (Array.isArray(value)) return value.map((text) => String(text as string | number))
  return ArrayBuffer.isView(value) ? Array.from(value as ArrayLike<number | bigint>, String) : []
}
