/**
 * The checksum of a model file: SHA-256 over everything but the checksum itself, which is the last 64 bytes.
 *
 * It finds damage, not forgery: whoever alters a file on purpose can compute a new one. Against that, verify.ts
 * trusts nothing else in the file either.
 */

/** Characters of the checksum: SHA-256 in hexadecimal. */
const length = 64

/** Stands in the file until the checksum is known; of the same length. */
export const blankChecksum = '0'.repeat(length)

/** The checksum that a file ought to end with, in hexadecimal. */
export async function checksumOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const covered = bytes.subarray(0, Math.max(0, bytes.length - length))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', covered))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The text that a file ends with where its checksum should be. */
export function writtenChecksum(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(-length))
}

/** Writes the checksum over the last bytes of a file, in place. */
export async function writeChecksum(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const checksum = await checksumOf(bytes)
  bytes.set(new TextEncoder().encode(checksum), bytes.length - length)
}
