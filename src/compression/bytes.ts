/** Bytes as digits, as numbers, and one after the other. */

/** Bytes in hexadecimal digits. */
export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Hexadecimal digits to bytes. */
export const fromHex = (digits: string): number[] =>
  Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16))

/** Arrays one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Whole numbers of two or four bytes each, lowest byte first. */
export function littleEndian(numbers: ArrayLike<number>, width: 2 | 4): Uint8Array {
  const bytes = new Uint8Array(numbers.length * width)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < numbers.length; i++)
    if (width === 2) view.setUint16(2 * i, numbers[i]! & 0xffff, true)
    else view.setInt32(4 * i, numbers[i]!, true)
  return bytes
}

/** The numbers again: without signs in two bytes, with signs in four. */
export function numbersOf(bytes: Uint8Array, width: 2 | 4): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length / width }, (_, i) =>
    width === 2 ? view.getUint16(2 * i, true) : view.getInt32(4 * i, true),
  )
}
