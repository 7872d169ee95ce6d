/**
 * The idx format of MNIST and its relatives: a magic number, big-endian sizes of the axes, then the numbers. One array a
 * file; array-table.ts makes a table of it.
 *
 * @see http://yann.lecun.com/exdb/mnist/, "The IDX file format"
 */
import { HourglassError } from '../base/index.js'
import type { PlainArray } from './array-table.js'

interface ElementType {
  readonly bytes: number
  readonly read: (view: DataView, offset: number) => number
}

/** Element types by the third byte of the file. */
const elementTypes: Readonly<Record<number, ElementType>> = {
  0x08: { bytes: 1, read: (view, offset) => view.getUint8(offset) },
  0x09: { bytes: 1, read: (view, offset) => view.getInt8(offset) },
  0x0b: { bytes: 2, read: (view, offset) => view.getInt16(offset) },
  0x0c: { bytes: 4, read: (view, offset) => view.getInt32(offset) },
  0x0d: { bytes: 4, read: (view, offset) => view.getFloat32(offset) },
  0x0e: { bytes: 8, read: (view, offset) => view.getFloat64(offset) },
}

/** Whether a file begins as an idx file does: two zeros, an element type, and one to four axes. */
export const isIdx = (start: Uint8Array): boolean =>
  start[0] === 0 && start[1] === 0 && start[2]! in elementTypes && start[3]! >= 1 && start[3]! <= 4

/**
 * Reads the array of an idx file.
 *
 * @param source for messages
 * @throws HG_FILE_UNREADABLE when it is cut short, or longer than its header says
 */
export function parseIdx(bytes: Uint8Array, source: string): PlainArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const [type, axes] = [elementTypes[bytes[2] ?? 0], bytes[3] ?? 0]
  const start = 4 + 4 * axes
  if (type === undefined || !isIdx(bytes) || bytes.length < start)
    throw unreadable(source, 'cut short within its header')
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis))
  const count = shape.reduce((product, size) => product * size, 1)
  if (bytes.length - start !== count * type.bytes) {
    throw unreadable(
      source,
      `the shape (${shape.join(', ')}) needs ${count * type.bytes} bytes, there are ${bytes.length - start}; copy the file again`,
    )
  }
  // Bytes, which images are, are used where they lie.
  if (bytes[2] === 0x08) return { shape, numbers: bytes.subarray(start) }
  const numbers = new Float64Array(count)
  for (let i = 0; i < count; i++) numbers[i] = type.read(view, start + i * type.bytes)
  return { shape, numbers }
}

const unreadable = (source: string, what: string): HourglassError =>
  new HourglassError('HG_FILE_UNREADABLE', `${source}: ${what}`)
