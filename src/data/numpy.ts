/**
 * The .npy format: one array with a short header in the form of a Python literal. Nothing is evaluated and object
 * arrays, which are pickles, are refused. The .npz archive around it is opened in read-numpy-node.ts.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { HourglassError } from '../base/index.js'
import type { PlainArray } from './array-table.js'

/** A NumPy array as float64 numbers, row-major, or as strings. */
export interface NumpyArray extends PlainArray {
  /** NumPy's type without byte order, such as `f8`, `u1`, `b1`, `U12`. */
  readonly dtype: string
  readonly numbers?: Float64Array
}

interface Header {
  readonly littleEndian: boolean
  readonly dtype: string
  readonly itemBytes: number
  readonly fortranOrder: boolean
  readonly shape: readonly number[]
  readonly dataStart: number
}

/** A NumPy array whose elements are read one by one where they lie. */
export interface OpenNumpyArray {
  readonly shape: readonly number[]
  readonly dtype: string
  /** Elements in all. */
  readonly count: number
  /** The element at a row-major position; absent when the elements are texts. */
  readonly numberAt?: (position: number) => number
  readonly textAt?: (position: number) => string
}

/**
 * Opens one array without copying it: for large ones of which only a part is kept.
 *
 * @param source for messages: the file, and the array's name within it
 * @throws HG_FILE_UNREADABLE when it is cut short, damaged, or of a type that holds no numbers or strings
 */
export function openNpy(bytes: Uint8Array, source: string): OpenNumpyArray {
  const header = parseHeader(bytes, source)
  const { shape, dtype, itemBytes, dataStart, littleEndian } = header
  const count = shape.reduce((product, size) => product * size, 1)
  const available = bytes.length - dataStart
  if (available < count * itemBytes) {
    throw unreadable(
      source,
      `cut short: the shape (${shape.join(', ')}) needs ${count * itemBytes} bytes, there are ${available}`,
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataStart, count * itemBytes)
  const positions = header.fortranOrder ? fortranPositions(shape) : (i: number) => i
  if (dtype.startsWith('U') || dtype.startsWith('S')) {
    return { shape, dtype, count, textAt: (i) => textAt(view, positions(i) * itemBytes, header) }
  }
  const read = reader(dtype)
  if (!read) throw unreadable(source, `holds ${dtypeWords(dtype)}; save numbers instead`)
  return { shape, dtype, count, numberAt: (i) => read(view, positions(i) * itemBytes, littleEndian) }
}

/**
 * Reads one array.
 *
 * @param source for messages: the file, and the array's name within it
 * @throws HG_FILE_UNREADABLE when it is cut short, damaged, or of a type that holds no numbers or strings
 */
export function parseNpy(bytes: Uint8Array, source: string): NumpyArray {
  const { shape, dtype, count, numberAt, textAt: stringAt } = openNpy(bytes, source)
  if (!numberAt) return { shape, dtype, strings: Array.from({ length: count }, (_, i) => stringAt!(i)) }
  const numbers = new Float64Array(count)
  for (let i = 0; i < count; i++) numbers[i] = numberAt(i)
  return { shape, dtype, numbers, truth: dtype === 'b1' }
}

function parseHeader(bytes: Uint8Array, source: string): Header {
  const magic = String.fromCharCode(...bytes.subarray(1, 6))
  if (bytes[0] !== 0x93 || magic !== 'NUMPY' || bytes.length < 12)
    throw unreadable(source, 'not a .npy array')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const wide = bytes[6]! >= 2
  const start = wide ? 12 : 10
  const dataStart = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true))
  if (dataStart > bytes.length) throw unreadable(source, 'cut short within its header')
  const text = new TextDecoder().decode(bytes.subarray(start, dataStart))
  const descr = /'descr':\s*'([<>|=]?)([A-Za-z]\d*)'/.exec(text)
  const order = /'fortran_order':\s*(True|False)/.exec(text)
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(text)
  if (!descr) throw unreadable(source, 'holds records or objects; save an array of numbers instead')
  if (!order || !shape) throw unreadable(source, 'its header is damaged')
  const dtype = descr[2]!
  return {
    littleEndian: descr[1] !== '>',
    dtype,
    itemBytes: Number(dtype.slice(1)) * (dtype.startsWith('U') ? 4 : 1),
    fortranOrder: order[1] === 'True',
    shape: shape[1]!
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map(Number),
    dataStart,
  }
}

type Read = (view: DataView, offset: number, littleEndian: boolean) => number

/** How one element of a type is read, as a number. 64-bit integers are rounded to the nearest float64. */
const readers: Readonly<Record<string, Read>> = {
  b1: (view, offset) => (view.getUint8(offset) === 0 ? 0 : 1),
  i1: (view, offset) => view.getInt8(offset),
  u1: (view, offset) => view.getUint8(offset),
  i2: (view, offset, little) => view.getInt16(offset, little),
  u2: (view, offset, little) => view.getUint16(offset, little),
  i4: (view, offset, little) => view.getInt32(offset, little),
  u4: (view, offset, little) => view.getUint32(offset, little),
  i8: (view, offset, little) => Number(view.getBigInt64(offset, little)),
  u8: (view, offset, little) => Number(view.getBigUint64(offset, little)),
  f2: (view, offset, little) => float16(view.getUint16(offset, little)),
  f4: (view, offset, little) => view.getFloat32(offset, little),
  f8: (view, offset, little) => view.getFloat64(offset, little),
}

const reader = (dtype: string): Read | undefined => readers[dtype]

/** IEEE 754 half precision: 1 sign bit, 5 exponent bits, 10 fraction bits. */
export function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 1023
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** Where the element at a row-major position lies in column-major data. */
function fortranPositions(shape: readonly number[]): (position: number) => number {
  return (position) => {
    let [rest, index] = [position, 0]
    let stride = shape.reduce((product, size) => product * size, 1)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis]!
      stride /= size
      index += (rest % size) * stride
      rest = Math.floor(rest / size)
    }
    return index
  }
}

function textAt(view: DataView, offset: number, { dtype, itemBytes, littleEndian }: Header): string {
  const step = dtype.startsWith('U') ? 4 : 1
  let text = ''
  for (let at = offset; at < offset + itemBytes; at += step) {
    const code = step === 4 ? view.getUint32(at, littleEndian) : view.getUint8(at)
    if (code === 0) break
    text += code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD'
  }
  return text
}

function dtypeWords(dtype: string): string {
  const words: Readonly<Record<string, string>> = {
    c: 'complex numbers',
    O: 'Python objects',
    M: 'dates (datetime64)',
  }
  return words[dtype[0]!] ?? `elements of type ${dtype}`
}

const unreadable = (source: string, what: string): HourglassError =>
  new HourglassError('HG_FILE_UNREADABLE', `${source}: ${what}`)
